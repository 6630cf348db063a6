"""Refuses to try the same edits twice."""

from collections.abc import Iterator
from contextlib import suppress

from trueup.model.repair import Edit, Past, Refusal, Request
from trueup.repair.hunks import DiffError
from trueup.repair.unified import applied, diff_of

MARKS = ("--- ", "+++ ", "-", "+")


def repeated(edits: tuple[Edit, ...], request: Request) -> Iterator[Refusal]:
    """Yield a refusal if an earlier attempt made the same changes and failed."""
    for number, attempt in enumerate(request.past, start=1):
        if _same(edits, attempt, request):
            says = f"same again: attempt {number} made these very changes and failed"
            yield Refusal("same-again", "", 0, says)
            return


def _same(edits: tuple[Edit, ...], attempt: Past, request: Request) -> bool:
    """Compare what comes of both; where an old diff no longer fits, what they say."""
    with suppress(DiffError):
        return {*applied(attempt.diff, request.files.text)} == {*edits}
    return _changes(attempt.diff) == _changes(diff_of(edits))


def _changes(diff: str) -> tuple[str, ...]:
    """Return what a diff takes and puts, whatever is around it."""
    return tuple(line.rstrip() for line in diff.split("\n") if line.startswith(MARKS))
