"""What the files of a source look like to those who ask for digests."""

import os
import socket
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.adapters.repos import Origin
from trueup.adapters.git.lock import TreeLock
from trueup.adapters.git.remote import Remote
from trueup.adapters.sources.directory import DirectorySource
from trueup.adapters.sources.git import GitSource
from trueup.adapters.sources.tree import DirectoryTree, GitTree
from trueup.model.errors import TransientError
from trueup.model.ports import Tree

FILES = {
    "web/compose.yaml": "services: {}\n",
    "web/conf/a": "1",
    "web/conf/deep/b": "2",
    "web/app/Dockerfile": "FROM x\n",
    "web/app/main.py": "print()\n",
    "web/app/notes.md": "x",
    "web/app/node_modules/x/y.js": "x",
    "web/app/.dockerignore": "# comment\n\n*.md\n**/node_modules\n!keep.md\n",
    "web/app/keep.md": "x",
}


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    origin = Origin(tmp_path / "there")
    origin.commit(FILES)
    return origin


@pytest.fixture
def source(origin: Origin, tmp_path: Path) -> GitSource:
    return GitSource("main", Remote(origin.url), tmp_path / "state")


@pytest.fixture
def committed(source: GitSource) -> GitTree:
    return source.sync()


@pytest.fixture
def plain(tmp_path: Path) -> DirectoryTree:
    write(tmp_path / "plain", FILES)
    return DirectorySource("local", tmp_path / "plain").sync()


def test_what_trueup_writes_below_a_source_is_no_news_of_it(tmp_path: Path) -> None:
    own = tmp_path / "status"
    source = DirectorySource("local", tmp_path, skip=(own,))
    (tmp_path / "stack.yaml").write_text("a")
    before = source.sync().revision
    own.mkdir()
    (own / "web.yaml").write_text("b")
    assert source.sync().revision == before
    (tmp_path / "stack.yaml").write_text("c")
    assert source.sync().revision != before


@pytest.fixture(params=["plain", "committed"])
def tree(request: pytest.FixtureRequest) -> Tree:
    found: Tree = request.getfixturevalue(request.param)
    return found


def write(place: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)


def test_only_what_we_write_ourselves_is_fixed_while_it_is_read(
    plain: DirectoryTree, committed: GitTree
) -> None:
    assert plain.fixed == ""
    assert committed.fixed == committed.root


def test_a_file_has_a_digest_and_a_text_and_an_absent_one_has_neither(tree: Tree) -> None:
    path, absent = f"{tree.root}/web/conf/a", f"{tree.root}/web/conf/absent"

    assert tree.file(path)
    assert tree.file(path) != tree.file(f"{tree.root}/web/conf/deep/b")
    assert tree.text(path) == "1"
    assert (tree.file(absent), tree.text(absent)) == ("", "")
    assert tree.file(f"{tree.root}/web/conf") == ""


def test_the_same_content_has_the_same_digest_wherever_it_is(tree: Tree) -> None:
    folder = f"{tree.root}/web/app"

    assert tree.file(f"{folder}/notes.md") == tree.file(f"{folder}/keep.md")


def test_a_file_that_is_no_text_has_an_empty_text(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")

    assert tree.text(str(tmp_path / "binary")) == ""


def test_a_file_outside_the_source_is_listed_unless_a_container_writes_it(
    tree: Tree, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.write_text("1")

    assert tree.listing(str(outside), writable=False).files == {"": tree.file(str(outside))}
    assert tree.listing(str(outside), writable=True).skipped


def test_a_directory_outside_the_source_is_not_followed(tree: Tree) -> None:
    assert tree.listing("/usr", writable=False).skipped == "it is outside the source"


def test_a_mounted_file_is_listed_under_the_empty_path_also_where_it_is_writable(
    tree: Tree,
) -> None:
    path = f"{tree.root}/web/conf/a"

    for writable in (False, True):
        assert tree.listing(path, writable=writable).files == {"": tree.file(path)}


def test_a_mounted_directory_lists_what_is_below_it(tree: Tree) -> None:
    found = tree.listing(f"{tree.root}/web/conf", writable=False)

    assert sorted(found.files) == ["a", "deep/b"]
    assert found.files["a"] == tree.file(f"{tree.root}/web/conf/a")


def test_a_directory_whose_name_begins_the_same_is_another_one(
    origin: Origin, source: GitSource
) -> None:
    origin.commit({"web/conf-more/x": "1", "web/con": "1"})
    tree = source.sync()

    assert sorted(tree.listing(f"{tree.root}/web/conf", writable=False).files) == ["a", "deep/b"]


def test_what_is_not_there_is_an_empty_listing(tree: Tree) -> None:
    found = tree.listing(f"{tree.root}/absent", writable=False)

    assert (found.exists, found.skipped) == (False, "")


def test_a_socket_is_not_read(tree: Tree, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))

        for special in ("s", "fifo"):
            path = str(tmp_path / special)
            assert tree.listing(path, writable=False).skipped == "it is not a regular file"
            assert tree.file(path) == ""


def test_only_the_executable_bit_of_a_mode_counts(plain: DirectoryTree) -> None:
    path = Path(plain.root, "web/conf/a")
    before = plain.file(str(path))

    path.chmod(0o600)
    assert plain.file(str(path)) == before

    path.chmod(0o755)
    assert plain.file(str(path)) != before


def test_the_executable_bit_of_a_commit_counts(origin: Origin, source: GitSource) -> None:
    tree = source.sync()
    before = tree.file(f"{tree.root}/web/conf/a")
    (origin.work / "web/conf/a").chmod(0o755)
    origin.commit({})

    assert source.sync().file(f"{tree.root}/web/conf/a") not in ("", before)


def test_a_file_rewritten_with_as_many_bytes_has_another_digest(plain: DirectoryTree) -> None:
    path = Path(plain.root, "web/conf/a")
    seen = set()
    for text in "123456789":
        path.write_text(text)
        seen.add(plain.file(str(path)))

    assert len(seen) == 9


def test_a_build_context_leaves_out_what_dockerignore_names(tree: Tree) -> None:
    found = tree.context(f"{tree.root}/web/app", "Dockerfile")

    assert sorted(found.files) == [".dockerignore", "Dockerfile", "keep.md", "main.py"]


def test_a_dockerfile_may_have_a_dockerignore_of_its_own(plain: DirectoryTree) -> None:
    write(Path(plain.root), {"web/app/x.Dockerfile": "", "web/app/x.Dockerfile.dockerignore": "*"})

    found = plain.context(f"{plain.root}/web/app", "x.Dockerfile")

    assert sorted(found.files) == [".dockerignore", "x.Dockerfile"]


def test_an_exception_brings_back_a_file_below_an_excluded_directory(plain: DirectoryTree) -> None:
    write(
        Path(plain.root),
        {"ctx/.dockerignore": "a\n!a/b/keep\n", "ctx/a/b/keep": "", "ctx/a/x": ""},
    )

    found = plain.context(f"{plain.root}/ctx", "../Dockerfile")

    assert sorted(found.files) == [".dockerignore", "a/b/keep"]


def test_a_writable_directory_of_a_directory_source_is_data(plain: DirectoryTree) -> None:
    found = plain.listing(f"{plain.root}/web/conf", writable=True)

    assert (found.files, found.skipped) == ({}, "a writable directory is data")


def test_a_directory_with_too_many_or_too_large_files_is_not_followed(
    plain: DirectoryTree,
) -> None:
    write(Path(plain.root), {f"many/{n}": "" for n in range(2001)})
    (Path(plain.root) / "large").mkdir()
    with (Path(plain.root) / "large/x").open("wb") as file:
        file.truncate(65 << 20)

    for name in ("many", "large"):
        found = plain.listing(f"{plain.root}/{name}", writable=False)
        assert (found.files, found.skipped) == ({}, "more than 2000 files or 64 MiB")


def test_the_git_directory_of_a_directory_source_is_no_content(plain: DirectoryTree) -> None:
    write(Path(plain.root), {".git/index": "1", "sub/.git/index": "1", "x.git/y": "1"})

    found = plain.listing(plain.root, writable=False)

    assert "x.git/y" in found.files
    assert not [name for name in found.files if "index" in name]


def test_links_in_a_mounted_directory_count_by_where_they_lead(plain: DirectoryTree) -> None:
    link = Path(plain.root, "web/conf/link")
    link.symlink_to("a")
    before = plain.listing(f"{plain.root}/web/conf", writable=False).files["link"]
    link.unlink()
    link.symlink_to("deep/b")

    assert plain.listing(f"{plain.root}/web/conf", writable=False).files["link"] != before


def test_a_tracked_file_that_a_container_modified_is_no_change_of_ours(committed: GitTree) -> None:
    path = f"{committed.root}/web/conf/a"
    before = committed.file(path), committed.listing(f"{committed.root}/web", writable=True)

    Path(path).write_text("written by a container")
    Path(f"{committed.root}/web/conf/data.db").write_text("as well")

    assert (
        committed.file(path),
        committed.listing(f"{committed.root}/web", writable=True),
    ) == before


def test_what_containers_write_into_a_build_context_is_no_input(committed: GitTree) -> None:
    before = committed.context(f"{committed.root}/web/app", "Dockerfile")

    Path(f"{committed.root}/web/app/cache").write_text("x")

    assert committed.context(f"{committed.root}/web/app", "Dockerfile") == before


def test_an_untracked_directory_or_writable_file_of_a_git_source_is_data(
    committed: GitTree,
) -> None:
    Path(committed.root, "data").mkdir()
    write(Path(committed.root), {"data/x": "1", "secrets.env": "A=1"})
    secrets = f"{committed.root}/secrets.env"

    assert committed.listing(f"{committed.root}/data", writable=True).skipped
    assert committed.listing(secrets, writable=True).skipped
    assert committed.listing(secrets, writable=False).files == {"": committed.file(secrets)}


def test_a_link_within_the_tree_stands_for_the_file_it_leads_to(
    origin: Origin, source: GitSource
) -> None:
    (origin.work / "current").symlink_to("web/conf")
    origin.commit({})
    tree = source.sync()

    wanted = tree.file(f"{tree.root}/web/conf/a")
    assert tree.file(f"{tree.root}/current/a") == wanted
    assert tree.listing(f"{tree.root}/current", writable=False).files["a"] == wanted


def test_the_tree_is_the_same_through_a_link_to_the_state_directory(
    origin: Origin, tmp_path: Path
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    tree = GitSource("main", Remote(origin.url), tmp_path / "linked/s").sync()

    assert tree.root == str(tmp_path / "linked/s/tree")
    for root in (tree.root, str(tmp_path / "real/s/tree")):
        assert sorted(tree.listing(f"{root}/web/conf", writable=True).files) == ["a", "deep/b"]


def test_the_revision_of_a_directory_follows_its_documents_and_nothing_else(
    tmp_path: Path,
) -> None:
    write(tmp_path / "d", {"web.yaml": "a", "data.db": "1", ".git/x.yaml": "1"})
    source = DirectorySource("local", tmp_path / "d")
    first = source.sync().revision
    assert first.startswith("dir-")
    assert len(first) == 16

    write(tmp_path / "d", {"data.db": "2", ".git/x.yaml": "2"})
    assert source.sync().revision == first

    write(tmp_path / "d", {"web.yaml": "b"})
    assert source.sync().revision != first


def test_a_directory_that_is_lost_is_another_revision(tmp_path: Path) -> None:
    source = DirectorySource("local", tmp_path / "d")
    write(tmp_path / "d", {"web.yaml": "a"})
    first = source.sync().revision

    (tmp_path / "d").rename(tmp_path / "away")
    assert source.sync().revision != first

    (tmp_path / "away").rename(tmp_path / "d")
    assert source.sync().revision == first


def test_a_directory_that_cannot_be_read_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "d").symlink_to("d")

    with pytest.raises(TransientError, match=r"source directory .*/d cannot be read"):
        DirectorySource("local", tmp_path / "d").sync()


def test_an_update_waits_until_the_tree_is_no_longer_read(
    origin: Origin, source: GitSource
) -> None:
    tree = source.sync()
    first = tree.revision
    origin.commit({"web/conf/a": "new"})
    update = threading.Thread(target=source.sync)

    with tree.reading(), tree.reading():
        update.start()
        update.join(timeout=0.5)
        assert update.is_alive()
        assert (tree.revision, tree.text(f"{tree.root}/web/conf/a")) == (first, "1")
        with tree.reading():  # who reads already may go on although somebody waits
            pass
    update.join(timeout=60)

    assert not update.is_alive()
    assert tree.text(f"{tree.root}/web/conf/a") == "new"


def test_an_update_that_is_kept_waiting_for_too_long_is_put_off() -> None:
    lock = TreeLock(patience=0.1)
    caught: list[Exception] = []

    def write() -> None:
        try:
            with lock.writing():
                pass
        except TransientError as error:
            caught.append(error)

    with lock.reading():
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(timeout=10)
    with lock.writing():
        pass

    assert "the work tree is in use" in str(caught[0])


def test_a_reader_does_not_wait_for_ever_either() -> None:
    lock = TreeLock(patience=0.1)
    entered, leave = threading.Event(), threading.Event()

    def write() -> None:
        with lock.writing():
            entered.set()
            leave.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    entered.wait(10)
    with pytest.raises(TransientError), lock.reading():
        pass
    leave.set()
    writer.join()
    with lock.reading():
        pass
