"""What no schema tells: names or projects given twice, dependsOn, steps in a wrong order."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.documents.circles import circles
from trueup.documents.decode import decoded
from trueup.documents.place import problem
from trueup.documents.raw import Fault, Path, Raw
from trueup.documents.read import read
from trueup.documents.sentences import guess
from trueup.model.errors import Problem
from trueup.model.key import Key
from trueup.model.resource import Document

NAME: Path = ("metadata", "name")
DEPENDS_ON: Path = ("spec", "dependsOn")
PROJECT: Path = ("spec", "project")
STEPS: Path = ("spec", "steps")
ORDER = ("patch", "build", "restart", "verify", "publish")
"""In which steps follow each other, each once at most; others may stand anywhere."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong between one document and the others."""

    document: Document
    path: Path
    reason: str
    remedy: str


def duplicates(documents: Iterable[Document]) -> Iterator[Complaint]:
    """Yield a complaint for both places of every name that is given twice."""
    first: dict[Key, Document] = {}
    for document in documents:
        other = first.setdefault(document.key, document)
        if other is not document:
            yield _twice(document, other, "The other one stays in force: rename this one.")
            yield _twice(other, document, "This one stays in force: rename the other one.")


def unmet(documents: Mapping[Key, Document], named: Collection[Key]) -> Iterator[Complaint]:
    """Yield a complaint for every dependsOn that can never be met.

    `named` are all the keys that there are, those of documents with problems included.
    """
    waiting = {str(key): document for key, document in documents.items() if _needs(document)}
    for document in waiting.values():
        for position, need in enumerate(_needs(document)):
            if need not in named:
                yield _missing(document, position, need, named)
    graph = {name: list(map(str, _needs(document))) for name, document in waiting.items()}
    for name, circle in circles(graph).items():
        yield _circular(waiting[name], circle)


def contested(documents: Mapping[Key, Document]) -> Iterator[Complaint]:
    """Yield a complaint for every document whose project another document has too.

    Only a document that is called so itself has it by right. Which of the others ran first
    is not known here, and the order of files must not decide it.
    """
    claims: dict[tuple[str, str], list[Document]] = {}
    for document in documents.values():
        name = _project(document)
        claims.setdefault((document.key.kind, name), []).append(document)
    for (_, name), several in claims.items():
        for document in several if len(several) > 1 else ():
            if document.key.name != name:
                yield _contested(document, name, several)


def disordered(documents: Iterable[Document]) -> Iterator[Complaint]:
    """Yield a complaint for the first step of a document that cannot follow those before it."""
    for document in documents:
        last = -1
        for position, name in enumerate(_steps(document)):
            at = ORDER.index(name) if name in ORDER else None
            if at is not None and at <= last:
                yield _misplaced(document, position, ORDER[last])
                break
            last = last if at is None else at


def _steps(document: Document) -> Iterator[str]:
    spec: Any = document.body.get("spec")
    steps = spec.get("steps") if isinstance(spec, dict) else None
    for one in steps if isinstance(steps, list) else ():
        yield next((n for n in one if n in ORDER), "") if isinstance(one, dict) else str(one)


def _misplaced(document: Document, position: int, before: str) -> Complaint:
    reason = f"this step cannot come after {before}"
    remedy = f"Put steps in the order {', '.join(ORDER)}, each once at most."
    return Complaint(document, (*STEPS, position), reason, remedy)


def _project(document: Document) -> str:
    """Return the project of a document: its own name where it says no other."""
    spec: Any = document.body.get("spec")
    said = spec.get("project") if isinstance(spec, dict) else None
    return said if isinstance(said, str) and said else document.key.name


def _contested(document: Document, name: str, several: Iterable[Document]) -> Complaint:
    other = next(one for one in several if one is not document)
    reason = f"{name} is the project of {other.key} in {other.file}:{other.line} too"
    return Complaint(document, PROJECT, reason, "Give each a project of its own.")


def located(
    complaints: Iterable[Complaint], files: Mapping[str, bytes]
) -> Iterator[tuple[Key, Problem]]:
    """Yield the complaints as problems with their lines, reading each file at most once."""
    raws: dict[str, Mapping[int, Raw]] = {}
    for complaint in complaints:
        file, line = complaint.document.file, complaint.document.line
        if file not in raws:
            raws[file] = _by_line(files[file])
        line = raws[file][line].line_of(complaint.path)
        fault = Fault(line, complaint.path, complaint.reason, complaint.remedy)
        yield complaint.document.key, problem(file, fault)


def _by_line(data: bytes) -> Mapping[int, Raw]:
    text = decoded(data)
    return {} if isinstance(text, Fault) else {raw.line: raw for raw in read(text)}


def _needs(document: Document) -> tuple[Key, ...]:
    spec: Any = document.body.get("spec")
    needs = spec.get("dependsOn") if isinstance(spec, dict) else None
    names = needs if isinstance(needs, list) else ()
    return tuple(Key(document.key.kind, str(name)) for name in names)


def _twice(document: Document, other: Document, remedy: str) -> Complaint:
    reason = f"{document.key} is also the name of the document in {other.file}:{other.line}"
    return Complaint(document, NAME, reason, remedy)


def _missing(document: Document, position: int, need: Key, named: Collection[Key]) -> Complaint:
    near = guess(need.name, (key.name for key in named if key.kind == need.kind))
    reason = f"there is no {need.kind} with the name {need.name}"
    remedy = f"{near}Correct the name, or add a document for it."
    return Complaint(document, (*DEPENDS_ON, position), reason, remedy)


def _circular(document: Document, circle: str) -> Complaint:
    names = circle.replace(f"{document.key.kind}/", "")
    reason = f"each waits for the next, and so for itself: {names}"
    return Complaint(document, DEPENDS_ON, reason, "Take one of these out of its dependsOn.")
