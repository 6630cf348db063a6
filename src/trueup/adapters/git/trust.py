"""Whether a commit may be applied: who signed it, held against keys that this host was given.

Git checks the signature itself, with nothing but those keys: no keyring, no configuration
and no program of the user's takes part. Knows nothing of what a commit contains.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from trueup.adapters.git.aim import Wanted
from trueup.adapters.git.keyring import NOBODY, keyring
from trueup.adapters.git.repository import Repository
from trueup.adapters.git.verdict import GOOD, why_not
from trueup.model.errors import SpecError, UntrustedError

MOST = 1000
"""How many commits at once are verified one by one."""
STAYS = "Nothing of it is applied: what was verified before stays in force."
UNTIL = "set mode: head until this one is applied."
SIGN = "Have it signed by a key that trueup.yaml allows, and push that."


@dataclass(frozen=True, slots=True)
class Check:
    """A repository, and what git is told there to find the keys and nothing but them."""

    repository: Repository
    config: Sequence[tuple[str, str]]
    variables: Mapping[str, str]

    def commit(self, oid: str) -> None:
        """Return if a commit is signed by one of the keys."""
        self._must("verify-commit", oid, f"commit {oid[:12]}")

    def tag(self, wanted: Wanted) -> None:
        """Return if what is wanted is an annotated tag, and signed by one of the keys."""
        name = wanted.ref.removeprefix("refs/tags/")
        if not wanted.tag:
            raise self.untrusted(name or f"commit {wanted.commit[:12]}", "it is no annotated tag")
        self._must("verify-tag", wanted.tag, f"tag {name}")
        # A signed tag that was given another tag's name would bring an old release back.
        if (said := self.repository.tag_name(wanted.tag)) != name:
            raise self.untrusted(f"tag {name}", f"what was signed is the tag {said!r}")

    def every(self, applied: str, commit: str) -> None:
        """Return if all that came since a commit is signed by one of the keys."""
        for oid in self._since(applied, commit):
            self.commit(oid)

    def untrusted(self, what: str, why: str, fix: str = SIGN) -> UntrustedError:
        """Return the error for what may not be applied."""
        url = self.repository.remote.redact(self.repository.remote.url)
        return UntrustedError(f"{what} of {url} is not trusted", why, f"{STAYS} {fix}")

    def _must(self, command: str, oid: str, what: str) -> None:
        done = self.repository.verify(command, oid, self.config, self.variables)
        if done.code != 0 or not GOOD.search(done.err):
            raise self.untrusted(what, why_not(done.err))

    def _since(self, applied: str, commit: str) -> Sequence[str]:
        """Return what came since the commit that is applied, oldest first; at first the tip."""
        what = f"commit {commit[:12]}"
        if not applied or applied == commit:
            return (commit,)
        if not self.repository.descends(commit, applied):
            why = f"its history lacks commit {applied[:12]}, which is applied"
            raise self.untrusted(what, why, f"Push a history that continues it; or {UNTIL}")
        commits = self.repository.between(applied, commit, MOST + 1)
        if len(commits) > MOST:
            why = f"more than {MOST} commits since the applied one would have to be verified"
            raise self.untrusted(what, why, f"Push them in parts; or {UNTIL}")
        return commits


class Mode(StrEnum):
    """What has to be signed: the commit, its annotated tag, or every commit on the way."""

    HEAD = "head"
    TAG = "tag"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count. All paths are absolute and on this host."""

    mode: Mode = Mode.HEAD
    allowed_signers: str = ""
    revoked_keys: str = ""
    gpg_keys: tuple[str, ...] = ()

    def check(self, wanted: Wanted, repository: Repository, applied: str) -> None:
        """Return if what is wanted may be applied on top of what is.

        Raises:
            UntrustedError: it is not signed as it has to be.
            SpecError: a file of keys is not there, or holds none.
        """
        with self._ready(repository) as check:
            match self.mode:
                case Mode.HEAD:
                    check.commit(wanted.commit)
                case Mode.TAG:
                    check.tag(wanted)
                case Mode.EVERY:
                    check.every(applied, wanted.commit)
                case _:
                    assert_never(self.mode)

    @property
    def whole(self) -> bool:
        """Whether the history is needed, and not its last commit alone."""
        return self.mode is Mode.EVERY

    @contextmanager
    def _ready(self, repository: Repository) -> Iterator[Check]:
        for file in filter(None, (self.allowed_signers, self.revoked_keys, *self.gpg_keys)):
            _refuse_missing(file)  # git takes a list of revoked keys that is gone for an empty one
        with keyring(self.gpg_keys) as gpg:
            config = (
                ("gpg.program", gpg.program),
                ("gpg.x509.program", NOBODY),
                ("gpg.ssh.allowedSignersFile", self.allowed_signers or "/dev/null"),
                ("gpg.ssh.revocationFile", self.revoked_keys),
            )
            yield Check(repository, config, gpg.variables)


def _refuse_missing(file: str) -> None:
    try:
        Path(file).read_bytes()
    except OSError as error:
        what = f"the keys in {file} cannot be read"
        why = f"{error.strerror}, so no commit can be verified"
        raise SpecError(what, why, "Correct sources.git.verify in trueup.yaml.") from error
