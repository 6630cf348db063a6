"""The closed vocabulary of change. Each changing step carries the step that takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.model.checks import Check


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a release, to be written before anything is touched.

    `file` is the compose file's path and `copies` are (absolute source, target) pairs;
    `file` and the targets are relative to the state directory. A target that exists is
    complete and left alone: its name is the digest of its content. `others` are further
    compose files by path, of which one is what images are built with that are on trial.
    """

    file: str
    compose: Mapping[str, Any]
    copies: tuple[tuple[str, str], ...] = ()
    others: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mend:
    """Put a container's name right, or remove it where its place is taken.

    What a killed `docker compose` leaves behind, and what `docker rename` does by hand.
    `name` is the right name; empty means remove.
    """

    service: str
    container: str
    found: str
    name: str
    cause: str

    def __str__(self) -> str:
        act = f"-> {self.name}" if self.name else "removed"
        return f"mend     {self.service}: {self.found} {act}{_because(self.cause)}"


@dataclass(frozen=True, slots=True)
class Pull:
    """Fetch the image of a service from its registry."""

    service: str
    image: str
    cause: str

    def __str__(self) -> str:
        return f"pull     {self.service} {self.image}{_because(self.cause)}"


@dataclass(frozen=True, slots=True)
class Build:
    """Build the image of a service under the tag that its inputs give it."""

    service: str
    image: str
    file: str
    cause: str

    def __str__(self) -> str:
        return f"build    {self.service} -> {short(self.image)}{_because(self.cause)}"


@dataclass(frozen=True, slots=True)
class Change:
    """One service brought to an image by a `Restart`, and why."""

    service: str
    image: str
    cause: str
    before: str = ""

    def __str__(self) -> str:
        return f"{self.service} -> {short(self.image)}"


@dataclass(frozen=True, slots=True)
class Restart:
    """Bring services that do not wait for each other to what a release file says.

    `recreate` forces new containers where compose would see no reason for them.
    """

    project: str
    file: str
    changes: tuple[Change, ...]
    recreate: bool = False
    undo: "tuple[Undo, ...]" = ()

    @property
    def services(self) -> tuple[str, ...]:
        """The services that this step touches."""
        return tuple(change.service for change in self.changes)

    def __str__(self) -> str:
        lines = []
        for change in self.changes:
            back = f"  [undo: {change.before}]" if change.before else ""
            lines.append(f"restart  {change}{_because(change.cause)}{back}")
        return "\n  ".join(lines)


@dataclass(frozen=True, slots=True)
class Reload:
    """Act on a container in place.

    `act` is start, unpause, restart, or `signal:NAME`.
    """

    service: str
    container: str
    act: str
    cause: str

    def __str__(self) -> str:
        verb, _, signal = self.act.partition(":")
        return f"{verb:<8} {self.service}{' ' + signal if signal else ''}{_because(self.cause)}"


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove the containers of a service that carry our label. Volumes stay.

    With `volumes` those that have no name go with them: nobody could find them again.
    """

    project: str
    service: str
    cause: str
    undo: "tuple[Undo, ...]" = ()
    volumes: bool = False

    def __str__(self) -> str:
        back = f"  [undo: {self.service} comes back]" if self.undo else ""
        return f"remove   {self.service}{_because(self.cause)}{back}"


@dataclass(frozen=True, slots=True)
class Sweep:
    """Remove the networks that are left of a project without containers. Volumes stay."""

    project: str

    def __str__(self) -> str:
        return f"sweep    networks of project {self.project}"


@dataclass(frozen=True, slots=True)
class Verify:
    """Wait until every check holds, and none is hopeless, within `timeout` seconds."""

    project: str
    checks: tuple[Check, ...]
    timeout: float

    def __str__(self) -> str:
        what = ", ".join(str(check) for check in self.checks)
        return f"verify   {what} within {self.timeout:g}s"


@dataclass(frozen=True, slots=True)
class Seal:
    """Put what was verified on record: tag its images as ours and fix them in the release file.

    `images` is service → reference as it ran; `sealed` is the file (relative to the state
    directory) that brings exactly these images back, whatever becomes of the references.
    """

    project: str
    file: str
    sealed: str
    images: Mapping[str, str]

    def __str__(self) -> str:
        return f"seal     release {self.file.rpartition('/')[2][:8]}"


Step = Mend | Pull | Build | Restart | Reload | Remove | Sweep | Verify | Seal
Undo = Restart | Remove | Sweep
"""The steps that a way back is made of."""


def undo_of(step: Step) -> tuple[Undo, ...]:
    """Return the steps that take one step back; empty where nothing needs to be."""
    match step:
        case Restart() | Remove():
            return step.undo
        case _:
            return ()


def services_of(step: Step) -> tuple[str, ...]:
    """Return the services that a step names; one empty name where it names none."""
    services = getattr(step, "services", None)
    return services if services is not None else (getattr(step, "service", ""),)


def short(image: str) -> str:
    """Return an image reference as people read it: a tag that is a digest is cut to 8."""
    name, _, tag = image.rpartition(":")
    if name.startswith("trueup/") or name == "sha256":
        return tag[:8]
    return image


def _because(cause: str) -> str:
    return f"  cause: {cause}" if cause else ""
