"""What compose files may reach outside their project, as `trueup.yaml` allows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ANY = ("*",)


@dataclass(frozen=True, slots=True)
class Allowance:
    """One rule: what certain services of certain stacks may reach.

    `sources`, `stacks` and `services` are patterns of names. `grants` has, per word of the
    configuration (privileged, mounts, devices …), the values that are allowed.
    """

    sources: tuple[str, ...] = ANY
    stacks: tuple[str, ...] = ANY
    services: tuple[str, ...] = ANY
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allowances:
    """All rules of this host, and what they cannot allow by accident.

    `guarded` are Trueup's own files and folders: no container may have them, even where
    they lie in a source. `sockets` are those of the engine: who has one is root.
    """

    rules: tuple[Allowance, ...] = ()
    guarded: tuple[str, ...] = ()
    sockets: tuple[str, ...] = ()
