"""A Run told to people: how far it is, what it found out, and why it goes on or not. Pure."""

from collections.abc import Iterator
from datetime import datetime

from trueup.model.status import Status
from trueup.model.work import Phase, Stage, Work

HEADER = ("ATTEMPT", "WHEN", "AUTHOR", "STEP", "ERROR")
Rows = list[tuple[str, ...]]
SHOWN = 12
"""How many digits of a digest are shown."""
WAITS = {
    "Leased": "Two runs never work on one stack at once; it goes on as soon as it is its turn.",
    "StackBusy": "It goes on as soon as the stack has come to rest.",
    "Retrying": "That may pass, so it costs no attempt unless it lasts.",
    "Deploying": "The stack deploys the candidate, and goes back by itself if it fails.",
    "RollingBack": "It ends as soon as the stack is back.",
    "Publishing": "It ends as soon as the stack has seen the commit.",
}
"""What follows on each reason to wait."""
MENDS = {
    "NeedsAPerson": "Commit a fix, or another instruction.",
    "AttemptsUsedUp": "Read the attempts; then commit another instruction, or allow for more.",
    "OverBudget": "Allow for more in its budget.",
    "StepsOutOfOrder": "Put its steps in order.",
    "TargetMissing": "Correct its target.",
    "NoPreview": "Name another mode, or change what keeps the service from running twice.",
}
"""What a person can do about work that has failed."""


def standing(work: Work) -> Rows:
    """Return the facts of a Run that are known."""
    rows = [
        ("phase", f"{work.phase} ({work.reason})" if work.reason else str(work.phase)),
        ("message", work.message),
        ("attempt", f"{work.attempt - work.first + 1} of this try, {work.attempt} in all"),
        ("generation", str(work.generation)),
        ("began", work.started_at),
        ("ended", work.ended_at),
        ("works on", work.holds),
        ("cause", f"{work.cause} {work.subject}".strip()),
        ("signature", work.signature),
        ("author", work.author),
        ("files", ", ".join(work.files)),
        ("base", work.base),
        ("candidate", work.candidate),
        ("commit", work.commit),
        ("branch", work.branch),
        ("next try", work.next_at),
        ("failed", work.failed),
        ("usage", _usage(work)),
    ]
    return [row for row in rows if row[1]]


def steps(work: Work) -> Rows:
    """Return a row for each step: number, type, state, begin, time it took, message."""
    return [
        (str(n), one.step, one.state, one.started_at or "-", _took(one), one.message)
        for n, one in enumerate(work.steps, start=1)
    ]


def attempts(work: Work) -> Rows:
    """Return a row for each attempt that failed."""
    return [
        (str(one.number), one.at, one.author or "nobody", one.step, one.error)
        for one in work.tries
    ]


def history(work: Work) -> list[dict[str, object]]:
    """Return the attempts that failed as plain values, the latest first."""
    return [
        {
            "attempt": one.number,
            "at": one.at,
            "author": one.author,
            "step": one.step,
            "error": one.error,
        }
        for one in reversed(work.tries)
    ]


def artifacts(work: Work) -> Rows:
    """Return a row for each file beside the status."""
    return [(one.name, f"{one.size} B", f"sha256:{one.sha256[:SHOWN]}") for one in work.artifacts]


def now(status: Status, work: Work) -> Iterator[str]:
    """Yield how a Run stands."""
    target = status.spec.get("target", "")
    yield f"It is {work.phase}{f' ({work.reason})' if work.reason else ''}: {_said(work)}"
    if work.cause:
        yield f"What is wrong with {target}: {work.cause} {work.subject}".rstrip()
    if work.author and work.files:
        yield f"{work.author} edits {', '.join(work.files)}."
    for one in work.steps:
        if one.message:
            yield f"{one.step} {one.state.lower()}: {one.message}"


def obstacles(key: str, work: Work) -> Iterator[str]:
    """Yield what keeps a Run from going on, and how that is lifted."""
    if work.reason == "Suspended":
        yield f"It is suspended; `trueup resume {key}` lifts that."
    if not work.phase.ended:
        yield from [WAITS[work.reason]] if work.reason in WAITS else []
        return
    if work.phase is not Phase.SUCCEEDED:
        yield from [MENDS[work.reason]] if work.reason in MENDS else []
        yield f"It is not tried again by itself: use `trueup retry {key}`, or change its document."


def coming(work: Work) -> Iterator[str]:
    """Yield what a Run does next."""
    if work.phase.ended:
        yield "Nothing is left to do."
    elif work.failed:
        yield f"What was done is taken back: {work.failed}"
    elif work.next_at:
        yield f"It is tried again at {work.next_at}, after {work.waits} failures in a row."
    elif work.stage < len(work.steps):
        left = [one.step for one in work.steps[work.stage :]]
        yield f"Next is {left[0]}{', then ' + ', '.join(left[1:]) if left[1:] else ''}."


def past(work: Work) -> Iterator[str]:
    """Yield what earlier attempts have ended with."""
    for one in work.tries:
        yield f"Attempt {one.number} ({one.author or 'nobody'}) failed at {one.step}: {one.error}"


def _said(work: Work) -> str:
    if work.message:
        return work.message
    at = work.steps[work.stage].step if work.stage < len(work.steps) else "its end"
    return f"attempt {work.attempt - work.first + 1} is at {at}"


def _took(one: Stage) -> str:
    if not one.started_at or not one.ended_at:
        return "-"
    took = datetime.fromisoformat(one.ended_at) - datetime.fromisoformat(one.started_at)
    return f"{took.total_seconds():g}s"


def _usage(work: Work) -> str:
    used = work.usage
    if not used.calls:
        return ""
    tokens = f"{used.sent} tokens sent, {used.received} received"
    return f"{used.calls} calls, {tokens}, {used.cost:.4f} USD, {used.seconds:.1f}s"
