"""Folders in one file and back: whole or not at all, and nothing outside."""

import contextlib
import io
import tarfile
from pathlib import Path

import pytest

from trueup.adapters.disk.archive import pack, read_text, unpack
from trueup.model.errors import SpecError, ToolError


def made(place: Path) -> Path:
    """Return an archive of a folder with a link, an executable and a part that is left out."""
    folder = place / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "run").write_text("go")
    (folder / "deep" / "run").chmod(0o755)
    (folder / "link").symlink_to("deep/run")
    (folder / "cache").mkdir()
    (folder / "cache" / "big").write_text("big")
    pack(place / "all.tar.gz", [("it", folder)], {"label": "ü\n"}, lambda p: p.name == "cache")
    return place / "all.tar.gz"


def test_what_was_packed_comes_out_again(tmp_path: Path) -> None:
    file, out = made(tmp_path), tmp_path / "out"
    unpack(file, out)
    assert read_text(file, "label") == "ü\n"
    assert (out / "it" / "link").readlink() == Path("deep/run")
    assert (out / "it" / "deep" / "run").stat().st_mode & 0o777 == 0o755
    assert not (out / "it" / "cache").exists()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil-of-trueup", "it/../../evil"])  # noqa: S108 - hostile
def test_nothing_is_written_outside_the_folder(tmp_path: Path, name: str) -> None:
    evil = tmp_path / "evil.tar.gz"
    with tarfile.open(evil, "w:gz") as tar:
        said = tarfile.TarInfo(name)
        said.size = 1
        tar.addfile(said, io.BytesIO(b"x"))
    inside = tmp_path / "a" / "b"
    with contextlib.suppress(SpecError):
        unpack(evil, inside)
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "a" / "evil").exists()
    assert not Path("/tmp/evil-of-trueup").exists()  # noqa: S108 - hostile


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar.gz"
    with tarfile.open(evil, "w:gz") as tar:
        said = tarfile.TarInfo("out")
        said.type, said.linkname = tarfile.SYMTYPE, "../../etc"
        tar.addfile(said)
    with pytest.raises(SpecError, match="damaged"):
        unpack(evil, tmp_path / "there")


@pytest.mark.parametrize("size", [0, 10, 100])
def test_a_file_that_is_cut_off_is_no_archive(tmp_path: Path, size: int) -> None:
    file = made(tmp_path)
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(SpecError, match="not a whole archive"):
        read_text(file, "label")


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(ToolError, match="cannot be written"):
        pack(tmp_path / "taken", [], {"label": ""}, lambda _: False)
    assert [one.name for one in tmp_path.iterdir()] == ["taken"]
