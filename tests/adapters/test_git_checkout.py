"""What a sync does to the one work tree of a git source."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.adapters.repos import Origin, git, plant
from trueup.adapters.disk.worktree import WorkTree
from trueup.adapters.git.paths import path_problem
from trueup.adapters.git.remote import Remote
from trueup.adapters.sources.git import GitSource
from trueup.model.errors import ToolError


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "there")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sources" / "main"


@pytest.fixture
def source(origin: Origin, state: Path) -> GitSource:
    return GitSource("main", Remote(origin.url), state)


def contents(tree: Path) -> dict[str, str]:
    return {
        str(file.relative_to(tree)): file.read_text()
        for file in sorted(tree.rglob("*"))
        if file.is_file()
    }


def test_the_first_sync_writes_what_the_commit_lists(
    origin: Origin, source: GitSource, state: Path
) -> None:
    commit = origin.commit(
        {"specs/web.yaml": "kind: Stack\n", "web/compose.yaml": "services: {}\n"}
    )

    tree = source.sync()

    assert tree.revision == commit
    assert tree.root == str(state / "tree")
    assert contents(state / "tree") == {
        "specs/web.yaml": "kind: Stack\n",
        "web/compose.yaml": "services: {}\n",
    }


def test_a_changed_file_keeps_its_inode_so_that_a_mount_sees_the_new_content(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"Caddyfile": "a much longer first version\n"})
    source.sync()
    held = (state / "tree/Caddyfile").open()

    origin.commit({"Caddyfile": "second\n"})
    source.sync()

    with held:
        assert held.read() == "second\n"


def test_a_removed_file_goes_and_takes_its_empty_directories_along(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"a/b/c": "1", "keep": "2"})
    source.sync()

    origin.commit({"a/b/c": None})
    source.sync()

    assert contents(state / "tree") == {"keep": "2"}
    assert not (state / "tree/a").exists()


def test_data_next_to_tracked_files_survives_everything(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"app/compose.yaml": "1", "app/conf/x": "1"})
    source.sync()
    (state / "tree/app/conf/data.db").write_text("precious")
    (state / "tree/app/.env").write_text("SECRET=1")

    origin.commit({"app/compose.yaml": None, "app/conf/x": None, "other": "1"})
    source.sync()

    assert contents(state / "tree") == {
        "app/.env": "SECRET=1",
        "app/conf/data.db": "precious",
        "other": "1",
    }


def test_an_untracked_file_in_the_way_is_set_aside_and_not_lost(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"a": "1"})
    source.sync()
    (state / "tree/conf").mkdir()
    (state / "tree/conf/x").write_text("written by a container")

    origin.commit({"conf/x": "from git"})
    source.sync()

    assert (state / "tree/conf/x").read_text() == "from git"
    assert (state / "kept/conf/x").read_text() == "written by a container"


def test_an_untracked_file_with_the_right_content_is_taken_over_as_it_is(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"a": "1"})
    source.sync()
    (state / "tree/b").write_text("same")
    inode = (state / "tree/b").stat().st_ino

    origin.commit({"b": "same"})
    source.sync()

    assert (state / "tree/b").stat().st_ino == inode
    assert not (state / "kept").exists()


@pytest.mark.parametrize("damage", ["modified", "removed", "emptied", "made a directory of"])
def test_a_tracked_file_that_was_damaged_on_disk_is_restored_by_the_next_sync(
    origin: Origin, source: GitSource, state: Path, damage: str
) -> None:
    origin.commit({"a/x": "right\n"})
    source.sync()
    file = state / "tree/a/x"
    match damage:
        case "modified":
            file.write_text("wrong\n")
        case "removed":
            shutil.rmtree(state / "tree/a")
        case "emptied":
            os.truncate(file, 0)
        case _:
            file.unlink()
            file.symlink_to("/etc/passwd")

    source.sync()

    assert file.read_text() == "right\n"
    assert not file.is_symlink()


def test_the_executable_bit_follows_the_commit(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"run": "#!/bin/sh\n"})
    source.sync()
    assert (state / "tree/run").stat().st_mode & 0o777 == 0o644

    (origin.work / "run").chmod(0o755)
    origin.commit({})
    source.sync()
    assert (state / "tree/run").stat().st_mode & 0o777 == 0o755

    (origin.work / "run").chmod(0o644)
    origin.commit({})
    source.sync()
    assert (state / "tree/run").stat().st_mode & 0o777 == 0o644


def test_permissions_that_an_operator_tightened_stay(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"secret": "1"})
    source.sync()
    (state / "tree/secret").chmod(0o600)

    origin.commit({"secret": "2"})
    source.sync()

    assert (state / "tree/secret").read_text() == "2"
    assert (state / "tree/secret").stat().st_mode & 0o777 == 0o600


def test_files_are_readable_for_containers_whatever_the_umask(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"a/b": "1"})
    before = os.umask(0o077)
    try:
        source.sync()
    finally:
        os.umask(before)

    assert (state / "tree/a").stat().st_mode & 0o777 == 0o755
    assert (state / "tree/a/b").stat().st_mode & 0o777 == 0o644


def test_a_file_may_become_a_directory_and_a_directory_a_file(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"a": "file", "d/x": "1", "d/e/y": "2"})
    source.sync()

    origin.commit({"a": None, "d/x": None, "d/e/y": None})
    shutil.rmtree(origin.work / "d", ignore_errors=True)
    origin.commit({"a/b": "now below", "d": "now a file"})
    source.sync()

    assert contents(state / "tree") == {"a/b": "now below", "d": "now a file"}


def test_a_directory_with_data_is_never_replaced_by_a_file(
    origin: Origin, source: GitSource, state: Path
) -> None:
    first = origin.commit({"d/x": "1", "other": "1"})
    source.sync()
    (state / "tree/d/data.db").write_text("precious")

    origin.commit({"d/x": None})
    shutil.rmtree(origin.work / "d", ignore_errors=True)
    origin.commit({"d": "file", "other": "2"})
    with pytest.raises(ToolError, match=r"tree/d is in the way .*data in it: d/data.db"):
        source.sync()

    assert contents(state / "tree") == {"d/data.db": "precious", "d/x": "1", "other": "1"}
    assert source.tree.revision == first

    (state / "tree/d/data.db").unlink()
    source.sync()
    assert contents(state / "tree") == {"d": "file", "other": "2"}


def test_links_within_the_tree_are_made_and_others_refused_by_name(
    origin: Origin, source: GitSource, state: Path
) -> None:
    (origin.work / "conf").mkdir()
    (origin.work / "conf/good").symlink_to("../a")
    (origin.work / "absolute").symlink_to("/etc/passwd")
    (origin.work / "conf/climbing").symlink_to("../../../outside")
    (origin.work / "winding").symlink_to("conf/../a")
    origin.commit({"a": "1"})

    tree = source.sync()

    assert (state / "tree/conf/good").readlink() == Path("../a")
    assert sorted(problem.file for problem in tree.problems) == [
        "absolute",
        "conf/climbing",
        "winding",
    ]
    assert sorted(contents(state / "tree")) == ["a", "conf/good"]
    assert source.sync().problems


def test_a_link_may_become_a_file_and_a_file_a_link(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"a": "1", "b": "2"})
    source.sync()
    (origin.work / "b").unlink()
    (origin.work / "b").symlink_to("a")
    origin.commit({})
    source.sync()
    assert (state / "tree/b").is_symlink()

    (origin.work / "b").unlink()
    origin.commit({"b": "a file again"})
    source.sync()

    assert contents(state / "tree") == {"a": "1", "b": "a file again"}


def test_a_directory_that_a_container_turned_into_a_link_leads_nowhere(
    origin: Origin, source: GitSource, state: Path, tmp_path: Path
) -> None:
    origin.commit({"data/sub/x": "1"})
    source.sync()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("not yours")
    shutil.rmtree(state / "tree/data/sub")
    (state / "tree/data/sub").symlink_to(outside)

    origin.commit({"data/sub/x": "2"})
    with pytest.raises(ToolError, match="data/sub is in the way"):
        source.sync()

    assert (outside / "x").read_text() == "not yours"


def test_what_is_written_follows_no_link_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/link").symlink_to(tmp_path)
    (tmp_path / "x").write_text("not yours")
    (tmp_path / "draft").write_text("evil")
    tree = WorkTree(tmp_path / "tree")

    with pytest.raises(ToolError, match="tree/link is in the way"):
        tree.put("link/x", tmp_path / "draft")
    tree.remove("link/x")

    assert (tmp_path / "x").read_text() == "not yours"
    assert tree.object_id("link/x", "0" * 40) == ""


@pytest.mark.parametrize("path", ["..", "a/../b", "./a", "/a", "a//b", ".git", "a/.GiT/b", "a/"])
def test_paths_that_leave_the_tree_or_are_gits_own_are_refused(path: str) -> None:
    assert path_problem(path)


@pytest.mark.parametrize("path", ["a", "a/..b", ".gitignore", "a/.github/x", "..a", "a.git/b"])
def test_paths_that_look_like_it_are_fine(path: str) -> None:
    assert path_problem(path) is None


@pytest.mark.parametrize("path", ["../escape", ".git/hooks/x", "a/../../escape", ".GIT/config"])
def test_a_path_that_leaves_the_tree_is_never_written(
    origin: Origin, state: Path, path: str, tmp_path: Path
) -> None:
    origin.commit({"a": "1"})
    commit = plant(origin.path, "100644", path, b"evil")
    git(origin.path, "update-ref", "refs/heads/main", commit)
    source = GitSource("main", Remote(origin.url), state)

    with pytest.raises(ToolError):
        source.sync()

    assert not list(tmp_path.rglob("*escape*"))
    assert contents(state / "tree") == {}


def test_filters_and_attributes_of_a_repository_change_nothing(
    origin: Origin, source: GitSource, state: Path
) -> None:
    git(origin.work, "config", "core.autocrlf", "false")
    origin.commit({"a": "$Id$\n"})
    origin.commit({".gitattributes": "* text eol=crlf ident filter=lfs export-ignore\n"})

    source.sync()

    assert (state / "tree/a").read_bytes() == b"$Id$\n"


def test_a_checkout_that_was_cut_off_is_finished_by_the_next_sync(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"a": "1", "gone": "1", "same": "1"})
    source.sync()
    second = origin.commit({"a": "2", "gone": None, "new": "2"})
    # As after a kill in the middle: some files are the new ones, the record says so.
    again = GitSource("main", Remote(origin.url), state)
    again.sync()
    record = (state / "manifest.json").read_text()
    cut_off = record.replace('"complete": true', '"complete": false')
    (state / "manifest.json").write_text(cut_off)
    (state / "tree/a").write_text("ha")
    (state / "tree/new").unlink()

    tree = GitSource("main", Remote(origin.url), state).sync()

    assert tree.revision == second
    assert contents(state / "tree") == {"a": "2", "same": "1", "new": "2"}


def test_a_kill_in_the_middle_of_a_checkout_is_made_good(
    origin: Origin, state: Path, tmp_path: Path
) -> None:
    origin.commit({f"f{n}": "first" for n in range(300)} | {f"old{n}": "" for n in range(300)})
    GitSource("main", Remote(origin.url), state).sync()
    second = {f"f{n}": "second" for n in range(300)} | {f"a{n}": "second" for n in range(100)}
    origin.commit({**second} | {f"old{n}": None for n in range(300)})
    script = (
        "import os,sys\n"
        "from pathlib import Path\n"
        "from trueup.adapters.disk import worktree\n"
        "from trueup.adapters.sources.git import GitSource\n"
        "from trueup.adapters.git.remote import Remote\n"
        "put, left = worktree.WorkTree.put, [150]\n"
        "def dying(*args):\n"
        "    left[0] -= 1\n"
        "    os.kill(os.getpid(), 9) if not left[0] else put(*args)\n"
        "worktree.WorkTree.put = dying\n"
        f"GitSource('main', Remote({origin.url!r}), Path({str(state)!r})).sync()\n"
    )
    env = {**os.environ, "PYTHONPATH": "src"}
    done = subprocess.run(
        [shutil.which("python3") or "", "-c", script], env=env, timeout=60, check=False
    )
    assert done.returncode == -9
    assert len({*contents(state / "tree").values()}) == 2

    third = second | {f"a{n}": "third" for n in range(50)}
    origin.commit(third)
    tree = GitSource("main", Remote(origin.url), state).sync()

    assert contents(state / "tree") == third
    assert not list(tmp_path.rglob("kept"))
    assert len(tree.listing(tree.root, writable=False).files) == 400


def test_ten_thousand_files_are_synced_and_looked_at_again_cheaply(
    origin: Origin, source: GitSource
) -> None:
    files = b"".join(
        b"M 100644 inline d%d/f%d.yaml\ndata 3\n%03d\n" % (n % 100, n, n % 1000)
        for n in range(10_000)
    )
    head = b"commit refs/heads/main\ncommitter A <a@b> 1 +0000\ndata 0\n"
    git(origin.path, "fast-import", "--quiet", stdin=head + files)
    source.sync()

    began = time.process_time(), time.monotonic()
    tree = source.sync()

    assert len(tree.listing(tree.root, writable=False).files) == 10_000
    assert time.process_time() - began[0] < 0.5
    assert time.monotonic() - began[1] < 20  # it takes a half on an idle machine
