"""One distribution as its own index describes it.

Fetches what is not on the shelf in a container of the image, when it is asked for, and once.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from trueup.adapters.indexes import alpine, debian
from trueup.adapters.indexes.container import Container
from trueup.adapters.indexes.shelf import Row, Shelf
from trueup.model.errors import TransientError
from trueup.model.system import ALPINE, Offer

MOST = 200
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]*")
VERSION = re.compile(r"[A-Za-z0-9.+:~_-]+")


@dataclass(slots=True)
class Inside:
    """The port `Distribution`."""

    family: str
    name: str
    user: str
    installed: frozenset[str]
    shelf: Shelf
    container: Callable[[], AbstractContextManager[Container]]
    _offers: dict[str, Offer] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def package(self, name: str) -> Offer | None:
        """Return the package of a name; None where none can be installed."""
        return self._all().get(name)

    def names(self) -> frozenset[str]:
        """Return the names of all packages."""
        return frozenset(self._all())

    def standing_for(self, name: str) -> tuple[Offer, ...]:
        """Return the packages that say that they provide what has this name."""
        return tuple(one for one in self._all().values() if name in one.provides)

    def holding(self, paths: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Return packages that have a file whose path ends like one of these, and that path.

        What is the same for all architectures is three times as much, and looked at last.
        """
        kinds = ("packages",) if self.family == ALPINE else ("native", "all")
        for kind in kinds:
            if found := tuple(self._find(self._rows(kind), paths)):
                return found
        return ()

    def _find(self, rows: bytes, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
        ends = b"|".join(re.escape(path.encode()) for path in paths)
        found = re.finditer(rb"^((?:[^\t\n]*/)?(?:" + ends + rb"))\t(.*)$", rows, re.MULTILINE)
        for match, _ in zip(found, range(MOST), strict=False):
            for package in match[2].decode().split(","):
                if package in self._all():
                    yield package, match[1].decode()

    def _all(self) -> dict[str, Offer]:
        with self._lock:
            if not self._offers:
                self._offers = self.shelf.offers(self._fetch_offers)
            return self._offers

    def _fetch_offers(self) -> list[Offer]:
        with self.container() as container:
            ask = alpine.offers if self.family == ALPINE else debian.offers
            found = [one for one in ask(container) if _is_plain(one)]
        if not found:
            raise TransientError(f"the package index of {self.name} is empty")
        return found

    def _rows(self, kind: str) -> bytes:
        if self.family == ALPINE:
            rows = (row for offer in self._all().values() for row in alpine.files(offer))
            return "".join(f"{path}\t{package}\n" for path, package in rows).encode()
        return self.shelf.rows(kind, lambda: self._fetch_rows(kind))

    def _fetch_rows(self, kind: str) -> list[Row]:
        rows: list[Row] = []
        with self.container() as container:
            debian.files(container, kind, rows.extend)
        return rows


def _is_plain(offer: Offer) -> bool:
    """Say whether name and version are words: they are written into a shell's command."""
    return bool(NAME.fullmatch(offer.name) and VERSION.fullmatch(offer.version))
