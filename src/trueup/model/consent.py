"""What people agree to: removals that are meant, and plans that may be carried out."""

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
        used: when the plan was carried out, in UTC: an approval counts once.
    """

    subject: str
    plan: str
    decision: str
    by: str = ""
    at: str = ""
    via: str = ""
    expires: str = ""
    used: str = ""
