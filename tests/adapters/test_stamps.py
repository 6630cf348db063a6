"""What people have asked for is noticed by when it was written."""

import os
from pathlib import Path

from trueup.adapters.disk.stamps import stamps, stamps_below


def test_a_request_that_is_new_or_written_again_has_another_stamp(tmp_path: Path) -> None:
    folder = tmp_path / "controls" / "Stack"
    assert stamps_below(tmp_path / "controls") == {}
    folder.mkdir(parents=True)
    (folder / "web.json").write_text("{}")
    (folder / ".web.json.tmp").write_text("half")
    before = stamps_below(tmp_path / "controls")
    assert list(before) == [("Stack", "web")]
    os.utime(folder / "web.json", (1, 1))
    assert stamps_below(tmp_path / "controls") == {("Stack", "web"): 1}
    assert stamps(folder) == {"web": 1}


def test_a_file_where_a_folder_should_be_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "stray").write_text("")
    assert stamps_below(tmp_path) == {}
