"""Everything that one revision wants, and everything that is wrong with saying so.

A wrong document affects its own key only. Knows nothing of disks, git or Docker: files
come in as path and bytes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from trueup.documents.confirm import joined
from trueup.documents.decode import encoded
from trueup.documents.file import File, FileReader, Finding
from trueup.documents.publish import Schema
from trueup.documents.recognise import says_nothing
from trueup.documents.relations import contested, disordered, duplicates, located, unmet
from trueup.model.consent import Consent
from trueup.model.errors import Problem
from trueup.model.key import Key
from trueup.model.resource import Document

Problems = tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Desired:
    """The documents of one revision by key, and the problems by key.

    Every document here may be put in force, also where there are problems beside it: then
    another document claims the same name, and this one was there first. `files` holds, by
    file or folder, the problems whose key is not known for certain: while there are any,
    a key that is missing need not be gone. Nor need it where its file is one of `hollow`,
    which say nothing at all. `consent` is what people agree to.
    """

    documents: Mapping[Key, Document] = field(default_factory=dict)
    problems: Mapping[Key, Problems] = field(default_factory=dict)
    files: Mapping[str, Problems] = field(default_factory=dict)
    hollow: frozenset[str] = frozenset()
    consent: Consent = field(default_factory=Consent)

    def doubts(self, file: str) -> Problems:
        """Return why documents of a file may only seem to be gone; empty where they are."""
        folders = (file[:at] for at, letter in enumerate(file) if letter == "/")
        found = (self.files.get(place, ()) for place in (".", *folders, file))
        return tuple(chain(*found)) or ((_hollow(file),) if file in self.hollow else ())

    @property
    def all_problems(self) -> Problems:
        """Every problem once, in the order of files and lines."""
        found = {*chain(*self.problems.values(), *self.files.values())}
        return tuple(sorted(found, key=lambda p: (p.file, p.line, p.field, p.reason)))


class Loader:
    """Reads revisions, and remembers what files said, so that only changed ones are read."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._reader = FileReader(schemas)
        self._known: dict[str, File] = {}

    def load(
        self, files: Iterable[tuple[str, bytes]], problems: Iterable[Problem] = ()
    ) -> Desired:
        """Return what the files of one revision want. Never raises for what they say.

        `problems` are those of files that could not be read from the disk at all.
        """
        read = (self._file(path, data) for path, data in files)
        self._known = {file.path: file for file in read if file}
        return _desired(sorted(self._known.values(), key=lambda file: file.path), problems)

    def _file(self, path: str, data: bytes) -> File | None:
        known = self._known.get(path)
        if known and known.data == data:
            return known
        if self._reader.may_be_ours(data):
            return self._reader.file(path, data)
        return File(path, data, hollow=True) if says_nothing(data) else None


def load(files: Iterable[tuple[str, str | bytes]], schemas: Mapping[str, Schema]) -> Desired:
    """Return what the files of one revision want, remembering nothing."""
    return Loader(schemas).load((path, encoded(data)) for path, data in files)


def changed(old: Desired, new: Desired) -> frozenset[Key]:
    """Return the keys of which something else is said, in content or in problems.

    A document that moved to another line of its file says the same.
    """
    same = old.documents.get
    keys = {key for key, document in new.documents.items() if same(key) is not document}
    keys |= (old.documents.keys() - new.documents.keys()) | old.problems.keys()
    keys |= new.problems.keys()
    return frozenset(key for key in keys if _said(old, key) != _said(new, key))


def _said(desired: Desired, key: Key) -> tuple[Any, ...]:
    document = desired.documents.get(key)
    content = (document.file, document.body) if document else None
    return content, desired.problems.get(key, ())


def _desired(files: Sequence[File], unread: Iterable[Problem]) -> Desired:
    everything = [document for file in files for document in file.documents]
    findings = [found for file in files for found in file.problems]
    first = _first_of_each(everything)
    named = {*first, *(key for key, _ in findings if key)}
    hopeless = [*unmet(first, named), *contested(first), *disordered(first.values())]
    complaints = [*duplicates(everything), *hopeless]
    said = located(complaints, {file.path: file.data for file in files})
    refused = {complaint.document.key for complaint in hopeless} | _claimed(first, findings)
    documents = {key: document for key, document in first.items() if key not in refused}
    unkeyed = [(None, problem) for problem in (*unread, *_contradictions(files, first))]
    found = _sorted_out(documents, [*unkeyed, *findings, *said])
    consent = joined(one for file in files for _, one in file.consents)
    there = {*found.documents, *found.problems}
    return replace(
        found,
        hollow=frozenset(file.path for file in files if file.hollow),
        consent=replace(consent, removals=consent.removals - there),
    )


def _contradictions(files: Iterable[File], there: Collection[Key]) -> Iterator[Problem]:
    """Yield a problem for each removal that is agreed to although its document is there."""
    for file in files:
        for line, one in file.consents:
            for key in sorted(one.removals & set(there)):
                reason = f"{key} is to be removed, and its document is there"
                remedy = "Take the name off the list, or delete the document."
                yield Problem(file.path, line, "confirm.removals", reason, remedy)


def _hollow(file: str) -> Problem:
    remedy = "Write it again, or delete it to remove what it described."
    return Problem(file, 0, "", "the file says nothing any more", remedy)


def _first_of_each(documents: Iterable[Document]) -> dict[Key, Document]:
    first: dict[Key, Document] = {}
    for document in documents:
        first.setdefault(document.key, document)
    return first


def _claimed(documents: Mapping[Key, Document], findings: Iterable[Finding]) -> set[Key]:
    """Return the keys that a wrong document stands before: its repair would win the name."""
    return {
        key
        for key, problem in findings
        if key
        and (document := documents.get(key))
        and (problem.file, problem.line) < (document.file, document.line)
    }


def _sorted_out(documents: Mapping[Key, Document], findings: Iterable[Finding]) -> Desired:
    by_key: dict[Key, Problems] = {}
    by_file: dict[str, Problems] = {}
    for key, problem in findings:
        if key:
            by_key[key] = (*by_key.get(key, ()), problem)
        else:
            by_file[problem.file] = (*by_file.get(problem.file, ()), problem)
    return Desired(documents, by_key, by_file)
