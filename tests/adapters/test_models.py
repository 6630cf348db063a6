"""Kept compose models: believed as they were written, and missing in every other case."""

from pathlib import Path

import pytest

from trueup.adapters.disk.stamp import stamped
from trueup.adapters.docker.compose_inputs import ComposeInputs
from trueup.adapters.docker.models import Known, Models

MODEL = {"services": {"web": {"image": "app:1"}, "db": {"image": "db:1"}}}
KNOWN = Known("d1", "r1", ComposeInputs(("/repo/compose.yaml",)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    Models(tmp_path).keep("shop", KNOWN, MODEL)
    return tmp_path / "shop.json"


def found(file: Path) -> tuple[object, object]:
    """Return what a new process finds."""
    models = Models(file.parent)
    return models.known("shop"), models.model("shop")


def test_what_was_kept_is_found_by_the_next_process(file: Path) -> None:
    assert found(file) == (KNOWN, MODEL)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"db": {"image": "db:1"}', '"db": {"image": "db:2"}'),
        (', "db": {"image": "db:1"}', ""),
        ("}}}\n", "}}} \n"),
    ],
)
def test_a_model_that_somebody_edited_counts_as_missing(
    file: Path, before: str, after: str
) -> None:
    edit(file, before, after)
    assert found(file) == (KNOWN, None)


@pytest.mark.parametrize(
    ("before", "after"), [('["/repo/compose.yaml"]', "5"), ('"form"', '"from"'), ("\n", "")]
)
def test_what_a_model_was_made_from_is_not_believed_either_once_edited(
    file: Path, before: str, after: str
) -> None:
    edit(file, before, after)
    assert found(file)[0] is None


def test_a_file_that_is_cut_off_anywhere_holds_no_model(file: Path) -> None:
    data = file.read_bytes()
    for length in range(len(data)):
        file.write_bytes(data[:length])
        assert found(file)[1] is None, length


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def test_what_another_version_wrote_counts_as_missing(file: Path) -> None:
    file.write_text(stamped('{"form": 0}\n'))
    assert Models(file.parent).known("shop") is None
