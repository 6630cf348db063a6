"""The ways out for a patch, by what its source is and what its document asks for.

Knows nothing of the work tree that the patch was tried in.
"""

import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import assert_never

from trueup.adapters.git.batch import BrokenError
from trueup.adapters.workshop import remote
from trueup.adapters.workshop.commit import Smith
from trueup.adapters.workshop.draft import borrowing
from trueup.adapters.workshop.enclosing import Branching, Enclosing, enclosing
from trueup.adapters.workshop.origin import FolderOrigin, GitOrigin, Origin
from trueup.adapters.workshop.pushed import pushed
from trueup.adapters.workshop.sent import Sent
from trueup.adapters.workshop.written import is_there, write
from trueup.model.errors import TransientError
from trueup.model.workshop import (
    Person,
    Publication,
    Published,
    PublishMode,
    UnpublishableError,
)

NO_GIT = "the folder is in no git repository"


@dataclass(frozen=True, slots=True)
class Press:
    """Publishes patches. `records` is where it keeps in mind which commits are ours.

    `person` is who commits, `key` the file of the SSH key that signs; empty for no signature.
    """

    records: Path
    person: Person
    key: str = ""

    def publish(
        self, source: str, origin: Origin, publication: Publication, place: Path
    ) -> Published:
        """Publish a patch of a source; `place` is a directory that is free meanwhile.

        Raises:
            TrueupError: as the port says.
        """
        try:
            match origin:
                case GitOrigin():
                    return self._send(source, origin, publication, place)
                case FolderOrigin():
                    return self._put(source, origin, publication, place)
                case _:
                    assert_never(origin)
        except BrokenError as error:
            what = f"the patch of {publication.run} could not be committed"
            raise TransientError(what, str(error), "It is tried again.") from error
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def accepts(self, origin: Origin, mode: PublishMode, branch: str) -> None:
        """Return if an origin takes patches in a mode.

        Raises:
            UnpublishableError: it does not.
        """
        match origin:
            case GitOrigin():
                remote.ref_of(origin, mode, branch)
            case FolderOrigin():
                with TemporaryDirectory(prefix="trueup-accepts-") as place:
                    _refuse(mode, enclosing(origin.folder, Path(place)))
            case _:
                assert_never(origin)

    def arrived(self, origin: Origin, published: Published) -> bool:
        """Say whether the place it went to really has it."""
        with TemporaryDirectory(prefix="trueup-arrived-") as place:
            match origin:
                case GitOrigin():
                    return remote.has(origin, published.branch, published.commit, Path(place))
                case FolderOrigin() if published.mode is PublishMode.FILES:
                    return is_there(origin.folder, published.files)
                case FolderOrigin():
                    return _is_in(origin, published, Path(place))
                case _:
                    assert_never(origin)

    def _send(
        self, source: str, origin: GitOrigin, publication: Publication, place: Path
    ) -> Published:
        ref = remote.ref_of(origin, publication.mode, publication.branch)
        draft = borrowing(origin, place, publication.base, ref)
        smith = Smith(draft.repository, place, self.person, self.key)
        record = pushed(self.records, source, ref)
        sent = remote.Sender(origin, publication, draft, smith, record).send()
        where = origin.remote.redact(origin.remote.url)
        return _published(source, publication, where, sent)

    def _put(
        self, source: str, origin: FolderOrigin, publication: Publication, place: Path
    ) -> Published:
        place.mkdir(parents=True, exist_ok=True)
        around = enclosing(origin.folder, place)
        _refuse(publication.mode, around)
        match publication.mode:
            case PublishMode.FILES:
                write(origin.folder, publication)
                return _published(source, publication, str(origin.folder))
            case PublishMode.BRANCH if around is not None:
                sent = self._branching(source, around, publication, place).put()
                return _published(source, publication, str(around.top), sent)
            case PublishMode.BRANCH | PublishMode.COMMIT:
                raise _refused_commit(around)
            case _:
                assert_never(publication.mode)

    def _branching(
        self, source: str, around: Enclosing, publication: Publication, place: Path
    ) -> Branching:
        repository = around.repository(place)
        smith = Smith(repository, place, self.person, self.key, around.prefix)
        return Branching(publication, smith, pushed(self.records, source, publication.branch))


def _is_in(origin: FolderOrigin, published: Published, place: Path) -> bool:
    around = enclosing(origin.folder, place)
    if around is None:
        return False
    repository, ref = around.repository(place), f"refs/heads/{published.branch}"
    done = repository.attempt("merge-base", "--is-ancestor", published.commit, ref)
    return done.code == 0


def _refuse(mode: PublishMode, around: Enclosing | None) -> None:
    """Refuse what a folder, in a repository or in none, takes no patch by."""
    if mode is PublishMode.COMMIT or (mode is PublishMode.BRANCH and around is None):
        raise _refused_commit(around)
    if mode is PublishMode.FILES and around is not None:
        what = "the patch cannot be written into the files of the source"
        why = f"they are in the git repository {around.top}, and its work tree is its owner's"
        raise UnpublishableError(what, why, "Use to: branch; the branch is made there.")


def _refused_commit(around: Enclosing | None) -> UnpublishableError:
    if around is None:
        fix = "Use to: files to have the files themselves changed, or put them under git."
        return UnpublishableError("the patch cannot be committed", NO_GIT, fix)
    what = f"the patch cannot be committed to what is checked out in {around.top}"
    why = "its owner is at work there, and a branch that moves would show all as changed"
    return UnpublishableError(what, why, "Use to: branch, and merge it there.")


def _published(
    source: str, publication: Publication, where: str, sent: Sent | None = None
) -> Published:
    files = {one.path: sha256(one.after.encode()).hexdigest() for one in publication.edits}
    commit, parent, branch = (sent.commit, sent.parent, sent.branch) if sent else ("", "", "")
    return Published(source, publication.mode, commit, parent, branch, where, files)
