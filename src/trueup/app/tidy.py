"""What is thrown away after a release was verified: old release files, copies and images.

The way back is kept: the last verified releases, what failed, and what is being tried.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath

from trueup.app.site import Site
from trueup.kinds.stack.target import host_names
from trueup.model.container import STACK
from trueup.model.key import Key
from trueup.model.release import Release
from trueup.model.status import Quarantine, Revert, Status, Trial

KEPT = 5
"""How many verified releases of a stack can be brought back."""


def tidy(site: Site, before: Status) -> None:
    """Drop what no release that is kept needs any more. `before` is the status as it was."""
    status = site.records.read(before.key)
    projects = _projects(site, status) | _projects(site, before)
    _clear(site)
    site.vault.clear(status.key, (site.docker.releases.stored(file) for file in _files(status)))
    images = {image for file in _files(status) for image in _images(site, file)}
    for project in sorted(projects):
        site.tools.keep(sorted(images), f"trueup/{project}/")
        site.tools.drop_networks(
            project, sorted(_networks(site, before) - _networks(site, status))
        )


def _clear(site: Site) -> None:
    """Remove files that no stack needs and no container mounts."""
    owned = site.docker.host.owned()
    mounts = [one for container in owned for one in container.inspect.get("Mounts") or ()]
    running = {container.labels[STACK] for container in owned}
    keys = {*site.wishes.every(), *site.records.known()}
    every = {file for key in keys for file in _needed(site, key, running)}
    site.docker.releases.clear(
        every | {file for said in running for file in _unknown(site, said, keys)},
        [str(one.get("Source", "")) for one in mounts],
    )


def _needed(site: Site, key: Key, running: AbstractSet[str]) -> Iterable[str]:
    """Return the files of a stack: all of them where nobody can tell which it needs."""
    status = site.records.read(key)
    forgot = status.applied is None and str(key) in running
    return (
        site.docker.releases.of(str(key))
        if forgot or site.records.uncertain(key)
        else _files(status)
    )


def _unknown(site: Site, said: str, keys: AbstractSet[Key]) -> Iterable[str]:
    """Return the files of a stack that only its containers tell of."""
    return () if said in {str(key) for key in keys} else site.docker.releases.of(said)


def _files(status: Status) -> Iterator[str]:
    """Return the release files of every digest that is kept: as made, sealed, built with."""
    folder = PurePosixPath("releases", status.key.kind, status.key.name)
    for digest in _digests(status):
        yield str(folder / f"{digest}.json")
        yield str(folder / f"{digest}.sealed.json")
        yield str(folder / f"{digest}.build.json")


def _digests(status: Status) -> set[str]:
    applied = [one.digest for one in status.history if one.result == "Applied"][:KEPT]
    others = (status.applied, status.attempted, status.quarantine, status.reverted)
    return {*applied, *(one.digest for one in (*others, *_on_trial(status)) if one)}


def _on_trial(status: Status) -> tuple[Trial | Release | Quarantine | Revert | None, ...]:
    """Return a candidate, and what was remembered when its trial began."""
    one = status.trial
    return (one, one.before, one.parked, one.reverted) if one else ()


def _images(site: Site, file: str) -> Iterator[str]:
    services = (site.docker.releases.stored(file).get("services") or {}).values()
    yield from (str(one.get("image", "")) for one in services)


def _networks(site: Site, status: Status) -> set[str]:
    """Return the networks of the last verified release."""
    stored = site.docker.releases.stored(status.applied.file) if status.applied else {}
    return set(host_names(stored, "networks").values()) if stored else set()


def _projects(site: Site, status: Status) -> set[str]:
    names = (site.docker.releases.stored(file).get("name", "") for file in _files(status))
    return {str(name) for name in names if name}
