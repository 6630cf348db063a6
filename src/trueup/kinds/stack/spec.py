"""What a Stack document says, as values with every default filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from trueup.model.checks import Probed
from trueup.model.secret import Reference


class Drift(StrEnum):
    """What is done when containers no longer are what the release says."""

    REPAIR = "repair"
    REPORT = "report"
    IGNORE = "ignore"


class Rollback(StrEnum):
    """Whether a service may go back to its last verified release.

    `safe`: unless a one-shot service has run in the same attempt; its work (a
    migration, say) may not be undoable.
    """

    ALWAYS = "always"
    SAFE = "safe"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """What Trueup is told about one compose service.

    `on_change` maps a path (relative to the compose project) to `recreate`, `restart`,
    `signal:NAME` or `ignore`. `stable` is the stability window in seconds. A `protected`
    service is stopped, replaced or removed by an approved plan only.
    """

    verify: tuple[Probed, ...] = ()
    one_shot: bool = False
    rollback: Rollback = Rollback.ALWAYS
    on_change: Mapping[str, str] = field(default_factory=dict)
    stable: float = 10.0
    protected: bool = False


BUILD, VERIFY = "build", "verify"


@dataclass(frozen=True, slots=True)
class RepairSpec:
    """Which failures make a Run, and what such a Run says.

    `on` has BUILD, VERIFY or none of them, `logs` are patterns that must not turn up in a log.
    `run` is the `spec` of the Run, but for its target and for what is verified.
    """

    on: frozenset[str] = frozenset({BUILD, VERIFY})
    logs: tuple[str, ...] = ()
    run: Mapping[str, Any] = field(default_factory=dict)
    per_day: int = 5


@dataclass(frozen=True, slots=True)
class Checkout:
    """Another git repository that the compose project lives in."""

    url: str
    branch: str = "main"
    ref: str = ""


@dataclass(frozen=True, slots=True)
class StackSpec:
    """A compose project that should always run. Times are seconds.

    `path` is relative to the document's directory, or to the other repository's root.
    `network` is `own`, `shared`, or empty for what the host's configuration says.
    `services` holds what was said of single services; others have the defaults.
    """

    path: str = "."
    repository: Checkout | None = None
    files: tuple[str, ...] = ()
    project: str = ""
    profiles: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    env_files: tuple[str, ...] = ()
    secrets: Mapping[str, Reference] = field(default_factory=dict)
    interval: float = 600.0
    timeout: float = 300.0
    retry_limit: int = 5
    retry_backoff: float = 10.0
    drift: Drift = Drift.REPAIR
    ignore: tuple[str, ...] = ()
    prune: bool = True
    delete: bool = True
    depends_on: tuple[str, ...] = ()
    suspended: str = ""
    suspended_until: str = ""
    requested_at: str = ""
    adopt: bool = False
    network: str = ""
    protected: bool = False
    repair: RepairSpec | None = None
    services: Mapping[str, ServiceSpec] = field(default_factory=dict)

    def service(self, name: str) -> ServiceSpec:
        """Return what was said of a service, or the defaults."""
        said = self.services.get(name, ServiceSpec())
        return replace(said, protected=True) if self.protected else said
