"""Checks documents and published schemas without a host: nothing runs, nothing changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.adapters.folder import documents
from trueup.documents.desired import Desired, Loader
from trueup.documents.publish import published
from trueup.kinds import KINDS
from trueup.model.errors import Problem
from trueup.settings import schema


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many documents are right, and everything that is wrong."""

    documents: int
    problems: tuple[Problem, ...]


def validate(place: str, path: str = ".") -> Verdict:
    """Return what is wrong with the documents below a path of a tree, or with one file.

    The documents beside one file are read too: dependsOn may name them.
    """
    if not Path(place).is_file():
        return _verdict(_desired(place, path))
    file = Path(place)
    return _verdict(_desired(str(file.parent), "."), file.name)


def schemas() -> Mapping[str, str]:
    """Return the published schemas as file name → text."""
    return published(_spec_schemas(), schema())


def out_of_step(folder: Path) -> tuple[str, ...]:
    """Return the names of the published schemas that are not what a folder holds."""
    return tuple(name for name, text in schemas().items() if _text(folder / name) != text)


def _desired(root: str, path: str) -> Desired:
    found = documents(root, path)
    return Loader(_spec_schemas()).load(found.files, found.problems)


def _verdict(desired: Desired, only: str = "") -> Verdict:
    """Count and tell, of one file or of all."""
    right = [one for one in desired.documents.values() if only in {"", one.file}]
    wrong = [one for one in desired.all_problems if only in {"", one.file}]
    return Verdict(len(right), tuple(wrong))


def _spec_schemas() -> Mapping[str, Mapping[str, Any]]:
    return {name: kind.schema for name, kind in KINDS.items()}


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""
