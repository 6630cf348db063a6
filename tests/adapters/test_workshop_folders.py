"""Patches of folders: a branch in the repository around it, or the files themselves."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tests.adapters.repos import Origin, git
from tests.adapters.signing import ssh
from tests.adapters.yards import BRANCH, FILES, FIX, RUN, FolderYard, patch, raw
from trueup.model.errors import SpecError, ToolError
from trueup.model.key import Key
from trueup.model.repair import Edit
from trueup.model.workshop import HandsOffError, MisfitError, OutdatedError, PublishMode

OWN, FILE = PublishMode.BRANCH, PublishMode.FILES
BASE = "dir-0123456789ab"


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """Somebody's repository with work in progress: edited, staged, stashed, untracked."""
    made = Origin(tmp_path)
    made.commit({path: text for path, text in FILES.items() if text})
    work = made.work
    (work / "b").write_text("stashed\n")
    git(work, "stash", "-q")
    (work / "b").write_text("edited\n")
    (work / "staged").write_text("staged\n")
    git(work, "add", "staged")
    (work / "untracked").write_text("untracked\n")
    return made


@pytest.fixture
def yard(tmp_path: Path, origin: Origin) -> FolderYard:
    return FolderYard(tmp_path, origin.work)


@pytest.fixture
def plain(tmp_path: Path) -> FolderYard:
    made = FolderYard(tmp_path)
    for path, text in FILES.items():
        made.write(path, str(text))
    return made


def everything(work: Path) -> dict[str, bytes]:
    """Return the work tree, and of git what is its owner's: HEAD, index, stash, branches."""
    files = [one for one in work.rglob("*") if one.is_file() and ".git" not in one.parts]
    own = [work / ".git" / name for name in ("HEAD", "index", "logs/HEAD", "config")]
    own += [one for one in (work / ".git/refs").rglob("*") if one.is_file()]
    return {
        str(one): one.read_bytes() + str(one.stat().st_mtime_ns).encode()
        for one in (*files, *own)
        if "trueup" not in one.parts
    }


def test_a_folder_in_a_repository_gets_a_branch_and_its_owner_keeps_everything(
    origin: Origin, yard: FolderYard
) -> None:
    before, stash = everything(origin.work), git(origin.work, "stash", "list")
    head = git(origin.work, "rev-parse", "HEAD")
    done = yard.workshop.publish("here", patch(BASE, mode=OWN))
    assert everything(origin.work) == before
    assert git(origin.work, "stash", "list") == stash
    assert (done.parent, done.branch, done.where) == (head, BRANCH, str(origin.work))
    assert git(origin.work, "rev-parse", BRANCH) == done.commit
    assert git(origin.work, "diff", "--name-only", head, BRANCH) == FIX.path
    assert raw(origin.work, "show", f"{BRANCH}:{FIX.path}") == FIX.after.encode()
    assert yard.workshop.arrived(done)
    assert yard.workshop.publish("here", patch(BASE, mode=OWN)) == done
    git(origin.work, "fsck", "--strict")


def test_no_hook_filter_or_program_of_the_repository_is_run(
    tmp_path: Path, origin: Origin
) -> None:
    mark = tmp_path / "ran"
    script = f"#!/bin/sh\ntouch {mark}\n"
    hooks = origin.work / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-commit", "pre-commit", "post-index-change"):
        (hooks / name).write_text(script)
        (hooks / name).chmod(0o755)
    (tmp_path / "evil").write_text(script)
    (tmp_path / "evil").chmod(0o755)
    evil = str(tmp_path / "evil")
    for name in (
        "core.fsmonitor",
        "gpg.ssh.program",
        "gpg.program",
        "filter.x.clean",
        "core.pager",
    ):
        git(origin.work, "config", name, evil)
    git(origin.work, "config", "commit.gpgSign", "true")
    (origin.work / ".git/info/attributes").write_text("* filter=x\n")
    ssh(tmp_path / "keys", "bot")
    signing = FolderYard(tmp_path, origin.work, key=str(tmp_path / "keys/bot.key"))
    signing.workshop.open(RUN, "here")
    done = signing.workshop.publish("here", patch(BASE, mode=OWN))
    assert signing.workshop.arrived(done)
    assert not mark.exists()


def test_a_folder_below_the_top_of_a_linked_work_tree_is_found(
    tmp_path: Path, origin: Origin
) -> None:
    linked = tmp_path / "linked tree"
    git(origin.work, "worktree", "add", "-q", "-b", "other", str(linked))
    yard = FolderYard(tmp_path, linked / "api")
    edit = Edit("requirements.txt", FIX.before, FIX.after)
    done = yard.workshop.publish("here", patch(BASE, edit, mode=OWN))
    assert git(origin.work, "rev-parse", BRANCH) == done.commit
    assert git(origin.work, "diff", "--name-only", "other", BRANCH) == FIX.path
    assert not (linked / "gitconfig").exists()


@pytest.mark.parametrize(
    "edit",
    [
        Edit("b", "edited\n", "mended\n"),
        Edit("untracked", "untracked\n", "mended\n"),
        Edit("staged", "staged\n", "mended\n"),
    ],
)
def test_what_its_owner_has_not_committed_is_never_committed_for_them(
    origin: Origin, yard: FolderYard, edit: Edit
) -> None:
    with pytest.raises(MisfitError, match="not committed") as found:
        yard.workshop.publish("here", patch(BASE, edit, mode=OWN))
    assert "Commit them" in found.value.fix
    assert not git(origin.work, "for-each-ref", f"refs/heads/{BRANCH}")


def test_the_branch_in_a_folders_repository_is_its_owners_once_they_touch_it(
    origin: Origin, yard: FolderYard
) -> None:
    yard.workshop.publish("here", patch(BASE, mode=OWN))
    other = patch(BASE, Edit("new", None, "n"), mode=OWN)
    done = yard.workshop.publish("here", other)
    assert git(origin.work, "rev-parse", BRANCH) == done.commit, "it was still ours"
    theirs = git(origin.work, "commit-tree", f"{BRANCH}^{{tree}}", "-p", BRANCH, "-m", "mine")
    git(origin.work, "update-ref", f"refs/heads/{BRANCH}", theirs)
    assert yard.workshop.arrived(done)
    with pytest.raises(HandsOffError):
        yard.workshop.publish("here", patch(BASE, mode=OWN))
    assert git(origin.work, "rev-parse", BRANCH) == theirs


def test_a_branch_that_is_checked_out_is_not_moved(origin: Origin, yard: FolderYard) -> None:
    done = yard.workshop.publish("here", patch(BASE, mode=OWN))
    git(origin.work, "stash", "-qu")
    git(origin.work, "checkout", "-q", BRANCH)
    with pytest.raises(HandsOffError, match="checked out"):
        yard.workshop.publish("here", patch(BASE, Edit("new", None, "n"), mode=OWN))
    assert git(origin.work, "rev-parse", BRANCH) == done.commit


def test_the_branch_that_is_checked_out_takes_no_commit(origin: Origin, yard: FolderYard) -> None:
    before = everything(origin.work)
    for mode in (PublishMode.COMMIT, FILE):
        with pytest.raises(SpecError, match="to: branch"):
            yard.workshop.publish("here", patch(BASE, mode=mode))
    assert everything(origin.work) == before


def test_a_folder_that_the_repository_above_knows_nothing_of_is_no_part_of_it(
    tmp_path: Path, plain: FolderYard
) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "dotfiles")
    with pytest.raises(SpecError, match="to: files"):
        plain.workshop.publish("here", patch(BASE, mode=OWN))
    plain.workshop.publish("here", patch(BASE, mode=FILE))
    assert (plain.folder / FIX.path).read_text() == FIX.after


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    yard = FolderYard(tmp_path)
    git(yard.folder, "init", "-q")
    with pytest.raises(ToolError, match="no commit yet"):
        yard.workshop.publish("here", patch(BASE, mode=OWN))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for somebody else")
def test_what_root_writes_into_somebodys_repository_is_theirs(
    origin: Origin, yard: FolderYard
) -> None:
    for one in (origin.work, *origin.work.rglob("*")):
        os.lchown(one, 12345, 12345)
    yard.workshop.publish("here", patch(BASE, mode=OWN))
    owners = {one.lstat().st_uid for one in (origin.work / ".git").rglob("*")}
    assert owners == {12345}


def test_a_folder_outside_git_takes_files_and_nothing_else(plain: FolderYard) -> None:
    for mode in (PublishMode.COMMIT, OWN):
        with pytest.raises(SpecError, match="to: files"):
            plain.workshop.publish("here", patch(BASE, mode=mode))
    edits = (FIX, Edit("new/file", None, "n"))
    (plain.folder / FIX.path).chmod(0o750)
    done = plain.workshop.publish("here", patch(BASE, *edits, mode=FILE))
    assert (done.commit, done.branch, done.where) == ("", "", str(plain.folder))
    assert (plain.folder / FIX.path).read_text() == FIX.after
    assert stat.S_IMODE((plain.folder / FIX.path).stat().st_mode) == 0o750
    assert (plain.folder / "new/file").read_text() == "n"
    assert plain.workshop.arrived(done)
    assert plain.workshop.publish("here", patch(BASE, *edits, mode=FILE)) == done
    plain.write("new/file", "changed")
    assert not plain.workshop.arrived(done)


def test_of_a_patch_that_a_crash_cut_off_the_rest_is_written(plain: FolderYard) -> None:
    edits = (FIX, Edit("b", "b\n", "c\n"))
    plain.write(FIX.path, FIX.after)
    plain.write(".b.trueup-draft", "half")
    plain.workshop.publish("here", patch(BASE, *edits, mode=FILE))
    assert (plain.folder / "b").read_text() == "c\n"
    assert not (plain.folder / ".b.trueup-draft").exists()


def test_of_a_patch_that_does_not_fit_any_more_nothing_is_written(plain: FolderYard) -> None:
    plain.write("b", "by hand\n")
    with pytest.raises(OutdatedError, match="changed meanwhile"):
        plain.workshop.publish("here", patch(BASE, FIX, Edit("b", "b\n", "c\n"), mode=FILE))
    assert (plain.folder / FIX.path).read_text() == FIX.before
    assert (plain.folder / "b").read_text() == "by hand\n"


def test_of_a_patch_that_cannot_be_written_whole_nothing_stays(plain: FolderYard) -> None:
    plain.write(".b.trueup-draft/in-the-way", "")
    edits = (FIX, Edit("new", None, "n"), Edit("b", "b\n", "c\n"))
    with pytest.raises(ToolError):
        plain.workshop.publish("here", patch(BASE, *edits, mode=FILE))
    assert (plain.folder / FIX.path).read_text() == FIX.before
    assert not (plain.folder / "new").exists()


def test_a_link_in_the_folder_is_not_written_through(tmp_path: Path, plain: FolderYard) -> None:
    (tmp_path / "outside").write_text("b\n")
    (plain.folder / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(MisfitError):
        plain.workshop.publish("here", patch(BASE, Edit("link", "b\n", "c\n"), mode=FILE))
    assert (tmp_path / "outside").read_text() == "b\n"


def test_a_signed_branch_is_one_that_git_accepts(tmp_path: Path, origin: Origin) -> None:
    signer = ssh(tmp_path / "keys", "bot")
    yard = FolderYard(tmp_path, origin.work, key=str(tmp_path / "keys/bot.key"))
    done = yard.workshop.publish("here", replace(patch(BASE, mode=OWN), sign=True))
    allowed = f"gpg.ssh.allowedSignersFile={signer.public}"
    git(origin.work, "-c", allowed, "verify-commit", done.commit)


def test_runs_on_one_repository_have_branches_of_their_own(
    origin: Origin, yard: FolderYard
) -> None:
    yard.workshop.publish("here", patch(BASE, mode=OWN))
    other = replace(patch(BASE, mode=OWN, run=Key("Run", "two")), branch="trueup/repair/shop/two")
    yard.workshop.publish("here", other)
    listed = git(origin.work, "for-each-ref", "--format=%(refname:short)", "refs/heads/trueup")
    assert listed.split() == [BRANCH, other.branch]
