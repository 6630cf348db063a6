"""What package indexes know of the subject of a diagnosis, as sentences for a model."""

import re
from collections.abc import Iterator, Sequence

from trueup.model.errors import TrueupError
from trueup.model.repair import Diagnosis, Indexes, PackageVersion, Request
from trueup.repair import semver
from trueup.repair.imports import distribution
from trueup.repair.node_project import node_project
from trueup.repair.python_project import python_project
from trueup.repair.versions import fitting

MOST = 8
NAME = re.compile(r"[A-Za-z0-9](?:[\w.-]{0,98}[A-Za-z0-9])?")
PYTHON = frozenset({"python-pin", "python-conflict", "python-hash", "python-api"})
NODE = frozenset({"node-module", "node-package", "node-peer"})


def facts_of(request: Request, indexes: Indexes) -> tuple[str, ...]:
    """Return what is known, the newest versions first; less where an index does not answer."""
    found: list[str] = []
    try:
        found += _facts(request, indexes)
    except TrueupError as error:
        found.append(f"the package index does not answer: {error.what}")
    return tuple(found)


def _facts(request: Request, indexes: Indexes) -> Iterator[str]:
    cause = request.diagnosis.cause if request.diagnosis else ""
    if request.diagnosis and cause.startswith("python-"):
        yield from _python(request.diagnosis, request, indexes)
    if request.diagnosis and cause.startswith("node-"):
        yield from _node(request.diagnosis, request, indexes)


def _python(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Iterator[str]:
    project, name = python_project(request, diagnosis.stage), _python_name(diagnosis)
    if project is None:
        return
    yield f"python {project.interpreter or 'of an unknown version'}"
    if name:
        facts = indexes.python(name, project.urls)
        fits = fitting(facts, project.interpreter) if facts else None
        yield _versions(name, fits, f"python {project.interpreter}".strip())


def _node(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Iterator[str]:
    project, name = node_project(request, diagnosis.stage), _node_name(diagnosis)
    if project is None:
        return
    yield f"node {project.node or 'of an unknown version'}"
    if name:
        facts = indexes.node(name, project.urls)
        fits = semver.releases(facts, project.node) if facts else None
        yield _versions(name, fits, f"node {project.node}".strip())


def _python_name(diagnosis: Diagnosis) -> str:
    if diagnosis.cause == "python-module":
        return distribution(diagnosis.subject)
    found = NAME.match(diagnosis.subject) if diagnosis.cause in PYTHON else None
    return found[0] if found else ""


def _node_name(diagnosis: Diagnosis) -> str:
    if diagnosis.cause == "node-pin":
        return diagnosis.subject.rpartition("@")[0]
    return diagnosis.subject if diagnosis.cause in NODE else ""


def _versions(name: str, fits: Sequence[PackageVersion] | None, whom: str) -> str:
    if fits is None:
        return f'"{name}": the index has no package of this name'
    if not fits:
        return f'"{name}": no version accepts {whom}'
    newest = ", ".join(one.number for one in reversed(fits[-MOST:]))
    return f'"{name}": {newest} accept {whom}'
