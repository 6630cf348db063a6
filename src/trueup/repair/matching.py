"""Finds the lines of a block in a text and puts others there.

A ladder: exactly these lines; but for blanks at their ends; but for one indentation of all;
with `...` for what is left out; but for typographic quotes and dashes. The first rung that
finds something decides, and several places are none. Nothing fuzzy: a guess would edit what
nobody meant.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum, auto

PUNCTUATION = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f", " "),
        "\u2026": "...",
    }
)
ELISION = re.compile(r"\s*(?:#|//)?\s*\.\.\.\s*$")

Lines = Sequence[str]


class Miss(Enum):
    """Why a block is not applied."""

    NOWHERE = auto()
    SEVERAL = auto()
    ALREADY = auto()
    LEFT_OUT = auto()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the lines of a block stand, and how new lines are written there."""

    start: int
    end: int
    adapt: Callable[[str], str]


def replaced(text: str, search: Lines, replace: Lines) -> str | Miss:
    """Return the text with the lines of a block replaced, or why not."""
    lines = text.split("\n")
    if len(_parts(replace)) > len(_parts(search)):
        return Miss.LEFT_OUT
    for rung in (_exact, _unblanked, _trimmed, _indented, _elided, _typographic):
        result = rung(lines, search, replace)
        if result is Miss.SEVERAL:
            return result
        if not isinstance(result, Miss):
            return "\n".join(result)
    there = [line for line in replace if line.strip()]
    known = there and _positions(_keys(lines), _keys(replace))
    return Miss.ALREADY if known else Miss.NOWHERE


def _exact(lines: Lines, search: Lines, replace: Lines) -> Lines | Miss:
    return _at_one(lines, search, replace, str)


def _unblanked(lines: Lines, search: Lines, replace: Lines) -> Lines | Miss:
    return _at_one(lines, search, replace, str.rstrip)


def _trimmed(lines: Lines, search: Lines, replace: Lines) -> Lines | Miss:
    """Leave out empty lines around a block."""
    return _at_one(lines, _inner(search), _inner(replace), str.rstrip)


def _typographic(lines: Lines, search: Lines, replace: Lines) -> Lines | Miss:
    return _at_one(lines, _inner(search), _inner(replace), _plain)


def _indented(lines: Lines, search: Lines, replace: Lines) -> Lines | Miss:
    """Find lines that all stand further in, or all further out, by the same."""
    search, replace = _inner(search), _inner(replace)
    starts = _positions([line.strip() for line in lines], [line.strip() for line in search])
    found = [(start, _shift(lines[start : start + len(search)], search)) for start in starts]
    fitting = [(start, shift) for start, shift in found if shift is not None]
    if len(fitting) != 1:
        return Miss.SEVERAL if fitting else Miss.NOWHERE
    ((start, shift),) = fitting
    place = _Place(start, start + len(search), _ended(lines, start, shift))
    return _put(lines, place, search, replace)


def _elided(lines: Lines, search: Lines, replace: Lines) -> Lines | Miss:
    """Replace part by part what stands between lines of three dots."""
    olds, news = _parts(search), _parts(replace)
    if len(olds) == 1 or len(olds) != len(news) or not any(olds):
        return Miss.NOWHERE
    done: list[str] = []
    rest = lines
    for old, new in zip(olds, news, strict=True):
        if not old and not new:
            continue
        starts = _positions(_keys(rest), _keys(old))
        if len(starts) != 1:
            return Miss.SEVERAL if starts else Miss.NOWHERE
        place = _Place(starts[0], starts[0] + len(old), _ended(rest, starts[0], _same))
        result = _put(rest, place, old, new)
        cut = len(result) - (len(rest) - place.end)
        done, rest = [*done, *result[:cut]], result[cut:]
    return [*done, *rest]


def _at_one(
    lines: Lines, search: Lines, replace: Lines, key: Callable[[str], str]
) -> Lines | Miss:
    starts = _positions([key(line) for line in lines], [key(line) for line in search])
    if len(starts) != 1:
        return Miss.SEVERAL if starts else Miss.NOWHERE
    place = _Place(starts[0], starts[0] + len(search), _ended(lines, starts[0], _same))
    return _put(lines, place, search, replace)


def _positions(lines: Lines, wanted: Lines) -> list[int]:
    """Return where lines stand in others. As one string: that takes no longer for odd texts."""
    if not any(line.strip() for line in wanted):
        return []
    text, piece = "\n".join(["", *lines, ""]), "\n".join(["", *wanted, ""])
    found: list[int] = []
    at = text.find(piece)
    while at >= 0 and len(found) < MOST_PLACES:
        found.append(text.count("\n", 0, at))
        at = text.find(piece, at + 1)
    return found


MOST_PLACES = 50


def _put(lines: Lines, place: _Place, search: Lines, replace: Lines) -> list[str]:
    """Put new lines in a place. Those that a block repeats stay as they stand in the text."""
    there = lines[place.start : place.end]
    new: list[str] = []
    matcher = SequenceMatcher(None, search, replace, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        new += there[a:b] if tag == "equal" else [place.adapt(line) for line in replace[c:d]]
    return [*lines[: place.start], *new, *lines[place.end :]]


def _ended(lines: Lines, start: int, shift: Callable[[str], str]) -> Callable[[str], str]:
    """Write new lines with the ends that the lines in this place have."""
    if lines[start].endswith("\r"):
        return lambda line: f"{shift(line)}\r"
    return shift


def _shift(there: Lines, search: Lines) -> Callable[[str], str] | None:
    """Return what turns the indentation of a block into that of the text; None if nothing does."""
    pairs = [(a.rstrip(), b.rstrip()) for a, b in zip(there, search, strict=True) if b.strip()]
    deep, flat = pairs[0]
    size = abs(len(deep) - len(flat))
    if all(a[size:] == b and a[:size] == deep[:size] for a, b in pairs):
        return lambda line: f"{deep[:size]}{line}" if line.strip() else line
    if all(b[size:] == a and b[:size] == flat[:size] for a, b in pairs):
        return lambda line: line.removeprefix(flat[:size])
    return None


def _same(line: str) -> str:
    return line


def _plain(line: str) -> str:
    return line.translate(PUNCTUATION).rstrip()


def _keys(lines: Lines) -> list[str]:
    return [line.rstrip() for line in lines]


def _inner(lines: Lines) -> Lines:
    """Return lines without the empty ones before and after them."""
    full = [at for at, line in enumerate(lines) if line.strip()]
    return lines[full[0] : full[-1] + 1] if full else []


def _parts(lines: Lines) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in lines:
        if ELISION.match(line):
            parts.append([])
        else:
            parts[-1].append(line)
    return parts
