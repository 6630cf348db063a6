"""The key of digests: kept, taken from the containers, and never quietly another one."""

from pathlib import Path

import pytest

from trueup.app.identity import kept, refuse_foreign, salt
from trueup.model.errors import ToolError

KEY, OTHER = "0123456789abcdef" * 2, "f" * 32


def nobody() -> str:
    return ""


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    made = salt(tmp_path, nobody)
    assert salt(tmp_path, lambda: OTHER) == made == kept(tmp_path)
    assert (tmp_path / "salt").stat().st_mode & 0o077 == 0


def test_whoever_only_reads_keeps_none(tmp_path: Path) -> None:
    assert salt(tmp_path, nobody, keep=False)
    assert not (tmp_path / "salt").exists()


@pytest.mark.parametrize(
    "damaged", ["", KEY[:10], KEY + "0", KEY.upper(), "x" * 32, "\u00e4" * 32, f"{KEY}\n{KEY}"]
)
def test_a_damaged_key_is_taken_from_the_containers(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "salt").write_text(damaged)
    assert kept(tmp_path) == ""
    assert salt(tmp_path, lambda: KEY) == KEY == kept(tmp_path)


def test_a_key_that_no_container_carries_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ToolError) as caught:
        refuse_foreign(tmp_path, KEY, [OTHER])
    assert str(tmp_path / "salt") in caught.value.what
    assert "remove it" in caught.value.fix


@pytest.mark.parametrize("carried", [[], [KEY], [OTHER, KEY]])
def test_a_key_that_is_carried_or_stands_alone_is_fine(tmp_path: Path, carried: list[str]) -> None:
    refuse_foreign(tmp_path, KEY, carried)
