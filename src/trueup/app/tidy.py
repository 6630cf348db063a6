"""What is thrown away after a release was verified: old release files, copies and images.

The way back is kept: the last verified releases, what failed, and what is being tried.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from trueup.app.site import Site
from trueup.kinds.stack.target import host_names
from trueup.model.status import Status

KEPT = 5
"""How many verified releases of a stack can be brought back."""


def tidy(site: Site, before: Status) -> None:
    """Drop what no release that is kept needs any more. `before` is the status as it was."""
    status = site.records.read(before.key)
    projects = _projects(site, status) | _projects(site, before)
    _clear(site)
    site.vault.clear(status.key, (site.releases.stored(file) for file in _files(status)))
    images = {image for file in _files(status) for image in _images(site, file)}
    for project in sorted(projects):
        site.tools.keep(sorted(images), f"trueup/{project}/")
        site.tools.drop_networks(
            project, sorted(_networks(site, before) - _networks(site, status))
        )


def _clear(site: Site) -> None:
    """Remove files that nobody needs; nothing where it cannot be told what a stack needs."""
    keys = {*site.wishes.every(), *site.records.known()}
    if any(site.records.uncertain(one) for one in keys):
        return
    every = {file for one in keys for file in _files(site.records.read(one))}
    mounted = [
        str(mount.get("Source", ""))
        for container in site.host.owned()
        for mount in container.inspect.get("Mounts") or ()
    ]
    site.releases.clear(every, mounted)


def _files(status: Status) -> Iterator[str]:
    """Return the release files, sealed or not, of every digest that is kept."""
    folder = PurePosixPath("releases", status.key.kind, status.key.name)
    for digest in _digests(status):
        yield str(folder / f"{digest}.json")
        yield str(folder / f"{digest}.sealed.json")


def _digests(status: Status) -> set[str]:
    applied = [one.digest for one in status.history if one.result == "Applied"][:KEPT]
    others = (status.applied, status.attempted, status.quarantine, status.reverted)
    return {*applied, *(one.digest for one in others if one)}


def _images(site: Site, file: str) -> Iterator[str]:
    services = (site.releases.stored(file).get("services") or {}).values()
    yield from (str(one.get("image", "")) for one in services)


def _networks(site: Site, status: Status) -> set[str]:
    """Return the networks of the last verified release."""
    stored = site.releases.stored(status.applied.file) if status.applied else {}
    return set(host_names(stored, "networks").values()) if stored else set()


def _projects(site: Site, status: Status) -> set[str]:
    names = (site.releases.stored(file).get("name", "") for file in _files(status))
    return {str(name) for name in names if name}
