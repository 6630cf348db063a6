"""Asks apt in a container what can be installed, and which package has which file.

Works wherever apt does: Debian, Ubuntu and what is made of them, with the sources that the
image has. Knows nothing of images and of what the answers are for.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from trueup.adapters.docker.docker_cli import failure
from trueup.adapters.indexes.container import Container
from trueup.adapters.indexes.interpreter import interpreter
from trueup.model.system import Offer

FETCH = 180.0
READ = 90.0
QUIET = ("-o", "Acquire::Languages=none", "-o", "APT::Sandbox::User=root")
PATIENT = ("-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30")
SOURCES = "$(SITE) $(RELEASE) $(COMPONENT) $(ARCHITECTURE)"
HELPER = "/usr/lib/apt/apt-helper"
CONTENTS = "Acquire::IndexTargets::deb::Contents-deb"
FILE = re.compile(
    rb"^(?:\./)?((?:usr/)?(?:include/[^\s]+|s?bin/[^/\s]+"
    rb"|lib/(?:[^/\s]*-linux-[^/\s]*/)?[^/\s]+\.so[^/\s]*"
    rb"|(?:share|lib(?:/[^/\s]*-linux-[^/\s]*)?)/pkgconfig/[^/\s]+\.pc))[ \t]+(\S+)$",
    re.MULTILINE,
)
FIELDS = re.compile(r"^(Package|Version|Provides|Depends): (.*)$", re.MULTILINE)
Row = tuple[str, str]


def sources(container: Container) -> str:
    """Return where apt takes packages from: the same text, the same index."""
    argv = ["apt-get", "indextargets", "--no-release-info", "--format", SOURCES]
    return container.ask(argv)


def installed(container: Container) -> frozenset[str]:
    """Return the packages that are in the image."""
    argv = ["dpkg-query", "--show", "--showformat", "${db:Status-Abbrev} ${Package}\\n"]
    lines = container.ask(argv).splitlines()
    return frozenset(line[2:].strip() for line in lines if line.startswith("ii"))


def offers(container: Container) -> Iterator[Offer]:
    """Yield every package that can be installed.

    Raises:
        TransientError: the network failed.
        ToolError: apt could not read its sources.
    """
    _update(container, QUIET)
    chunks: list[bytes] = []
    container.ask(["apt-cache", "dumpavail"], timeout=READ, sink=chunks.append)
    for record in b"".join(chunks).decode(errors="replace").split("\n\n"):
        said = dict(FIELDS.findall(record))
        if name := said.get("Package"):
            provides = _names(said.get("Provides", ""))
            runs_on = interpreter(_names(said.get("Depends", "")))
            yield Offer(name, said.get("Version", ""), provides, runs_on)


def files(container: Container, kind: str, take: Callable[[list[Row]], object]) -> None:
    """Hand over path and package of headers, libraries, commands and pkg-config files.

    `kind` is `native`, or `all` for what is the same for every architecture: three times as much.

    Raises:
        TransientError: the network failed.
        ToolError: apt could not read its sources.
    """
    arch = "all" if kind == "all" else container.ask(["dpkg", "--print-architecture"]).strip()
    options = [*QUIET, *_contents(arch)]
    _update(container, options)
    argv = ["apt-get", *options, "indextargets", "--format", "$(FILENAME)"]
    for index in container.ask([*argv, "ShortDesc: trueup-contents"]).splitlines():
        sink = Rows(take)
        container.ask([HELPER, "cat-file", index], timeout=READ, sink=sink.add)
        sink.end()


def _update(container: Container, options: Sequence[str]) -> None:
    argv = ["apt-get", *options, *PATIENT, "update"]
    done = container.try_to(argv, timeout=FETCH)
    said = done.err.decode(errors="replace")
    # Half an index is none: what is not in it would be said not to exist.
    if done.code or "Some index files failed to download" in said:
        raise failure(argv[:1], said or done.out.decode(errors="replace"))


def _contents(arch: str) -> Iterator[str]:
    """Yield the options with which apt fetches Contents; Ubuntu has one for all components."""
    for name, key, rest in (
        (CONTENTS, f"$(COMPONENT)/Contents-{arch}", {"flatMetaKey": f"Contents-{arch}"}),
        (f"{CONTENTS}-legacy", f"Contents-{arch}", {"Fallback-Of": "Contents-deb"}),
    ):
        said = {
            "MetaKey": key,
            "ShortDescription": "trueup-contents",
            "Description": "$(RELEASE)/$(COMPONENT) Contents",
            "PDiffs": "false",
            "KeepCompressed": "true",
            **rest,
        }
        for field, value in said.items():
            yield from ("-o", f"{name}::{field}={value}")


class Rows:
    """Takes a Contents file as it comes, and hands on the lines that count."""

    def __init__(self, take: Callable[[list[Row]], object]) -> None:
        self._take = take
        self._left = b""

    def add(self, data: bytes) -> None:
        """Take the next piece."""
        whole, _, left = (self._left + data).rpartition(b"\n")
        self._left = left
        self._hand_over(whole)

    def end(self) -> None:
        """Take what has no end of line."""
        self._hand_over(self._left)

    def _hand_over(self, lines: bytes) -> None:
        found = FILE.findall(lines)
        self._take([(path.decode(errors="replace"), _owner(said)) for path, said in found])


def _owner(said: bytes) -> str:
    """Return the packages of `libdevel/libpq-dev,universe/net/other`, separated by commas."""
    words = said.decode(errors="replace").split(",")
    return ",".join(word.rpartition("/")[2] for word in words)


def _names(said: str) -> tuple[str, ...]:
    words = (part.split("(")[0].split(":")[0].strip() for part in said.split(","))
    return tuple(word for word in words if word)
