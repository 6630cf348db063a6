"""Which papers a Run has, whose they are, and which are not worth keeping. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from trueup.model.work import Artifact, Work

OF_ATTEMPT = re.compile(r"attempt-(\d+)-")


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept of Runs that have ended: papers of so many attempts, for so many days."""

    attempts: int = 5
    days: int = 30


KEEPING = Keeping()


def listed(work: Work, kept: Iterable[Artifact]) -> Work:
    """Return the memory with some papers in place of older ones of their names."""
    found = {one.name: one for one in (*work.artifacts, *kept)}
    return replace(work, artifacts=tuple(found[name] for name in sorted(found)))


def current(work: Work) -> tuple[Artifact, ...]:
    """Return the papers of the attempt that is under way, or was the last."""
    return tuple(one for one in work.artifacts if not OF_ATTEMPT.match(one.name))


def aside(work: Work) -> dict[str, str]:
    """Return the names under which the papers of an attempt are kept once it is over."""
    return {one.name: f"attempt-{work.attempt}-{one.name}" for one in current(work)}


def outdated(work: Work, keeping: Keeping, now: datetime) -> tuple[Artifact, ...]:
    """Return the papers of ended work that are not kept any longer."""
    if not work.phase.ended or not work.ended_at:
        return ()
    if now - datetime.fromisoformat(work.ended_at) > timedelta(days=keeping.days):
        return work.artifacts
    numbers = sorted({number for one in work.artifacts if (number := _number(one))}, reverse=True)
    last = set(numbers[: keeping.attempts])
    return tuple(one for one in work.artifacts if _number(one) not in {0, *last})


def _number(one: Artifact) -> int:
    """Return of which attempt a paper is; 0 for the current one."""
    found = OF_ATTEMPT.match(one.name)
    return int(found[1]) if found else 0
