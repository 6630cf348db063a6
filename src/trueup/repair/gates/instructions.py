"""A Dockerfile as gates look at it: instructions in one line each, or a text that is none.

Reading is for `trueup.repair.dockerfile`, which takes anything; this says what BuildKit would
not take, and in what language it is told to read.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from trueup.repair import dockerfile

KEYWORDS = frozenset(
    {
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
        *("LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME"),
        "WORKDIR",
    }
)

DIRECTIVE = re.compile(r"[#/!\s]*\b(syntax|escape|check)[ \t]*=[ \t]*(.*\S)", re.IGNORECASE)
BEFORE_STAGES = ("ARG", "FROM")


class Malformed(ValueError):  # noqa: N818 - said of a text, as other faults of it are
    """A text that does not parse: the line, from 1, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, its lines joined.

    Attributes:
        keyword: in capitals.
        flags: such as `--from=build`.
        value: what follows the flags.
        body: the here-documents, if it has any.
        line: where it begins, from 1.
        stage: the number of the FROM that it belongs to, from 0; -1 before the first.
    """

    keyword: str
    flags: tuple[str, ...]
    value: str
    body: str
    line: int
    stage: int

    @property
    def text(self) -> str:
        """The whole instruction, spaces as one."""
        whole = " ".join(" ".join((self.keyword, *self.flags, self.value)).split())
        return f"{whole}\n{self.body}" if self.body else whole

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the value, without quotes; those of a list where it is JSON."""
        if self.value.startswith("["):
            with suppress(ValueError, RecursionError, TypeError):
                return tuple(str(word) for word in json.loads(self.value))
        return tuple(word.strip("\"'") for word in self.value.split())


def directives(text: str) -> tuple[tuple[str, str], ...]:
    """Return whatever could be read as a directive to the parser, wherever it stands."""
    found = (
        DIRECTIVE.fullmatch(line.rstrip()) for line in text.removeprefix("\ufeff").split("\n")
    )
    return tuple((one[1].lower(), one[2]) for one in found if one)


def instructions(text: str) -> tuple[Instruction, ...]:
    """Return the instructions of a Dockerfile.

    Raises:
        Malformed: it is none.
    """
    return tuple(_instructions(text))


def _instructions(text: str) -> Iterator[Instruction]:
    lines, stage = text.split("\n"), -1
    for one in dockerfile.instructions(text):
        stage += one.word == "FROM"
        ends = [mark[3] for mark in dockerfile.HEREDOC.finditer(one.said.text)]
        if one.documents and lines[one.last].strip() != ends[-1]:
            raise Malformed(one.first + 1, f"the text that ends with {ends[-1]} has no end")
        yield _checked(_plain(one, stage))


def _plain(one: dockerfile.Instruction, stage: int) -> Instruction:
    flags = tuple(f"--{name}={value}" if value else f"--{name}" for name, value in one.flags)
    body = "".join(document.text for document in one.documents).removesuffix("\n")
    return Instruction(one.word, flags, one.said.text.strip(), body, one.first + 1, stage)


def _checked(one: Instruction) -> Instruction:
    if one.keyword not in KEYWORDS:
        raise Malformed(one.line, f"{one.keyword[:40]} is no instruction of a Dockerfile")
    if not one.value and not one.flags:
        raise Malformed(one.line, f"{one.keyword} needs an argument")
    if one.stage < 0 and one.keyword not in BEFORE_STAGES:
        raise Malformed(one.line, "the first instruction is FROM")
    return one
