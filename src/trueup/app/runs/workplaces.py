"""The workshop of this Trueup: what it must know of each source, from the configuration."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from trueup.adapters.git.limits import Limits
from trueup.adapters.workshop.origin import FolderOrigin, GitOrigin, Origin
from trueup.adapters.workshop.publishing import Press
from trueup.adapters.workshop.workshop import Benches
from trueup.app.trees import remote_of, trust_of
from trueup.model.errors import SpecError
from trueup.model.workshop import Person

if TYPE_CHECKING:
    from trueup.adapters.sources.git import GitSource
    from trueup.app.site import Site


def workshop_of(site: "Site") -> Benches:
    """Return the workshop, with work trees below the state directory."""
    said = site.settings.publish
    press = Press(site.state / "published", Person(said.name, said.email), said.key)
    return Benches(site.state / "work", partial(_origin, site), press)


def _origin(site: "Site", name: str) -> Origin:
    """Return a source.

    Raises:
        SpecError: there is none of that name.
    """
    if name not in site.sources:
        raise SpecError(f"there is no source {name}", "", "Correct it, or add it to trueup.yaml.")
    said, followed = site.settings.source(name), site.sources[name]
    if said.git is None:
        own = (site.state, site.settings.status.directory)
        return FolderOrigin(Path(said.directory or "."), partial(_revision, site, name), skip=own)
    return GitOrigin(
        cast("GitSource", followed.source),
        remote_of(said.git),
        "" if said.git.ref else said.git.branch,
        trust_of(said.git.verify),
        Limits(said.git.max_files, said.git.max_size),
    )


def _revision(site: "Site", name: str) -> str:
    return site.looks.tree(name).revision
