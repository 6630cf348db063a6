r"""Reads the answer of a model: blocks, whole files, or the words that it cannot.

```
path/relative/to/root
<<<<<<< SEARCH
exact lines
=======
new lines
>>>>>>> REPLACE
```

Code fences around blocks, prose between them, CRLF and blanks after a mark are passed over. What
has none of these forms is not an edit. Knows no file, and never fails: what is malformed is said.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

SEARCH = re.compile(r"\s*<{5,9} ?SEARCH:?\s*$")
DIVIDER = re.compile(r"\s*={5,9}\s*$")
REPLACE = re.compile(r"\s*>{5,9} ?REPLACE\s*$")
FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([^`]*)$")
CANNOT = re.compile(r"\W*CANNOT\W*:\s*(.*)", re.DOTALL)
LABEL = re.compile(r"(?:file(?:name|path)?|path)\s*[:=]\s*", re.IGNORECASE)
LANGUAGES = frozenset(
    {
        *("dockerfile", "docker", "text", "txt", "plaintext", "requirements", "json", "toml"),
        *("python", "bash", "sh", "yaml", "diff", "ini", "javascript", "pip-requirements"),
    }
)
MOST = 200_000
"""Letters of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of a file to look for, and the lines to put there; `line` is the answer's, from 1."""

    path: str
    search: tuple[str, ...]
    replace: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole file."""

    path: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is malformed in an answer."""

    line: int
    says: str


@dataclass(frozen=True, slots=True)
class Cannot:
    """The answer that a person is needed, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """The edits in an answer, in their order, and what could not be read."""

    edits: tuple[Block | Whole, ...]
    faults: tuple[Fault, ...]


def read_answer(answer: str) -> Cannot | Pieces:
    """Return what an answer says. Never raises."""
    text = _spoken(answer[:MOST])
    if refusal := CANNOT.match(text.lstrip()):
        return Cannot(" ".join(refusal[1].split("\n\n")[0].split()) or "no reason is given")
    found = tuple(_Reader(text).pieces())
    faults = tuple(piece for piece in found if isinstance(piece, Fault))
    return Pieces(tuple(piece for piece in found if not isinstance(piece, Fault)), faults)


def _spoken(answer: str) -> str:
    """Return an answer without what a model says to itself before it, and with plain ends."""
    text = answer.replace("\r\n", "\n").replace("thinking>", "think>")
    _, ended, said = text.rpartition("</think>")
    return "" if not ended and said.lstrip().startswith("<think>") else said


@dataclass(slots=True)
class _Reader:
    """Goes through an answer line by line; `path` is what the last line said that names a file."""

    text: str
    at: int = 0
    path: str = ""
    near: str = ""
    lines: list[str] = field(default_factory=list)
    searches: list[int] = field(default_factory=list)
    fences: dict[str, list[int]] = field(default_factory=dict)

    def pieces(self) -> Iterator[Block | Whole | Fault]:
        """Yield what is found, from top to bottom."""
        self._look()
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if SEARCH.match(line):
                yield self._block()
            elif fence := FENCE.match(line):
                yield from self._fenced(fence[1], fence[2])
            else:
                self._note(line)
                self.at += 1

    def _look(self) -> None:
        """Find where blocks begin and fences may end, once: an answer may be full of them."""
        self.lines = self.text.split("\n")
        for at, line in enumerate(self.lines):
            if SEARCH.match(line):
                self.searches.append(at)
            elif (fence := FENCE.match(line)) and not fence[2].strip():
                self.fences.setdefault(fence[1], []).append(at)

    def _note(self, line: str) -> None:
        """Remember a line that may name the file of what follows it."""
        if line.strip():
            self.near = path_in(line)
            self.path = self.near or self.path

    def _until(self, mark: re.Pattern[str]) -> tuple[str, ...] | None:
        """Take the lines up to a mark; None if it never comes."""
        start = self.at
        while self.at < len(self.lines):
            self.at += 1
            if mark.match(self.lines[self.at - 1]):
                return tuple(self.lines[start : self.at - 1])
            if SEARCH.match(self.lines[self.at - 1]):
                self.at -= 1
                return None
        return None

    def _block(self) -> Block | Fault:
        self.at += 1
        number = self.at
        search = self._until(DIVIDER)
        replace = self._until(REPLACE) if search is not None else None
        if search is None or replace is None:
            mark = "=======" if search is None else ">>>>>>> REPLACE"
            return Fault(number, f"this block has no line {mark}")
        if not self.path:
            return Fault(number, "no line before this block names its file")
        return Block(self.path, _unfenced(search), _unfenced(replace), number)

    def _fenced(self, mark: str, info: str) -> Iterator[Whole]:
        """Yield a whole file, or nothing where the fence is around blocks or around prose."""
        end = _next(self.fences.get(mark, []), self.at)
        named = path_in(info.partition(" ")[2]) or self.near
        self.at += 1
        if end is None or (_next(self.searches, self.at - 1) or end) < end:
            self.path = named or self.path
            return
        inside = tuple(self.lines[self.at : end])
        first = next((n for n, line in enumerate(inside) if line.strip()), 0)
        within = path_in(inside[first].lstrip("#/ ")) if inside and not named else ""
        number, self.at, self.near = self.at, self.at + len(inside) + 1, ""
        if named and not _is_language(named):
            yield Whole(named, _whole(inside), number)
        self.path = within or named or self.path


def _next(places: list[int], at: int) -> int | None:
    """Return the first place after another."""
    found = bisect_right(places, at)
    return places[found] if found < len(places) else None


def path_in(line: str) -> str:
    """Return the path that a line names, and nothing else but a name for it; else nothing."""
    said = line.strip().strip("*#> ").rstrip(":").strip()
    quoted = re.search(r"`([^`]+)`", said)
    said = LABEL.sub("", quoted[1] if quoted else said, count=1).strip("`*\"' ")
    said = said.removeprefix("./") if not said.startswith("./.") else said
    if not said or (" " in said and not quoted) or FENCE.match(line):
        return ""
    return said if re.search(r"[./]", said) or re.match(r"[A-Z]\w*file\Z", said) else ""


def _is_language(name: str) -> bool:
    return name.lower() in LANGUAGES


def _unfenced(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out a fence that stands inside a block instead of around it."""
    if len(lines) > 1 and FENCE.match(lines[0]) and lines[-1].strip() in ("```", "~~~"):
        return lines[1:-1]
    return lines


def _whole(lines: tuple[str, ...]) -> str:
    """Return the text of a file, without the name of its language in a line of its own."""
    if lines and lines[0].strip().lower() in LANGUAGES and lines[0].strip() != "requirements":
        lines = lines[1:]
    text = "\n".join(lines).rstrip("\n")
    return f"{text}\n" if text else ""
