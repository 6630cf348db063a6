"""Bring a work tree to what a commit lists, in place.

What was written is remembered with its signature, so that a file which was modified or
damaged is found, and a checkout that was cut off is finished at the next sync. What the
commit does not list is somebody's data and stays. Knows nothing of remotes.
"""

import os
import shutil
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import assert_never

from trueup.adapters.disk.worktree import WorkTree, in_the_way
from trueup.adapters.git.batch import Blob, Content, Spooled
from trueup.adapters.git.manifest import Manifest, Written, load
from trueup.model.errors import ToolError
from trueup.model.shortage import refuse_shortage

LINK = "120000"
EXECUTABLE = "100755"

Take = Callable[[Blob, Content | Path], None]
Fetch = Callable[[Sequence[Blob], Take], None]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a checkout will do: everything that must be known is at hand before it starts."""

    revision: str
    right: Mapping[str, Written]
    drafts: Mapping[str, tuple[Blob, Path]]
    gone: Sequence[str]


class Checkout:
    """The work tree `directory`/tree and the record of what is in it."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "tree"
        self.manifest = load(directory / "manifest.json")
        self._record = directory / "manifest.json"
        self._spare = directory / "spare"
        self._kept = directory / "kept"
        self._disk = WorkTree(self.root)
        self.root.mkdir(parents=True, exist_ok=True)

    def differs(self, revision: str) -> bool:
        """Say whether the work tree is not, or no longer, what a revision lists."""
        known = self.manifest
        return known.revision != revision or not known.complete or self._touched()

    def prepare(self, revision: str, blobs: Mapping[str, Blob], fetch: Fetch) -> Changes:
        """Return what must change, with all new content in drafts. Changes nothing yet.

        Raises:
            ToolError: data of somebody else's is where a file must go.
        """
        self._refuse_obstacles(blobs)
        found = {path: self._as_it_is(blob) for path, blob in blobs.items()}
        right = {path: written for path, written in found.items() if written is not None}
        drafts = self._draft([blobs[path] for path in blobs.keys() - right.keys()], fetch)
        gone = sorted(self.manifest.files.keys() - blobs.keys(), reverse=True)
        return Changes(revision, right, drafts, gone)

    def carry_out(self, changes: Changes) -> None:
        """Change the work tree. Nobody may read it meanwhile."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)  # somebody may have removed it
            own = self._begin(changes)
            for path in changes.gone:
                self._disk.remove(path)
            done = {path: self._put(*draft, own) for path, draft in changes.drafts.items()}
            self._save(Manifest(changes.revision, complete=True, files={**changes.right, **done}))
        except OSError as error:
            refuse_shortage(error, f"{self.root} could not be written")
            raise ToolError(f"{self.root} could not be written", str(error)) from error

    def _touched(self) -> bool:
        look = self._disk.signature
        return any(look(path) != known.signature for path, known in self.manifest.files.items())

    def _as_it_is(self, blob: Blob) -> Written | None:
        """Return a file that is right already, or None where it must be written."""
        known, found = self.manifest.files.get(blob.path), self._disk.signature(blob.path)
        if found is None:
            return None
        if known == Written(blob.mode, blob.oid, found):
            return known
        is_link = stat.S_ISLNK(found[-1])
        if is_link != (blob.mode == LINK) or self._disk.object_id(blob.path, blob.oid) != blob.oid:
            return None
        if not is_link:
            self._disk.set_executable(blob.path, executable=blob.mode == EXECUTABLE)
        return Written(blob.mode, blob.oid, self._disk.signature(blob.path))

    def _draft(self, blobs: Sequence[Blob], fetch: Fetch) -> dict[str, tuple[Blob, Path]]:
        shutil.rmtree(self._spare, ignore_errors=True)
        self._spare.mkdir()
        drafts: dict[str, tuple[Blob, Path]] = {}

        def take(blob: Blob, content: Content | Path) -> None:
            draft = self._spare / str(len(drafts))
            _write_draft(draft, blob.mode, content)
            drafts[blob.path] = blob, draft

        fetch(sorted(blobs, key=lambda blob: blob.path), take)
        return drafts

    def _put(self, blob: Blob, draft: Path, own: Mapping[str, Written]) -> Written:
        if blob.path not in own and self._disk.look(blob.path) is not None:
            self._disk.set_aside(blob.path, self._kept)
        self._disk.put(blob.path, draft)
        return Written(blob.mode, blob.oid, self._disk.signature(blob.path))

    def _begin(self, changes: Changes) -> Mapping[str, Written]:
        """Put on record what may be half-written from now on; return what was ours before."""
        own = self.manifest.files
        unsure = {path: Written(b.mode, b.oid, None) for path, (b, _) in changes.drafts.items()}
        files = {**own, **changes.right, **unsure}
        self._save(Manifest(changes.revision, complete=False, files=files))
        return own

    def _save(self, manifest: Manifest) -> None:
        manifest.save(self._record)
        self.manifest = replace(manifest)

    def _refuse_obstacles(self, blobs: Mapping[str, Blob]) -> None:
        for path in {str(p) for blob in blobs for p in PurePosixPath(blob).parents[:-1]}:
            found = self._disk.look(path)
            if found and not stat.S_ISDIR(found.st_mode) and path not in self.manifest.files:
                raise in_the_way(self.root / path, "not a directory")
        for path in blobs:
            found = self._disk.look(path)
            if found and stat.S_ISDIR(found.st_mode):
                self._refuse_data_below(path)

    def _refuse_data_below(self, path: str) -> None:
        for folder, folders, names in os.walk(self.root / path):
            files = [str(Path(folder, name).relative_to(self.root)) for name in names]
            data = [file for file in files if file not in self.manifest.files]
            if data or not (folders or files):
                what = data[0] if data else "an empty directory"
                raise in_the_way(self.root / path, f"a directory with data in it: {what}")


def _write_draft(draft: Path, mode: str, content: Content | Path) -> None:
    match content:
        case bytes() if mode == LINK:
            draft.symlink_to(os.fsdecode(content))
            return
        case bytes():
            draft.write_bytes(content)
        case Spooled():
            content.path.rename(draft)
        case Path():
            shutil.copyfile(content, draft)
        case _:
            assert_never(content)
    draft.chmod(0o755 if mode == EXECUTABLE else 0o644)  # whatever the umask
