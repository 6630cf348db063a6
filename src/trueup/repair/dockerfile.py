"""Reads a Dockerfile into stages and instructions that know their place in the text.

Nothing is ever printed anew: whoever edits makes splices of the text as it is, so that every
other byte stays. Any text can be read; what makes no sense is an instruction of that name.
What commands in a `RUN` mean it does not know.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(.+?)\s*")
HEREDOC = re.compile(r"(?<!\S)\d*<<(-?)([\"']?)([A-Za-z_][\w.-]*)\2(?!\S)")
FLAG = re.compile(r"--([\w.-]+)(?:=(\S*))?(?:\s+|$)")
VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^{}]*))?\})")
FROM = re.compile(r"(\S+)(?:\s+as\s+(\S+))?\s*", re.IGNORECASE)
ASSIGNED = re.compile(r"(?<!\S)(\w+)(?:=(\"[^\"]*\"|'[^']*'|\S*))?(?!\S)")
LONGEST_VALUE = 500  # values made of values can grow without end
WITH_FILES = frozenset({"ADD", "COPY", "RUN"})


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text as Docker reads it, lines joined and comments gone, and where each letter stands."""

    text: str
    where: tuple[int, ...]

    def cut(self, start: int, end: int | None = None) -> "Spelled":
        """Return a part of it."""
        return Spelled(self.text[start:end], self.where[start:end])


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Attributes:
        word: its name, in capitals.
        flags: such as `from` of `COPY --from=build`.
        said: what follows the name and the flags.
        documents: the bodies of its here-documents.
        begin: where its first line begins in the text of the file.
        end: where the line after its last one begins.
        first: the number of its first line, from 0.
        last: the number of its last line.
    """

    word: str
    flags: tuple[tuple[str, str], ...]
    said: Spelled
    documents: tuple[Spelled, ...]
    begin: int
    end: int
    first: int
    last: int

    @property
    def value(self) -> str:
        """What follows the name, in one line with single blanks, as logs show it."""
        flags = (f"--{name}={value}" for name, value in self.flags)
        texts = (one.text for one in (self.said, *self.documents))
        return " ".join([*flags, *" ".join(texts).split()])


@dataclass(frozen=True, slots=True)
class Stage:
    """What one `FROM` begins: the image or earlier stage it starts with, and what follows."""

    index: int
    name: str
    image: str
    start: Instruction
    instructions: tuple[Instruction, ...]
    variables: tuple[tuple[str, str], ...] = ()

    def filled(self, text: str) -> str:
        """Return a text with the variables filled in that ARG and ENV give a value."""
        return substituted(text, dict(self.variables))


def stages(text: str) -> tuple[Stage, ...]:
    """Return the stages in order. Never raises."""
    found = instructions(text)
    starts = [at for at, one in enumerate(found) if one.word == "FROM"]
    given = _assigned(found[: starts[0]], {}) if starts else {}
    ends = [*starts[1:], len(found)]
    return tuple(
        _stage(index, found[at:until], given)
        for index, (at, until) in enumerate(zip(starts, ends if starts else [], strict=True))
    )


def instructions(text: str) -> tuple[Instruction, ...]:
    """Return every instruction in order, comments and empty lines left out. Never raises."""
    return tuple(_instructions(text, escape_of(text)))


def lineage(every: Sequence[Stage], target: str = "") -> tuple[Stage, ...]:
    """Return the stage that is built and those it is built upon, itself first.

    Without a target it is the last stage; none where there is no such stage.
    """
    stage = _named(every, target) if target else (every[-1] if every else None)
    chain: list[Stage] = []
    while stage is not None:
        chain.append(stage)
        stage = _named([one for one in every[: stage.index] if one.name], stage.image)
    return tuple(chain)


def failed(every: Sequence[Stage], act: str) -> tuple[Stage, Instruction] | None:
    """Return the instruction that a log says has failed, and its stage."""
    if not (wanted := _squeezed(act)):
        return None
    pairs = [(stage, one) for stage in every for one in stage.instructions]
    for stage, one in reversed(pairs):
        said = _squeezed(one.said.text)
        shown = _squeezed(f"{one.word} {one.value}"), f"{one.word}{said}", said
        if wanted in shown or (said and _squeezed(stage.filled(one.said.text)) in wanted):
            return stage, one
    return None


def splice(text: str, changes: Sequence[tuple[int, int, str]]) -> str:
    """Return a text with parts of it, which do not overlap, replaced: start, end, new text."""
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def substituted(text: str, values: dict[str, str]) -> str:
    """Return a text with its variables replaced, as Docker does in a `FROM`."""

    def value(match: re.Match[str]) -> str:
        name, how, other = match[1] or match[2], match[3] or "", match[4] or ""
        known = values.get(name, "")[:LONGEST_VALUE]
        if how.endswith("+"):
            return other if known else ""
        return known or (other if how else "")

    return VARIABLE.sub(value, text)


def escape_of(text: str) -> str:
    """Return the sign with which lines of a Dockerfile go on."""
    for line in text.removeprefix("\ufeff").split("\n"):
        directive = DIRECTIVE.fullmatch(line.strip())
        if directive is None:
            break
        if directive[1].lower() == "escape" and directive[2] in ("\\", "`"):
            return directive[2]
    return "\\"


@dataclass(slots=True)
class _Lines:
    """The lines of a text, read one after the other."""

    text: str
    at: int = 0
    number: int = 0

    def __iter__(self) -> Iterator[tuple[int, str]]:
        while self.at < len(self.text):
            yield self.take()

    def take(self) -> tuple[int, str]:
        """Return where the next line begins, and the line without its end."""
        start = self.at
        end = self.text.find("\n", start)
        self.at = len(self.text) if end < 0 else end + 1
        self.number += 1
        return start, self.text[start : len(self.text) if end < 0 else end].removesuffix("\r")


@dataclass(slots=True)
class _Joined:
    """Lines that are continued, put together."""

    letters: list[str] = field(default_factory=list)
    where: list[int] = field(default_factory=list)

    def add(self, start: int, line: str) -> None:
        """Add a line that begins at a place."""
        self.letters.append(line)
        self.where.extend(range(start, start + len(line)))

    def spelled(self) -> Spelled:
        """Return all of it."""
        return Spelled("".join(self.letters), tuple(self.where))


def _instructions(text: str, escape: str) -> Iterator[Instruction]:
    lines = _Lines(text)
    for start, line in lines:
        if not line.strip("\ufeff \t\r\f\v") or line.lstrip("\ufeff \t").startswith("#"):
            continue
        number = lines.number - 1
        whole = _continued(lines, start, line, escape)
        word, flags, said = _parted(whole)
        files = tuple(_documents(lines, said.text)) if _takes_files(word, said.text) else ()
        yield Instruction(word, flags, said, files, start, lines.at, number, lines.number - 1)


def _continued(lines: _Lines, begin: int, line: str, escape: str) -> Spelled:
    """Return a line with those that continue it; comments and empty lines do not end it."""
    joined = _Joined()
    goes_on = re.compile(rf"(?<!{re.escape(escape)}){re.escape(escape)}[ \t]*\Z")
    while cut := goes_on.search(line):
        joined.add(begin, line[: cut.start()])
        begin, line = _next(lines)
    joined.add(begin, line)
    return joined.spelled()


def _next(lines: _Lines) -> tuple[int, str]:
    """Return the next line that says something; nothing at the end."""
    for begin, line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            return begin, line
    return lines.at, ""


def _parted(whole: Spelled) -> tuple[str, tuple[tuple[str, str], ...], Spelled]:
    head = re.match(r"[\ufeff\s]*(\S+)\s*", whole.text)
    if head is None:
        return "", (), whole
    at, flags = head.end(), []
    while flag := FLAG.match(whole.text, at):
        flags.append((flag[1].lower(), flag[2] or ""))
        at = flag.end()
    return head[1].upper(), tuple(flags), whole.cut(at)


def _takes_files(word: str, said: str) -> bool:
    return word in WITH_FILES or (word == "ONBUILD" and said[:4].strip().upper() in WITH_FILES)


def _documents(lines: _Lines, said: str) -> Iterator[Spelled]:
    for mark in HEREDOC.finditer(said):
        body = _Joined()
        for start, line in lines:
            if (line.lstrip("\t") if mark[1] else line) == mark[3]:
                break
            body.add(start, line + "\n")
        yield body.spelled()


def _stage(index: int, found: Sequence[Instruction], given: dict[str, str]) -> Stage:
    start, *body = found
    said = FROM.match(start.said.text)
    image, name = (said[1], said[2] or "") if said else ("", "")
    variables = tuple(_assigned(body, given).items())
    return Stage(index, name, substituted(image, given), start, tuple(body), variables)


def _assigned(found: Sequence[Instruction], given: dict[str, str]) -> dict[str, str]:
    """Return what ARG and ENV set; `given` is what an ARG without a value gets."""
    values: dict[str, str] = {}
    for one in found:
        if one.word in {"ARG", "ENV"}:
            values |= {name: substituted(value, values) for name, value in _pairs(one, given)}
    return values


def _pairs(one: Instruction, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    said = one.said.text.strip()
    if one.word == "ENV" and "=" not in said.partition(" ")[0]:
        name, _, value = said.partition(" ")
        yield name, value.strip()
        return
    for match in ASSIGNED.finditer(said):
        if match[2] is not None:
            yield match[1], match[2].strip("\"'")
        elif match[1] in given:
            yield match[1], given[match[1]]


def _named(every: Sequence[Stage], name: str) -> Stage | None:
    found = (one for one in every if name.lower() in (one.name.lower(), str(one.index)))
    return next(found, None) if name else None


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\\]+", "", text)
