"""Why something was, or was not, done: told from a status alone. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from trueup.model.release import named
from trueup.model.status import Status
from trueup.model.work import Work
from trueup.report import runs
from trueup.report.listed import since

ATTEMPTS = 3
Reasons = Mapping[str, tuple[str, ...]]
"""Sentences under a heading."""


def explained(status: Status, last_plan: str, now: datetime) -> Reasons:
    """Return sentences under headings; headings with nothing to say are left out.

    `last_plan` is the plan that was carried out last, with the cause of each step.
    """
    if status.work is not None:
        return _of_work(status, status.work, last_plan)
    found = {
        "now": tuple(_now(status)),
        "services": tuple(_services(status)),
        "in the way": tuple(_obstacles(status)),
        "next": tuple(_next(status, now)),
        "last attempts": tuple(_attempts(status, now)),
        "last plan": tuple(last_plan.splitlines()),
    }
    return _said(found)


def _of_work(status: Status, work: Work, last_plan: str) -> Reasons:
    """Return why a Run did what it did, and why it goes on, or does not."""
    wrong = [f"The document is wrong: {problem}" for problem in status.problems]
    found = {
        "now": tuple(runs.now(status, work)),
        "in the way": (*wrong, *runs.obstacles(str(status.key), work)),
        "next": tuple(runs.coming(work)),
        "last attempts": tuple(runs.past(work)),
        "last plan": tuple(last_plan.splitlines()),
    }
    return _said(found)


def _said(found: Reasons) -> Reasons:
    return {heading: lines for heading, lines in found.items() if lines}


def as_text(status: Status, reasons: Reasons) -> str:
    """Return the sentences as people read them."""
    lines = [str(status.key)]
    for heading, said in reasons.items():
        lines += ["", heading.upper(), *(f"  {line}" for line in said)]
    return "\n".join(lines) + "\n"


def _now(status: Status) -> Iterator[str]:
    if not status.conditions:
        yield "It has not been looked at yet: start `trueup run`."
        return
    yield f"Sync is {status.sync} and health is {status.health}."
    for one in status.conditions:
        is_ = {"True": "is", "False": "is not"}.get(one.status, "may be")
        yield f"It {is_} {one.type.lower()} ({one.reason}): {one.message}"
    if (step := status.journal) is not None:
        yield f"Under way since {step.at}: {step.phase} {step.number} of {step.of}, {step.step}"


def _services(status: Status) -> Iterator[str]:
    for name, view in sorted(status.services.items()):
        yield f"{name} is {view.state}, {view.health}: {'; '.join(view.reasons) or 'in sync'}"


def _obstacles(status: Status) -> Iterator[str]:
    """What keeps Trueup from acting, and how each is lifted."""
    again = f"`trueup reconcile {status.key.name}`"
    ready = status.condition("Ready")
    for problem in status.problems:
        yield f"The document is wrong: {problem} Until it is right, its last good version counts."
    if ready and ready.reason == "Suspended":
        yield f"It is suspended; `trueup resume {status.key.name}` lifts that."
    if (bad := status.quarantine) is not None:
        yield f"{named(bad.revision, bad.digest)} failed at {bad.at} and is not tried again."
        yield f"A change of its inputs lifts this, or {again}."
    if (back := status.reverted) is not None:
        yield f"A person went back to {named(back.revision, back.digest)}."
        yield f"The next change in git lifts this, or {again}."
    if status.stuck:
        yield f"A person is needed: {status.stuck}"
        yield f"Once that is mended, commit a change or use {again}."
    if ready and ready.reason == "DriftReturns":
        yield f"Find out what undoes the corrections; then use {again}."
    if status.asks is not None:
        yield f"This waits: {status.asks}"
        yield from status.asks.text.splitlines()
    if ready and ready.reason == "RemovalHeld":
        yield "Its document is gone, and so much at once is not removed without a person."
    if ready and ready.reason == "Refused":
        yield "Nothing is touched until the document, or what owns the containers, changes."


def _next(status: Status, now: datetime) -> Iterator[str]:
    waiting = status.condition("Reconciling")
    if status.next_at and (status.tries or waiting):
        yield f"It is tried again at {status.next_at}, after {status.tries or 1} failures."
    elif status.heals and status.next_at and datetime.fromisoformat(status.next_at) > now:
        said = "once" if status.heals == 1 else f"{status.heals} times"
        yield f"Drift was corrected {said}; before {status.next_at} it is not corrected again."
    elif waiting and waiting.reason == "DependencyNotReady":
        yield "It goes on as soon as what it depends on is verified."
    elif status.journal is None and status.conditions:
        yield "It is looked at again with the next change, and now and then without one."


def _attempts(status: Status, now: datetime) -> Iterator[str]:
    """The last few, each with its message unless that was said already."""
    ready = status.condition("Ready")
    for one in status.history[:ATTEMPTS]:
        what = named(one.revision, one.digest)
        more = "" if ready and one.message in ready.message else f": {one.message}"
        yield f"{since(one.at, now)} ago: {one.result} {what} in {one.seconds:g}s{more}"
