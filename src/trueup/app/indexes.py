"""The package indexes, put together from the configuration of this machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.indexes.bases import BaseImages
from trueup.adapters.indexes.configured import configured
from trueup.adapters.indexes.fetch import Fetch
from trueup.adapters.indexes.npm import NodeRegistry
from trueup.adapters.indexes.npm_lock import NodeLock
from trueup.adapters.indexes.pypi import PythonIndexes
from trueup.model.repair import PackageFacts
from trueup.model.system import Distribution


@dataclass(frozen=True, slots=True)
class PackageIndexes:
    """Implements `Indexes` by asking each index the way its own tools do."""

    pypi: PythonIndexes
    npm: NodeRegistry
    locks: NodeLock
    bases: BaseImages

    def system(self, image: str) -> Distribution | None:
        """Return the distribution inside an image."""
        return self.bases.system(image)

    def has_image(self, image: str) -> bool:
        """Say whether the registry, or the engine itself, has an image."""
        return self.bases.has_image(image)

    def python(self, name: str, urls: Sequence[str] = ()) -> PackageFacts | None:
        """Return what the Python indexes have of a package."""
        return self.pypi.facts(name, urls)

    def modules(self, name: str, version: str, urls: Sequence[str] = ()) -> frozenset[str] | None:
        """Return the top modules that a version of a Python package installs."""
        return self.pypi.modules(name, version, urls)

    def node(self, name: str, urls: Sequence[str] = ()) -> PackageFacts | None:
        """Return what the npm registry has of a package."""
        return self.npm.facts(name, urls)

    def node_lock(self, files: Mapping[str, str], image: str) -> str | None:
        """Return the lock that npm makes for a project."""
        return self.locks.make(files, image)


def package_indexes(
    environ: Mapping[str, str], home: Path, cli: DockerCli, cache: Path
) -> PackageIndexes:
    """Return the indexes that this machine would ask, through one engine.

    What a distribution says of its packages is kept in `cache`.
    """
    found = configured(environ, home)
    fetch = Fetch(found.certificates)
    return PackageIndexes(
        PythonIndexes(fetch, found.python),
        NodeRegistry(fetch, found.node),
        NodeLock(cli, environ),
        BaseImages(cli, cache),
    )
