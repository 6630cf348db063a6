"""Every problem of a folder, of a file, or of all sources. Asks no Docker."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trueup.adapters.disk.folder import documents
from trueup.app.site import Site
from trueup.documents.check import check
from trueup.documents.desired import Desired, Loader, load
from trueup.kinds import KINDS
from trueup.model.errors import Problem, SpecError
from trueup.settings import schema

FILE = "trueup.yaml"
NEEDS = "spec.dependsOn"


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found: the problems in order, and how many documents there are."""

    problems: tuple[Problem, ...]
    documents: int


def of_path(path: Path) -> Findings:
    """Return what is wrong with a file, or with everything below a folder.

    Raises:
        SpecError: there is no such file or folder.
    """
    if path.is_dir():
        found = documents(str(path), ".")
        desired = Loader(_schemas()).load(found.files, found.problems)
        return _added(_findings(desired, path), _configuration(path / FILE))
    if path.name == FILE:
        return Findings(_configuration(path), 0)
    return _file(path)


def of_sources(site: Site) -> Findings:
    """Return what is wrong with the documents of every source.

    Raises:
        TrueupError: a source cannot be read.
    """
    every = Findings((), 0)
    for one in site.sources.values():
        one.look()
        desired = site.wishes.said(one.name)
        place = site.settings.source(one.name).directory or Path(one.name)
        every = _added(_findings(desired, place), every.problems, every.documents)
    return every


def _file(path: Path) -> Findings:
    """Of a single file nothing is said about documents that may be elsewhere."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SpecError(f"{path} cannot be read", reason, "Name a folder or a file.") from error
    found = _findings(load([(path.name, data)], _schemas()), path.parent)
    kept = tuple(one for one in found.problems if not one.field.startswith(NEEDS))
    return Findings(kept, found.documents)


def _findings(desired: Desired, place: Path) -> Findings:
    shown = Path(os.path.relpath(place)) if place.is_absolute() else place
    problems = (replace(one, file=str(shown / one.file)) for one in desired.all_problems)
    return Findings(tuple(problems), len({*desired.documents, *desired.problems}))


def _schemas() -> dict[str, Mapping[str, Any]]:
    return {name: kind.schema for name, kind in KINDS.items()}


def _configuration(path: Path) -> tuple[Problem, ...]:
    if not path.is_file():
        return ()
    return tuple(check(str(path), path.read_bytes(), schema()).problems)


def _added(found: Findings, problems: tuple[Problem, ...], documents: int = 0) -> Findings:
    return Findings((*problems, *found.problems), documents + found.documents)
