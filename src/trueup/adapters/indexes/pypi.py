"""The Python indexes: which versions of a package there are, and which modules they have."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from trueup.adapters.indexes.fetch import Fetch
from trueup.adapters.indexes.simple import ACCEPT, File, facts, files
from trueup.adapters.indexes.wheel import top_modules
from trueup.model.repair import PackageFacts

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class PythonIndexes:
    """Asks simple indexes. `own` are the ones that this machine is configured with."""

    fetch: Fetch
    own: tuple[str, ...]

    def facts(self, name: str, urls: Sequence[str] = ()) -> PackageFacts | None:
        """Return what the indexes have of a package; None where none of them knows it."""
        listed = tuple(self._files(name, urls))
        return facts(name, listed) if listed else None

    def modules(self, name: str, version: str, urls: Sequence[str] = ()) -> frozenset[str] | None:
        """Return the top modules of a version; None where it has no wheel to look into."""
        for file in self._files(name, urls):
            if file.version == version and file.name.endswith(".whl"):
                return top_modules(self.fetch, file.url)
        return None

    def _files(self, name: str, urls: Sequence[str]) -> Iterator[File]:
        if not NAME.fullmatch(name):
            return
        for url in self._asked(urls):
            address = f"{url.rstrip('/')}/{canonicalize_name(name)}/"
            if (page := self.fetch.get(address, ACCEPT)) is not None:
                yield from files(page)

    def _asked(self, urls: Sequence[str]) -> Iterator[str]:
        """Yield the addresses, with the machine's own ones for an empty one, or for none."""
        for url in urls or ("",):
            yield from (url,) if url else self.own
