"""A service is repaired: tried beside the live one, verified, published; or everything is put back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.repairs import RepairHome, diff, repair_home

pytestmark = pytest.mark.engine


@pytest.fixture
def sick(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RepairHome]:
    """A home whose service runs, and whose next commit breaks it."""
    with repair_home(tmp_path / "git", request) as home:
        broken(home)
        yield home


def broken(home: RepairHome) -> None:
    """Have a verified release, and a commit that had to be taken back."""
    home.service(HAS, HAS)
    home.commit()
    home.start()
    home.wait_ready("web")
    home.service(HAS, GOOD)
    home.commit()
    home.wait_reason("web", "RolledBack")


def test_a_wrong_patch_is_put_back_and_the_live_service_never_misses_a_request(
    sick: RepairHome,
) -> None:
    before, images = sick.container("web", "api"), sick.engine.images()
    with sick.probe(sick.port) as probe:
        sick.run(diff(HAS, ["tea", "wine"]), mode="preview")
        sick.commit()
        work = sick.wait_ended(phase="Failed")

    assert probe.failures == []
    assert list(probe.answers) == ["# what it needs tea"]
    after = sick.container("web", "api")
    assert (after["Id"], after["Image"]) == (before["Id"], before["Image"])
    assert len(sick.engine.containers()) == 1
    assert sick.workplaces == []
    assert "milk" in work["message"] + sick.paper("attempt-1-restart.log")
    print(sick.report(), images, sick.engine.images())


def test_a_wrong_patch_that_was_tried_in_place_is_put_back_and_the_next_one_is_right(
    sick: RepairHome,
) -> None:
    before = sick.container("web", "api")
    sick.run(diff(HAS, ["tea", "wine"]), diff(HAS, GOOD), mode="direct")
    sick.commit()
    work = sick.wait_ended()
    print(sick.report())
    assert (work["attempt"], len(work["tries"])) == (2, 1)
    assert sick.says()[-2:] == GOOD
    assert sick.repairs == ["Repair api: python-module milk"]
    assert sick.container("web", "api")["Image"] != before["Image"]
