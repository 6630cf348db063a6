"""A patch of a folder that is in no git repository: written into the files themselves.

Only where the document asks for that. Each file is replaced whole, and none that is another
one than the patch was made for.
"""

from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from trueup.adapters.disk.worktree import WorkTree
from trueup.adapters.workshop.desk import look, put, refuse_twice
from trueup.model.errors import TrueupError
from trueup.model.repair import Edit
from trueup.model.workshop import MisfitError, OutdatedError, Publication


def write(folder: Path, publication: Publication) -> None:
    """Write the edits; those that are there already, after a crash, stay.

    Raises:
        OutdatedError: a file is neither what it was before nor what it is to be.
        MisfitError: a path is none of a file.
        TransientError: the disk is full; nothing is changed then.
    """
    tree, edits = WorkTree(folder), publication.edits
    refuse_twice(edits)
    due = [edit for edit in edits if _is_due(tree, edit)]
    try:
        for edit in due:
            put(tree, edit.path, edit.after)
    except (OSError, TrueupError):
        _take_back(tree, due)
        raise


def is_there(folder: Path, files: Mapping[str, str]) -> bool:
    """Say whether files have the contents of these digests."""
    tree = WorkTree(folder)
    try:
        found = {path: look(tree, path) for path in files}
    except MisfitError:
        return False
    said = {path: sha256(one.content).hexdigest() if one else "" for path, one in found.items()}
    return said == files


def _is_due(tree: WorkTree, edit: Edit) -> bool:
    found = look(tree, edit.path)
    content = None if found is None else found.content
    if content == edit.after.encode():
        return False
    if content != (None if edit.before is None else edit.before.encode()):
        what = f"{tree.root / edit.path} was changed meanwhile"
        raise OutdatedError(what, "", "The attempt begins anew.")
    return True


def _take_back(tree: WorkTree, edits: list[Edit]) -> None:
    for edit in edits:
        with suppress(OSError, TrueupError):
            found = look(tree, edit.path)
            if found is None or found.content != edit.after.encode():
                continue
            if edit.before is None:
                tree.remove(edit.path)
            else:
                put(tree, edit.path, edit.before)
