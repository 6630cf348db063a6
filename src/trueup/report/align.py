"""Rows of words as aligned lines. Pure."""

from collections.abc import Iterable, Sequence

GAP = "  "


def aligned(rows: Iterable[Sequence[str]], indent: str = "") -> list[str]:
    """Return one line for each row; what begins a column begins below each other."""
    every = [tuple(row) for row in rows]
    columns = max((len(row) for row in every), default=0)
    widths = [max(len(row[n]) for row in every if n < len(row)) for n in range(columns)]
    return [indent + _line(row, widths) for row in every]


def age(seconds: float) -> str:
    """Return a length of time in its largest unit: 42s, 5m, 3h, 2d."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{max(0, int(seconds))}s"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (word.ljust(width) for word, width in zip(row, widths, strict=False))
    return GAP.join(padded).rstrip()
