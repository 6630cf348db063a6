"""Reading a folder of documents: in order, within the tree, and only what changed."""

import os
from pathlib import Path

import pytest

from trueup.adapters.disk.folder import Folder, Found, documents, is_settled


def write(root: Path, **files: str) -> None:
    """Write files; `a__b` is `a/b.yaml`."""
    for name, text in files.items():
        file = root / f"{name.replace('__', '/')}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def reasons(found: Found) -> dict[str, str]:
    return {problem.file: problem.reason for problem in found.problems}


def test_yaml_files_are_found_at_any_depth_in_the_order_of_their_paths(tmp_path: Path) -> None:
    write(tmp_path, specs__b="1", specs__a__z="2", specs__a__b__c="3", other="4")
    (tmp_path / "specs/d.yml").write_text("5")
    (tmp_path / "specs/readme.md").write_text("6")

    found = documents(str(tmp_path), "specs")

    assert found == Found(
        (
            ("specs/a/b/c.yaml", b"3"),
            ("specs/a/z.yaml", b"2"),
            ("specs/b.yaml", b"1"),
            ("specs/d.yml", b"5"),
        ),
        (),
    )


def test_the_whole_tree_is_read_without_what_is_hidden(tmp_path: Path) -> None:
    write(tmp_path, a="1", **{".git__b": "2", ".c": "3", "d__.e__f": "4"})

    assert documents(str(tmp_path)) == Found((("a.yaml", b"1"),), ())


def test_folders_of_answers_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, a="1", status__Stack__a="2", deep__status__b="3")

    folder = Folder(str(tmp_path), skip=[str(tmp_path / "status")])

    assert [path for path, _ in folder.look().files] == ["a.yaml", "deep/status/b.yaml"]


def test_links_that_leave_the_tree_are_told_and_not_followed(tmp_path: Path) -> None:
    write(tmp_path, out__a="1", tree__specs__a="2")
    specs = tmp_path / "tree/specs"
    (specs / "file.yaml").symlink_to(tmp_path / "out/a.yaml")
    (specs / "folder").symlink_to(tmp_path / "out")
    (specs / "up.yaml").symlink_to("../../out/a.yaml")
    (specs / "notes.txt").symlink_to("/etc/hostname")

    found = documents(str(tmp_path / "tree"), "specs")

    assert found.files == (("specs/a.yaml", b"2"),)
    assert reasons(found) == dict.fromkeys(
        ("specs/file.yaml", "specs/folder", "specs/up.yaml"), "this link leaves the tree"
    )


@pytest.mark.parametrize("path", ["..", "../out", "specs/../../out", "linked"])
def test_a_start_outside_the_tree_is_told(tmp_path: Path, path: str) -> None:
    write(tmp_path, out__a="1", tree__specs__b="2")
    (tmp_path / "tree/linked").symlink_to("../out")

    found = documents(str(tmp_path / "tree"), path)

    assert found.files == ()
    assert list(reasons(found).values()) == ["this link leaves the tree"]


def test_links_within_the_tree_lead_to_their_file_but_folders_are_read_once(
    tmp_path: Path,
) -> None:
    write(tmp_path, shared__a="1", specs__deep__b="2")
    (tmp_path / "specs/a.yaml").symlink_to("../shared/a.yaml")
    (tmp_path / "specs/again").symlink_to("deep")
    (tmp_path / "specs/loop").symlink_to(".")

    found = documents(str(tmp_path), "specs")

    assert found == Found((("specs/a.yaml", b"1"), ("specs/deep/b.yaml", b"2")), ())


def test_what_cannot_be_read_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path, a="1")
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "bad\nname.yaml").write_text("2")
    os.mkfifo(tmp_path / "pipe.yaml")

    found = documents(str(tmp_path))

    assert found.files == (("a.yaml", b"1"),)
    assert reasons(found) == {
        "gone.yaml": "cannot be read: No such file or directory",
        "bad\\nname.yaml": "the file's name has characters that cannot be shown",
    }


def test_a_folder_that_is_not_there_or_empty_is_told_from_one_without_documents(
    tmp_path: Path,
) -> None:
    assert documents(str(tmp_path), "specs").nothing == "the folder specs is not there"

    (tmp_path / "specs").mkdir()
    assert documents(str(tmp_path), "specs").nothing == "the folder specs is empty"

    (tmp_path / "specs/.keep").touch()
    assert documents(str(tmp_path), "specs").nothing == ""


def test_of_a_huge_file_no_more_is_read_than_shows_that_it_is_huge(tmp_path: Path) -> None:
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(10**12)

    ((_, content),) = documents(str(tmp_path)).files

    assert len(content) == 1024 * 1024 + 1


def test_an_unchanged_file_is_not_read_again_and_a_changed_one_is(tmp_path: Path) -> None:
    write(tmp_path, a="1", b="2")
    folder = Folder(str(tmp_path))
    before = dict(folder.look().files)

    write(tmp_path, b="3")
    (tmp_path / "c.yaml").write_text("4")
    after = dict(folder.look().files)

    assert after == {"a.yaml": b"1", "b.yaml": b"3", "c.yaml": b"4"}
    assert before == {"a.yaml": b"1", "b.yaml": b"2"}


def test_a_stamp_counts_only_once_the_clock_has_moved_on() -> None:
    second = 10**9

    assert is_settled((10 * second, 10 * second, 1, 1), now=13 * second)
    assert not is_settled((10 * second, 12 * second, 1, 1), now=13 * second)
    assert not is_settled((12 * second, 10 * second, 1, 1), now=13 * second)
    assert not is_settled((10 * second, 99 * second, 1, 1), now=13 * second)


def test_a_change_right_after_another_is_seen(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    file = tmp_path / "a.yaml"

    for number in range(50):
        file.write_text(f"{number:03}")
        assert folder.look().files == (("a.yaml", f"{number:03}".encode()),)


def test_a_file_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    write(tmp_path, a="1", b="2")
    folder = Folder(str(tmp_path))
    folder.look()

    (tmp_path / "a.yaml").unlink()

    assert folder.look() == Found((("b.yaml", b"2"),), ())
