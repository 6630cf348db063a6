"""Which resource a project belongs to, told without reading every status each time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from trueup.adapters.disk.records import StatusFiles
from trueup.app.ledger import Ledger
from trueup.model.key import Key
from trueup.model.status import Journal, Status
from trueup.report.records import from_text, to_text

WEB, API = Key("Stack", "web"), Key("Stack", "api")


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[], Ledger]:
    return lambda: Ledger({"apps": StatusFiles(tmp_path, to_text, from_text)}, lambda _: "apps")


def named(key: Key, project: str) -> Status:
    return Status(key, spec={"project": project})


def test_a_project_is_of_the_resource_whose_status_names_it(opened: Callable[[], Ledger]) -> None:
    opened().write(named(WEB, "shop"))
    ledger = opened()
    assert ledger.whose("shop") == WEB
    assert ledger.whose("elsewhere") is None
    assert ledger.whose("") is None


def test_a_project_without_a_name_of_its_own_has_that_of_its_resource(
    opened: Callable[[], Ledger],
) -> None:
    opened().write(named(WEB, ""))
    assert opened().whose("web") == WEB


def test_what_is_written_later_counts_at_once(opened: Callable[[], Ledger]) -> None:
    ledger = opened()
    assert ledger.whose("shop") is None
    ledger.write(named(WEB, "shop"))
    assert ledger.whose("shop") == WEB
    ledger.write(named(API, "shop"))
    assert ledger.whose("shop") == API


def test_a_step_that_was_cut_off_is_found_among_many(opened: Callable[[], Ledger]) -> None:
    ledger = opened()
    ledger.write(named(WEB, "journal"))
    assert ledger.under_way() == ()
    begun = Journal("abc1234", "0123456789abcdef", 1, 2, "pull", "2026-01-01T00:00:00+00:00")
    ledger.write(replace(named(API, "shop"), journal=begun))
    assert opened().under_way() == (API,)
