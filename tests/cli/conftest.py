"""A folder with a configuration, and the program that works in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.place import Place

SRC = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Place:
    """A folder where no engine answers, with one stack that nobody has looked at yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    for name in [name for name in os.environ if name.startswith("TRUEUP_")]:
        monkeypatch.delenv(name)
    return Place(tmp_path, capsys)


@pytest.fixture
def child(place: Place) -> "Child":
    """The same program in a process of its own."""
    return Child(place.folder)


class Child:
    """Runs Python in a folder, with the program to be imported from the source tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def trueup(self, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        return self.python("-m", "trueup", *words, **variables)

    def python(self, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run Python to its end."""
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(SRC), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
