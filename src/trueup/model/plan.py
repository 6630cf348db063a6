"""What to do about one resource, decided in full before anything is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from trueup.model.checks import Check
from trueup.model.consent import Ask
from trueup.model.key import Key
from trueup.model.release import Release
from trueup.model.steps import Bundle, Step, Undo, Verify, services_of, undo_of


class Verdict(StrEnum):
    """How a resource stands, compared with what is wanted."""

    IN_SYNC = "InSync"
    ABSENT = "Absent"
    OUT_OF_SYNC = "OutOfSync"
    DRIFTED = "Drifted"
    UNVERIFIED = "Unverified"
    LEAVING = "Leaving"
    HELD = "Held"
    BLOCKED = "Blocked"


class Sync(StrEnum):
    """Whether what runs is what git says."""

    SYNCED = "Synced"
    OUT_OF_SYNC = "OutOfSync"
    UNKNOWN = "Unknown"


class Health(StrEnum):
    """Whether what runs does its work."""

    HEALTHY = "Healthy"
    PROGRESSING = "Progressing"
    DEGRADED = "Degraded"
    MISSING = "Missing"
    UNVERIFIED = "Unverified"
    SUSPENDED = "Suspended"


@dataclass(frozen=True, slots=True)
class ServiceView:
    """How one service stands, and the reason for what is (or is not) done about it."""

    state: str
    health: Health
    image: str = ""
    digest: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A verdict, the reason for it, and the steps that follow from it.

    `str(plan)` is what the `plan` command prints, what the status keeps and what the
    tests compare, so the three cannot disagree.

    Attributes:
        release: what will have been verified once every step has succeeded.
        bundle: the files to write before the first step.
        wanted: the digest that the document asks for; another than `digest` while that one
            has failed and the plan keeps to the last verified release.
        origin: whose containers may be removed; see `Resource.origin`.
        ahead: takes back what an earlier, interrupted try has changed already.
        back: the checks that the way back ends with.
        no_way_back: why a failure must not be rolled back; empty where it may.
        holds: the ids of images that the way back needs and nothing else will use.
        lacks: what the host has no room for; nothing is begun while it has none.
        adopted: the ids of containers that are ours though they do not carry our labels.
        names: what only one resource of the host may have, in words; it is taken before a step.
        again: in how many seconds what refuses it may be over; 0 where only a change helps.
        code: one word for why a blocked plan is blocked.
        problems: everything that is wrong, where the reason names only the first.
        heals: whether this corrects drift (and so is subject to self-heal backoff).
        gone: whether nothing of the resource is left once every step has succeeded.
        asks: what a person has to agree to first; None where nothing waits for one.
        approved: the digest under which a person has agreed to it.
        trial: the Run whose candidate this puts in place of what git says; empty for git's.
    """

    key: Key
    verdict: Verdict
    reason: str
    steps: tuple[Step, ...] = ()
    revision: str = ""
    digest: str = ""
    sync: Sync = Sync.UNKNOWN
    health: Health = Health.UNVERIFIED
    services: Mapping[str, ServiceView] = field(default_factory=dict)
    release: Release | None = None
    bundle: Bundle | None = None
    wanted: str = ""
    origin: str = ""
    ahead: tuple[Undo, ...] = ()
    back: tuple[Check, ...] = ()
    no_way_back: str = ""
    holds: tuple[str, ...] = ()
    adopted: tuple[str, ...] = ()
    lacks: str = ""
    heals: bool = False
    gone: bool = False
    asks: Ask | None = None
    approved: str = ""
    trial: str = ""
    names: tuple[str, ...] = ()
    again: float = 0.0
    code: str = "Refused"
    problems: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.key} {self.verdict}: {self.reason}"]
        lines += [f"  refused  {problem}" for problem in self.problems]
        lines += [f"{number} {step}" for number, step in enumerate(self.steps, start=1)]
        touched = {name for step in self.steps for name in services_of(step)}
        lines += [
            f"  keep     {name}  {'; '.join(view.reasons) or 'in sync'}"
            for name, view in sorted(self.services.items())
            if name not in touched
        ]
        lines += [f"  {self.asks}"] if self.asks else []
        return "\n".join(lines) + "\n"


def rollback(plan: Plan, started: Sequence[Step], *, timeout: float) -> Plan:
    """Return the plan that takes back every started step, latest first, and checks it.

    The step that failed is included: it may have changed the host before it failed.
    """
    undone = [undo for step in reversed(started) for undo in undo_of(step)] + [*plan.ahead]
    proof = [Verify(undone[0].project, plan.back, timeout)] if undone and plan.back else []
    reason = f"taking back {len(started)} started steps"
    steps = (*undone, *proof)
    return replace(
        Plan(plan.key, Verdict.OUT_OF_SYNC, reason, steps, origin=plan.origin),
        adopted=plan.adopted,
    )
