"""Reads unified diffs, git's and others', into what is to be found and what is to stand there.

Refuses renames, deletions, modes and binaries. Knows no file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

NOWHERE = "/dev/null"

HEAD = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
CREATED = "new file mode 100644"
UNWANTED = re.compile(
    r"deleted file mode|old mode|new mode|rename |copy |similarity |dissimilarity "
    r"|GIT binary patch|Binary files |new file mode (?!100644)"
)
ESCAPES = {b"t": b"\t", b"n": b"\n", b"r": b"\r", b'"': b'"', b"\\": b"\\"}


class DiffError(ValueError):
    """A diff that cannot be applied as it stands. The text says why, and in which line."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that are to be found, with their ends, and what is to stand there.

    `at` is where the first of them is expected, from 0. `first` and `final` say that they are
    the first or the last lines of the file, and fit nowhere else.
    """

    at: int
    olds: tuple[str, ...]
    news: tuple[str, ...]
    first: bool = False
    final: bool = False


@dataclass(frozen=True, slots=True)
class Patch:
    """What a diff does to one file."""

    path: str
    creates: bool
    hunks: tuple[Hunk, ...] = ()


def patches(diff: str) -> Iterator[Patch]:
    """Yield what a diff does, file by file.

    Raises:
        DiffError: it is malformed, or does what no edit does.
    """
    lines = _Lines(diff)
    empty: Patch | None = None
    while lines.more:
        if lines.next.startswith("diff --git "):
            if empty:
                yield empty
            empty = _empty(lines)
        elif lines.next.startswith("--- ") and lines.after.startswith("+++ "):
            empty = None
            yield _patch(lines)
        else:
            _prose(lines)
    if empty:
        yield empty


class _Lines:
    """The lines of a diff, taken one by one."""

    def __init__(self, diff: str) -> None:
        self._lines = diff.removesuffix("\n").split("\n")
        self.at = 0

    @property
    def more(self) -> bool:
        return self.at < len(self._lines)

    @property
    def next(self) -> str:
        return self._lines[self.at] if self.more else ""

    @property
    def after(self) -> str:
        return self._lines[self.at + 1] if self.at + 1 < len(self._lines) else ""

    def take(self) -> str:
        self.at += 1
        return self._lines[self.at - 1]

    def since(self, at: int) -> list[str]:
        return self._lines[at : self.at]

    def wrong(self, why: str) -> DiffError:
        return DiffError(f"line {self.at + 1}: {why}")


def _prose(lines: _Lines) -> None:
    """Pass over what is between files, such as the message of a commit."""
    if UNWANTED.match(lines.next):
        raise lines.wrong("a diff may only change and create text files")
    if lines.next.startswith("@@ "):
        raise lines.wrong("there is a hunk without the name of its file")
    lines.take()


def _empty(lines: _Lines) -> Patch | None:
    """Return the creation of a file without content, which has neither names nor hunks.

    Its name stands twice in the head, so the second half is the new one.
    """
    head = lines.take()
    if lines.next.rstrip("\r") != CREATED:
        return None
    names = head.rstrip("\r").removeprefix("diff --git ")
    return Patch(_path(_prefixed(names[len(names) // 2 + 1 :], "b/")), creates=True)


def _patch(lines: _Lines) -> Patch:
    old, new = (_path(_prefixed(lines.take()[4:], side)) for side in ("a/", "b/"))
    if new == NOWHERE or old not in (new, NOWHERE):
        raise lines.wrong("a diff may only change and create text files")
    hunks = []
    while lines.next.startswith("@@"):
        hunks.append(_hunk(lines))
    if not hunks:
        raise lines.wrong(f"no hunk follows the name of {new}")
    return Patch(new, creates=old == NOWHERE, hunks=tuple(hunks))


def _prefixed(name: str, prefix: str) -> str:
    """Return a name without git's prefix and without the time that diff(1) adds."""
    name = name.partition("\t")[0].rstrip("\r")
    mark = '"' if name.startswith('"') else ""
    return mark + name.removeprefix(mark).removeprefix(prefix)


def _path(name: str) -> str:
    if not (name.startswith('"') and name.endswith('"')):
        return name
    raw = re.sub(rb'\\([tnr"\\]|[0-7]{3})', _byte, name[1:-1].encode(errors="surrogatepass"))
    return raw.decode(errors="replace")


def _byte(found: re.Match[bytes]) -> bytes:
    return ESCAPES.get(found[1]) or bytes([int(found[1], 8) & 255])


def _hunk(lines: _Lines) -> Hunk:
    head = HEAD.match(lines.next)
    if not head:
        raise lines.wrong("this is no head of a hunk")
    lines.take()
    sizes = {"-": int(head[2] or 1), "+": int(head[4] or 1)}
    start = lines.at
    sides = _sides(lines, sizes)
    marks = [line[:1] or " " for line in lines.since(start) if not line.startswith("\\")]
    at = max(int(head[1]) - (sizes["-"] > 0), 0)
    final = marks[-1:] != [" "]
    return Hunk(at, tuple(sides["-"]), tuple(sides["+"]), first=int(head[1]) <= 1, final=final)


def _sides(lines: _Lines, sizes: dict[str, int]) -> dict[str, list[str]]:
    """Return the lines of both sides of a hunk, as many as its head says."""
    sides: dict[str, list[str]] = {"-": [], "+": []}
    last = ""
    while lines.next.startswith("\\") or any(len(sides[side]) < sizes[side] for side in sides):
        if not lines.more:
            raise lines.wrong("the last hunk is cut off")
        last = _take(lines, sides, last)
    if any(len(sides[side]) != sizes[side] for side in sides):
        raise lines.wrong("a hunk has other numbers of lines than its head says")
    return sides


def _take(lines: _Lines, sides: dict[str, list[str]], last: str) -> str:
    """Take one line of a hunk; return the sides that it belongs to."""
    mark, text = lines.next[:1] or " ", lines.next[1:]
    if mark == "\\":
        for side in last:
            sides[side][-1] = sides[side][-1].removesuffix("\n")
        lines.take()
        return ""
    where = {" ": "-+", "-": "-", "+": "+"}.get(mark)
    if where is None:
        raise lines.wrong("a line of a hunk begins with a space, - or +")
    for side in where:
        sides[side].append(f"{text}\n")
    lines.take()
    return where
