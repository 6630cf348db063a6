"""Refuses addresses that a file did not have before.

Another version at the same place is a repair. Where everybody may put something, the place is
the account as well as the host.
"""

import re
from collections.abc import Iterable, Iterator

from trueup.model.repair import Refusal

ADDRESS = re.compile(r"([A-Za-z][\w+.-]{0,30})://([^\s/\"'<>|;,)\]]*)(/[^\s\"'<>|;,)\]]*)?")
INDEXES = frozenset(
    {
        *("pypi.org", "files.pythonhosted.org", "registry.npmjs.org", "registry.yarnpkg.com"),
    }
)
"""Where lock files say that packages are."""

DISTRIBUTIONS = frozenset(
    {
        *("archive.debian.org", "deb.debian.org", "security.debian.org", "snapshot.debian.org"),
        *("archive.ubuntu.com", "security.ubuntu.com", "old-releases.ubuntu.com"),
        *("dl-cdn.alpinelinux.org", "vault.centos.org"),
    }
)
"""Where distributions keep releases, old ones too; their packages are signed."""

HERE = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "[::1]"})  # noqa: S104 - named, not bound
SHARED = re.compile(
    r"(?:github|gitlab|bitbucket|githubusercontent|sourceforge|jsdelivr|unpkg|codeberg|pastebin)\."
    r"|amazonaws\.com|googleapis\.com|windows\.net|cloudfront\.net|\.io$|pages\.dev|r2\.dev"
)

Address = tuple[str, str, str]
"""Scheme, host, path."""


def strangers(
    path: str, before: Iterable[tuple[int, str]], after: Iterable[tuple[int, str]], *, locked: bool
) -> Iterator[Refusal]:
    """Yield a refusal for every new address."""
    known = {address for _, text in before for address in _addresses(text)}
    for line, text in after:
        for address in _addresses(text):
            if address not in known and not _fine(address, known, locked=locked):
                shown = f"{address[0]}://{address[1][:80]}"
                yield Refusal("download", path, line, f"{shown} was not named here before")


def _addresses(text: str) -> Iterator[Address]:
    for found in ADDRESS.finditer(text):
        yield found[1].lower(), found[2].lower(), found[3] or ""


def _fine(address: Address, known: set[Address], *, locked: bool) -> bool:
    scheme, host, path = address
    bare = host.rpartition(":")[0] or host
    if bare in HERE and "@" not in host:
        return True
    if host in DISTRIBUTIONS and scheme in ("http", "https"):
        return True
    if locked and host in INDEXES and scheme == "https":
        return True
    return "$" not in host and any(_alike(scheme, host, path, one) for one in known)


def _alike(scheme: str, host: str, path: str, known: Address) -> bool:
    """Say whether an address is another version of one that was there."""
    if (host, scheme) != (known[1], known[0]) or ".." in path:
        return False
    return not SHARED.search(host) or path.split("/")[:3] == known[2].split("/")[:3]
