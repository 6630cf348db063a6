"""What a repository cannot do to the host that follows it, whatever is in it."""

import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from tests.adapters.git_http import serving
from tests.adapters.hostile import Entry, Store
from tests.adapters.repos import Origin, git
from trueup.adapters.git.limits import Limits
from trueup.adapters.git.paths import path_problem
from trueup.adapters.git.remote import Remote
from trueup.adapters.sources.git import GitSource
from trueup.model.errors import SpecError, ToolError, TransientError, TrueupError

FILE, FOLDER = b"100644", b"40000"
LAYERS = 12
SIZE = 64 << 20


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "there" / "origin.git")


def following(store: Store | Origin, state: Path, **more: object) -> GitSource:
    return GitSource("main", Remote(store.url), state, deadline=30, **more)  # type: ignore[arg-type]


def bomb(store: Store, leaf: list[Entry]) -> None:
    """Ten folders in each of ten folders, and so on: a few objects, very many paths."""
    tree = store.tree(leaf)
    for _ in range(LAYERS):
        tree = store.tree([(FOLDER, b"d%d" % number, tree) for number in range(10)])
    store.commit(tree)


@pytest.mark.parametrize("empty", [True, False])
def test_few_objects_that_stand_for_a_trillion_paths_are_refused_at_once(
    store: Store, tmp_path: Path, *, empty: bool
) -> None:
    bomb(store, [] if empty else [(FILE, b"f", store.blob(b"x"))])
    begun = time.monotonic()

    with pytest.raises(TrueupError, match=r"more than 5000 files and folders|fetch|fsck"):
        following(store, tmp_path / "state", limits=Limits(files=5000)).sync()
    assert time.monotonic() - begun < 60


def test_more_files_than_allowed_are_refused_and_the_last_commit_stays(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "there")
    commit = origin.commit({"a": "1"})
    source = following(origin, tmp_path / "state", limits=Limits(files=10))
    source.sync()

    origin.commit({f"f{number}": "x" for number in range(11)})

    with pytest.raises(ToolError, match=r"more than 10 files .* Raise maxFiles"):
        source.sync()
    assert source.tree.revision == commit
    assert (tmp_path / "state/tree/a").read_text() == "1"


def test_larger_files_than_allowed_are_refused_before_any_is_written(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "there")
    origin.commit({"a": "1"})
    source = following(origin, tmp_path / "state", limits=Limits(size=1 << 20))
    source.sync()

    origin.commit({"big": "x" * (2 << 20)})  # next to nothing when compressed

    with pytest.raises(ToolError, match=r"larger than 1 MiB\. .*Raise maxSize"):
        source.sync()
    assert [one.name for one in (tmp_path / "state/tree").iterdir()] == ["a"]


def test_the_same_file_at_many_places_counts_at_each(store: Store, tmp_path: Path) -> None:
    blob = store.blob(b"x" * (64 << 10))
    store.commit(store.tree(sorted((FILE, b"%03d" % n, blob) for n in range(100))))

    with pytest.raises(ToolError, match="larger than 1 MiB"):
        following(store, tmp_path / "state", limits=Limits(size=1 << 20)).sync()


def test_a_fetch_that_does_not_end_is_ended_at_the_limit(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "there")
    commit = origin.commit({"a": "1"})
    git(origin.work, "checkout", "-q", "-b", "noise")
    (origin.work / "noise").write_bytes(os.urandom(24 << 20))
    git(origin.work, "-c", "core.compression=0", "add", "-A")
    git(origin.work, "commit", "-q", "-m", "noise")
    git(origin.work, "push", "-q", str(origin.path), "noise")

    # An abbreviated id is looked for in everything that the remote has.
    source = following(origin, tmp_path / "state", ref=commit[:8], limits=Limits(size=1 << 20))
    with pytest.raises(ToolError, match=r"what file://.* sends is refused: .*larger than 1 MiB"):
        source.sync()
    left = [file.stat().st_size for file in (tmp_path / "state").rglob("*") if file.is_file()]
    assert sum(left) < 1 << 20


def test_a_large_file_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "there")
    with (origin.work / "large").open("wb") as large:
        large.truncate(SIZE)
    origin.commit({"a": "1"})
    script = (
        "import sys; from pathlib import Path\n"
        "from trueup.adapters.git.remote import Remote\n"
        "from trueup.adapters.sources.git import GitSource\n"
        "GitSource('main', Remote(sys.argv[1]), Path(sys.argv[2])).sync()\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, origin.url, str(tmp_path / "state")],
        env={**os.environ, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )

    assert int(done.stdout) << 10 < SIZE
    assert (tmp_path / "state/tree/large").stat().st_size == SIZE


@pytest.mark.parametrize(
    "name",
    [
        b"..",
        b".git",
        b".GIT",
        b".g\xe2\x80\x8cit",
        b"git~1",
        b".git ",
        b".git...",
        b".git::$INDEX_ALLOCATION",
        b"a\nb",
        b"a\x1b[2Jb",
        b"n" * 256,
    ],
)
def test_a_name_that_could_do_harm_is_refused_by_what_fetches_or_by_what_checks_out(
    store: Store, tmp_path: Path, name: bytes
) -> None:
    good, bad = (FILE, b"zz", store.blob(b"fine")), (FILE, name, store.blob(b"evil"))
    store.commit(store.tree(sorted([good, bad], key=lambda entry: entry[1])))
    source = following(store, tmp_path / "state")

    try:
        tree = source.sync()
    except TrueupError:
        found: list[str] = []
    else:
        assert len(tree.problems) == 1
        assert tree.problems[0].file.isprintable()
        found = [one.name for one in (tmp_path / "state/tree").iterdir()]
    assert found in ([], ["zz"])
    assert path_problem(os.fsdecode(name))


@pytest.mark.parametrize("path", ["é/ü", "a b", "日本", ".gitattributes", "digit~1", "a.git"])
def test_a_name_that_is_only_unusual_is_fine(path: str) -> None:
    assert path_problem(path) is None


def test_a_path_that_no_file_system_takes_is_left_out_and_told(
    store: Store, tmp_path: Path
) -> None:
    tree = store.tree([(FILE, b"f", store.blob(b"deep"))])
    for _ in range(300):
        tree = store.tree([(FOLDER, b"dddddddd", tree)])
    store.commit(store.tree([(FILE, b"a", store.blob(b"fine")), (FOLDER, b"d", tree)]))

    shown = following(store, tmp_path / "state").sync()

    assert [problem.reason for problem in shown.problems] == ["the path is too long"]
    assert (tmp_path / "state/tree/a").read_text() == "fine"


def test_submodules_that_cannot_be_read_are_told_and_nothing_is_cloned_anew(
    store: Store, tmp_path: Path
) -> None:
    link = (b"160000", b"lib", "1" * 40)
    for text in (b"[submodule", b"\x00\x01", b'[submodule "a"]\n\tpath = lib\n\turl = -u./x\n'):
        store.commit(store.tree([(FILE, b".gitmodules", store.blob(text)), link]))
        with pytest.raises(TrueupError):
            following(store, tmp_path / "state", submodules=True).sync()


@pytest.mark.parametrize("url", ["ext::sh -c touch% pwned", "--upload-pack=touch pwned", "fd::3"])
def test_the_url_of_a_submodule_is_no_command(tmp_path: Path, url: str) -> None:
    origin = Origin(tmp_path / "there")
    commit = origin.commit({"a": "1"})
    origin.link(commit, url)

    with pytest.raises((SpecError, ToolError), match=r"refused|disallowed submodule url"):
        following(origin, tmp_path / "state", submodules=True).sync()
    assert not list(tmp_path.rglob("pwned"))


def test_more_submodules_than_anybody_has_are_refused(store: Store, tmp_path: Path) -> None:
    links = [(b"160000", b"m%03d" % number, "1" * 40) for number in range(101)]
    store.commit(store.tree(links))

    with pytest.raises(ToolError, match="more than 100 submodules"):
        following(store, tmp_path / "state", submodules=True).sync()
    assert following(store, tmp_path / "state").sync().revision


def test_an_lfsconfig_of_the_repository_does_not_choose_where_files_come_from(
    tmp_path: Path,
) -> None:
    origin = Origin(tmp_path / "there")
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'1' * 64}\nsize 5\n"
    with serving(tmp_path) as elsewhere:
        config = f"[lfs]\n\turl = {elsewhere.url}/evil\n"
        origin.commit({".lfsconfig": config, "big": pointer})

        with pytest.raises((ToolError, TransientError)):
            following(origin, tmp_path / "state", lfs=True).sync()

        assert elsewhere.requests == []


def test_a_remote_with_more_branches_than_anybody_has_is_refused(
    store: Store, tmp_path: Path
) -> None:
    commit = store.commit(store.tree([]))
    lines = "".join(f"{commit} refs/heads/b{number:06}\n" for number in range(50_100))
    (store.path / "packed-refs").write_text(f"# pack-refs with: sorted\n{lines}")
    begun = time.monotonic()

    with pytest.raises(ToolError, match="more than 50000 branches and tags"):
        GitSource("main", Remote(store.url), tmp_path / "state", ref=commit[:8]).sync()
    assert time.monotonic() - begun < 30


def test_a_remote_cannot_lead_git_to_another_protocol(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "there")
    origin.commit({"a": "1"})
    with serving(tmp_path) as leading:
        leading.redirect = f"file://{origin.path}?"
        source = GitSource("main", Remote(f"{leading.url}/x.git"), tmp_path / "state")

        with pytest.raises((ToolError, TransientError)):
            source.sync()
    assert not (tmp_path / "state/tree/a").exists()


def test_what_a_remote_says_cannot_move_the_cursor(store: Store, tmp_path: Path) -> None:
    (store.path / "refs/heads/main").write_text("\x1b[2J\x1b]0;owned\x07\n")

    with pytest.raises(TrueupError) as caught:
        following(store, tmp_path / "state").sync()
    assert caught.value.text.isprintable()


def test_a_damaged_object_ends_in_an_error_and_not_in_a_hang(store: Store, tmp_path: Path) -> None:
    blob = store.blob(b"x" * 1000)
    store.commit(store.tree([(FILE, b"a", blob)]))
    (store.path / "objects" / blob[:2] / blob[2:]).write_bytes(zlib.compress(b"blob 9999999\0x"))

    with pytest.raises(TrueupError):
        following(store, tmp_path / "state").sync()
