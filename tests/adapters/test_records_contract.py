"""What is remembered, in memory and in files alike."""

from pathlib import Path

import pytest

from tests.fakes import FakeRecords
from trueup.adapters.disk.records import StatusFiles
from trueup.model.key import Key
from trueup.model.plan import Health
from trueup.model.ports import Records
from trueup.model.status import Status
from trueup.report.records import from_text, to_text

WEB, DB = Key("Stack", "web"), Key("Stack", "db")


@pytest.fixture(params=["fake", "real"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Records:
    return FakeRecords() if request.param == "fake" else StatusFiles(tmp_path, to_text, from_text)


def test_nothing_is_remembered_of_a_new_key(records: Records) -> None:
    assert records.read(WEB) == Status(WEB)
    assert records.known() == ()


def test_what_was_written_is_read(records: Records) -> None:
    records.write(Status(WEB, revision="abc", health=Health.HEALTHY, tries=2))

    assert records.read(WEB) == Status(WEB, revision="abc", health=Health.HEALTHY, tries=2)


def test_the_last_writing_counts(records: Records) -> None:
    records.write(Status(WEB, revision="abc"))
    records.write(Status(WEB, revision="def"))

    assert records.read(WEB).revision == "def"
    assert records.known() == (WEB,)


def test_every_key_is_listed_in_order(records: Records) -> None:
    records.write(Status(WEB))
    records.write(Status(DB))

    assert records.known() == (DB, WEB)


def test_what_is_forgotten_is_as_new(records: Records) -> None:
    records.write(Status(WEB, revision="abc"))
    records.write(Status(DB, revision="abc"))
    records.artifact(WEB, "build.log", "lines")

    records.forget(WEB)
    records.forget(WEB)

    assert records.read(WEB) == Status(WEB)
    assert records.known() == (DB,)
