"""A plan, or the course of a Run, as plain values for machines. Pure."""

from typing import Any

from trueup.model.course import Course
from trueup.model.plan import Plan
from trueup.model.steps import Step
from trueup.model.work import Phase
from trueup.report.codec import encode

PRIVATE = {"undo", "checks"}


def as_values(plan: Plan) -> dict[str, Any]:
    """Return a plan without the files that it would write."""
    return {
        "key": str(plan.key),
        "verdict": plan.verdict.value,
        "reason": plan.reason,
        "digest": plan.digest,
        "revision": plan.revision,
        "steps": [_step(number, step) for number, step in enumerate(plan.steps, start=1)],
        "services": {name: encode(view) for name, view in sorted(plan.services.items())},
    }


def course_values(course: Course) -> dict[str, Any]:
    """Return what a Run does next, and what has become of its steps."""
    steps = course.work.steps if course.work else ()
    return {
        "key": str(course.key),
        "phase": (course.work.phase if course.work else Phase.PENDING).value,
        "next": {"kind": type(course.act).__name__.lower(), "text": str(course.act)},
        "steps": [{"number": n, **encode(one)} for n, one in enumerate(steps, start=1)],
    }


def _step(number: int, step: Step) -> dict[str, Any]:
    """Return the fields of a step; checks and the way back are told as the plan tells them."""
    said = {name: value for name, value in encode(step).items() if name not in PRIVATE}
    checks = [str(check) for check in getattr(step, "checks", ())]
    undo = [str(back) for back in getattr(step, "undo", ())]
    more = {name: value for name, value in (("checks", checks), ("undo", undo)) if value}
    kind = type(step).__name__.lower()
    return {"number": number, "kind": kind, "text": str(step), **said, **more}
