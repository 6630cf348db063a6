"""The author that knows rules: for each diagnosis the edit of its rule, the likeliest first."""

from collections.abc import Iterator
from difflib import unified_diff

from trueup.model.repair import Diagnosis, Edit, Indexes, Proposal, Request
from trueup.repair.diagnose import diagnose
from trueup.repair.rules import RULES


class Rules:
    """Proposes what a rule says, never the same twice for one run."""

    def __init__(self, indexes: Indexes) -> None:
        self._indexes = indexes

    def propose(self, request: Request) -> Proposal | None:
        """Return the edits of the first rule that has any; None where what failed may pass.

        Raises:
            TransientError: a package index does not answer now.
        """
        for diagnosis in diagnoses(request):
            if diagnosis.transient:
                return None
            if edits := self._edits(diagnosis, request):
                says = f"{diagnosis.says} {summary(edits)}"
                return Proposal(f"rule/{diagnosis.cause}", edits, says)
        return None

    def _edits(self, diagnosis: Diagnosis, request: Request) -> tuple[Edit, ...] | None:
        rule = RULES.get(diagnosis.cause)
        edits = rule(diagnosis, request, self._indexes) if rule else None
        return None if edits is None or _tried(edits, request) else edits


def diagnoses(request: Request) -> Iterator[Diagnosis]:
    """Yield the given diagnosis, then whatever else the log shows."""
    if request.diagnosis:
        yield request.diagnosis
    yield from (one for one in diagnose(request.log) if one != request.diagnosis)


def diff_of(edits: tuple[Edit, ...]) -> str:
    """Return edits as a unified diff."""
    return "".join(line for edit in edits for line in _diff(edit))


def summary(edits: tuple[Edit, ...]) -> str:
    """Return what edits put in, in a few words."""
    new = [
        line[1:].strip()
        for line in diff_of(edits).splitlines()
        if line.startswith("+") and not line.startswith("+++")
    ]
    where = ", ".join(edit.path for edit in edits)
    return f"In {where}: {new[0][:120] if new else 'a line less'}."


def _tried(edits: tuple[Edit, ...], request: Request) -> bool:
    """Say whether an earlier attempt changed the same lines to the same."""
    lines = _changes(diff_of(edits))
    return any(lines == _changes(past.diff) for past in request.past)


def _changes(diff: str) -> list[str]:
    kept = (line for line in diff.splitlines() if line[:1] in {"+", "-"})
    return [line for line in kept if not line.startswith(("+++", "---"))]


def _diff(edit: Edit) -> Iterator[str]:
    old = (edit.before or "").splitlines(keepends=True)
    new = edit.after.splitlines(keepends=True)
    before = f"a/{edit.path}" if edit.before is not None else "/dev/null"
    for line in unified_diff(old, new, before, f"b/{edit.path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
