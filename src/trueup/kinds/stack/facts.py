"""What one look at a stack shows: what is wanted, what was verified, what runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trueup.kinds.stack.target import Target
from trueup.model.container import Container


@dataclass(frozen=True, slots=True)
class StackFacts:
    """Everything that planning needs.

    Attributes:
        project: the compose project's name.
        directory: the project's directory; containers that a person started from there
            by hand are drift, others of the same project name are strangers.
        wanted: what git says; None when it cannot be resolved or the stack is leaving.
        applied: the last verified release as a target; None when there is none or its
            file is gone.
        reverted: the verified release that a person asked for; None when it is gone.
        problem: why `wanted` cannot be resolved.
        violations: each thing that the project reaches for and this host does not allow.
        rules: what would allow it, as it is written in `trueup.yaml`.
        containers: every container of the project; what was adopted shows our labels too.
        images: image reference → id on the host; empty where it is absent.
        stale: ids of containers that see an older file than the one mounted into them.
        crowded: why networks that are lacking cannot be made; empty where they can be.
        network: the shared network that the stack uses; empty where it has its own.
        adopter: who else took over what runs of the project; empty for nobody.
        clash: why the shared network cannot be joined; empty where it can be.
        lost: service → the name of a file or folder whose copy it should mount and does not.
        now: this moment, UTC in ISO 8601.
        values: the values of secrets by digest, to hold containers against.
    """

    project: str
    directory: str
    wanted: Target | None = None
    applied: Target | None = None
    reverted: Target | None = None
    problem: str = ""
    violations: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    containers: tuple[Container, ...] = ()
    images: Mapping[str, str] = field(default_factory=dict)
    stale: frozenset[str] = frozenset()
    crowded: str = ""
    network: str = ""
    adopter: str = ""
    clash: str = ""
    lost: Mapping[str, str] = field(default_factory=dict)
    now: str = ""
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
