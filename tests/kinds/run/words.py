"""Words for writing tests about Runs: what a document says, what there is, what is remembered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from trueup.kinds.run.course import course
from trueup.kinds.run.facts import RunFacts
from trueup.kinds.run.parse import parse, terms
from trueup.kinds.run.spec import RunSpec
from trueup.model.bench import Evidence, Foreseen, Sight
from trueup.model.course import Course
from trueup.model.key import Key
from trueup.model.plan import Plan, Verdict
from trueup.model.release import Release
from trueup.model.repair import Diagnosis, Edit, Proposal
from trueup.model.resource import Resource
from trueup.model.status import Condition, Status, Trial
from trueup.model.steps import Build, Pull
from trueup.model.work import Phase, Stage, Work

NOW = datetime(2026, 1, 1, 10, tzinfo=UTC)
KEY, STACK = Key("Run", "fix"), Key("Stack", "shop")
AT = "3f2a91c0dddd"
PATCH = Proposal("rule/python-module", (Edit("api/requirements.txt", "", "x\n"),), "requires x")
LOST = Diagnosis("python-module", "x", "x is missing.", 0.9, "boom", "b00m")
PASSES = replace(LOST, says="The registry did not answer.", transient=True)
RELEASE = Release("51d0", "1111", "a.json", {}, "2026-01-01T09:00:00+00:00")
PULL, BUILD = Pull("base", "base:1", "new"), Build("api", "api:4444", "b.json", "new")
PLAN = Plan(STACK, Verdict.OUT_OF_SYNC, "on trial", digest="4444", steps=(BUILD,))
BUILT = replace(PLAN, steps=())
SHOWN = Plan(KEY, Verdict.OUT_OF_SYNC, "a preview", digest="4444")


def spec(**said: Any) -> RunSpec:
    """Return what a document says; without a target, of service `api` of `shop`."""
    said.setdefault("target", {"stack": "shop", "service": "api"})
    return parse({"kind": "Run", "spec": said})


def memory(one: RunSpec | None = None, stage: int = 0, **more: Any) -> Work:
    """Return what is remembered of a Run that has come to a step: every one before succeeded."""
    one = one or spec()
    steps = tuple(
        Stage(step.name, "Succeeded" if n < stage else "Pending", "done" if n < stage else "")
        for n, step in enumerate(one.steps)
    )
    base = Work(one.digest, Phase.RUNNING, stage=stage, steps=steps, holds="Stack/shop")
    at_work = replace(base, started_at=(NOW - timedelta(minutes=1)).isoformat(), base=AT)
    patched = {"files": ("api/requirements.txt",), "author": PATCH.author} if stage else {}
    return replace(at_work, **{**patched, **more})


def sight(**more: Any) -> Sight:
    """Return a stack that is at rest, with more that is so of its status."""
    fields_ = Status.__dataclass_fields__.keys() - Sight.__dataclass_fields__.keys()
    about = {name: more.pop(name) for name in [*more] if name in fields_}
    status = Status(STACK, applied=RELEASE)
    return replace(
        Sight(
            STACK,
            there=True,
            settled=True,
            services=frozenset({"api", "db"}),
            status=replace(status, **about),
        ),
        **more,
    )


def trial(result: str = "", attempt: str = "1.1.0", message: str = "") -> Trial:
    return Trial("Run/fix", attempt, "4444", result, message)


def ready(reason: str, message: str) -> tuple[Condition, ...]:
    return (Condition("Ready", "Unknown", reason, message, ""),)


def facts(**more: Any) -> RunFacts:
    """Return what there is for a Run whose stack is at rest and whose work tree is whole."""
    usual = RunFacts(NOW, stack=sight(), revision=AT, opened=AT)
    return replace(usual, **{"evidence": Evidence("boom\n", LOST, "boom"), **more})


def foresees(plan: Plan | None = PLAN, preview: Plan | None = None, **more: str) -> Foreseen:
    return Foreseen(plan, preview, **more)


def resource(one: RunSpec | None = None, **more: Any) -> Resource[RunSpec]:
    return Resource(KEY, one or spec(), "fix.yaml", "repo", "origin", AT, **more)


def decided(
    seen: RunFacts, work: Work | None = None, one: RunSpec | None = None, **more: Any
) -> Course:
    """Return the course of a Run."""
    one = one or spec()
    return course(resource(one, **more), seen, Status(KEY, work=work), terms(one))


def next_of(
    seen: RunFacts, work: Work | None = None, one: RunSpec | None = None, **more: Any
) -> str:
    """Return the next act of a Run, as its course says it in the first line."""
    head = str(decided(seen, work, one, **more)).partition("\n")[0]
    return head.removeprefix("Run/fix ")
