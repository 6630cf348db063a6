"""A source that is a folder: what a Run may do there, and what of its owner's it never touches."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from tests.adapters.repos import git
from tests.e2e.repairs import GOOD, HAS, FolderHome, diff
from tests.e2e.scenario import has_failed, tended

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]

BRANCH = "trueup/repair/web/fix"
NEEDS = "web/api/requirements.txt"
OURS = (".git/objects/", ".git/refs/heads/trueup/", ".git/logs/refs/heads/trueup/")


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[FolderHome]:
    """A home that follows a folder with a broken service."""
    with tended(FolderHome(tmp_path / "home"), has_failed(request)) as home:
        home.service(HAS, GOOD)
        yield home


@pytest.fixture
def dirty(folder: FolderHome) -> FolderHome:
    """The same where the folder is a repository whose owner is in the middle of something."""
    place = folder.specs
    git(place, "init", "-q", "--initial-branch=main")
    for name in ("staged", "edited", "stashed", "both"):
        (place / f"{name}.md").write_text("first\n")
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", "begin")
    (place / "stashed.md").write_text("for later\n")
    git(place, "stash", "-q")
    (place / "staged.md").write_text("staged\n")
    (place / "both.md").write_text("staged\n")
    git(place, "add", "staged.md", "both.md")
    (place / "both.md").write_text("and edited\n")
    (place / "edited.md").write_text("edited\n")
    (place / "new.md").write_text("untracked\n")
    return folder


def test_what_its_owner_is_at_work_on_survives_a_repair_byte_for_byte(dirty: FolderHome) -> None:
    place = dirty.specs
    dirty.run(diff(HAS, GOOD, NEEDS), to="branch")
    before, said = files(place), git(place, "status", "--porcelain=v2", "--branch")
    dirty.start()
    work = dirty.wait_ended()
    dirty.wait_reason("web", "Proposed")

    after = files(place)
    assert {name: after.get(name) for name in before} == before
    assert [one for one in after if one not in before and not one.startswith(OURS)] == []
    assert git(place, "status", "--porcelain=v2", "--branch") == said
    assert git(place, "show", f"{BRANCH}:{NEEDS}").splitlines()[1:] == GOOD
    assert git(place, "diff", "--name-only", "main", BRANCH) == NEEDS
    assert git(place, "log", "--format=%s", "-1", BRANCH) == "Repair api: python-module milk"
    assert dirty.says()[-2:] == GOOD

    container = dirty.id("web", "api")
    (place / NEEDS).write_text(git(place, "show", f"{BRANCH}:{NEEDS}") + "\n")
    status = dirty.wait_ready("web")
    assert (dirty.id("web", "api"), status.applied) == (container, work["candidate"])


def test_in_a_folder_outside_git_the_files_themselves_are_changed(folder: FolderHome) -> None:
    folder.run(diff(HAS, GOOD, NEEDS), to="files")
    before = files(folder.specs)
    folder.start()
    folder.wait_until(lambda: folder.steps().get("restart") == "Succeeded", "it is tried")
    container = folder.id("web", "api")
    work = folder.wait_ended()
    status = folder.wait_ready("web")

    after = files(folder.specs)
    assert {name for name in after if after[name] != before.get(name)} == {NEEDS}
    assert (folder.specs / NEEDS).read_text().splitlines()[1:] == GOOD
    assert (folder.id("web", "api"), status.applied) == (container, work["candidate"])


@pytest.mark.parametrize(
    ("to", "in_git", "why"),
    [
        ("commit", True, "its owner is at work there"),
        ("files", True, "its work tree is its owner's"),
        ("commit", False, "the folder is in no git repository"),
        ("branch", False, "the folder is in no git repository"),
    ],
)
def test_what_cannot_be_published_is_said_before_anything_is_touched(
    folder: FolderHome, request: pytest.FixtureRequest, to: str, *, in_git: bool, why: str
) -> None:
    home = request.getfixturevalue("dirty") if in_git else folder
    home.run(diff(HAS, GOOD, NEEDS), to=to)
    before = files(home.specs)
    home.start()
    work = home.wait_ended(phase="Failed")
    home.wait_until(lambda: home.status("web").reason == "VerificationFailed", "it was tried", 20)

    assert why in work["message"]
    assert not work.get("touched")
    assert home.steps()["patch"] != "Succeeded"
    assert files(home.specs) == before


def files(place: Path) -> Mapping[str, str]:
    """Return path → digest of every file, whatever git keeps among them."""
    every = (one for one in place.rglob("*") if one.is_file())
    return {str(one.relative_to(place)): sha256(one.read_bytes()).hexdigest() for one in every}
