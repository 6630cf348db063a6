"""Whether a remote answers and would take a push, asked without changing anything."""

import subprocess
from pathlib import Path

import pytest

from trueup.adapters.git.reach import may_push, tip
from trueup.adapters.git.remote import Remote
from trueup.model.errors import ToolError


def git(*words: str, folder: Path) -> str:
    """Run git as a person would."""
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    argv = ["git", *who, *words]
    return subprocess.run(
        argv, cwd=folder, check=True, capture_output=True, text=True, timeout=30
    ).stdout


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    git("init", "--quiet", "--initial-branch", "main", "work", folder=tmp_path)
    git("commit", "--quiet", "--allow-empty", "-m", "one", folder=tmp_path / "work")
    git("clone", "--quiet", "--bare", "work", "origin.git", folder=tmp_path)
    return tmp_path / "origin.git"


def test_a_remote_that_answers_tells_where_the_branch_is(origin: Path) -> None:
    assert tip(Remote(str(origin)), "main") == git("rev-parse", "main", folder=origin).strip()


def test_a_branch_that_is_not_there_is_told_from_a_remote_that_does_not_answer(
    origin: Path,
) -> None:
    with pytest.raises(ToolError, match="has no elsewhere"):
        tip(Remote(str(origin)), "elsewhere")
    with pytest.raises(ToolError, match=r"git ls-remote of .* failed"):
        tip(Remote(f"{origin}.gone"), "main")


def test_asking_for_a_push_makes_none(origin: Path) -> None:
    before = sorted(origin.rglob("*"))
    may_push(Remote(str(origin)), "trueup/status")
    assert sorted(origin.rglob("*")) == before


def test_a_push_that_cannot_be_is_told(origin: Path) -> None:
    with pytest.raises(ToolError, match=r"git push of .* failed"):
        may_push(Remote(f"{origin}.gone"), "trueup/status")
