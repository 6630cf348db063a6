"""What a candidate may not edit: the files that compose resolves the project from. Pure.

They are read from the source's own tree, so an edit of one would be published untried.
"""

import posixpath
from collections.abc import Callable

from trueup.model.errors import SpecError
from trueup.model.ports import Reads, Tree
from trueup.model.trial import Candidate

Permit = Callable[[Reads], None]


def unedited(permit: Permit, candidate: Candidate | None, tree: Tree) -> Permit:
    """Return what refuses, besides, to resolve a project that a candidate would change."""
    if candidate is None:
        return permit
    edited = {tree.real(posixpath.join(tree.root, path)): path for path in candidate.edits}

    def refuse(reads: Reads) -> None:
        permit(reads)
        for path in (*reads.files, *reads.absent):
            if (found := edited.get(tree.real(path))) is not None:
                raise SpecError(
                    f"{candidate.run} may not edit {found}",
                    "compose makes the project of it, so it would be published untried",
                    "Edit a file that a service is built from, or commit this one by hand.",
                )

    return refuse
