"""A look at what all sources say, for commands that change nothing."""

from collections.abc import Collection
from dataclasses import dataclass, field

from trueup.app.ahead import ask_ahead
from trueup.app.site import Site
from trueup.model.errors import Problem, TrueupError
from trueup.model.key import Key
from trueup.settings import Settings


@dataclass(frozen=True, slots=True)
class Glance:
    """A site that was looked at. `errors` has a sentence for each source that failed."""

    site: Site
    errors: list[str] = field(default_factory=list)

    def known(self) -> Collection[Key]:
        """Return every key that a document or a status has."""
        wishes = self.site.wishes
        return {*wishes.every(), *wishes.wrong(), *self.site.records.known()}

    def documents(self) -> Collection[Key]:
        """Return every key that a document has, or had until a moment ago."""
        return {*self.site.wishes.every(), *self.site.wishes.wrong()}

    def refused(self, keys: Collection[Key]) -> tuple[Problem, ...]:
        """Return why documents of some keys are not in force."""
        names = (one.name for one in self.site.settings.sources)
        every = (self.site.wishes.refused(name).items() for name in names)
        return tuple(one for found in every for key, why in found if key in keys for one in why)


def readable(settings: Settings) -> Site:
    """Return a site that can only be read; nothing of it has been looked at."""
    return Site(settings, lambda _: None, read_only=True)


def glance(settings: Settings, *, host: bool = False) -> Glance:
    """Look at every source once. One that does not answer is read as it was last.

    With `host` the engine is asked meanwhile, for whoever will ask about every container.
    """
    found = Glance(readable(settings))
    if host:
        ask_ahead(found.site)
    for one in found.site.sources.values():
        try:
            one.look()
        except TrueupError as error:
            found.errors.append(f"source {one.name}: {error.text}")
            one.resume()
    return found
