"""What happened when a plan was carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trueup.model.errors import TrueupError
from trueup.model.plan import Plan
from trueup.model.steps import Step


@dataclass(frozen=True, slots=True)
class Outcome:
    """The steps that were started, and the error that ended them, if one did.

    Attributes:
        undone: what became of the way back; None when none was gone.
        images: service → image id as sealed, or as it ran when it failed.
        sealed: the file of the sealed release; empty when none was sealed.
        held: whether images are still kept for the way back, for the engine went away.
        seconds: how long it all took.
    """

    plan: Plan
    started: tuple[Step, ...] = ()
    error: TrueupError | None = None
    undone: "Outcome | None" = None
    images: Mapping[str, str] = field(default_factory=dict)
    sealed: str = ""
    held: bool = False
    seconds: float = 0.0
