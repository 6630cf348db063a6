"""From a place in a document to the `Problem` that a person reads."""

import re

from trueup.documents.raw import Fault, Path
from trueup.model.errors import Problem

PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")


def problem(file: str, fault: Fault) -> Problem:
    """Return what a person reads about a fault in one file."""
    return Problem(file, fault.line, dotted(fault.path), fault.reason, fault.remedy)


def dotted(path: Path) -> str:
    """Return a path as people write it: `spec.services.web.verify[0].http`."""
    return "".join(map(_step, path)).removeprefix(".")


def _step(name: str | int) -> str:
    if isinstance(name, int):
        return f"[{name}]"
    return f".{name}" if PLAIN_NAME.match(name) else f'["{name}"]'
