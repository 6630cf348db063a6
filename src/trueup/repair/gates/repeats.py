"""Refuses to try the same edits twice."""

from collections.abc import Iterator

from trueup.model.repair import Edit, Past, Refusal
from trueup.repair.unified import diff_of

MARKS = ("--- ", "+++ ", "-", "+")


def repeated(edits: tuple[Edit, ...], past: tuple[Past, ...]) -> Iterator[Refusal]:
    """Yield a refusal if an earlier attempt made the same changes and failed."""
    wanted = _changes(diff_of(edits))
    for number, attempt in enumerate(past, start=1):
        if wanted and _changes(attempt.diff) == wanted:
            says = f"same again: attempt {number} made these very changes and failed"
            yield Refusal("same-again", "", 0, says)
            return


def _changes(diff: str) -> tuple[str, ...]:
    """Return what a diff takes and puts, whatever is around it."""
    return tuple(line.rstrip() for line in diff.split("\n") if line.startswith(MARKS))
