"""What the step that a Run has come to needs next. Pure; obstacles are another's business."""

from dataclasses import replace
from typing import assert_never

from trueup.kinds.run.facts import RunFacts
from trueup.kinds.run.spec import Ask, Build, Patch, Publish, Restart, RunSpec, StepSpec, Verify
from trueup.model.bench import Foreseen, Sight
from trueup.model.course import (
    Act,
    Apply,
    Fail,
    Hand,
    Issue,
    Make,
    Open,
    Pass,
    Preview,
    Propose,
    Question,
    Wait,
)
from trueup.model.status import Trial
from trueup.model.steps import Build as BuildStep
from trueup.model.steps import Pull
from trueup.model.work import Work

SOON, TOLD = 0.5, 3.0
"""Seconds to another look: at what tells nobody, and at a stack, which wakes whoever waits."""
SURE = 0.8
"""From this confidence on a failure is believed to pass by itself."""
NEED = (Build, Restart, Verify)
"""The steps that cannot do without the work tree."""


def act_of(  # noqa: PLR0911 - one for each step
    step: StepSpec, spec: RunSpec, facts: RunFacts, work: Work
) -> Act:
    """Return what is to be done for a step: it may take several acts, one after the other."""
    if isinstance(step, NEED) and (why := _stale(facts, work)):
        return Open(why)
    match step:
        case Patch():
            return _patch(step, spec, facts, work)
        case Ask():
            if step.answer in work.answers:
                return Pass("Succeeded", f"{step.answer}.json {work.message}".strip())
            return Question(work.stage, step.answer)
        case Build():
            return _build(step, facts)
        case Restart():
            return _restart(step, facts, work)
        case Verify():
            return _verify(spec, facts, work)
        case Publish():
            return _publish(step, facts, work)
        case _:
            assert_never(step)


def _stale(facts: RunFacts, work: Work) -> str:
    """Return why the work tree can be tried no more; empty where it can, or was."""
    if work.handed and (facts.stack is None or result(facts.stack, work)):
        return ""
    if not work.base:
        return "there is none"
    if facts.opened != work.base:
        return "the work tree is gone"
    why = _another(facts.foreseen, work) if work.handed else ""
    if facts.revision != work.base and (why or not work.handed):
        return f"the source is at {facts.revision[:12]}"
    return why


def _another(seen: Foreseen, work: Work) -> str:
    """Return why a stack cannot run what it was handed: nobody has built what it is by now."""
    if seen.problem:
        return seen.problem
    if seen.plan is None or seen.plan.wanted == work.candidate:
        return ""
    return "the candidate is another one by now"


def _patch(step: Patch, spec: RunSpec, facts: RunFacts, work: Work) -> Act:
    if facts.stack is not None and (why := busy(facts.stack)):
        return Wait("StackBusy", why, TOLD)
    if facts.opened != facts.revision or work.base != facts.revision:
        return Open(f"the source is at {facts.revision[:12]}")
    found = facts.proposal
    if found is not None and found.cannot:
        return Fail(found.cannot, final=True, reason="NeedsAPerson")
    if found is not None:
        return Apply(found)
    if facts.stack is not None and (passing := _passing(facts, work)):
        return Pass("Skipped", passing)
    authors = tuple(str(one) for one in step.authors)
    return Propose(authors, work.attempt - work.first + 1, spec.budget.attempts)


def busy(stack: Sight) -> str:
    """Return why a stack shows nothing yet that could be worked on."""
    if not stack.settled:
        return f"waits until {stack.key} has come to rest"
    trial = stack.status.trial
    if trial is not None and trial.lasts:
        return f"waits until {stack.key} has gone back from the candidate of {trial.run}"
    return ""


def _passing(facts: RunFacts, work: Work) -> str:
    """Return why nothing is edited: what failed may pass, and twice that is believed.

    A guess is not: it would keep the authors from looking at what is really wrong.
    """
    found = facts.evidence.diagnosis
    if found is None or not found.transient or work.attempt - work.first > 1:
        return ""
    if found.confidence < SURE:
        return ""
    return f"{found.says} Nothing is edited; it is tried again."


def _build(step: Build, facts: RunFacts) -> Act:
    seen = facts.foreseen
    if seen.plan is None:
        return Fail(seen.problem or "there is no candidate")
    todo = tuple(one for one in seen.plan.steps if isinstance(one, BuildStep | Pull))
    if not todo:
        return Pass("Skipped", "every image is in place")
    return Make(replace(seen.plan, steps=todo), step.timeout)


def _restart(step: Restart, facts: RunFacts, work: Work) -> Act:
    seen, stack = facts.foreseen, facts.stack
    if stack is None:
        return Fail("there is no stack", final=True)
    if work.handed:
        return _judged(stack, work)
    if seen.plan is None:
        return Fail(seen.problem or "there is no candidate")
    if step.mode != "direct" and work.previewed != seen.plan.digest:
        if seen.preview is not None:
            return Preview(seen.preview, seen.plan.digest)
        if step.mode == "preview":
            return Fail(f"no preview is possible: {seen.alone}", final=True, reason="NoPreview")
    return Hand(stack.key, seen.plan.digest)


def _judged(stack: Sight, work: Work) -> Act:
    """Return what the stack made of the candidate."""
    trial = result(stack, work)
    if trial is None:
        why = stack.status.condition("Ready")
        return Wait("Deploying", why.message if why else "the stack takes it over", TOLD)
    if trial.result == "Applied":
        return Pass("Succeeded", f"{stack.key} runs {trial.digest}")
    if trial.result == "Overruled":
        return Fail(trial.message or "a person overruled it", final=True, reason="Overruled")
    return Fail(trial.message or trial.result)


def result(stack: Sight, work: Work) -> Trial | None:
    """Return the trial of this attempt; None where it is not over."""
    trial = stack.status.trial
    if trial is None or trial.attempt != work.mark or not trial.result:
        return None
    return trial


def _verify(spec: RunSpec, facts: RunFacts, work: Work) -> Act:
    """The stack verified the candidate with these checks; without a restart a preview does."""
    if work.handed and facts.stack is not None:
        found = _judged(facts.stack, work)
        return Pass("Succeeded", "every check holds") if isinstance(found, Pass) else found
    seen = facts.foreseen
    if seen.plan is not None and work.previewed == seen.plan.digest:
        return Pass("Succeeded", "every check holds in the preview")
    if seen.plan is not None and seen.preview is not None:
        return Preview(seen.preview, seen.plan.digest)
    why = seen.alone or seen.problem or "nothing runs that could be verified"
    return Fail(f"{spec.target} cannot be verified: {why}")


def _publish(step: Publish, facts: RunFacts, work: Work) -> Act:
    if work.commit:
        said = work.commit if not work.branch else f"{work.branch} {work.commit}"
        return Pass("Succeeded", said)
    if not work.files:
        return Pass("Skipped", "nothing was edited")
    if work.handed and facts.stack is not None:
        found = _judged(facts.stack, work)
        if not isinstance(found, Pass):
            return found
    return Issue(step.to, step.branch)
