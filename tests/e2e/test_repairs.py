"""A service is repaired: found, patched, built, tried, verified and published."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.repairs import RepairHome, diff, repair_home

pytestmark = pytest.mark.engine


@pytest.fixture
def sick(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RepairHome]:
    """A home whose service runs, and whose next commit breaks it."""
    with repair_home(tmp_path / "git", request) as home:
        home.service(["tea"], ["tea"])
        home.commit()
        home.start()
        home.wait_ready("web")
        home.service(["tea"], ["tea", "milk"])
        home.commit()
        home.wait_reason("web", "RolledBack")
        yield home


def test_a_diff_is_tried_beside_the_live_service_and_then_committed(sick: RepairHome) -> None:
    before = sick.id("web", "api")
    sick.run(diff(["tea"], ["tea", "milk"]))
    sick.commit()
    work = sick.wait_ended()
    assert sick.file().splitlines() == ["# what it needs", "tea", "milk"]
    assert sick.says() == ["#", "what", "it", "needs", "tea", "milk"]
    print(work, sick.message(), before)
    print(sick.report())
