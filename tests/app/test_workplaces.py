"""The workshop as a configuration makes it: its sources, who commits, what signs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.adapters.repos import Origin, git
from tests.adapters.signing import ssh
from trueup.app.runs.yard import Yard
from trueup.app.site import Site
from trueup.documents.check import check
from trueup.model.errors import SpecError, TransientError
from trueup.model.key import Key
from trueup.model.repair import Edit
from trueup.model.workshop import Publication, PublishMode, repair_branch
from trueup.settings import load

RUN = Key("Run", "fix")
EDIT = Edit("specs/note", "a\n", "b\n")


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    made = Origin(tmp_path)
    made.commit({"specs/note": "a\n", "other": "x\n"})
    return made


def site(tmp_path: Path, origin: Origin, *, read_only: bool = False) -> Site:
    """Return a site that follows a repository, and the folder that it was cloned to."""
    (tmp_path / "trueup.yaml").write_text(
        f"""\
sources:
- name: git
  git: {{url: "{origin.url}"}}
- name: folder
  directory: work/specs
publish:
  author: {{name: Robot, email: robot@example.org}}
  signing: {{key: keys/bot.key}}
"""
    )
    made = Site(load(tmp_path, check, environ={}), lambda _: None, read_only=read_only)
    if read_only:
        return made
    made.look_at_sources()
    return made


def publication(base: str, edit: Edit = EDIT) -> Publication:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    branch = repair_branch("web", "fix")
    return Publication(
        RUN, PublishMode.BRANCH, base, (edit,), when, "mend", branch=branch, sign=True
    )


def test_patches_of_git_and_of_folders_are_committed_as_the_configuration_says(
    tmp_path: Path, origin: Origin
) -> None:
    allowed = ssh(tmp_path / "keys", "bot").public
    here = Yard(site(tmp_path, origin)).workshop
    place = here.open(RUN, "git")
    assert Path(place.root, "specs/note").read_text() == "a\n"
    pushed = here.publish("git", publication(place.revision))
    inside = here.publish("folder", publication("dir-1", Edit("note", "a\n", "b\n")))
    for repository, commit in ((origin.path, pushed.commit), (origin.work, inside.commit)):
        git(repository, "-c", f"gpg.ssh.allowedSignersFile={allowed}", "verify-commit", commit)
        said = git(repository, "show", "-s", "--format=%cn <%ce>", commit)
        assert said == "Robot <robot@example.org>"
    assert pushed.where == origin.url


def test_a_repository_that_a_stack_names_has_work_trees_as_well(
    tmp_path: Path, origin: Origin
) -> None:
    made = site(tmp_path, origin)
    workshop = Yard(made).workshop
    name = f"{origin.url}@main"
    with pytest.raises(SpecError, match="no source"):
        workshop.open(RUN, name)
    revision = made.trees.tree(name).revision
    assert workshop.open(RUN, name).revision == revision


def test_a_command_that_only_looks_makes_no_work_tree(tmp_path: Path, origin: Origin) -> None:
    workshop = Yard(site(tmp_path, origin, read_only=True)).workshop
    with pytest.raises(TransientError, match="only looked at"):
        workshop.open(RUN, "git")
    assert not (tmp_path / ".trueup").exists()


def test_keys_of_trueup_are_in_no_work_tree(tmp_path: Path, origin: Origin) -> None:
    (origin.work / "specs/keys").mkdir()
    (origin.work / "specs/keys/bot").write_text("private")
    (origin.work / "specs/link").symlink_to("keys/bot")
    site(tmp_path, origin)
    said = (tmp_path / "trueup.yaml").read_text().replace("keys/bot.key", "work/specs/keys/bot")
    (tmp_path / "trueup.yaml").write_text(said)
    made = Site(load(tmp_path, check, environ={}), lambda _: None)
    made.look_at_sources()
    root = Path(Yard(made).workshop.open(RUN, "folder").root)
    assert sorted(one.name for one in root.iterdir()) == ["keys", "note"]
    assert not any((root / "keys").iterdir())
