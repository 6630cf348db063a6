"""A candidate: files that a Run has edited, on trial before anybody commits them."""

from dataclasses import dataclass

from trueup.model.checks import Check


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a Stack should run for a trial: what its source says, with some files edited.

    Attributes:
        run: the key of the Run, as people read it: `Run/fix-api`.
        revision: the revision of the source that the edits were made on.
        root: the absolute path of the source's work tree.
        place: the absolute path of the Run's own work tree: the same files, edited.
        edits: the files that differ, relative to the root, with `/` between names.
        checks: what must hold besides the Stack's own checks.
        attempt: tells the attempts of one Run apart; the same candidate is tried once in each.
        digest: what the stack is known to be with the edits; empty before it was tried. With it
            the candidate outlives commits that change nothing about the stack.
    """

    run: str
    revision: str
    root: str
    place: str
    edits: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    attempt: str = ""
    digest: str = ""
