"""The package indexes that builds use, asked from here."""

from pathlib import Path
from typing import TYPE_CHECKING

from trueup.app.indexes import PackageIndexes, package_indexes
from trueup.settings import environment

if TYPE_CHECKING:
    from trueup.app.site import Site


def indexes_of(site: "Site") -> PackageIndexes:
    """Return the indexes, with the engine that the site works on."""
    return package_indexes(environment(), Path.home(), site.docker.cli, site.state / "indexes")
