"""What is remembered about one resource. The status files are the only memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trueup.model.consent import Approval, Ask
from trueup.model.key import Key
from trueup.model.plan import Health, ServiceView, Sync
from trueup.model.release import Release
from trueup.model.work import Work

HISTORY = 10


@dataclass(frozen=True, slots=True)
class Condition:
    """One aspect of a resource: `status` is True, False or Unknown, `since` a UTC time."""

    type: str
    status: str
    reason: str
    message: str
    since: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last digest that was tried, whether or not it worked."""

    revision: str
    digest: str
    at: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A digest that failed its verification and is not tried again.

    `images` are the image ids that failed, so that a tag that moved on is a new try.
    """

    revision: str
    digest: str
    reason: str
    at: str
    images: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Revert:
    """An earlier verified release that a person asked for in place of what git says.

    It counts while git says `over`, which is empty until git was looked at for it.
    """

    revision: str
    digest: str
    over: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """A candidate of a Run that was tried in place of what git says.

    `result` is empty while it is under way, else one of those of `Entry`, Overruled (a
    person asked for something else meanwhile), Kept (it was withdrawn, and nothing was
    verified before that could take its place) or Proposed (it is on a branch, and runs
    until git says something else). `before` is the release that was applied
    when the trial began. What else was remembered then is put by until the trial is over:
    `parked`, `reverted` and `stuck`.
    """

    run: str
    attempt: str = ""
    digest: str = ""
    result: str = ""
    message: str = ""
    at: str = ""
    before: Release | None = None
    parked: Quarantine | None = None
    reverted: Revert | None = None
    stuck: str = ""

    @property
    def lasts(self) -> bool:
        """Whether a candidate that is withdrawn is still to be taken back."""
        return self.result not in {"Overruled", "Kept", "Proposed"}


@dataclass(frozen=True, slots=True)
class Journal:
    """The step that is under way: on record before it starts."""

    revision: str
    digest: str
    number: int
    of: int
    step: str
    at: str
    phase: str = "apply"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of history: what was tried and how it ended.

    `result` is one of Applied, Healed, Failed, Interrupted, RolledBack,
    RollbackFailed, Stuck. `step` is the type of the step that failed for good, such as build
    or verify, and `service` whose it was; both are empty where it may pass by itself.
    """

    revision: str
    digest: str
    result: str
    message: str
    at: str
    seconds: float
    step: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that is remembered about a resource, and nothing that can be looked up.

    `spec` is what must be known to remove the resource after its document is gone:
    project, source, deletionPolicy, dependsOn. `tries` counts failures of the same
    digest before anything was touched, `heals` corrections since the last quiet time;
    `next_at` is when the next try may start (UTC), empty for now. `stuck` says why a
    person is needed; while it stands, nothing is touched for the same digest.
    """

    key: Key
    revision: str = ""
    sync: Sync = Sync.UNKNOWN
    health: Health = Health.UNVERIFIED
    conditions: tuple[Condition, ...] = ()
    observed_digest: str = ""
    attempted: Attempt | None = None
    applied: Release | None = None
    quarantine: Quarantine | None = None
    reverted: Revert | None = None
    trial: Trial | None = None
    journal: Journal | None = None
    tries: int = 0
    heals: int = 0
    next_at: str = ""
    stuck: str = ""
    handled_request: str = ""
    problems: tuple[str, ...] = ()
    services: Mapping[str, ServiceView] = field(default_factory=dict)
    history: tuple[Entry, ...] = ()
    asks: Ask | None = None
    approvals: tuple[Approval, ...] = ()
    spec: Mapping[str, str] = field(default_factory=dict)
    work: Work | None = None

    def condition(self, kind: str) -> Condition | None:
        """Return the condition of a type, if there is one."""
        return next((c for c in self.conditions if c.type == kind), None)

    @property
    def ready(self) -> bool:
        """Whether what is wanted runs and was verified."""
        ready = self.condition("Ready")
        return ready is not None and ready.status == "True"

    @property
    def summary(self) -> str:
        """The status in one line."""
        ready = self.condition("Ready")
        said = f"{ready.reason}, {ready.message}" if ready else "not looked at yet"
        if self.work is not None:
            return f"{self.key} {self.work.phase} - {said}"
        return f"{self.key} {self.sync} {self.health} - {said}"
