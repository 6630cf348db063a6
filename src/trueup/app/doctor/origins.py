"""The sources: whether they can be read, and whether the answers can be written back."""

from collections.abc import Iterator
from pathlib import Path

from trueup.adapters import machine
from trueup.adapters.git.reach import may_push, tip
from trueup.app.doctor.finding import Finding, bad, doubtful, well
from trueup.app.trees import remote_of
from trueup.model.errors import TrueupError
from trueup.settings import GitSettings, Settings, SourceSettings

REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "vboxsf", "virtiofs"})


def about_sources(settings: Settings) -> Iterator[Finding]:
    """Yield how every source stands."""
    for one in settings.sources:
        yield from _directory(one.name, one.directory) if one.directory else _git(one, settings)


def _directory(name: str, path: Path) -> Iterator[Finding]:
    check = f"source {name}"
    try:
        count = sum(1 for _ in path.iterdir())
    except OSError as error:
        why = error.strerror or "it cannot be read"
        yield bad(
            check, f"{path} cannot be read", why, "Correct it in trueup.yaml, or its rights."
        )
        return
    yield well(check, f"{path} has {count} entries")
    if (kind := machine.file_system(path)) in REMOTE:
        why = f"{kind} tells nobody of changes that another machine makes"
        fix = "Changes count within 30 s; follow a git repository to have them sooner."
        yield doubtful(check, f"{path} is on {kind}", why, fix)


def _git(source: SourceSettings, settings: Settings) -> Iterator[Finding]:
    said, check = source.git, f"source {source.name}"
    if said is None:
        return
    try:
        found = tip(remote_of(said), said.ref or said.branch)
        yield well(check, f"{said.url} answers; {said.ref or said.branch} is at {found[:12]}")
    except TrueupError as error:
        fix = error.fix or "Look at the url, the branch and auth in trueup.yaml."
        yield bad(check, error.what, error.why, fix)
        return
    if settings.status.push:
        yield _push(check, said, settings.status.branch)


def _push(check: str, said: GitSettings, branch: str) -> Finding:
    name = f"status of {check}"
    try:
        may_push(remote_of(said), branch)
    except TrueupError as error:
        why = f"the answers stay on this host: {error.why}"
        fix = f"Give the login the right to push {branch}, or set status.push: false."
        return doubtful(name, f"{branch} may not be pushed", why, fix)
    return well(name, f"{branch} may be pushed")
