"""What a Run does next. Pure: the same arguments give the same act.

Every turn decides one act and is followed by another look, so whoever resumes after a crash
goes on from what there is, not from what was intended.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from trueup.kinds.run.facts import RunFacts
from trueup.kinds.run.spec import Ask, Build, Patch, Publish, Restart, RunSpec, StepSpec, Verify
from trueup.model.course import (
    Act,
    Apply,
    Begin,
    Course,
    End,
    Fail,
    Hand,
    Issue,
    Lease,
    Make,
    Open,
    Pass,
    Preview,
    Propose,
    Question,
    Rest,
    Wait,
)
from trueup.model.kind import Terms
from trueup.model.resource import Resource
from trueup.model.status import Status, Trial
from trueup.model.steps import Build as BuildStep
from trueup.model.steps import Pull
from trueup.model.work import Phase, Stage, Work

SOON, SLOW = 0.5, 5.0
AT_STACKS = (Build, Restart, Verify)
KEEP = ("Succeeded", "Skipped")


def course(resource: Resource[RunSpec], facts: RunFacts, status: Status, terms: Terms) -> Course:
    """Return what is to be done next, and what lies ahead.

    `terms` have what a person asked for on top of what the document says.
    """
    spec, work = replace(resource.spec, request=terms.requested_at), status.work
    act = _next(replace(resource, spec=spec), facts, work)
    shown = act.work if isinstance(act, Begin) else work
    return Course(resource.key, shown, act, tuple(str(one) for one in spec.steps))


def _next(resource: Resource[RunSpec], facts: RunFacts, work: Work | None) -> Act:
    spec = resource.spec
    if work is None or work.spec != spec.digest:
        return Rest() if resource.leaving else Begin(_fresh(spec, work, facts))
    if work.phase.ended:
        again = spec.request not in {"", work.request} and not resource.leaving
        return Begin(_again(spec, work, facts)) if again else Rest()
    if resource.leaving and not work.failed:
        return Fail("its document is gone", final=True, reason="Canceled")
    return _target(spec, facts, work)


def _fresh(spec: RunSpec, before: Work | None, facts: RunFacts) -> Work:
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
        started_at=_text(facts.now),
    )


def _again(spec: RunSpec, work: Work, facts: RunFacts) -> Work:
    """Return the memory of another try, which may begin with a later step."""
    names = [one.name for one in spec.steps]
    at = names.index(spec.begin) if spec.begin in names else 0
    kept = tuple(
        one if n < at and one.state in KEEP else Stage(one.step)
        for n, one in enumerate(work.steps)
    )
    begin = min([n for n, one in enumerate(kept) if one.state not in KEEP], default=at)
    reused = any(name == "patch" for name in names[:begin])
    fresh = replace(_fresh(spec, work, facts), generation=work.generation, stage=begin, steps=kept)
    fresh = replace(fresh, answers=work.answers, usage=work.usage)
    if not reused:
        return fresh
    return replace(
        fresh,
        author=work.author,
        files=work.files,
        base=work.base,
        cause=work.cause,
        subject=work.subject,
        signature=work.signature,
        pattern=work.pattern,
    )


def _target(spec: RunSpec, facts: RunFacts, work: Work) -> Act:  # noqa: PLR0911 - one for each obstacle
    """Return what stands in the way of working on the target, or the act of the step."""
    stack = facts.stack
    if work.failed:
        return _take_back(facts, work)
    if stack is None:
        odd = [one.name for one in spec.steps if isinstance(one, AT_STACKS)]
        if odd:
            return Fail(f"{odd[0]} needs a stack, and the target is a folder", final=True)
        return _step(spec, facts, work)
    if not stack.there or stack.leaving:
        return Fail(f"there is no {stack.key}", final=True, reason="TargetMissing")
    if stack.services and spec.target.service not in stack.services:
        known = ", ".join(sorted(stack.services))
        why = f"{stack.key} has no service {spec.target.service}; it has {known}"
        return Fail(why, final=True, reason="TargetMissing")
    if not work.holds:
        if facts.holder:
            return Wait("Leased", f"{facts.holder} works on {stack.key}, or comes first", SOON)
        return Lease(stack.key)
    return _in_time(spec, facts, work)


def _in_time(spec: RunSpec, facts: RunFacts, work: Work) -> Act:
    used = (facts.now - datetime.fromisoformat(work.started_at)).total_seconds()
    if used > spec.budget.time:
        return Fail(f"it took more than {spec.budget.time:g}s", final=True, reason="OverBudget")
    if work.next_at and (left := _left(work, facts)) > 0:
        return Wait("Retrying", f"{work.message or 'it may pass'}", min(left, SLOW))
    return _step(spec, facts, work)


def _left(work: Work, facts: RunFacts) -> float:
    return (datetime.fromisoformat(work.next_at) - facts.now).total_seconds()


def _take_back(facts: RunFacts, work: Work) -> Act:
    """Wait until the stack is back at what was verified, then end."""
    stack = facts.stack
    back = stack is None or not stack.there or stack.leaving
    if stack is not None and not back and (stack.status.trial or not stack.settled):
        return Wait("RollingBack", f"{work.failed} {stack.key} goes back.", SOON)
    if work.fault == "Canceled":
        return End(Phase.CANCELED, work.fault, work.failed)
    phase = Phase.ROLLED_BACK if work.touched else Phase.FAILED
    return End(phase, work.fault, work.failed)


def _step(spec: RunSpec, facts: RunFacts, work: Work) -> Act:  # noqa: PLR0911 - one for each step
    if work.stage >= len(spec.steps):
        return _arrived(facts, work)
    step: StepSpec = spec.steps[work.stage]
    match step:
        case Patch():
            return _patch(step, spec, facts, work)
        case Ask():
            if step.answer in work.answers:
                return Pass("Succeeded", f"{step.answer}.json")
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


def _patch(step: Patch, spec: RunSpec, facts: RunFacts, work: Work) -> Act:
    stack = facts.stack
    if stack is not None and not stack.settled:
        return Wait("StackBusy", f"waits until {stack.key} has come to rest", SOON)
    if facts.opened != facts.revision or work.base != facts.revision:
        return Open(f"the source is at {facts.revision[:12]}")
    found = facts.proposal
    if found is not None and found.cannot:
        return Fail(found.cannot, final=True, reason="NeedsAPerson")
    if found is not None:
        return Apply(found)
    if stack is not None and (passing := _passing(facts, work)):
        return Pass("Skipped", passing)
    done = work.attempt - work.first
    authors = tuple(str(one) for one in step.authors)
    return Propose(authors, done + 1, spec.budget.attempts)


def _passing(facts: RunFacts, work: Work) -> str:
    """Return why nothing is edited: what failed may pass, and twice that is believed."""
    found = facts.evidence.diagnosis
    if found is None or not found.transient or work.attempt - work.first > 1:
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
        return _judged(stack.status.trial, stack.status, work)
    if seen.plan is None:
        return Fail(seen.problem or "there is no candidate")
    if step.mode != "direct" and work.previewed != seen.plan.digest:
        if seen.preview is not None:
            return Preview(seen.preview, seen.plan.digest)
        if step.mode == "preview":
            return Fail(f"no preview is possible: {seen.alone}", final=True, reason="NoPreview")
    return Hand(stack.key, seen.plan.digest)


def _judged(trial: Trial | None, status: Status, work: Work) -> Act:
    """Return what the stack made of the candidate."""
    if trial is None or trial.attempt != _mark(work) or not trial.result:
        why = status.condition("Ready")
        return Wait("Deploying", why.message if why else "the stack takes it over", SOON)
    if trial.result == "Applied":
        return Pass("Succeeded", f"{status.key} runs {trial.digest}")
    return Fail(trial.message or trial.result)


def _mark(work: Work) -> str:
    return f"{work.generation}.{work.attempt}"


def _verify(spec: RunSpec, facts: RunFacts, work: Work) -> Act:
    """The stack verified the candidate with these checks; without a restart a preview does."""
    if work.handed and facts.stack is not None:
        found = _judged(facts.stack.status.trial, facts.stack.status, work)
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
        return Pass(
            "Succeeded", work.commit if not work.branch else f"{work.branch} {work.commit}"
        )
    if not work.files:
        return Pass("Skipped", "nothing was edited")
    if facts.opened != work.base:
        return Fail("the work tree is gone")
    return Issue(step.to, step.branch)


def _arrived(facts: RunFacts, work: Work) -> Act:
    """Wait until the source has what was published, so that nobody goes back in between."""
    stack, said = facts.stack, work.commit and f"published as {work.commit[:12]}"
    message = ". ".join(filter(None, (said, _how(work))))
    if work.commit and not work.branch and work.handed and facts.revision == work.base:
        return Wait("Publishing", f"{message}; the source has not seen it yet", SOON)
    if stack is not None and work.handed and stack.status.trial is not None and not stack.settled:
        return Wait("Publishing", f"{message}; {stack.key} looks at it", SOON)
    return End(Phase.SUCCEEDED, "Published" if work.commit else "Done", message or "done")


def _how(work: Work) -> str:
    return f"{work.author}: {', '.join(work.files)}" if work.files else ""


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
