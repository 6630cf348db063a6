"""The workshop of this host, with the sources of its configuration.

It is imported by whoever begins or ends a Run, and by nobody else.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from trueup.adapters.git.limits import Limits
from trueup.adapters.sources.git import GitSource
from trueup.adapters.workshop.origin import FolderOrigin, GitOrigin, Origin
from trueup.adapters.workshop.publishing import Press
from trueup.adapters.workshop.workshop import Benches
from trueup.app.sources import Followed, Source
from trueup.app.trees import Trees, remote_of, trust_of
from trueup.model.errors import SpecError, TransientError
from trueup.model.workshop import Person
from trueup.settings import GitSettings, Settings

WORK = "work"


def workshop(
    settings: Settings,
    followed: Mapping[str, Followed],
    trees: Trees,
    ended: Callable[[], bool] = lambda: False,
) -> Benches:
    """Return the workshop; what it has to do with a remote ends once `ended` says so."""
    said, place = settings.publish, settings.state / WORK

    def origin(name: str) -> Origin:
        if found := trees.other(name):
            return _git(*found, ended)
        if name not in followed:
            fix = "Name a source of trueup.yaml."
            raise SpecError(f"there is no source {name}", "or it has not been read", fix)
        return _origin(settings, followed[name], ended)

    press = Press(place / "pushed", Person(said.name, said.email), said.key)
    return Benches(place, origin, press)


def _origin(settings: Settings, followed: Followed, ended: Callable[[], bool]) -> Origin:
    said = next(one for one in settings.sources if one.name == followed.name)
    if said.git is not None:
        return _git(followed.source, said.git, ended)
    if followed.tree is None:
        raise TransientError(f"source {said.name} has not been read yet")
    # Keys of ours that are kept there are nothing that a build or a model may have.
    own = tuple(one for one in settings.guarded if one != settings.file)
    tree = followed.tree
    return FolderOrigin(Path(said.directory or "."), lambda: tree.revision, own)


def _git(source: Source, said: GitSettings, ended: Callable[[], bool]) -> GitOrigin:
    if not isinstance(source, GitSource):
        what = f"source {source.name} is only looked at here"
        raise TransientError(what, "the running Trueup looks after it")
    remote = replace(remote_of(said, to_push=True), ended=ended)
    branch = "" if said.ref else said.branch
    limits = Limits(said.max_files, said.max_size)
    return GitOrigin(source, remote, branch, trust_of(said.verify), limits)
