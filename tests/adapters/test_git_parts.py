"""Files that a repository keeps elsewhere: submodules and Git LFS."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.adapters.git_http import serving
from tests.adapters.repos import Origin, git
from trueup.adapters.git.remote import Remote
from trueup.adapters.git.submodules import absolute
from trueup.adapters.sources.git import GitSource
from trueup.model.errors import SpecError, ToolError, TransientError


@pytest.fixture
def part(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "part")


@pytest.fixture
def origin(tmp_path: Path, part: Origin) -> Origin:
    """A repository with another one at `lib`, named by a relative URL."""
    origin = Origin(tmp_path / "there")
    origin.link(part.commit({"x": "1"}), "../../part/origin.git")
    return origin


def test_submodules_are_left_out_unless_they_are_asked_for(origin: Origin, tmp_path: Path) -> None:
    GitSource("main", Remote(origin.url), tmp_path / "state").sync()

    assert not (tmp_path / "state/tree/lib").exists()


def test_submodules_are_checked_out_in_place_and_followed(
    origin: Origin, part: Origin, tmp_path: Path
) -> None:
    source = GitSource("main", Remote(origin.url), tmp_path / "state", submodules=True)
    source.sync()
    file = tmp_path / "state/tree/lib/x"
    assert file.read_text() == "1"
    inode = file.stat().st_ino

    newer = part.commit({"x": "2", "y": "2"})
    assert file.read_text() == "1"
    origin.link(newer, "../../part/origin.git")
    tree = source.sync()

    assert file.read_text() == "2"
    assert file.stat().st_ino == inode
    assert sorted(tree.listing(f"{tree.root}/lib", writable=True).files) == ["x", "y"]


def test_a_submodule_that_is_away_leaves_the_last_tree_in_force(
    origin: Origin, part: Origin, tmp_path: Path
) -> None:
    source = GitSource("main", Remote(origin.url), tmp_path / "state", submodules=True)
    first = source.sync().revision
    newer = part.commit({"x": "2"})
    shutil.rmtree(part.path)
    origin.link(newer, "../../part/origin.git")

    with pytest.raises(TransientError):
        source.sync()

    assert source.tree.revision == first
    assert (tmp_path / "state/tree/lib/x").read_text() == "1"


def test_a_repository_from_elsewhere_may_not_read_this_machines_disk(
    origin: Origin, part: Origin, tmp_path: Path
) -> None:
    origin.link(git(part.work, "rev-parse", "HEAD"), part.url)

    with serving(origin.path.parent) as served:
        remote = Remote(f"{served.url}/origin.git")
        source = GitSource("main", remote, tmp_path / "state", submodules=True)
        with pytest.raises(SpecError, match="submodule lib is refused"):
            source.sync()


@pytest.mark.parametrize(
    ("base", "url", "wanted"),
    [
        ("https://h/a/b.git", "../c.git", "https://h/a/c.git"),
        ("https://h/a/b.git/", "../../c/d", "https://h/c/d"),
        ("git@h:a/b.git", "../c.git", "git@h:a/c.git"),
        ("/srv/a", "./c", "/srv/a/c"),
        ("/srv/a", "https://h/x", "https://h/x"),
    ],
)
def test_relative_urls_of_submodules_are_relative_to_their_repository(
    base: str, url: str, wanted: str
) -> None:
    assert absolute(base, url) == wanted


CONTENT = b"large " * 1000


@pytest.fixture
def large(tmp_path: Path) -> Origin:
    """A repository with the pointer of a file, and the file where git-lfs looks for it."""
    origin = Origin(tmp_path / "large")
    oid = hashlib.sha256(CONTENT).hexdigest()
    store = origin.path / "lfs/objects" / oid[:2] / oid[2:4] / oid
    store.parent.mkdir(parents=True)
    store.write_bytes(CONTENT)
    pointer = "version https://git-lfs.github.com/spec/v1\n"
    pointer += f"oid sha256:{oid}\nsize {len(CONTENT)}\n"
    attributes = "*.bin filter=lfs diff=lfs merge=lfs -text\n"
    origin.commit({"big.bin": pointer, ".gitattributes": attributes})
    return origin


needs_lfs = pytest.mark.skipif(not shutil.which("git-lfs"), reason="needs git-lfs")


@needs_lfs
def test_large_files_are_fetched_where_they_are_asked_for(large: Origin, tmp_path: Path) -> None:
    source = GitSource("main", Remote(large.url), tmp_path / "state", lfs=True)
    tree = source.sync()

    assert (tmp_path / "state/tree/big.bin").read_bytes() == CONTENT
    assert tree.listing(tree.root, writable=False).files["big.bin"]

    (tmp_path / "state/tree/big.bin").write_bytes(b"damaged")
    source.sync()
    assert (tmp_path / "state/tree/big.bin").read_bytes() == CONTENT


@needs_lfs
def test_a_large_file_that_its_remote_lacks_changes_nothing(large: Origin, tmp_path: Path) -> None:
    shutil.rmtree(large.path / "lfs")
    source = GitSource("main", Remote(large.url), tmp_path / "state", lfs=True)

    with pytest.raises((TransientError, ToolError)):
        source.sync()

    assert list((tmp_path / "state/tree").iterdir()) == []


def test_large_files_stay_pointers_unless_they_are_asked_for(
    large: Origin, tmp_path: Path
) -> None:
    GitSource("main", Remote(large.url), tmp_path / "state").sync()

    assert (tmp_path / "state/tree/big.bin").read_text().startswith("version https://git-lfs")


def test_a_missing_git_lfs_is_named_with_a_remedy(
    large: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "git").symlink_to(shutil.which("git") or "")
    monkeypatch.setenv("PATH", str(programs))

    with pytest.raises(ToolError, match=r"git-lfs is not installed.*apt-get install git-lfs"):
        GitSource("main", Remote(large.url), tmp_path / "state", lfs=True).sync()
