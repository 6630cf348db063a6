"""One commit on top of another, with nothing but the edited files changed.

Made of objects alone: no work tree, no index of anybody else's, no hook and no filter takes
part. Knows nothing of branches.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trueup.adapters.git.batch import Blob, BrokenError
from trueup.adapters.git.repository import NOTHING, Repository
from trueup.adapters.workshop.desk import refuse_twice
from trueup.adapters.workshop.message import identity, message
from trueup.model.errors import SpecError
from trueup.model.repair import Edit
from trueup.model.workshop import MisfitError, OutdatedError, Person, Publication

FILE = "100644"
FILES = ("100644", "100755")
SHA1 = 40
DURABLE = ("-c", "core.fsync=all", "-c", "core.fsyncMethod=fsync")


@dataclass(frozen=True, slots=True)
class Smith:
    """Makes commits in `repository`, by `person`, signed with the SSH key in the file `key`.

    `desk` is a directory for what is only needed meanwhile. `prefix` is where the edits' paths
    begin in the repository: empty, or a path that ends with a slash.
    """

    repository: Repository
    desk: Path
    person: Person
    key: str = ""
    prefix: str = ""

    def commit(self, publication: Publication, parent: str) -> str:
        """Make the commit and return it: the same for the same publication and parent.

        Raises:
            OutdatedError: an edited file is another one in the parent.
            MisfitError: a path is none of a file there.
            SpecError: it is to be signed, and there is no key.
            BrokenError: the repository lacks something.
        """
        if publication.sign and not self.key:
            why, fix = "there is no key to sign it with", "Set publish.signing.key in trueup.yaml."
            raise SpecError("the patch cannot be published", why, fix)
        edits = [replace(one, path=self.prefix + one.path) for one in publication.edits]
        modes = self._modes(edits, parent)
        return self._commit(publication, self._tree(edits, modes, parent), parent)

    def _modes(self, edits: Sequence[Edit], parent: str) -> Mapping[str, str]:
        """Return the mode of each edited file, once all are as they were before."""
        refuse_twice(edits)
        there = {blob.path: blob for blob in self.repository.blobs(parent)}
        for edit in edits:
            _refuse_obstacle(edit.path, there)
            _refuse_other(edit, there.get(edit.path), parent)
        return {one.path: there[one.path].mode if one.path in there else FILE for one in edits}

    def _tree(self, edits: Sequence[Edit], modes: Mapping[str, str], parent: str) -> str:
        index = self.desk / "index"
        index.unlink(missing_ok=True)
        own = {"GIT_INDEX_FILE": str(index)}
        said = b"".join(
            f"{modes[one.path]} {self._blob(one)}\t{one.path}\0".encode(errors="surrogateescape")
            for one in edits
        )
        self._must("read-tree", parent, variables=own)
        self._must("update-index", "-z", "--index-info", input=said, variables=own)
        return self._must("write-tree", variables=own)

    def _blob(self, edit: Edit) -> str:
        return self._must(
            "hash-object", "-w", "--no-filters", "--stdin", input=edit.after.encode(), variables={}
        )

    def _commit(self, publication: Publication, tree: str, parent: str) -> str:
        try:
            return self._committed(publication, tree, parent)
        except BrokenError as error:
            if not self.key:
                raise
            what, fix = (
                f"a commit cannot be signed with {self.key}",
                "Correct publish.signing.key.",
            )
            raise SpecError(what, str(error), fix) from error

    def _committed(self, publication: Publication, tree: str, parent: str) -> str:
        signing = (
            ("gpg.format", "ssh"),
            ("gpg.ssh.program", "ssh-keygen"),
            ("user.signingKey", self.key),
        )
        return self._must(
            "commit-tree",
            *(("-S",) if self.key else ()),
            *("-p", parent, "-F", "-", tree),
            input=message(publication),
            config=signing if self.key else (),
            variables=identity(publication.author or self.person, self.person, publication.date),
        )

    def _must(
        self,
        *args: str,
        input: bytes = b"",  # noqa: A002 - the word of subprocess.run
        config: Sequence[tuple[str, str]] = (),
        variables: Mapping[str, str] = NOTHING,
    ) -> str:
        out = self.repository.must(
            *DURABLE, *args, input=input, config=config, variables=variables
        )
        return out.decode().strip()


def digest(content: bytes, like: str) -> str:
    """Return the id that git gives a content, of the kind of `like`."""
    head = b"blob %d\0" % len(content)
    kind = "sha1" if len(like) == SHA1 else "sha256"
    return hashlib.new(kind, head + content, usedforsecurity=False).hexdigest()


def _refuse_obstacle(path: str, there: Mapping[str, Blob]) -> None:
    parts = path.split("/")
    above = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
    if found := next((there[one] for one in above if one in there), None):
        what = "another repository" if found.mode == "160000" else "a link or a file"
        raise _misfit(path, f"{found.path} is {what}")
    if any(one.startswith(f"{path}/") for one in there):
        raise MisfitError(f"the edit of {path} cannot be published", "it is a folder")
    if path in there and there[path].mode not in FILES:
        raise MisfitError(f"the edit of {path} cannot be published", "it is no regular file")


def _refuse_other(edit: Edit, blob: Blob | None, parent: str) -> None:
    before = None if edit.before is None else digest(edit.before.encode(), parent)
    if before != (blob.oid if blob else None):
        what = f"{edit.path} was changed meanwhile: it is another one in commit {parent[:12]}"
        raise OutdatedError(what, "", "The attempt begins anew.")


def _misfit(path: str, why: str) -> MisfitError:
    what = f"the edit of {path} cannot be published"
    return MisfitError(what, why, "Edit a regular file of this repository.")
