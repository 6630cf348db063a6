"""A failure makes its Run by itself: one for each failure, so many a day, and never against a person."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.repairs import GOOD, HAS, RepairHome, diff, repair_home

pytestmark = pytest.mark.engine


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RepairHome]:
    with repair_home(tmp_path / "git", request) as home:
        yield home


def runs(home: RepairHome) -> list[str]:
    """Return the names of the Runs that have a status."""
    return sorted(path.stem for path in (home.answers / "Run").glob("*.yaml"))


def repaired_by(*authors: Any, **more: Any) -> dict[str, Any]:
    return {"authors": list(authors), "publish": {"to": "commit"}, **more}


def test_a_commit_that_breaks_a_service_is_repaired_and_published_by_itself(
    home: RepairHome,
) -> None:
    home.repair = repaired_by(diff(HAS, GOOD), on=["verify"])
    home.breaks()

    status = home.wait_ready("web")
    (name,) = runs(home)
    work = home.wait_ended(name)

    assert name.startswith("web-api-")
    assert home.says() == ["#", "what", "it", "needs", *GOOD]
    assert len(home.repairs) == 1
    assert status.applied == work["candidate"]
