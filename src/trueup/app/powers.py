"""What this process could destroy, as things stand now. Looks; changes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from trueup.app.site import Site
from trueup.kinds import KINDS
from trueup.model.container import PROJECT, SOURCE, STACK, Container
from trueup.model.kind import Terms
from trueup.model.powers import Powers, Reach
from trueup.model.resource import Resource

Networks = Iterable[Mapping[str, Any]]


def powers(site: Site) -> Powers:
    """Return what could be destroyed, once the sources were looked at.

    Raises:
        TransientError: the engine does not answer.
    """
    every = [one for key in site.wishes.every() if (one := site.wishes[key])]
    host = Inventory(site.host.owned(), site.host.networks())
    origins = {one.origin for one in site.sources.values()}
    guards = {one.name: one.guard for one in site.settings.sources}
    reaches = tuple(host.reach(one, KINDS[one.key.kind].terms(one.spec)) for one in every)
    known = {name for one in reaches for name in one.containers}
    return Powers(guards, reaches, tuple(host.strays(origins, known)))


@dataclass(frozen=True, slots=True)
class Inventory:
    """The containers with our labels, and every network in the engine's own words. Pure."""

    owned: Sequence[Container]
    every_network: Networks

    def reach(self, resource: Resource[Any], terms: Terms) -> Reach:
        """Return what the removal of one resource could take away."""
        owner = (str(resource.key), resource.origin)
        mine = [c for c in self.owned if (c.labels.get(STACK), c.labels.get(SOURCE)) == owner]
        found = next((c.labels[PROJECT] for c in mine if PROJECT in c.labels), "")
        project = found or terms.memory.get("project") or resource.key.name
        services = sorted({c.service for c in mine if c.service})
        return Reach(
            key=resource.key,
            source=resource.source,
            project=project,
            containers=tuple(sorted(c.name for c in mine)),
            networks=tuple(sorted(self._networks(project))) if mine else (),
            images=tuple(f"trueup/{project}/{name}" for name in services),
            protected=tuple(n for n in services if _is_protected(n, resource, terms)),
            kept=terms.memory.get("deletionPolicy") == "orphan",
            held=resource.held,
        )

    def strays(self, origins: Iterable[str], known: Iterable[str]) -> Iterator[str]:
        """Yield our containers of these sources that belong to no resource that is known."""
        theirs, told = set(origins), set(known)
        for one in sorted(self.owned, key=lambda c: c.name):
            if one.labels.get(SOURCE) in theirs and one.name not in told:
                yield one.name

    def _networks(self, project: str) -> Iterator[str]:
        for one in self.every_network:
            if (one.get("Labels") or {}).get(PROJECT) == project:
                yield str(one["Name"])


def _is_protected(name: str, resource: Resource[Any], terms: Terms) -> bool:
    by_host = (fnmatchcase(f"{resource.key.name}/{name}", one) for one in resource.guarded)
    return any(by_host) or any(fnmatchcase(name, one) for one in terms.protected)
