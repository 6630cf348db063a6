"""Resolved compose models on disk, so that a new process need not ask compose again.

One file a project: what the model was made from in its first line, the model in the second,
each behind a digest of itself.
A file that is missing or damaged costs one resolution. Knows nothing of how a model is made.
"""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from trueup.adapters.disk.records import replace_file
from trueup.adapters.disk.stamp import stamped, unstamped
from trueup.adapters.docker.baseline import Shift, as_plain, from_plain
from trueup.adapters.docker.compose_inputs import ComposeInputs
from trueup.model.errors import TrueupError

FORM = 3
"""Another number makes every file of before count as missing."""


@dataclass(frozen=True, slots=True)
class Known:
    """The files that a project was resolved from, with everything else that decided it.

    `digest` is of all of it, `read` of all but the version of compose; `baseline` is what
    another version made of the same. `uses` are the variables of our environment that the
    files mention.
    """

    digest: str
    read: str
    inputs: ComposeInputs
    baseline: tuple[Shift, ...] = ()
    uses: tuple[str, ...] = ()


class Models:
    """Models below one directory, by project; nothing is written with `read_only`."""

    def __init__(self, directory: Path, *, read_only: bool = False) -> None:
        self._directory, self._read_only = directory, read_only

    def known(self, project: str) -> Known | None:
        """Return what a project was last resolved from."""
        said = _json(self._line(project, 0))
        if said.get("form") != FORM:
            return None
        inputs = ComposeInputs(tuple(said["files"]))
        baseline = from_plain(said["baseline"])
        return Known(said["digest"], said["read"], inputs, baseline, tuple(said["uses"]))

    def model(self, project: str) -> Mapping[str, Any] | None:
        """Return the model of a project."""
        return _json(self._line(project, 1)) or None

    def keep(self, project: str, known: Known, model: Mapping[str, Any]) -> None:
        """Keep a model. A disk that refuses costs time later, and nothing else."""
        if self._read_only:
            return
        said = {
            "form": FORM,
            "digest": known.digest,
            "read": known.read,
            "files": known.inputs.files,
            "baseline": as_plain(known.baseline),
            "uses": known.uses,
        }
        text = stamped(f"{json.dumps(said)}\n") + stamped(f"{json.dumps(model)}\n")
        with contextlib.suppress(TrueupError):
            replace_file(self._path(project), text, durable=bool(known.baseline), mode=0o600)

    def _line(self, project: str, number: int) -> str:
        """Return one line of a file; the model is long, and what is before it asked for often."""
        try:
            with self._path(project).open(encoding="utf-8") as file:
                return unstamped(next(islice(file, number, None), ""))
        except (OSError, ValueError):
            return ""

    def _path(self, project: str) -> Path:
        return self._directory / f"{project}.json"


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
