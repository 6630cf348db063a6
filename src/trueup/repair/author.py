"""The author that knows rules: for each diagnosis the edit of its rule, the likeliest first."""

from collections.abc import Iterator

from trueup.model.repair import Diagnosis, Edit, Indexes, Proposal, Request
from trueup.repair.diagnose import diagnose
from trueup.repair.gates.repeats import repeated
from trueup.repair.rules import RULES
from trueup.repair.unified import diff_of


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
        return None if edits is None or [*repeated(edits, request)] else edits


def diagnoses(request: Request) -> Iterator[Diagnosis]:
    """Yield the given diagnosis, then whatever else the log shows."""
    if request.diagnosis:
        yield request.diagnosis
    yield from (one for one in diagnose(request.log) if one != request.diagnosis)


def summary(edits: tuple[Edit, ...]) -> str:
    """Return what edits put in, in a few words."""
    new = [
        line[1:].strip()
        for line in diff_of(edits).splitlines()
        if line.startswith("+") and not line.startswith("+++")
    ]
    where = ", ".join(edit.path for edit in edits)
    return f"In {where}: {new[0][:120] if new else 'a line less'}."
