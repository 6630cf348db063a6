"""What this process could destroy: what is ours, what each removal would take, what never goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from trueup.app.doctor.guards import guarded, shields
from trueup.app.glance import Glance
from trueup.app.removals import standing
from trueup.model.container import PROJECT, SOURCE, STACK, Container
from trueup.model.key import Key

NEVER = "Volumes are never removed, nor what does not carry our labels and was not taken over."
SOCKET = (
    "Whoever may use the Docker socket is root on this host. Whoever may commit to a source "
    "decides what runs, within what trueup.yaml allows to be reached."
)
Owner = tuple[str, str]


class Shows(Protocol):
    """The engine, as far as it is asked here."""

    def owned(self) -> tuple[Container, ...]:
        """Return every container that carries our label."""

    def named(self, container: str) -> Container | None:
        """Return a container by its id."""

    def tags(self, prefix: str) -> tuple[str, ...]:
        """Return every image reference that begins with a prefix."""

    def networks(self) -> Sequence[Mapping[str, Any]]:
        """Return every network."""


@dataclass(frozen=True, slots=True)
class Power:
    """Stacks by source, each with its containers; images and networks of their projects.

    `others` counts containers of other configurations, which are not touched from here.
    `guards` are by source, `shields` by stack: what waits for a person first.
    """

    sources: Mapping[str, Mapping[str, tuple[str, ...]]]
    images: tuple[str, ...]
    networks: tuple[str, ...]
    others: int
    guards: Mapping[str, str]
    shields: Mapping[str, str]

    def lines(self) -> Iterator[str]:
        """Yield it as people read it."""
        for source, stacks in self.sources.items():
            count = sum(len(names) for names in stacks.values())
            yield f"without source {source}: {len(stacks)} stacks with {count} containers"
            yield f"  guard: {self.guards[source]}"
            for key, names in stacks.items():
                shield = f" ({self.shields[key]})" if self.shields.get(key) else ""
                yield f"  {key}: {_list(names)}{shield}"
        yield f"images, once no release needs them: {_list(self.images)}"
        yield f"networks, once nothing uses them: {_list(self.networks)}"
        if self.others:
            yield f"{self.others} containers of other configurations of Trueup are not touched."
        yield NEVER
        yield SOCKET


def power_of(seen: Glance, host: Shows) -> Power:
    """Return what this configuration could remove from the host."""
    labelled: dict[Owner, list[Container]] = {}
    for one in host.owned():
        owner = (one.labels.get(SOURCE, ""), one.labels.get(STACK, ""))
        labelled.setdefault(owner, []).append(one)
    wishes = seen.site.wishes
    mine = {
        name: {k: _mine(seen, k, labelled, host) for k in sorted(standing(wishes.of(name)))}
        for name in seen.site.sources
    }
    every = [one for stacks in mine.values() for found in stacks.values() for one in found]
    projects = sorted({one.labels.get(PROJECT, "") for one in every})
    return Power(
        {name: {str(k): _names(v) for k, v in stacks.items()} for name, stacks in mine.items()},
        tuple(tag for project in projects for tag in host.tags(f"trueup/{project}/")),
        tuple(_networks(host.networks(), projects)),
        sum(len(found) for found in labelled.values()),
        {one.name: guarded(one.guard) for one in seen.site.settings.sources},
        {str(k): shields(seen, k, v) for stacks in mine.values() for k, v in stacks.items()},
    )


def _mine(
    seen: Glance, key: Key, labelled: dict[Owner, list[Container]], host: Shows
) -> list[Container]:
    """Return the containers of a stack; those with labels are taken out of all that have some."""
    resource, applied = seen.site.wishes[key], seen.site.records.read(key).applied
    ours = labelled.pop((resource.origin, str(key)), []) if resource else []
    parts = applied.parts.values() if applied else ()
    taken = (host.named(one) for part in parts for one in part.adopted)
    return [*ours, *(one for one in taken if one is not None)]


def _names(found: Sequence[Container]) -> tuple[str, ...]:
    return tuple(one.name if STACK in one.labels else f"{one.name} (taken over)" for one in found)


def _networks(networks: Sequence[Mapping[str, Any]], projects: Sequence[str]) -> Iterator[str]:
    for one in sorted(networks, key=lambda one: str(one["Name"])):
        if (one.get("Labels") or {}).get(PROJECT) in projects:
            yield str(one["Name"])


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
