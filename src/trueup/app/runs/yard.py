"""What all Runs of one configuration share, built when it is first asked for."""

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.app.runs.leases import Leases
from trueup.app.runs.proposals import Proposals
from trueup.app.runs.trials import Trials
from trueup.app.site import Site
from trueup.model.key import Key
from trueup.model.resource import Resource
from trueup.model.workshop import Workshop

if TYPE_CHECKING:  # whoever asks no model does not wait for what asks them
    from trueup.adapters.models.models import Models
    from trueup.app.indexes import PackageIndexes


class Yard:
    """Leases, work trees, proposals, and who may be asked."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def wished(self, key: Key) -> Resource[Any] | None:
        """Return what is wanted under a key, with what a Run that works on it makes of it."""
        resource = self.trials.over(self.site.wishes[key])
        if resource is None:
            return None
        says = self.site.made.spent(key).says if resource.key.kind == "Stack" else ""
        return replace(resource, unrepaired=says) if says else resource

    def runs(self) -> tuple[Resource[Any], ...]:
        """Return the Runs that there are."""
        keys = [key for key in self.site.wishes.every() if key.kind == "Run"]
        return tuple(one for key in keys if (one := self.site.wishes[key]))

    @cached_property
    def leases(self) -> Leases:
        """Which Run has which stack to itself."""
        return Leases(self.site.records, self.runs)

    @cached_property
    def trials(self) -> Trials:
        """What Runs make of stacks."""
        site = self.site
        return Trials(site.wishes, site.records, self.leases, site.trees.tree, self._place_of)

    def _place_of(self, run: Key) -> str:
        place = self.workshop.opened(run)
        return place.root if place else str(self.site.state / "work" / str(run) / "tree")

    @cached_property
    def proposals(self) -> Proposals:
        """What was proposed in each attempt of each Run."""
        return Proposals(self.site.state / "proposals")

    @cached_property
    def workshop(self) -> Workshop:
        """The work trees of Runs, and the way out for their patches."""
        from trueup.app.runs.workplaces import workshop

        site = self.site
        return workshop(site.settings, site.sources, site.trees, site.ending.is_set)

    @cached_property
    def models(self) -> "Models":
        """The models that may be asked."""
        from trueup.app.runs.voices import models

        return models(self.site.settings.providers, self.site.ending.wait)

    @cached_property
    def indexes(self) -> "PackageIndexes":
        """The package indexes that builds use, asked with the engine that the site works on."""
        from trueup.app.indexes import package_indexes
        from trueup.settings import environment

        site = self.site
        return package_indexes(environment(), Path.home(), site.docker.cli, site.state / "indexes")
