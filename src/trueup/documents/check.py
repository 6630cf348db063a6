"""One file that holds one document without an envelope, such as the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trueup.documents.decode import decoded
from trueup.documents.place import problem
from trueup.documents.publish import completed
from trueup.documents.raw import Fault, Path, Raw
from trueup.documents.read import read
from trueup.documents.validate import Checker
from trueup.model.errors import Problem


@dataclass(frozen=True, slots=True)
class Checked:
    """A body, everything that is wrong with it, and how to say that more is."""

    file: str
    raw: Raw
    problems: tuple[Problem, ...]

    @property
    def body(self) -> Any:
        """The document as plain values; only to be trusted where there are no problems."""
        return self.raw.body

    def problem(self, path: Path, reason: str, remedy: str) -> Problem:
        """Return a problem at a place of the document."""
        return problem(self.file, Fault(self.raw.line_of(path), path, reason, remedy))


def check(file: str, data: str | bytes, schema: Mapping[str, Any]) -> Checked:
    """Read one document and hold it against a schema. An empty file is an empty mapping."""
    raw = _one_document(data)
    faults = raw.faults or Checker(completed(schema)).faults(raw)
    return Checked(file, raw, tuple(problem(file, fault) for fault in faults))


def _one_document(data: str | bytes) -> Raw:
    text = decoded(data)
    if isinstance(text, Fault):
        return Raw(None, 1, "", broken=True, faults=(text,))
    first, *more = *read(text), Raw({}, 1, "")
    if first.body is None and not first.faults:
        return Raw({}, 1, text)
    if len(more) > 1:
        second = Fault(more[0].line, (), "a second document begins here", "Keep only one.")
        return Raw(first.body, first.line, text, faults=(second,))
    return first
