"""A service is repaired, or all is put back: one home, whose last release is bad."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.repairs import GOOD, HAS, NEEDS, WRONG, RepairHome, diff, texts
from tests.e2e.scenario import tended

pytestmark = [pytest.mark.engine, pytest.mark.timeout(120)]

BREAKS = "specs/web/api/Dockerfile"


@pytest.fixture(scope="module")
def sick(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RepairHome]:
    """A home whose service runs, and whose newest commit had to be taken back.

    Every test but the last leaves it so.
    """
    with tended(
        RepairHome(tmp_path_factory.mktemp("git") / "home"),
        lambda: request.session.testsfailed > 0,
    ) as home:
        home.breaks()
        yield home


def runs(home: RepairHome) -> dict[str, Any]:
    """Return what must be the same once all is put back."""
    one = home.container("web", "api")
    return {
        "image": one["Image"],
        "all": list(home.ids("web")),
        "networks": home.engine.networks(),
    }


@pytest.mark.parametrize("mode", ["preview", "auto"])
def test_a_wrong_patch_never_comes_near_the_live_service(sick: RepairHome, mode: str) -> None:
    before, container = runs(sick), sick.id("web", "api")
    with sick.probe(sick.port) as probe:
        sick.run(diff(HAS, WRONG), name=mode, mode=mode, budget={"attempts": 1})
        sick.commit()
        work = sick.wait_ended(mode, phase="Failed")

    assert (probe.failures, list(probe.answers)) == ([], ["# what it needs tea"])
    assert (runs(sick), sick.id("web", "api")) == (before, container)
    assert "milk" in sick.paper("attempt-1-restart.log", mode)
    assert (sick.repairs, sick.workplaces, work.get("touched")) == ([], [], None)


def test_a_patch_that_does_not_build_never_comes_near_the_live_service(sick: RepairHome) -> None:
    before, container = runs(sick), sick.id("web", "api")
    dockerfile = (sick.specs / "web" / "api" / "Dockerfile").read_text()
    bad = dockerfile.replace("WORKDIR /app\n", "WORKDIR /app\nRUN no-such-program\n")
    with sick.probe(sick.port) as probe:
        sick.run(
            texts(BREAKS, dockerfile, bad), name="unbuilt", mode="direct", budget={"attempts": 1}
        )
        sick.commit()
        work = sick.wait_ended("unbuilt", phase="Failed")

    assert probe.failures == []
    assert (runs(sick), sick.id("web", "api")) == (before, container)
    assert work["tries"][0]["step"] == "build"
    assert "no-such-program" in sick.paper("attempt-1-build.log", "unbuilt")


def test_a_wrong_patch_that_replaced_the_live_service_is_put_back(sick: RepairHome) -> None:
    before = runs(sick)
    sick.run(diff(HAS, WRONG), name="wrong", mode="direct", budget={"attempts": 1})
    sick.commit()
    work = sick.wait_ended("wrong", phase="RolledBack")
    sick.wait_reason("web", "RolledBack")

    assert runs(sick) == before
    assert sick.says()[-1:] == HAS
    assert (sick.repairs, sick.workplaces, work["touched"]) == ([], [], True)


def test_the_second_patch_is_right_and_told_what_the_first_one_led_to(sick: RepairHome) -> None:
    sick.run(diff(HAS, WRONG), diff(HAS, GOOD))
    sick.commit()
    work = sick.wait_ended()
    status = sick.wait_ready("web")

    assert (work["attempt"], [one["step"] for one in work["tries"]]) == (2, ["restart"])
    assert (status.applied, sick.says()[-2:]) == (work["candidate"], GOOD)
    assert (sick.file(NEEDS).splitlines()[1:], len(sick.repairs)) == (GOOD, 1)
    for trailer in ("Trueup-Run: Run/fix", "Trueup-Attempt: 2", "Trueup-Author: diff"):
        assert trailer in sick.message()
    assert len(sick.engine.containers()) == 1
