"""The work tree of a Run: what is in it, and what edits cannot do."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.adapters.hostile import Store
from tests.adapters.repos import Origin, git
from tests.adapters.yards import FILES, FIX, RUN, FolderYard, GitYard
from trueup.adapters.git.remote import Remote
from trueup.adapters.sources.git import GitSource
from trueup.adapters.workshop.folder import Bounds
from trueup.adapters.workshop.origin import FolderOrigin, GitOrigin
from trueup.adapters.workshop.publishing import Press
from trueup.adapters.workshop.workshop import Benches
from trueup.model.errors import ToolError, TransientError
from trueup.model.key import Key
from trueup.model.repair import Edit
from trueup.model.workshop import MisfitError, Person, Workshop

PRESS = Press(Path("/nowhere"), Person("Trueup", "trueup@example.org"))


@pytest.fixture
def yard(tmp_path: Path) -> GitYard:
    made = GitYard(tmp_path)
    made.push(FILES)
    made.sync()
    return made


@pytest.fixture
def folder(tmp_path: Path) -> FolderYard:
    made = FolderYard(tmp_path)
    made.write("api/requirements.txt", "flask\n")
    return made


def tree(workshop: Workshop, run: Key = RUN) -> dict[str, str]:
    """Return everything in the work tree: text, or where a link leads."""
    root = Path(workshop.open(run, "here").root)
    found = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"  # noqa: PTH115 - as it is written
        elif path.is_file():
            found[name] = path.read_bytes().decode(errors="backslashreplace")
    return found


def test_modes_and_links_are_as_in_the_commit_and_git_itself_is_left_out(yard: GitYard) -> None:
    work = yard.origin.work
    (work / "run.sh").write_text("#!/bin/sh\n")
    (work / "run.sh").chmod(0o755)
    (work / "link").symlink_to("./api/../b")
    yard.push({"c": "c\n"})
    yard.sync()
    root = Path(yard.workshop.open(RUN, "here").root)
    assert os.access(root / "run.sh", os.X_OK)
    assert not os.access(root / "b", os.X_OK)
    assert {".git", "link"}.isdisjoint(names(root))
    (work / "link").unlink()
    (work / "link").symlink_to("./b")
    yard.push({"c": "d\n"})
    yard.sync()
    yard.workshop.reopen(RUN, "here")
    assert tree(yard.workshop)["link"] == "-> ./b"


def test_what_a_container_did_to_the_source_is_not_in_the_copy(yard: GitYard) -> None:
    Path(yard.source.tree.root, "b").write_text("written by a container\n")
    assert tree(yard.workshop)["b"] == "b\n"


def test_a_tree_that_was_cut_off_is_made_anew(yard: GitYard) -> None:
    place = Path(yard.workshop.open(RUN, "here").root)
    (place / "b").write_text("half")
    (place / "extra").write_text("x")
    (place.parent / "opened.json").unlink()
    assert tree(yard.anew()) == FILES


def test_a_tree_from_before_a_power_cut_is_made_anew(yard: GitYard) -> None:
    place = Path(yard.workshop.open(RUN, "here").root)
    note = place.parent / "opened.json"
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    note.write_text(note.read_text().replace(boot, "another boot"))
    (place / "b").write_text("")
    assert tree(yard.anew()) == FILES


def test_edits_that_were_cut_off_are_taken_back(yard: GitYard) -> None:
    root = Path(yard.workshop.open(RUN, "here").root)
    yard.workshop.apply(RUN, (FIX, Edit("new/file", None, "n"), Edit("b", "b\n", "c\n")))
    (root / "b").write_text("b\n")  # as if the last one had not been reached
    yard.anew().apply(RUN, (Edit("b", "b\n", "d\n"),))
    assert tree(yard.workshop) == {**FILES, "b": "d\n"}
    assert not (root / "new").exists()


def test_an_edited_file_keeps_its_mode_and_nothing_else_appears(yard: GitYard) -> None:
    (yard.origin.work / "run.sh").write_text("#!/bin/sh\n")
    (yard.origin.work / "run.sh").chmod(0o755)
    yard.push({"c": "c\n"})
    yard.sync()
    root = Path(yard.workshop.open(RUN, "here").root)
    before = names(root)
    yard.workshop.apply(RUN, (Edit("run.sh", "#!/bin/sh\n", "#!/bin/sh\ntrue\n"),))
    assert stat.S_IMODE((root / "run.sh").stat().st_mode) == 0o755
    assert names(root) == before


@pytest.mark.parametrize(
    "path", ["link", "folder/file", "folder/new", "api", "fifo", ".git/config", "a\nb", "", "api/"]
)
def test_no_edit_goes_through_a_link_or_into_what_is_no_file(yard: GitYard, path: str) -> None:
    root = Path(yard.workshop.open(RUN, "here").root)
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "file").write_text("b\n")
    (root / "link").symlink_to(outside / "file")
    (root / "folder").symlink_to(outside)
    os.mkfifo(root / "fifo")
    before = None if path.endswith("new") else "b\n"
    with pytest.raises(MisfitError) as found:
        yard.workshop.apply(RUN, (FIX, Edit(path, before, "evil")))
    assert found.value.fix
    assert (outside / "file").read_text() == "b\n"
    assert names(outside) == ["file"]
    assert (root / FIX.path).read_text() == FIX.before


def test_a_file_cannot_become_a_folder_by_edits(yard: GitYard) -> None:
    yard.workshop.open(RUN, "here")
    for edits in (
        (Edit("b/c", None, "x"),),
        (Edit("n", None, "x"), Edit("n/m", None, "y")),
        (Edit("api", None, "x"),),
    ):
        with pytest.raises(MisfitError):
            yard.workshop.apply(RUN, edits)
    assert tree(yard.workshop) == FILES


def test_texts_are_files_that_can_be_read_as_such(yard: GitYard) -> None:
    root = Path(yard.workshop.open(RUN, "here").root)
    (root / "binary").write_bytes(b"\xff\xfe")
    (root / "null").write_bytes(b"a\0b")
    (root / "large").write_bytes(b"x" * (5 << 20))
    (root / "crlf").write_bytes(b"a\r\nb")
    (root / "link").symlink_to("b")
    (root / "ünï").write_text("ü")
    Path(os.fsdecode(os.fsencode(root) + b"/\xff")).write_text("odd name")
    files = yard.workshop.files(RUN)
    assert files.paths() == (*sorted(FILES), "binary", "crlf", "large", "null", "ünï")
    assert files.text("crlf") == "a\r\nb"
    assert files.text("ünï") == "ü"
    for path in (
        "binary",
        "null",
        "large",
        "link",
        "absent",
        "api",
        "../outside",
        "/etc/hostname",
    ):
        assert files.text(path) is None


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


TEXTS = ("", "a", "a\n", "a\nb", "a\r\nb\r\n", "a\x0cb\u2028c\n", "ü\n", "\ufeffa\n", "a\n\n\n")


@pytest.mark.parametrize("before", [None, *TEXTS])
def test_git_applies_the_diff_to_what_was_there(
    tmp_path: Path, folder: FolderYard, before: str | None
) -> None:
    names = [f'dir ü/{number} "x"\t.txt'.replace("\t", " ") for number in range(len(TEXTS))]
    edits = tuple(Edit(n, before, text) for n, text in zip(names, TEXTS, strict=True))
    for edit in edits:
        if edit.before is not None:
            folder.write(edit.path, "")
            (folder.folder / edit.path).write_bytes(edit.before.encode())
    folder.workshop.open(RUN, "here")
    folder.workshop.apply(RUN, edits)
    patch = tmp_path / "patch.diff"
    patch.write_bytes(folder.workshop.diff(RUN).encode())
    if patch.read_bytes():
        git(folder.folder, "apply", "--whitespace=nowarn", str(patch))
    changed = [edit for edit in edits if edit.after or edit.before]  # git has no diff for none
    assert all((folder.folder / e.path).read_bytes() == e.after.encode() for e in changed)


def test_a_repository_above_has_no_say_in_the_diff(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitattributes").write_text("* -diff\n")
    git(tmp_path, "config", "diff.external", "false")
    yard = FolderYard(tmp_path)
    yard.write("b", "b\n")
    yard.workshop.open(RUN, "here")
    yard.workshop.apply(RUN, (Edit("b", "b\n", "c\n"), Edit(".gitattributes", None, "* binary\n")))
    assert "-b\n+c\n" in yard.workshop.diff(RUN)


def test_a_copy_of_a_folder_is_what_the_folder_says_and_leads_nowhere_else(
    tmp_path: Path,
) -> None:
    yard = FolderYard(tmp_path)
    for path in ("a", "status/Stack/web.yaml", ".git/config", "sub/.git/config", ".env", "sub/x"):
        yard.write(path, path)
    yard.state = yard.folder / ".trueup"
    here, secret = yard.folder, tmp_path / "secret"
    secret.write_text("s")
    (here / "run.sh").write_text("x")
    (here / "run.sh").chmod(0o4750)
    (here / "empty").mkdir()
    (here / "good").symlink_to("sub/x")
    (here / "bad").symlink_to(secret)
    (here / "worse").symlink_to("../secret")
    (here / "home").symlink_to(here)
    os.mkfifo(here / "fifo")
    place = yard.workshop.open(RUN, "here")
    assert set(tree(yard.workshop)) == {"a", ".env", "sub/x", "run.sh", "good"}
    assert Path(place.root, "empty").is_dir()
    assert stat.S_IMODE(Path(place.root, "run.sh").stat().st_mode) == 0o750
    left = {line.partition(":")[0] for line in place.left}
    assert left == {"bad", "worse", "home", "fifo"}
    assert yard.workshop.open(RUN, "here") == place


@pytest.mark.parametrize("bounds", [Bounds(files=3), Bounds(size=5)])
def test_a_folder_that_is_too_large_is_refused_with_a_remedy(
    tmp_path: Path, bounds: Bounds
) -> None:
    yard = FolderYard(tmp_path)
    for number in range(4):
        yard.write(str(number), "12")
    origin = FolderOrigin(yard.folder, lambda: "dir-1", (), bounds)
    workshop = Benches(tmp_path / "work", lambda _: origin, PRESS)
    with pytest.raises(ToolError, match="cannot be copied") as found:
        workshop.open(RUN, "here")
    assert "outside" in found.value.fix
    workshop.close(RUN)
    assert workshop.leftovers(()) == ()


def test_the_copy_changes_nothing_in_a_folder_with_work_in_progress(tmp_path: Path) -> None:
    origin = Origin(tmp_path)
    origin.commit({"a": "1\n", "b": "1\n"})
    (origin.work / "a").write_text("not committed\n")
    (origin.work / "b").write_text("staged\n")
    git(origin.work, "add", "b")
    yard = FolderYard(tmp_path, origin.work)
    before = git(origin.work, "status", "--porcelain"), (origin.work / ".git/index").read_bytes()
    yard.workshop.open(RUN, "here")
    yard.workshop.apply(RUN, (Edit("a", "not committed\n", "mended\n"),))
    yard.workshop.close(RUN)
    after = git(origin.work, "status", "--porcelain"), (origin.work / ".git/index").read_bytes()
    assert after == before
    assert (origin.work / "a").read_text() == "not committed\n"


def test_what_a_commit_must_not_bring_is_left_out(tmp_path: Path) -> None:
    store = Store(tmp_path / "evil.git")
    file, link = store.blob(b"x"), store.blob(b"/etc/hostname")
    store.commit(store.tree([(b"100644", b"a", file), (b"120000", b"link", link)]))
    source = GitSource("here", Remote(store.url), tmp_path / "state")
    source.sync()
    origin = GitOrigin(source, Remote(store.url), "main")
    workshop = Benches(tmp_path / "work", lambda _: origin, PRESS)
    assert tree(workshop) == {"a": "x"}


def test_a_source_that_was_never_read_is_waited_for(tmp_path: Path) -> None:
    yard = GitYard(tmp_path)
    with pytest.raises(TransientError, match="not read"):
        yard.workshop.open(RUN, "here")


def test_filters_and_hooks_of_a_repository_run_nothing(yard: GitYard, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    yard.push({".gitattributes": "* filter=evil\n", "c": "c\n"})
    git(yard.origin.path, "config", "filter.evil.smudge", f"touch {mark}")
    yard.sync()
    git(yard.source.home, "config", "filter.evil.smudge", f"touch {mark}")
    git(yard.source.home, "config", "core.hooksPath", str(tmp_path))
    assert tree(yard.workshop)["c"] == "c\n"
    assert not mark.exists()


@pytest.mark.thorough
def test_twenty_thousand_files_are_there_in_seconds(tmp_path: Path) -> None:
    yard = FolderYard(tmp_path)
    for number in range(20_000):
        yard.write(f"{number % 100}/{number}", str(number))
    root = Path(yard.workshop.open(RUN, "here").root)
    assert len(yard.workshop.files(RUN).paths()) == 20_000
    diff = ("diff", "-r", str(yard.folder), str(root))
    assert subprocess.run(diff, check=False, timeout=60).returncode == 0
