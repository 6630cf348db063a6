"""What was proposed in each attempt of a Run, as files: durable before anything is done."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trueup.adapters.disk.records import replace_file
from trueup.model.key import Key
from trueup.model.repair import Edit, Proposal, Usage


class Proposals:
    """Proposals below one directory, as `KIND/NAME/proposal-ATTEMPT.json`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def read(self, run: Key, attempt: int) -> Proposal | None:
        """Return what was proposed; None where nothing was, or the file is damaged."""
        try:
            said = json.loads(self._path(run, attempt).read_text(encoding="utf-8"))
            return _proposal(said)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, run: Key, attempt: int, proposal: Proposal) -> None:
        """Keep what was proposed. The texts that go with it are kept as artifacts."""
        said = {name: one for name, one in asdict(proposal).items() if name != "papers"}
        replace_file(self._path(run, attempt), json.dumps(said), mode=0o600)

    def forget(self, run: Key) -> None:
        """Forget everything that was proposed in a Run."""
        for path in self._path(run, 0).parent.glob("proposal-*.json"):
            path.unlink(missing_ok=True)

    def _path(self, run: Key, attempt: int) -> Path:
        return self._directory / run.kind / run.name / f"proposal-{attempt}.json"


def _proposal(said: dict[str, Any]) -> Proposal:
    edits = tuple(Edit(one["path"], one["before"], one["after"]) for one in said["edits"])
    usage = Usage(**said["usage"])
    return Proposal(said["author"], edits, said["says"], said["cannot"], usage)
