"""Many statuses as one table. Pure."""

from collections.abc import Iterable
from datetime import datetime

from trueup.model.release import commit
from trueup.model.status import Status
from trueup.report.align import age

FINITE = ("Run",)
"""The kinds that are neither in sync nor healthy: they come to an end."""
HEADER = ("NAME", "SYNC", "HEALTH", "READY", "REVISION", "AGE", "MESSAGE")


def rows(
    statuses: Iterable[Status], now: datetime, *, longest: int | None = None
) -> list[tuple[str, ...]]:
    """Return one row for each status; AGE is how long it has been as READY says.

    Messages are cut to `longest` characters, where there is no room for more.
    """
    return [_row(status, now, longest) for status in statuses]


def since(moment: str, now: datetime) -> str:
    """Return how long ago a moment was; `-` where none is known."""
    return age((now - datetime.fromisoformat(moment)).total_seconds()) if moment else "-"


def _row(status: Status, now: datetime, longest: int | None) -> tuple[str, ...]:
    ready = status.condition("Ready")
    finite = status.key.kind in FINITE
    return (
        str(status.key),
        "-" if finite else str(status.sync),
        "-" if finite else str(status.health),
        _readiness(status),
        commit(status.revision) or "-",
        since(ready.since, now) if ready else "-",
        _cut(ready.message, longest) if ready else "not looked at yet",
    )


def _readiness(status: Status) -> str:
    """Return whether a resource is ready, and of work how far it has come."""
    ready, work = status.condition("Ready"), status.work
    if work is not None:
        more = work.reason or (work.steps[work.stage].step if work.stage < len(work.steps) else "")
        return f"{work.phase} ({more})" if more else str(work.phase)
    return f"{ready.status} ({ready.reason})" if ready else "Unknown"


def _cut(text: str, longest: int | None) -> str:
    line = " ".join(text.split("\n"))
    return line if longest is None or len(line) <= longest else line[: longest - 1] + "…"
