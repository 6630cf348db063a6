"""The package indexes, put together from the configuration of this machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trueup.adapters.indexes.configured import configured
from trueup.adapters.indexes.fetch import Fetch
from trueup.adapters.indexes.pypi import PythonIndexes
from trueup.model.repair import PackageFacts


@dataclass(frozen=True, slots=True)
class PackageIndexes:
    """Implements `Indexes` by asking each index the way its own tools do."""

    pypi: PythonIndexes

    def python(self, name: str, urls: Sequence[str] = ()) -> PackageFacts | None:
        """Return what the Python indexes have of a package."""
        return self.pypi.facts(name, urls)

    def modules(self, name: str, version: str, urls: Sequence[str] = ()) -> frozenset[str] | None:
        """Return the top modules that a version of a Python package installs."""
        return self.pypi.modules(name, version, urls)


def package_indexes(environ: Mapping[str, str], home: Path) -> PackageIndexes:
    """Return the indexes that this machine would ask."""
    found = configured(environ, home)
    return PackageIndexes(PythonIndexes(Fetch(found.certificates), found.python))
