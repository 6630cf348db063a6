"""Asks apk in a container what can be installed.

Alpine has no list of files, but its packages say which commands, libraries and pkg-config
files they have; those are handed over as the paths that they stand for.
"""

import re
from collections.abc import Iterator

from trueup.adapters.indexes.container import Container
from trueup.adapters.indexes.interpreter import interpreter
from trueup.model.system import Offer

FETCH = 120.0
READ = 60.0
REPOSITORIES = "/etc/apk/repositories"
FIELDS = re.compile(r"^([PVpD]):(.*)$", re.MULTILINE)
PLACES = {"cmd:": "usr/bin/{}", "so:": "usr/lib/{}", "pc:": "usr/lib/pkgconfig/{}.pc"}
Row = tuple[str, str]


def sources(container: Container) -> str:
    """Return where apk takes packages from, and for which architecture."""
    arch = container.ask(["apk", "--print-arch"])
    return f"{arch}\n{container.ask(['cat', REPOSITORIES])}"


def installed(container: Container) -> frozenset[str]:
    """Return the packages that are in the image."""
    return frozenset(container.ask(["apk", "info"]).split())


def offers(container: Container) -> Iterator[Offer]:
    """Yield every package that can be installed.

    Raises:
        TransientError: the network failed.
        ToolError: apk could not read its repositories.
    """
    container.ask(["apk", "update"], timeout=FETCH)
    for index in _indexes(container):
        chunks: list[bytes] = []
        argv = ["tar", "-xzOf", index, "APKINDEX"]
        container.ask(argv, timeout=READ, sink=chunks.append)
        yield from read_index(b"".join(chunks).decode(errors="replace"))


def read_index(text: str) -> Iterator[Offer]:
    """Yield the packages of an APKINDEX."""
    for record in text.split("\n\n"):
        said = dict(FIELDS.findall(record))
        if name := said.get("P"):
            provides = _names(said.get("p", ""))
            runs_on = interpreter(_names(said.get("D", "")))
            yield Offer(name, said.get("V", ""), provides, runs_on)


def files(offer: Offer) -> Iterator[Row]:
    """Yield the paths that a package has, as far as its index says, with its name."""
    for said in offer.provides:
        for prefix, place in PLACES.items():
            if said.startswith(prefix):
                yield place.format(said.removeprefix(prefix)), offer.name


def _indexes(container: Container) -> list[str]:
    argv = ["find", "/var/cache/apk", "/etc/apk/cache/", "-name", "APKINDEX.*.tar.gz"]
    found = container.try_to(argv).out.decode(errors="replace")  # only one of them may be there
    return found.splitlines()


def _names(said: str) -> tuple[str, ...]:
    return tuple(re.split(r"[=<>~]", word)[0] for word in said.split())
