"""The commands of a RUN, whatever quotes and separators they stand in.

Splits rather too often than too seldom: a command that hides in another is what is looked for.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from trueup.repair.gates.instructions import Instruction

SEPARATORS = re.compile(r"&&|\|\||[;|&\n(){}`]|\$\(")
BEFORE = frozenset(
    {
        *("sudo", "exec", "env", "command", "then", "do", "else", "if", "!", "time", "nice"),
        *("while", "until", "nohup", "builtin", "xargs"),
    }
)
ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
INSTALLERS = {
    "apt-get": "apt",
    "apt": "apt",
    "aptitude": "apt",
    "apk": "apk",
    "dnf": "rpm",
    "yum": "rpm",
    "microdnf": "rpm",
    "pip": "pip",
    "pip3": "pip",
    "npm": "npm",
    "yarn": "npm",
    "pnpm": "npm",
}
VERBS = frozenset({"install", "add", "i"})
VALUED = frozenset(
    {
        *("-r", "-c", "-t", "-o", "--virtual", "--requirement", "--constraint", "--target"),
        *("--prefix", "--root", "--cache-dir", "--cache", "--python"),
    }
)
"""Options whose next word is no package."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words without quotes and without what only stands before it."""

    words: tuple[str, ...]

    @property
    def head(self) -> str:
        """The name of the program, without its folder and version."""
        name = self.words[0].rpartition("/")[2] if self.words else ""
        return re.sub(r"^(pip|python)[\d.]*$", r"\1", name)

    @property
    def key(self) -> str:
        """What kind of command it is: the program with its verb."""
        head, words = self.head, self.words
        if head == "python" and words[1:2] == ("-m",):
            head, words = (words[2] if len(words) > 2 else "python"), words[2:]  # noqa: PLR2004
        head = INSTALLERS.get(head, head)
        verb = next(_arguments(words[1:]), "")
        subject = verb if re.fullmatch(r"[a-z][a-z-]*", verb) else ""
        return f"{head} {subject}".strip()

    @property
    def packages(self) -> tuple[str, ...]:
        """What a package manager is told to install; names without versions."""
        return tuple(
            re.split(r"[=<>~!\[@]", word, maxsplit=1)[0] if word[0] != "@" else word
            for word in self.asked
        )

    @property
    def asked(self) -> tuple[str, ...]:
        """What a package manager is told to install, as it stands there."""
        tool, _, verb = self.key.partition(" ")
        if tool not in {*INSTALLERS.values()} or verb not in VERBS:
            return ()
        return tuple(_asked(self.words))


def commands(one: Instruction) -> tuple[Command, ...]:
    """Return every command of an instruction."""
    return commands_of(_shell(one))


def commands_of(text: str) -> tuple[Command, ...]:
    """Return every command of a text that a shell gets."""
    found = (_command(part) for part in SEPARATORS.split(text))
    return tuple(command for command in found if command.words)


def _shell(one: Instruction) -> str:
    """Return what a shell gets, for a list in JSON as if it were one."""
    value = one.value
    if value.startswith("["):
        with suppress(ValueError, RecursionError, TypeError):
            value = " ".join(str(word) for word in json.loads(value))
    return f"{value}\n{one.body}"


def _command(part: str) -> Command:
    words = [bare(word) for word in part.split()]
    while words and (words[0] in BEFORE or ASSIGNED.match(words[0]) or not words[0]):
        words = words[1:]
    return Command(tuple(word for word in words if word))


def bare(text: str) -> str:
    """Return a text without what a shell takes out: quotes, backslashes, empty expansions."""
    text = re.sub(r"\$\{[^}]*\}|\$[@*]", "", text) if re.search(r"\w\$[{@*]", text) else text
    return re.sub(r"[\"'\\]", "", text)


def _asked(words: tuple[str, ...]) -> Iterator[str]:
    at = next((at for at, word in enumerate(words) if word in VERBS), len(words))
    yield from _arguments(words[at + 1 :])


def _arguments(words: tuple[str, ...]) -> Iterator[str]:
    """Yield the words that are neither options nor their values."""
    skip = False
    for word in words:
        if not skip and not word.startswith("-"):
            yield word
        skip = word in VALUED
