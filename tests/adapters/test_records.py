"""Status files on a disk: all or nothing, durable, confined, and small."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report.statuses import FULL, KEY, READY
from trueup.adapters.disk.records import LIMIT, StatusFiles, replace_file, tidy
from trueup.model.errors import ToolError
from trueup.model.key import Key
from trueup.model.status import Status
from trueup.report.records import from_text, to_text


@pytest.fixture
def files(tmp_path: Path) -> StatusFiles:
    return opened(tmp_path)


def opened(directory: Path) -> StatusFiles:
    """Return the files as a process sees them that has just begun."""
    return StatusFiles(directory, to_text, from_text)


def names(directory: Path) -> list[str]:
    """Return every file below a directory."""
    return sorted(str(p.relative_to(directory)) for p in directory.rglob("*") if p.is_file())


def test_what_was_written_is_remembered_also_by_the_next_process(
    files: StatusFiles, tmp_path: Path
) -> None:
    files.write(FULL)
    assert files.read(KEY) == FULL
    assert opened(tmp_path).read(KEY) == FULL


def test_what_was_never_written_is_an_empty_status(files: StatusFiles) -> None:
    assert files.read(KEY) == Status(KEY)


def test_a_status_lies_where_its_kind_and_name_say(files: StatusFiles, tmp_path: Path) -> None:
    files.write(READY)
    files.artifact(KEY, "plan.txt", "nothing to do\n")
    assert names(tmp_path) == ["Stack/web.yaml", "Stack/web/plan.txt"]


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "status.yaml"
    texts = {letter * 200_000 for letter in "ab"}
    replace_file(path, "a" * 200_000)
    seen: set[str] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(path.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(40):
        for text in sorted(texts):
            replace_file(path, text, durable=False)
    done.set()
    reader.join(10)
    assert seen <= texts


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    files: StatusFiles, tmp_path: Path
) -> None:
    files.write(READY)
    with pytest.raises(UnicodeEncodeError):
        files.write(replace(READY, stuck="half a letter: \ud800"))
    assert opened(tmp_path).read(KEY) == READY
    assert names(tmp_path) == ["Stack/web.yaml"]


def test_a_damaged_file_counts_as_nothing_known_and_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "Stack" / "web.yaml"
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe half a fi")
    files = opened(tmp_path)
    assert files.read(KEY) == Status(KEY)
    assert path.read_bytes() == b"\xff\xfe half a fi"
    files.write(READY)
    assert path.with_suffix(".yaml.damaged").read_bytes() == b"\xff\xfe half a fi"
    assert opened(tmp_path).read(KEY) == READY


def test_a_file_that_tells_of_another_resource_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "Stack" / "web.yaml"
    path.parent.mkdir()
    path.write_text(to_text(replace(READY, key=Key("Stack", "other"))))
    assert opened(tmp_path).read(KEY) == Status(KEY)


def test_what_is_forgotten_leaves_nothing_behind(files: StatusFiles, tmp_path: Path) -> None:
    files.write(READY)
    files.artifact(KEY, "restart.log", "…")
    files.forget(KEY)
    files.forget(KEY)
    assert names(tmp_path) == []
    assert files.read(KEY) == Status(KEY)


def test_every_key_that_has_a_status_is_known(files: StatusFiles, tmp_path: Path) -> None:
    for name in ("web", "db"):
        files.write(replace(READY, key=Key("Stack", name)))
    (tmp_path / "Stack" / "Not A Name.yaml").write_text("by hand")
    (tmp_path / "Stack" / "web.yaml.damaged").write_text("old")
    assert files.known() == (Key("Stack", "db"), Key("Stack", "web"))


def test_an_artifact_is_cut_to_the_limit_and_keeps_its_end(
    files: StatusFiles, tmp_path: Path
) -> None:
    files.artifact(KEY, "build.log", "".join(f"line {n}\n" for n in range(60_000)))
    kept = (tmp_path / "Stack/web/build.log").read_bytes()
    assert len(kept) <= LIMIT
    assert kept.startswith(b"[the beginning was cut off]\nline ")
    assert kept.endswith(b"line 59999\n")


def test_the_end_of_one_endless_line_is_kept_too(files: StatusFiles, tmp_path: Path) -> None:
    files.artifact(KEY, "build.log", "ä" * LIMIT + "end")
    kept = (tmp_path / "Stack/web/build.log").read_bytes()
    assert LIMIT - 100 < len(kept) <= LIMIT
    assert kept.decode().endswith("äend")


def test_an_artifact_that_says_the_same_is_not_written_again(
    files: StatusFiles, tmp_path: Path
) -> None:
    files.artifact(KEY, "plan.txt", "same")
    path = tmp_path / "Stack/web/plan.txt"
    before = path.stat().st_ino
    files.artifact(KEY, "plan.txt", "same")
    assert path.stat().st_ino == before
    files.artifact(KEY, "plan.txt", "other")
    assert path.stat().st_ino != before


def test_what_is_still_being_written_is_there_to_read_and_published_at_its_end(
    tmp_path: Path,
) -> None:
    told: list[Path] = []
    files = StatusFiles(tmp_path, to_text, from_text, told.append)
    files.artifact(KEY, "build.log", "half", passing=True)
    assert (files.paper(KEY, "build.log"), told) == ("half", [])

    files.artifact(KEY, "build.log", "half")

    assert told == [tmp_path / "Stack/web/build.log"]
    assert files.paper(KEY, "none.log") == ""


@pytest.mark.parametrize("name", ["../plan.txt", "a/b", "", ".hidden", "/etc/passwd", "a\n"])
def test_an_artifact_stays_in_its_folder(files: StatusFiles, name: str) -> None:
    with pytest.raises(ValueError, match="not an artifact's name"):
        files.artifact(KEY, name, "x")


@pytest.mark.parametrize(
    "key", [Key("Stack", "../web"), Key("Stack", "a/b"), Key("..", "web"), Key("Stack", "")]
)
def test_a_status_stays_in_its_folder(files: StatusFiles, tmp_path: Path, key: Key) -> None:
    with pytest.raises(ValueError, match="not a key"):
        files.write(replace(READY, key=key))
    assert names(tmp_path) == []


def test_a_directory_that_cannot_be_written_is_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "Stack").write_text("a file where a directory should be")
    with pytest.raises(ToolError) as caught:
        opened(tmp_path).write(READY)
    assert str(tmp_path / "Stack/web.yaml") in caught.value.what
    assert caught.value.why
    assert caught.value.fix


def test_what_could_not_be_written_is_written_at_the_next_look_that_can(tmp_path: Path) -> None:
    (tmp_path / "Stack").write_text("a file where a directory should be")
    files = opened(tmp_path)
    with pytest.raises(ToolError):
        files.write(READY)
    assert files.read(KEY) == READY, "this process remembers it"

    (tmp_path / "Stack").unlink()
    assert files.read(KEY) == READY

    assert opened(tmp_path).read(KEY) == READY


def test_a_directory_from_which_nothing_can_be_removed_is_told_with_a_remedy(
    tmp_path: Path,
) -> None:
    path = tmp_path / "Stack" / "web.yaml"
    path.mkdir(parents=True)
    with pytest.raises(ToolError) as caught:
        opened(tmp_path).forget(KEY)
    assert caught.value.fix


def test_a_status_may_be_read_by_others_and_a_private_file_may_not(
    files: StatusFiles, tmp_path: Path
) -> None:
    before = os.umask(0o022)
    try:
        files.write(READY)
        replace_file(tmp_path / "private", "x", mode=0o600)
    finally:
        os.umask(before)
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("Stack/web.yaml", "private")]
    assert modes == [0o644, 0o600]


def test_somebody_is_told_of_each_write(tmp_path: Path) -> None:
    told: list[Path] = []
    files = StatusFiles(tmp_path, to_text, from_text, told.append)
    files.write(READY)
    files.artifact(KEY, "plan.txt", "x")
    files.artifact(KEY, "plan.txt", "x")
    files.forget(KEY)
    status, artifacts = tmp_path / "Stack/web.yaml", tmp_path / "Stack/web"
    assert told == [status, artifacts / "plan.txt", status, artifacts]


def test_what_a_killed_writer_has_not_renamed_is_removed_and_what_others_write_is_not(
    files: StatusFiles, tmp_path: Path
) -> None:
    files.write(READY)
    nobody, somebody = 2**22 + 1, os.getppid()
    for pid in (nobody, os.getpid(), somebody):
        (tmp_path / f"Stack/.web.yaml.{pid}.140001.tmp").write_text("kind: Sta")
    (tmp_path / "Stack/.notes.tmp").write_text("somebody's own")
    tidy(tmp_path)
    assert names(tmp_path) == [
        "Stack/.notes.tmp",
        f"Stack/.web.yaml.{somebody}.140001.tmp",
        "Stack/web.yaml",
    ]


def test_a_status_that_somebody_removed_is_written_again_by_who_knows_it(
    files: StatusFiles, tmp_path: Path
) -> None:
    files.write(READY)
    files.path(KEY).unlink()
    looking = StatusFiles(tmp_path, to_text, from_text, keeps=False)

    assert looking.read(KEY) == Status(KEY)
    assert not files.path(KEY).exists()
    assert files.read(KEY) == READY
    assert opened(tmp_path).read(KEY) == READY


def test_a_status_that_is_gone_or_damaged_is_uncertain(files: StatusFiles, tmp_path: Path) -> None:
    assert files.uncertain(KEY)
    files.write(READY)
    assert not files.uncertain(KEY)
    files.path(KEY).write_text("{")
    assert opened(tmp_path).uncertain(KEY)
