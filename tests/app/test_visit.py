"""Git sources for commands that only look."""

import os
from pathlib import Path

import pytest

from tests.adapters.repos import Origin
from trueup.adapters.git.remote import Remote
from trueup.adapters.sources.git import GitSource
from trueup.adapters.sources.still import StillTree, still
from trueup.app.lock import locked
from trueup.app.visit import Visited
from trueup.model.errors import ToolError, TransientError

NAMES = {"specs/web.yaml": "a: 1\n", "site/index.html": "one\n"}


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    made = Origin(tmp_path / "far")
    made.commit(dict(NAMES))
    return made


def kept(origin: Origin, tmp_path: Path) -> GitSource:
    """The source as the running process has it."""
    return GitSource("far", Remote(origin.url), tmp_path / "state" / "far", path="specs")


def visited(origin: Origin, tmp_path: Path) -> Visited:
    state = tmp_path / "state"
    return Visited("far", state / "far", state, lambda: kept(origin, tmp_path))


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Return what would show that anybody wrote anything."""
    every = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in every}


def test_where_no_trueup_runs_the_newest_commit_is_fetched(origin: Origin, tmp_path: Path) -> None:
    commit = origin.commit({"site/index.html": "two\n"})

    tree = visited(origin, tmp_path).sync()

    assert tree.revision == commit
    assert (Path(tree.root) / "site/index.html").read_text() == "two\n"


def test_where_one_runs_its_work_tree_is_read_and_nothing_is_written(
    origin: Origin, tmp_path: Path
) -> None:
    first = kept(origin, tmp_path).sync().revision
    origin.commit({"site/index.html": "two\n"})

    with locked(tmp_path / "state"):
        before = snapshot(tmp_path / "state")
        tree = visited(origin, tmp_path).sync()
        assert snapshot(tmp_path / "state") == before

    assert tree.revision == first


def test_a_still_tree_shows_what_the_running_process_sees(origin: Origin, tmp_path: Path) -> None:
    theirs = kept(origin, tmp_path).sync()
    ours = still(tmp_path / "state" / "far")

    assert ours is not None
    with theirs.reading(), ours.reading():
        for path in (f"{ours.root}/site", f"{ours.root}/specs/web.yaml"):
            assert ours.listing(path, writable=False) == theirs.listing(path, writable=False)
        assert ours.file(f"{ours.root}/specs/web.yaml") == theirs.file(
            f"{theirs.root}/specs/web.yaml"
        )


def test_a_commit_that_arrives_while_it_is_read_is_noticed(origin: Origin, tmp_path: Path) -> None:
    source = kept(origin, tmp_path)
    source.sync()
    ours = StillTree(tmp_path / "state" / "far")
    origin.commit({"site/index.html": "two\n"})

    with pytest.raises(TransientError, match="updated while it was read"), ours.reading():
        source.sync()


def test_a_work_tree_between_two_commits_is_not_read(origin: Origin, tmp_path: Path) -> None:
    kept(origin, tmp_path).sync()
    record = tmp_path / "state" / "far" / "manifest.json"
    record.write_text(record.read_text().replace('"complete": true', '"complete": false'))

    ours = StillTree(tmp_path / "state" / "far")

    with pytest.raises(TransientError, match="between two commits"), ours.reading():
        pass


def test_a_running_trueup_that_has_read_nothing_yet_is_told(
    origin: Origin, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    one = Visited("far", state / "far", state, lambda: kept(origin, tmp_path))

    with locked(state), pytest.raises(TransientError, match="has not been read yet"):
        one.sync()


def test_a_remote_that_is_away_is_told_and_the_last_tree_is_still_there(
    origin: Origin, tmp_path: Path
) -> None:
    one = visited(origin, tmp_path)
    first = one.sync().revision
    os.rename(origin.path, origin.path.with_name("gone"))  # noqa: PTH104 - a folder

    with pytest.raises((TransientError, ToolError)):
        one.sync()

    tree = one.resume()
    assert tree is not None
    assert tree.revision == first
