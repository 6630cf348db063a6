"""A Dockerfile as instructions: as much of it as a gate has to know.

Reads what BuildKit reads: parser directives, continuations, comments between continued lines,
flags, here-documents, and text in JSON form.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

KEYWORDS = frozenset(
    {
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
        *("LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME"),
        "WORKDIR",
    }
)

DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$")
HEREDOC = re.compile(r"(?<!<)<<(-?)(['\"]?)([A-Za-z_]\w*)\2")
FLAG = re.compile(r"\s*(--[a-z][\w-]*(?:=(?:\"[^\"]*\"|'[^']*'|\S)*)?)(?=\s|$)")
TAKES_TEXT = frozenset({"RUN", "COPY", "ADD"})


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
        whole = " ".join((self.keyword, *self.flags, self.value))
        return f"{' '.join(whole.split())}\n{self.body}" if self.body else " ".join(whole.split())

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the value, without quotes; those of a list where it is JSON."""
        if self.value.lstrip().startswith("["):
            try:
                return tuple(str(word) for word in json.loads(self.value))
            except (ValueError, RecursionError, TypeError):
                pass
        return tuple(word.strip("\"'") for word in self.value.split())


def directives(text: str) -> dict[str, str]:
    """Return the parser directives, such as `syntax` and `escape`."""
    found: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").split("\n"):
        directive = DIRECTIVE.match(line.strip())
        if not directive:
            break
        found[directive[1].lower()] = directive[2]
    return found


def instructions(text: str) -> tuple[Instruction, ...]:
    """Return the instructions of a Dockerfile.

    Raises:
        Malformed: it is none.
    """
    return tuple(_instructions(text))


def _instructions(text: str) -> Iterator[Instruction]:
    escape = directives(text).get("escape", "\\")
    lines = text.removeprefix("\ufeff").split("\n")
    at, stage = 0, -1
    while at < len(lines):
        if _ignored(lines[at]):
            at += 1
            continue
        start = at
        joined, at = _joined(lines, at, escape)
        keyword, flags, value = _parts(joined, start + 1)
        body, at = _body(keyword, value, lines, at)
        stage += keyword == "FROM"
        yield _known(Instruction(keyword, flags, value, body, start + 1, stage))


def _ignored(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _joined(lines: list[str], at: int, escape: str) -> tuple[str, int]:
    """Return a line with those that continue it, and the number of the next one."""
    joined = ""
    while at < len(lines):
        line = lines[at].rstrip()
        at += 1
        if joined and _ignored(line):
            continue
        if not line.endswith(escape):
            return joined + line, at
        joined += line.removesuffix(escape)
    return joined, at


def _parts(joined: str, line: int) -> tuple[str, tuple[str, ...], str]:
    keyword, _, rest = joined.strip().partition(" ") if " " in joined.strip() else _tabbed(joined)
    keyword = keyword.upper()
    if keyword not in KEYWORDS:
        raise Malformed(line, f"{keyword[:40]} is no instruction of a Dockerfile")
    flags = []
    while flag := FLAG.match(rest):
        flags.append(flag[1])
        rest = rest[flag.end() :]
    return keyword, tuple(flags), rest.strip()


def _tabbed(joined: str) -> tuple[str, str, str]:
    keyword, *rest = joined.split(maxsplit=1)
    return keyword, " ", rest[0] if rest else ""


def _body(keyword: str, value: str, lines: list[str], at: int) -> tuple[str, int]:
    if keyword not in TAKES_TEXT:
        return "", at
    body: list[str] = []
    for document in HEREDOC.finditer(value):
        end = document[3]
        start = at
        while at < len(lines) and lines[at].strip() != end:
            body.append(lines[at])
            at += 1
        if at == len(lines):
            raise Malformed(start, f"the text that ends with {end} has no end")
        at += 1
    return "\n".join(body), at


def _known(one: Instruction) -> Instruction:
    if not one.value and not one.flags:
        raise Malformed(one.line, f"{one.keyword} needs an argument")
    if one.stage < 0 and one.keyword not in ("ARG", "FROM"):
        raise Malformed(one.line, "the first instruction is FROM")
    return one
