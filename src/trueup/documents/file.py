"""What one file says: its documents, and its problems with the key they belong to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trueup.documents.confirm import confirm_schema, confirms, consent_of
from trueup.documents.decode import decoded
from trueup.documents.place import problem
from trueup.documents.publish import Schema, completed, enveloped
from trueup.documents.raw import Fault, Raw
from trueup.documents.read import read
from trueup.documents.recognise import hint, is_ours, key_of, likely_key, says_it_is_ours
from trueup.documents.sentences import guess, misspelt
from trueup.documents.validate import Checker
from trueup.model.consent import Consent
from trueup.model.errors import Problem
from trueup.model.key import Key
from trueup.model.resource import Document

Finding = tuple[Key | None, Problem]
"""A problem under the key that it belongs to, and under None where no key is certain."""


@dataclass(frozen=True, slots=True)
class File:
    """What one file says. `hollow` is one that says nothing, and may be half written.

    `consents` have the line that they begin at.
    """

    path: str
    data: bytes
    documents: tuple[Document, ...] = ()
    problems: tuple[Finding, ...] = ()
    hollow: bool = False
    consents: tuple[tuple[int, Consent], ...] = ()


class FileReader:
    """Reads files by the schemas of the kinds, each of them compiled once."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._checkers = {kind: Checker(enveloped(kind, spec)) for kind, spec in schemas.items()}
        self._confirm = Checker(completed(confirm_schema()))
        self._hint = hint(schemas)

    def may_be_ours(self, data: bytes) -> bool:
        """Whether a file is worth reading: cheap, and True for every document of ours."""
        return self._hint.search(data) is not None or data[:2] in {b"\xff\xfe", b"\xfe\xff"}

    def file(self, path: str, data: bytes) -> File:
        """Return what a file says. Never raises."""
        text = decoded(data)
        raws = (_unreadable(data, text),) if isinstance(text, Fault) else tuple(read(text))
        return _joined(path, data, [self._said(path, raw) for raw in raws if self._is_ours(raw)])

    def _is_ours(self, raw: Raw) -> bool:
        if raw.broken:
            return says_it_is_ours(raw.text)
        return is_ours(raw.body, self._checkers)

    def _said(self, path: str, raw: Raw) -> File:
        if raw.broken:
            return _problems(path, raw.faults, (None, self._known(likely_key(raw.text))))
        if confirms(raw.body):
            return self._agreed(path, raw)
        key = self._known(key_of(raw.body))
        if faults := (*raw.faults, *self._faults(raw)):
            return _problems(path, faults, (key,))
        documents = (Document(key, raw.body, path, raw.line),) if key else ()
        return File(path, b"", documents)

    def _agreed(self, path: str, raw: Raw) -> File:
        if faults := (*raw.faults, *self._confirm.faults(raw)):
            return _problems(path, faults, (None,))
        return File(path, b"", consents=((raw.line, consent_of(raw.body)),))

    def _known(self, key: Key | None) -> Key | None:
        return key if key and key.kind in self._checkers else None

    def _faults(self, raw: Raw) -> tuple[Fault, ...]:
        kind = raw.body.get("kind")
        if isinstance(kind, str) and kind in self._checkers:
            return self._checkers[kind].faults(raw)
        reason = misspelt(kind, self._checkers) if "kind" in raw.body else "the field is missing"
        remedy = f"{guess(kind, self._checkers)}Write one of: {', '.join(self._checkers)}."
        return (Fault(raw.line_of(("kind",)), ("kind",), reason, remedy),)


def _unreadable(data: bytes, fault: Fault) -> Raw:
    """Return a broken document for bytes that are not acceptable text."""
    is_utf_16 = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    text = data.decode("utf-16" if is_utf_16 else "utf-8", "ignore")
    return Raw(None, 1, text, broken=True, faults=(fault,))


def _problems(path: str, faults: Iterable[Fault], keys: Iterable[Key | None]) -> File:
    problems = [problem(path, fault) for fault in faults]
    found = tuple((key, problem) for key in dict.fromkeys(keys) for problem in problems)
    return File(path, b"", problems=found)


def _joined(path: str, data: bytes, parts: Iterable[File]) -> File:
    parts = tuple(parts)
    documents = tuple(document for part in parts for document in part.documents)
    problems = tuple(found for part in parts for found in part.problems)
    consents = tuple(one for part in parts for one in part.consents)
    return File(path, data, documents, problems, consents=consents)
