"""How a git source recovers by itself from what happens to remotes, clones and networks."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.adapters.repos import Origin, git
from trueup.adapters.git.remote import Remote
from trueup.adapters.sources.git import GitSource
from trueup.model.errors import SpecError, ToolError, TransientError


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "there")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def source(origin: Origin, state: Path) -> GitSource:
    return GitSource("main", Remote(origin.url), state)


def files(state: Path) -> dict[str, str]:
    return {f.name: f.read_text() for f in sorted((state / "tree").iterdir())}


def test_a_force_push_is_followed(origin: Origin, source: GitSource, state: Path) -> None:
    origin.commit({"a": "1"})
    origin.commit({"a": "2", "b": "2"})
    source.sync()

    git(origin.work, "reset", "-q", "--hard", "HEAD~1")
    forced = origin.commit({"a": "3"}, force=True)
    tree = source.sync()

    assert tree.revision == forced
    assert files(state) == {"a": "3"}


def test_a_branch_that_was_rewritten_from_nothing_is_followed(
    origin: Origin, source: GitSource, state: Path
) -> None:
    origin.commit({"a": "1"})
    source.sync()

    git(origin.work, "checkout", "-q", "--orphan", "fresh")
    orphan = origin.commit({"a": "new history"}, force=True)
    tree = source.sync()

    assert tree.revision == orphan
    assert files(state) == {"a": "new history"}


def _delete_objects(clone: Path) -> None:
    shutil.rmtree(clone / "objects")
    (clone / "objects").mkdir()


def _truncate_packs(clone: Path) -> None:
    for pack in clone.glob("objects/pack/*.pack"):
        pack.chmod(0o600)
        os.truncate(pack, 20)


def _delete_pack_indexes(clone: Path) -> None:
    for index in clone.glob("objects/pack/*.idx"):
        index.unlink()


def _garbage_head(clone: Path) -> None:
    (clone / "HEAD").write_bytes(b"\0garbage")


def _no_head(clone: Path) -> None:
    (clone / "HEAD").unlink()


def _empty_ref(clone: Path) -> None:
    (clone / "refs/trueup/tip").write_text("")


def _garbage_config(clone: Path) -> None:
    (clone / "config").write_text("[[[")


def _stale_locks(clone: Path) -> None:
    for name in ("index.lock", "shallow.lock", "HEAD.lock", "packed-refs.lock"):
        (clone / name).touch()
    (clone / "refs/trueup/tip.lock").touch()


def _lose_blobs(clone: Path) -> None:
    packs = [pack.read_bytes() for pack in clone.glob("objects/pack/*.pack")]
    shutil.rmtree(clone / "objects/pack")
    for pack in packs:
        git(clone, "unpack-objects", "-q", stdin=pack)
    listed = git(
        clone, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"
    )
    for line in listed.splitlines():
        kind, oid = line.split()
        if kind == "blob":
            (clone / "objects" / oid[:2] / oid[2:]).unlink()


def _no_clone(clone: Path) -> None:
    shutil.rmtree(clone)


DAMAGES = [
    _delete_objects,
    _truncate_packs,
    _delete_pack_indexes,
    _garbage_head,
    _no_head,
    _empty_ref,
    _garbage_config,
    _stale_locks,
    _lose_blobs,
    _no_clone,
]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_clone_is_made_anew_and_data_in_the_work_tree_stays(
    origin: Origin,
    source: GitSource,
    state: Path,
    damage: Callable[[Path], None],
    *,
    restarted: bool,
) -> None:
    origin.commit({"a": "1", "b": "1"})
    source.sync()
    (state / "tree/data.db").write_text("precious")
    inode = (state / "tree/a").stat().st_ino
    damage(state / "git")
    if restarted:
        source = GitSource("main", Remote(origin.url), state)

    new = origin.commit({"a": "2"})
    tree = source.sync()

    assert tree.revision == new
    assert files(state) == {"a": "2", "b": "1", "data.db": "precious"}
    assert (state / "tree/a").stat().st_ino == inode


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_clone_and_no_remote_leave_the_work_tree_as_it_is(
    origin: Origin, source: GitSource, state: Path, damage: Callable[[Path], None]
) -> None:
    first = origin.commit({"a": "1"})
    source.sync()
    damage(state / "git")
    origin.path.rename(origin.path.with_suffix(".gone"))

    with pytest.raises(TransientError):
        source.sync()
    restarted = GitSource("main", Remote(origin.url), state)

    with pytest.raises(TransientError):
        restarted.sync()
    tree = restarted.resume()
    assert tree is not None
    assert tree.revision == first
    assert files(state) == {"a": "1"}
    assert tree.file(f"{tree.root}/a") == source.tree.file(f"{tree.root}/a")

    origin.path.with_suffix(".gone").rename(origin.path)
    origin.commit({"a": "2"})
    restarted.sync()
    assert files(state) == {"a": "2"}


@pytest.mark.parametrize("damage", [_truncate_packs, _lose_blobs])
def test_a_file_damaged_on_disk_is_restored_although_the_clone_lost_it_too(
    origin: Origin, source: GitSource, state: Path, damage: Callable[[Path], None]
) -> None:
    origin.commit({"a": "1"})
    source.sync()
    (state / "tree/a").write_text("damaged")
    damage(state / "git")

    source.sync()

    assert files(state) == {"a": "1"}


def test_a_vanished_remote_leaves_the_last_tree_in_force(
    origin: Origin, source: GitSource, state: Path
) -> None:
    first = origin.commit({"a": "1"})
    source.sync()
    shutil.rmtree(origin.path)

    with pytest.raises(TransientError, match=r"stays in force"):
        source.sync()

    assert source.tree.revision == first
    assert files(state) == {"a": "1"}


def test_a_new_source_with_a_vanished_remote_has_no_tree(tmp_path: Path) -> None:
    source = GitSource("main", Remote(f"file://{tmp_path}/nowhere"), tmp_path / "state")

    assert source.resume() is None
    with pytest.raises(TransientError):
        source.sync()


def test_a_deleted_branch_is_named_and_the_last_tree_stays_in_force(
    origin: Origin, source: GitSource, state: Path
) -> None:
    first = origin.commit({"a": "1"})
    source.sync()
    git(origin.path, "branch", "-m", "main", "trunk")

    with pytest.raises(ToolError, match=r"origin.git has no branch main"):
        source.sync()
    assert (source.tree.revision, files(state)) == (first, {"a": "1"})

    git(origin.path, "branch", "-m", "trunk", "main")
    second = origin.commit({"a": "2"})
    assert source.sync().revision == second


@contextmanager
def mute_server() -> Iterator[int]:
    """Accept connections, and never say a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in held:
                connection.close()


def speaking_of(port: int) -> list[str]:
    """Return the command lines of processes that were started for a server."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(f":{port}/" in word for word in words):
            found.append(" ".join(words))
    return found


@pytest.mark.parametrize("protocol", ["http", "git"])
def test_a_hung_remote_is_given_up_at_the_deadline_and_no_process_is_left(
    tmp_path: Path, protocol: str
) -> None:
    with mute_server() as port:
        remote = Remote(f"{protocol}://127.0.0.1:{port}/x.git")
        source = GitSource("main", remote, tmp_path / "state", deadline=0.5)
        began = time.monotonic()

        with pytest.raises(TransientError, match=r"git ls-remote did not finish within 0.5s"):
            source.sync()

        assert time.monotonic() - began < 5
        assert speaking_of(port) == []


def test_a_fetch_that_hangs_halfway_is_given_up_and_works_the_next_time(
    origin: Origin, state: Path, tmp_path: Path
) -> None:
    first = origin.commit({"a": "1"})
    source = GitSource("main", Remote(origin.url), state, deadline=1)
    source.sync()
    # An upload that answers the question about refs, and then sleeps at the transfer.
    second = origin.commit({"a": "2"})
    (origin.path / "objects" / second[:2] / second[2:]).rename(tmp_path / "object")
    os.mkfifo(origin.path / "objects" / second[:2] / second[2:])

    with pytest.raises(TransientError):
        source.sync()
    assert source.tree.revision == first

    (tmp_path / "object").rename(origin.path / "objects" / second[:2] / second[2:])
    assert source.sync().revision == second


@pytest.mark.parametrize("moment", range(6))
def test_a_clone_that_was_killed_in_the_middle_is_finished_by_the_next_start(
    origin: Origin, state: Path, moment: int
) -> None:
    commit = origin.commit({f"f{n}": str(n) * 50 for n in range(100)})
    script = (
        "from pathlib import Path\n"
        "from trueup.adapters.sources.git import GitSource\n"
        "from trueup.adapters.git.remote import Remote\n"
        "print('begun', flush=True)\n"
        f"GitSource('main', Remote({origin.url!r}), Path({str(state)!r})).sync()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": "src"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        assert child.stdout
        child.stdout.readline()
        time.sleep(0.012 * moment)
        child.send_signal(signal.SIGKILL)

    tree = GitSource("main", Remote(origin.url), state).sync()

    assert tree.revision == commit
    assert len(files(state)) == 100


def test_a_tag_is_followed_when_it_is_moved_and_a_commit_stays_as_it_is(
    origin: Origin, tmp_path: Path
) -> None:
    first = origin.commit({"a": "1"})
    git(origin.path, "tag", "-a", "-m", "x", "v1", first)
    by_tag = GitSource("t", Remote(origin.url), tmp_path / "t", ref="v1")
    by_commit = GitSource("c", Remote(origin.url), tmp_path / "c", ref=first)
    by_abbreviation = GitSource("s", Remote(origin.url), tmp_path / "s", ref=first[:8])
    every = (by_tag, by_commit, by_abbreviation)
    assert [source.sync().revision for source in every] == [first] * 3

    second = origin.commit({"a": "2"})
    git(origin.path, "tag", "-f", "-a", "-m", "x", "v1", second)

    assert [source.sync().revision for source in every] == [second, first, first]


def test_a_tag_that_looks_like_a_commit_is_a_tag(origin: Origin, tmp_path: Path) -> None:
    first = origin.commit({"a": "1"})
    git(origin.path, "tag", "20260131", first)
    source = GitSource("t", Remote(origin.url), tmp_path / "t", ref="20260131")
    assert source.sync().revision == first

    second = origin.commit({"a": "2"})
    git(origin.path, "tag", "-f", "20260131", second)

    assert source.sync().revision == second


def test_a_ref_may_be_a_branch_as_well(origin: Origin, tmp_path: Path) -> None:
    origin.commit({"a": "1"})
    git(origin.path, "branch", "release/1", "main")
    source = GitSource("b", Remote(origin.url), tmp_path / "b", ref="release/1")

    assert source.sync().revision == git(origin.path, "rev-parse", "main")


def test_a_commit_or_tag_that_is_not_there_is_named(origin: Origin, tmp_path: Path) -> None:
    origin.commit({"a": "1"})

    with pytest.raises(ToolError, match="has no tag or branch v9"):
        GitSource("t", Remote(origin.url), tmp_path / "t", ref="v9").sync()
    with pytest.raises(ToolError, match=f"has no commit {'0' * 40}"):
        GitSource("c", Remote(origin.url), tmp_path / "c", ref="0" * 40).sync()


def test_a_commit_that_is_here_needs_no_remote(origin: Origin, tmp_path: Path) -> None:
    first = origin.commit({"a": "1"})
    source = GitSource("c", Remote(origin.url), tmp_path / "c", ref=first)
    source.sync()
    shutil.rmtree(origin.path)

    assert source.sync().revision == first


@pytest.mark.parametrize("branch", ["--upload-pack=touch x", "-b", "a..b", "a b", "x.lock", ""])
def test_a_branch_that_could_be_an_option_is_refused(tmp_path: Path, branch: str) -> None:
    with pytest.raises(SpecError, match=r"branch .* is refused"):
        GitSource("main", Remote("file:///x"), tmp_path, branch=branch)


def test_repositories_with_longer_object_ids_work_as_well(tmp_path: Path) -> None:
    place = tmp_path / "r"
    git(tmp_path, "init", "-q", "--object-format=sha256", "-b", "main", str(place))
    (place / "a").write_text("1")
    git(place, "add", "a")
    git(place, "commit", "-q", "-m", "x")

    source = GitSource("main", Remote(str(place)), tmp_path / "state")
    tree = source.sync()

    assert len(tree.revision) == 64
    assert (tmp_path / "state/tree/a").read_text() == "1"
