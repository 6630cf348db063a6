"""One status in full, for people. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from trueup.model.consent import Approval
from trueup.model.release import commit
from trueup.model.status import Status
from trueup.report import runs
from trueup.report.align import aligned
from trueup.report.listed import since

Rows = list[tuple[str, ...]]
ID = 19
"""The length of `sha256:` and twelve digits."""


def described(status: Status, artifacts: Sequence[str], now: datetime) -> str:
    """Return everything that a status says, in sections that have something to say."""
    lines = [str(status.key)]
    for title, rows in _sections(status, artifacts, now):
        if rows:
            lines += ["", title.upper(), *aligned(rows, "  ")] if title else aligned(rows, "  ")
    return "\n".join(lines) + "\n"


def _sections(
    status: Status, artifacts: Sequence[str], now: datetime
) -> Iterator[tuple[str, Rows]]:
    work = status.work
    yield "", runs.standing(work) if work else _standing(status, now)
    yield "conditions", _conditions(status, now)
    if work is not None:
        yield "steps", runs.steps(work)
        yield "attempts that failed", runs.attempts(work)
        yield "papers", runs.artifacts(work)
    yield "services", _services(status)
    yield "verified release", _release(status)
    yield "waits for an approval", [(line,) for line in _asked(status)]
    yield "approvals", [_approval(one) for one in status.approvals]
    yield "under way", _journal(status)
    yield "quarantine", _quarantine(status)
    yield "gone back to", _reverted(status)
    yield "problems of the document", [(problem,) for problem in status.problems]
    yield "history", _history(status, now)
    yield "terms", [(name, value) for name, value in status.spec.items() if value]
    yield "artifacts", [(name,) for name in artifacts]


def _standing(status: Status, now: datetime) -> Rows:
    last = status.attempted
    rows = [
        ("sync", str(status.sync)),
        ("health", str(status.health)),
        ("revision", status.revision),
        ("digest", status.observed_digest),
        (
            "last tried",
            f"{last.revision} ({last.digest}) {since(last.at, now)} ago" if last else "",
        ),
        ("failures", f"{status.tries} before anything was touched" if status.tries else ""),
        ("corrections", f"{status.heals} since the last quiet time" if status.heals else ""),
        ("next try", status.next_at),
        ("stuck", status.stuck),
        ("request", status.handled_request),
    ]
    return [row for row in rows if row[1]]


def _conditions(status: Status, now: datetime) -> Rows:
    return [
        (one.type, one.status, one.reason, since(one.since, now), one.message)
        for one in status.conditions
    ]


def _services(status: Status) -> Rows:
    return [
        (name, view.state, str(view.health), view.image, "; ".join(view.reasons))
        for name, view in sorted(status.services.items())
    ]


def _release(status: Status) -> Rows:
    release = status.applied
    if release is None:
        return []
    parts = [(name, one.image, one.image_id[:ID]) for name, one in sorted(release.parts.items())]
    head = [("revision", release.revision), ("digest", release.digest)]
    return [*head, ("verified", release.verified_at), ("file", release.file), *parts]


def _asked(status: Status) -> list[str]:
    return [*status.asks.text.splitlines(), str(status.asks)] if status.asks else []


def _approval(one: Approval) -> tuple[str, ...]:
    counts = f"used {one.used}" if one.used else f"until {one.expires}" if one.expires else ""
    return (one.decision, one.plan, one.by, one.via, one.at, counts)


def _journal(status: Status) -> Rows:
    now = status.journal
    return [(f"{now.phase} {now.number} of {now.of}", now.step, now.at)] if now else []


def _quarantine(status: Status) -> Rows:
    bad = status.quarantine
    return [(bad.revision, bad.digest, bad.at, bad.reason)] if bad else []


def _reverted(status: Status) -> Rows:
    back = status.reverted
    return [(back.revision, back.digest, f"in place of {back.over}")] if back else []


def _history(status: Status, now: datetime) -> Rows:
    return [
        (f"{since(one.at, now)} ago", one.result, commit(one.revision), one.digest, one.message)
        for one in status.history
    ]
