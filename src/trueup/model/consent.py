"""What people agree to: removals that are meant, and plans that may be carried out."""

from collections.abc import Iterable
from dataclasses import dataclass

from trueup.model.key import Key

APPROVED, REJECTED = "Approved", "Rejected"


@dataclass(frozen=True, slots=True)
class Consent:
    """What the committed files of one revision agree to: keys that may go, digests of plans."""

    removals: frozenset[Key] = frozenset()
    plans: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Approval:
    """Who decided what about which plan.

    Attributes:
        subject: what the plan is for, such as `Stack/shop`.
        plan: the digest of the plan; nothing else is decided about.
        decision: Approved or Rejected.
        by: who decided, as far as it is known.
        at: when, in UTC; empty where only a file says so.
        via: how it was said, such as `command line`, or a commit.
        expires: until when it counts, in UTC; empty for as long as the plan stays the same.
        used: since when it counts no more, in UTC: a plan that was carried out uses it up.
    """

    subject: str
    plan: str
    decision: str
    by: str = ""
    at: str = ""
    via: str = ""
    expires: str = ""
    used: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person has to agree to before a plan is carried out.

    Attributes:
        plan: the digest of the plan; empty while it cannot be known.
        services: the protected services that it touches.
        text: the plan as people read it.
    """

    plan: str
    services: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        names = ", ".join(self.services)
        if not self.plan:
            return f"approve  {names}  needs an approval; `trueup run` gives the plan its digest"
        return f"approve  {names}  needs an approval of plan {self.plan}"


def carried_out(approvals: Iterable[Approval]) -> Approval | None:
    """Return the approval that was used last: what is asked after it is another question."""
    return max((one for one in approvals if one.used), key=lambda one: one.used, default=None)


def decided(approvals: Iterable[Approval], plan: str, now: str) -> Approval | None:
    """Return what counts for a plan at a time (UTC): the last decision that was not used."""
    found = None
    for one in approvals:
        if one.plan == plan and not one.used and (not one.expires or now < one.expires):
            found = one
    return found
