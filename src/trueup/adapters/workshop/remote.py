"""A patch of a git source: one commit, pushed to the branch that is followed or to its own.

A branch that somebody else pushed to is left alone, and a push never loses a commit of
anybody's: each names what it expects to be there.
"""

from dataclasses import dataclass
from pathlib import Path

from trueup.adapters.git.aim import Wanted
from trueup.adapters.git.remote import checked_ref
from trueup.adapters.workshop.commit import Smith
from trueup.adapters.workshop.draft import Draft, borrowing
from trueup.adapters.workshop.message import is_of, unsigned
from trueup.adapters.workshop.origin import GitOrigin
from trueup.adapters.workshop.pushed import Pushed
from trueup.adapters.workshop.sent import Sent
from trueup.model.errors import ToolError, TransientError, UntrustedError
from trueup.model.workshop import (
    HandsOffError,
    MisfitError,
    OutdatedError,
    Publication,
    PublishMode,
    UnpublishableError,
)

TRIES = 8
HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Sender:
    """Pushes the patch of one publication of a git source; `place` is for what that needs."""

    origin: GitOrigin
    publication: Publication
    draft: Draft
    smith: Smith
    pushed: Pushed

    def send(self) -> Sent:
        """Have the commit on its branch; find it there where it is already."""
        followed = self.publication.mode is PublishMode.COMMIT
        once = self._onto_followed if followed else self._onto_own
        for _ in range(TRIES):
            if (sent := once(self.draft.tip())) is not None:
                return sent
        what = f"{self.draft.ref} could not be pushed"
        raise TransientError(what, "others are always faster", "It is tried again.")

    def _onto_followed(self, tip: str) -> Sent | None:
        if not tip:
            raise ToolError(f"there is no branch {self._branch} any more", "", "Push it again.")
        if found := self._landed(tip):
            return self._sent(found)
        if tip != self.publication.base:
            self._refuse_untrusted(tip, self.publication.base, "what was pushed meanwhile")
        commit = self._commit(tip)
        self._refuse_untrusted(commit, tip, "the commit of the patch")
        return self._push(commit, tip)

    def _onto_own(self, tip: str) -> Sent | None:
        commit = self._commit(self.publication.base)
        if tip and unsigned(self.draft.content(tip)) == unsigned(self.draft.content(commit)):
            return self._sent(tip)
        if tip and not self._is_ours(tip):
            raise self._hands_off(tip)
        return self._push(commit, tip)

    def _landed(self, tip: str) -> str:
        """Return the commit that an earlier push brought there; empty where none did."""
        known = self.pushed.of(self.publication)
        if known and not any(self.draft.contains(tip, one) for one in known):
            self.draft.deepen()
        return next((one for one in known if self.draft.contains(tip, one)), "")

    def _is_ours(self, tip: str) -> bool:
        if known := self.pushed.commits():
            return tip in known
        return is_of(self.draft.content(tip), self.smith.person, self.publication)

    def _commit(self, parent: str) -> str:
        try:
            return self.smith.commit(self.publication, parent)
        except OutdatedError as error:
            if parent != self.publication.base:
                raise
            why = "it is kept elsewhere (as LFS does), or converted when it is checked out"
            fix = "Such a file is for a person to edit."
            raise MisfitError(f"{error.what}, not what is in the work tree", why, fix) from error

    def _push(self, commit: str, expected: str) -> Sent | None:
        self.pushed.add(commit, self.publication)
        return self._sent(commit) if self.draft.push(commit, expected) else None

    def _sent(self, commit: str) -> Sent:
        head = self.draft.content(commit).split(b"\n\n", 1)[0].splitlines()
        parents = [line[7:].decode() for line in head if line.startswith(b"parent ")]
        return Sent(commit, parents[0] if parents else "", self._branch)

    def _refuse_untrusted(self, commit: str, applied: str, what: str) -> None:
        """Refuse to put a signature of ours above what nobody signed, or none where one is due."""
        if self.origin.trust is None:
            return
        try:
            wanted = Wanted(commit, "", self.draft.ref)
            self.origin.trust.check(wanted, self.draft.repository, applied)
        except UntrustedError as error:
            fix = (
                "Publish to a branch, or have publish.signing.key and verify of the source agree."
            )
            raise UntrustedError(f"{what} would not be trusted", error.text, fix) from error

    def _hands_off(self, tip: str) -> HandsOffError:
        why = f"commit {tip[:12]} is not one of this Run's, so the branch is somebody else's now"
        fix = f"Merge it or delete it; the patch is in the artifacts of {self.publication.run}."
        return HandsOffError(f"the branch {self._branch} is left alone", why, fix)

    @property
    def _branch(self) -> str:
        return self.draft.ref.removeprefix(HEADS)


def has(origin: GitOrigin, branch: str, commit: str, place: Path) -> bool:
    """Say whether a branch of the remote is at a commit, or has it below its tip."""
    made = borrowing(origin, place, commit, f"{HEADS}{branch}")
    if made.repository.ask(made.ref).get(made.ref) == commit:
        return True
    tip = made.tip()
    if tip and not made.contains(tip, commit):
        made.deepen()
    return bool(tip) and made.contains(tip, commit)


def ref_of(origin: GitOrigin, mode: PublishMode, branch: str) -> str:
    """Return the full name of the branch that a patch goes to.

    Raises:
        UnpublishableError: it can go to none.
    """
    return HEADS + _branch(origin, mode, branch)


def _branch(origin: GitOrigin, mode: PublishMode, branch: str) -> str:
    match mode:
        case PublishMode.COMMIT if not origin.branch:
            why, fix = "the source follows a tag or a commit, which stay", "Use to: branch."
            raise UnpublishableError("the patch cannot be committed there", why, fix)
        case PublishMode.COMMIT:
            return origin.branch
        case PublishMode.BRANCH if branch == origin.branch:
            why = f"{origin.branch} is the branch that the source follows"
            raise UnpublishableError("the patch cannot have that branch", why, "Use to: commit.")
        case PublishMode.BRANCH:
            return checked_ref(branch, "branch")
        case PublishMode.FILES:
            why, fix = "its source is a git repository", "Use to: branch or to: commit."
            raise UnpublishableError("the patch cannot be written into files", why, fix)
