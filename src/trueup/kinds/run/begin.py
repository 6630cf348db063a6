"""How a try of a Run begins: with a fresh memory, or with what an earlier try has found. Pure."""

from dataclasses import replace
from datetime import datetime

from trueup.kinds.run.spec import Ask, Patch, RunSpec
from trueup.model.work import Phase, Stage, Work

KEEP = ("Succeeded", "Skipped")


def fresh(spec: RunSpec, before: Work | None, now: datetime) -> Work:
    """Return the memory of a spec that is begun: attempts go on counting over generations."""
    attempt = before.attempt + 1 if before else 1
    return Work(
        spec.digest,
        Phase.RUNNING,
        request=spec.request,
        generation=before.generation + 1 if before else 1,
        attempt=attempt,
        first=attempt,
        steps=tuple(Stage(one.name) for one in spec.steps),
        artifacts=before.artifacts if before else (),
        started_at=text(now),
    )


def again(spec: RunSpec, work: Work, now: datetime) -> Work:
    """Return the memory of another try, which may begin with a later step.

    What the steps before that one have found is used again: answers, and the patch, which is
    applied to a new work tree without asking anybody.
    """
    goal = _named(spec)
    patch = next((n for n in range(goal) if isinstance(spec.steps[n], Patch)), goal)
    begin = min([goal, patch, *_undone(work, goal)])
    steps = tuple(
        one if number < begin else Stage(one.step) for number, one in enumerate(work.steps)
    )
    reused = bool(work.files) and begin == patch < goal
    return replace(
        fresh(spec, work, now),
        generation=work.generation,
        stage=begin,
        steps=steps,
        answers=_answers(spec, work, goal),
        usage=work.usage,
        reuse=work.attempt if reused else 0,
        cause=work.cause if reused else "",
        subject=work.subject if reused else "",
        signature=work.signature if reused else "",
        pattern=work.pattern if reused else "",
    )


def text(moment: datetime) -> str:
    """Return a moment as it is put on record."""
    return moment.isoformat(timespec="seconds")


def _named(spec: RunSpec) -> int:
    """Return the number of the step that another try is to begin with."""
    names = [one.name for one in spec.steps]
    return names.index(spec.begin) if spec.begin in names else 0


def _undone(work: Work, goal: int) -> list[int]:
    return [n for n, one in enumerate(work.steps) if n < goal and one.state not in KEEP]


def _answers(spec: RunSpec, work: Work, goal: int) -> dict[str, str]:
    names = [one.answer for one in spec.steps[:goal] if isinstance(one, Ask)]
    return {name: work.answers[name] for name in names if name in work.answers}
