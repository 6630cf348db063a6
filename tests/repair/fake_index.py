"""Package indexes in memory, and a work tree in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.repair.fake_bases import FakeBases
from trueup.model.errors import TransientError
from trueup.model.key import Key
from trueup.model.repair import Diagnosis, PackageFacts, PackageVersion, Past, Place, Request
from trueup.model.system import Distribution


def facts(name: str, *versions: str, needs: Mapping[str, str] | None = None) -> PackageFacts:
    """Return a package with some versions; `needs` by version."""
    given = needs or {}
    return PackageFacts(name, tuple(PackageVersion(one, given.get(one, "")) for one in versions))


@dataclass
class FakeIndexes:
    """Knows what it is given. `asked` has the indexes that were named with each question."""

    packages: Mapping[str, PackageFacts] = field(default_factory=dict)
    tops: Mapping[str, frozenset[str]] = field(default_factory=dict)
    silent: bool = False
    asked: list[tuple[str, ...]] = field(default_factory=list)
    bases: FakeBases = field(default_factory=FakeBases)

    def system(self, image: str) -> Distribution | None:
        """Return what is in a base image."""
        return self.bases.system(image)

    def has_image(self, image: str) -> bool:
        """Say whether there is an image."""
        return self.bases.has_image(image)

    def python(self, name: str, urls: Sequence[str] = ()) -> PackageFacts | None:
        """Return what is known by a name, however it is spelled."""
        self._ask(urls)
        return self.packages.get(name.lower().replace("_", "-").replace(".", "-"))

    def modules(self, name: str, version: str, urls: Sequence[str] = ()) -> frozenset[str] | None:
        """Return the modules that are given for a package."""
        del version
        self._ask(urls)
        return self.tops.get(name)

    def _ask(self, urls: Sequence[str]) -> None:
        self.asked.append(tuple(urls))
        if self.silent:
            raise TransientError("the index did not answer")


@dataclass(frozen=True)
class Tree:
    """Files by path."""

    files: Mapping[str, str]

    def paths(self) -> tuple[str, ...]:
        """Return every path."""
        return tuple(sorted(self.files))

    def text(self, path: str) -> str | None:
        """Return the content of a file."""
        return self.files.get(path)


def request(
    log: str,
    files: Mapping[str, str],
    *,
    context: str = "",
    target: str = "",
    diagnosis: Diagnosis | None = None,
    past: tuple[Past, ...] = (),
) -> Request:
    """Return what an author is asked about a service that is built from a folder."""
    dockerfile = f"{context}/Dockerfile".lstrip("/")
    place = Place(context, dockerfile, target)
    key = Key("Run", "mend")
    return Request(key, "api", "", log, diagnosis, Tree(files), place, ("**",), past)
