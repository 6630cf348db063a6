"""What one look at a Run has found."""

from dataclasses import dataclass, field
from datetime import datetime

from trueup.model.bench import Evidence, Foreseen, Sight
from trueup.model.repair import Proposal


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What there is. What is not needed for the next act was not asked for."""

    now: datetime
    stack: Sight | None = None
    holder: str = ""
    revision: str = ""
    opened: str = ""
    proposal: Proposal | None = None
    evidence: Evidence = field(default_factory=Evidence)
    foreseen: Foreseen = field(default_factory=Foreseen)
    arrived: bool = False
