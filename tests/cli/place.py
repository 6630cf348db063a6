"""A folder as a person would have it, without an engine."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from trueup.adapters.disk.records import StatusFiles
from trueup.cli.main import run
from trueup.model.status import Status
from trueup.report.records import from_text, to_text

DOCUMENT = """apiVersion: trueup/v1
kind: Stack
metadata:
  name: {name}
spec:
{spec}
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


class Place:
    """trueup.yaml, specs and status below one folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.specs, self.state = folder / "specs", folder / ".trueup"
        self.statuses = StatusFiles(folder / "status", to_text, from_text)
        self.write("trueup.yaml", "sources: [{name: apps, directory: specs}]\n")
        self.document("web")

    def write(self, name: str, text: str) -> Path:
        """Write a file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def document(self, name: str, spec: str = "  path: .", file: str = "") -> Path:
        """Write the document of a stack. What `spec` says begins on line 6."""
        return self.write(file or f"specs/{name}.yaml", DOCUMENT.format(name=name, spec=spec))

    def status(self, status: Status) -> None:
        """Write a status as the running process would."""
        self.statuses.write(status)

    def run(self, *words: str) -> Said:
        """Run a command in this process."""
        self._capsys.readouterr()
        code = run(words)
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)

    def files(self) -> dict[str, bytes]:
        """Return every file of the folder with its content."""
        every = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in every}

    def yaml(self, name: str) -> object:
        """Return what a YAML or JSON file of the folder says."""
        return yaml.safe_load((self.folder / name).read_text())
