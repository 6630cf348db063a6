"""Reads the commands of a `RUN`, word by word, each with its place in the file.

Understands as much of the shell as tells commands and words apart: quotes, operators,
comments, lines. Expands nothing, and does not know what a command does.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from trueup.repair.dockerfile import Instruction, Spelled

TOKEN = re.compile(
    r"(?P<end>&&|\|\||[;|&()\n]|(?<!\S)[{}](?!\S))"
    r"|(?P<blank>[ \t\r\f\v]+|\\\r?\n|(?<![^\s;&|()])\#[^\n]*)"
    r"|(?P<word>(?:[^\s\"'\\;&|()$]|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*'|\$\([^()]*\)|[\"'\\$])+)",
    re.DOTALL,
)
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
BEFORE = re.compile(r"sudo|exec|time|nice|command|env|then|do|if|!|set|-\w+|\w+=.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written, and where it begins and ends in the text of the file."""

    text: str
    start: int
    end: int


Command = tuple[Word, ...]


def commands(instruction: Instruction) -> tuple[Command, ...]:
    """Return the commands of a `RUN`; none of any other instruction."""
    if instruction.word != "RUN":
        return ()
    if _is_list(instruction.said.text):
        return (tuple(_listed(instruction.said)),)
    texts = (instruction.said, *instruction.documents)
    return tuple(command for text in texts for command in _commands(text))


def program(command: Command) -> Command:
    """Return a command without what stands before the program: variables, sudo, env."""
    for at, word in enumerate(command):
        if not BEFORE.fullmatch(word.text):
            return command[at:]
    return ()


def _is_list(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False


def _listed(said: Spelled) -> Iterator[Word]:
    for match in QUOTED.finditer(said.text):
        if match[1]:
            yield _word(said, match.start(1), match.end(1))


def _commands(said: Spelled) -> Iterator[Command]:
    words: list[Word] = []
    for token in TOKEN.finditer(said.text):
        if token["word"]:
            words.append(_word(said, token.start(), token.end()))
        elif token["end"] and words:
            yield tuple(words)
            words = []
    if words:
        yield tuple(words)


def _word(said: Spelled, start: int, end: int) -> Word:
    return Word(said.text[start:end], said.where[start], said.where[end - 1] + 1)
