"""A Run document that passed its schema → `RunSpec`, every default filled in.

Decides nothing and checks nothing: what is wrong with a document says the schema.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from trueup.kinds.run.spec import (
    PRESETS,
    Ask,
    AuthorSpec,
    Budget,
    Build,
    Given,
    Patch,
    Publish,
    Restart,
    RunSpec,
    StepSpec,
    Target,
    Verify,
)
from trueup.model.duration import seconds
from trueup.model.kind import Terms
from trueup.model.said import check, own, suspension, text

Body = Mapping[str, Any]
DIGITS = 16
INTERVAL = 3600.0
"""How often a run that has ended is looked at, to throw away what is old."""
ASKING = frozenset({"requestedAt", "from", "suspend", "priority"})
"""What asks for another try, or for none, is no other spec."""


def parse(body: Body) -> RunSpec:
    """Return what a document says. `body` is the whole document."""
    spec: Body = body["spec"]
    suspended, until = suspension(spec.get("suspend", False))
    target = Target(**own(spec["target"]))
    return RunSpec(
        target=target,
        instruction=spec.get("instruction", ""),
        steps=_steps(spec, target.service),
        inputs={name: Given(**own(one)) for name, one in own(spec.get("inputs", {})).items()},
        budget=_budget(spec.get("budget", {})),
        priority=spec.get("priority", "normal"),
        request=text(spec.get("requestedAt", "")),
        begin=spec.get("from", ""),
        suspended=suspended,
        suspended_until=until,
        digest=digest_of(spec),
    )


def terms(spec: RunSpec) -> Terms:
    """Return what the engine must know of a run."""
    return Terms(
        suspended=spec.suspended,
        suspended_until=spec.suspended_until,
        requested_at=spec.request,
        begin=spec.begin,
        interval=INTERVAL,
        timeout=spec.budget.time,
        memory={"target": str(spec.target)},
    )


def digest_of(spec: Body) -> str:
    """Return what is the same for the same piece of work, and for no other."""
    said = {name: value for name, value in own(spec).items() if name not in ASKING}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:DIGITS]


def _steps(spec: Body, service: str) -> tuple[StepSpec, ...]:
    if "steps" not in spec:
        return PRESETS[spec.get("preset", "repair")]
    return tuple(_step(one, service) for one in spec["steps"])


def _step(said: str | Body, service: str) -> StepSpec:
    match {said: {}} if isinstance(said, str) else said:
        case {"patch": patch}:
            authors = tuple(_author(one) for one in patch.get("authors", ()))
            return Patch(authors or Patch().authors, tuple(patch.get("files", ())))
        case {"ask": ask}:
            return Ask(ask["answer"], ask["prompt"], ask["schema"], ask.get("model", ""))
        case {"build": build}:
            return Build(seconds(build.get("timeout", Build().timeout)))
        case {"restart": restart}:
            return Restart(restart.get("mode", "auto"))
        case {"verify": checks}:
            return Verify(tuple(check(service, one) for one in checks))
        case other:
            publish: Body = other.get("publish", {})
            return Publish(publish.get("to", ""), publish.get("branch", ""))


def _author(said: str | Body) -> AuthorSpec:
    match said:
        case str():
            return AuthorSpec(said)
        case {"model": name}:
            return AuthorSpec("model", name)
        case _:
            diff = said["diff"]
            return AuthorSpec("diff", diff=diff.get("text", ""), file=diff.get("file", ""))


def _budget(said: Body) -> Budget:
    usual = Budget()
    return Budget(
        attempts=said.get("attempts", usual.attempts),
        tokens=said.get("tokens", usual.tokens),
        cost=float(said.get("cost", usual.cost)),
        time=seconds(said.get("time", usual.time)),
    )
