"""How two texts differ, line by line, in a time that hostile texts cannot stretch.

difflib compares what is left between lines that stand once in both texts; where even that is
too much it counts as replaced.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

MOST_PAIRS = 250_000
"""Pairs of lines that difflib may compare in one stretch."""


class Change(NamedTuple):
    """Lines `a` to `b` of one text became lines `c` to `d` of the other, from 0, without ends."""

    a: int
    b: int
    c: int
    d: int


def split_lines(text: str) -> list[str]:
    r"""Return the lines with their ends. Only `\n` ends one, as for git and for Docker."""
    lines = text.split("\n")
    whole = [line + "\n" for line in lines[:-1]]
    return [*whole, lines[-1]] if lines[-1] else whole


def changes(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """Return what differs, from top to bottom."""
    found: list[Change] = []
    for change in _stretches(before, after):
        found += _compared(before, after, change)
    return found


def extent(before: str, after: str) -> int:
    """Return how many lines differ; a replaced line counts once."""
    found = changes(split_lines(before), split_lines(after))
    return sum(max(change.b - change.a, change.d - change.c) for change in found)


def fresh(before: str, after: str) -> Iterator[tuple[int, str]]:
    """Yield the lines, with their numbers from 1, that are new in a text, or more often there."""
    left = Counter(before.split("\n"))
    for number, line in enumerate(after.split("\n"), start=1):
        if left[line]:
            left[line] -= 1
        else:
            yield number, line


def _stretches(before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    """Yield what is between the lines that stand once in both texts, in the same order."""
    a = c = 0
    for b, d in [*_anchors(before, after), (len(before), len(after))]:
        yield _trimmed(before, after, Change(a, b, c, d))
        a, c = b + 1, d + 1


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest run of pairs of such lines: patience, as in the card game."""
    there = _once(after)
    pairs = [(at, there[line]) for line, at in _once(before).items() if line in there]
    tops: list[int] = []
    piles: list[int] = []
    below: list[int] = []
    for number, (_, to) in enumerate(pairs):
        pile = bisect_left(tops, to)
        tops[pile : pile + 1] = [to]
        below.append(piles[pile - 1] if pile else -1)
        piles[pile : pile + 1] = [number]
    return _chain(pairs, below, piles[-1] if piles else -1)


def _chain(pairs: list[tuple[int, int]], below: list[int], at: int) -> list[tuple[int, int]]:
    chain = []
    while at >= 0:
        chain.append(pairs[at])
        at = below[at]
    return chain[::-1]


def _once(lines: Sequence[str]) -> dict[str, int]:
    count = Counter(lines)
    return {line: at for at, line in enumerate(lines) if count[line] == 1}


def _trimmed(before: Sequence[str], after: Sequence[str], change: Change) -> Change:
    a, b, c, d = change
    while a < b and c < d and before[a] == after[c]:
        a, c = a + 1, c + 1
    while a < b and c < d and before[b - 1] == after[d - 1]:
        b, d = b - 1, d - 1
    return Change(a, b, c, d)


def _compared(before: Sequence[str], after: Sequence[str], change: Change) -> Iterator[Change]:
    a, b, c, d = change
    if a == b and c == d:
        return
    if (b - a) * (d - c) > MOST_PAIRS:
        yield change
        return
    matcher = SequenceMatcher(None, before[a:b], after[c:d], autojunk=False)
    for tag, *ends in matcher.get_opcodes():
        if tag != "equal":
            yield Change(a + ends[0], a + ends[1], c + ends[2], c + ends[3])
