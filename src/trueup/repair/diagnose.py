"""A log → what is wrong, best first. Raises nothing, whatever the log has in it."""

from collections.abc import Callable, Iterable

from trueup.model.repair import Diagnosis
from trueup.repair.cause import Cause, Found, find
from trueup.repair.causes import base, python, system
from trueup.repair.logs import LogText, read

CAUSES: tuple[Cause, ...] = (*python.CAUSES, *system.CAUSES, *base.CAUSES)
"""What one line shows, of every family."""

FINDERS: tuple[Callable[[LogText], Iterable[Found]], ...] = (
    lambda log: find(log, CAUSES),
    system.find_named,
    base.find_newer,
    base.find_syntax,
)
"""What needs more than a line is looked for by a function of its family."""


def diagnose(text: str) -> tuple[Diagnosis, ...]:
    """Return every error of a known class that a log shows, the likeliest first.

    Of two that are equally likely the later counts: it is what ended the work.
    """
    log = read(text)
    found = [one for finder in FINDERS for one in finder(log)]
    ordered = sorted(found, key=lambda one: (-one.diagnosis.confidence, -one.number))
    kept: dict[tuple[str, str], Diagnosis] = {}
    for _, diagnosis in ordered:
        kept.setdefault((diagnosis.cause, diagnosis.subject), diagnosis)
    return tuple(kept.values())
