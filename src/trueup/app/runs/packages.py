"""The package indexes that builds use, asked from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.adapters.indexes.configured import configured
from trueup.adapters.indexes.fetch import Fetch
from trueup.adapters.indexes.pypi import PythonIndexes
from trueup.model.repair import PackageFacts
from trueup.settings import environment

if TYPE_CHECKING:
    from trueup.app.site import Site


@dataclass(frozen=True, slots=True)
class PackageIndexes:
    """Implements `Indexes`."""

    pypi: PythonIndexes

    def python(self, name: str, urls: Sequence[str] = ()) -> PackageFacts | None:
        """Return what the Python indexes have of a package."""
        return self.pypi.facts(name, urls)

    def modules(self, name: str, version: str, urls: Sequence[str] = ()) -> frozenset[str] | None:
        """Return the top modules that a version of a Python package installs."""
        return self.pypi.modules(name, version, urls)

    def node(self, name: str, urls: Sequence[str] = ()) -> PackageFacts | None:
        """Return what the npm registry has of a package."""

    def node_lock(self, files: Mapping[str, str], image: str) -> Mapping[str, str] | None:
        """Return a lock that npm has made anew."""


def indexes_of(site: "Site") -> PackageIndexes:
    """Return the indexes."""
    del site
    found = configured(environment(), Path.home())
    return PackageIndexes(PythonIndexes(Fetch(found.certificates), found.python))
