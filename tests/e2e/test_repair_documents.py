"""A document that is deleted, suspended or changed while its Run, or its Stack, is at work."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.engine import processes
from tests.e2e.repairs import GOOD, HAS, WRONG, RepairHome, diff, repair_home

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]

STEPS = ("build", "preview", "trial")


@pytest.fixture
def sick(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RepairHome]:
    """A home whose service has never run; each build of it takes a while."""
    with repair_home(tmp_path / "git", request) as home:
        home.service(HAS, GOOD, slow=2)
        yield home


def at(home: RepairHome, step: str, name: str = "fix") -> None:
    """Wait until a Run is in the middle of something."""

    def there() -> bool:
        doing, work = home.doing(name), home.work(name)
        match step:
            case "build":
                return doing.startswith("build")
            case "preview":
                return "api-preview" in doing
            case _:
                return bool(work.get("handed")) and home.status("web").step > 0

    home.wait_until(there, f"{name} is at {step}")


def gone(home: RepairHome, name: str) -> None:
    """Wait until nothing is remembered of a Run."""
    home.wait_until(lambda: not home.run_file(name).exists(), f"{name} is gone")


def put_back(home: RepairHome) -> None:
    """See that nothing of a Run is left, and that its stack is what git says."""
    home.wait_until(lambda: not home.workplaces, "its work tree is gone")
    home.wait_until(lambda: not home.status("web").body.get("trial"), "its trial is over")
    names = [str(one["Name"]) for one in home.engine.containers()]
    assert names == [f"/{home.project('web')}-api-1"]
    assert home.engine.networks() == [f"{home.project('web')}_default"]
    assert home.repairs == []


def test_a_run_whose_document_is_deleted_at_any_step_is_put_back_and_forgotten(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with repair_home(tmp_path / "git", request) as home:
        home.breaks()
        before = home.container("web", "api")["Image"]
        home.service(HAS, GOOD, slow=1)
        for number, step in enumerate(STEPS):
            name = f"fix-{step}"
            # Another word each time, so that something is built.
            home.run(diff(HAS, [*GOOD, str(number)]), name=name)
            home.commit()
            at(home, step, name)
            (home.specs / f"{name}.yaml").unlink()
            home.commit()
            gone(home, name)
            put_back(home)
            home.wait_until(lambda: home.says()[-1:] == HAS, "what was verified runs")
            assert home.container("web", "api")["Image"] == before


def test_a_changed_document_takes_the_place_of_the_work_under_way(sick: RepairHome) -> None:
    sick.run(diff(HAS, WRONG))
    sick.commit()
    sick.start()
    at(sick, "build")
    sick.run(diff(HAS, GOOD))
    sick.commit()
    sick.wait_until(lambda: sick.work().get("generation") == 2, "it begins anew")
    work = sick.wait_ended()

    assert (sick.file().splitlines()[1:], len(sick.repairs)) == (GOOD, 1)
    assert work["generation"] == 2
    assert sick.wait_ready("web").applied == work["candidate"]


def test_a_run_that_is_suspended_in_its_middle_goes_on_when_it_is_resumed(
    sick: RepairHome,
) -> None:
    sick.run(diff(HAS, GOOD))
    sick.commit()
    sick.start()
    at(sick, "build")
    sick.run(diff(HAS, GOOD), suspend={"reason": "lunch"})
    sick.commit()
    sick.wait_until(lambda: sick.work().get("reason") == "Suspended", "it is left alone")
    assert (sick.phase(), sick.work().get("holds")) == ("Waiting", None)
    sick.wait_until(lambda: not sick.workplaces, "its work tree goes once that is on record")
    assert "lunch" in sick.work()["message"]

    sick.run(diff(HAS, GOOD))
    sick.commit()
    work = sick.wait_ended()

    assert (work["generation"], work["attempt"], len(sick.repairs)) == (1, 1, 1)
    sick.wait_ready("web")


def test_a_run_whose_stack_is_deleted_meanwhile_ends_and_everything_goes(sick: RepairHome) -> None:
    sick.run(diff(HAS, GOOD))
    sick.commit()
    sick.start()
    at(sick, "trial")
    (sick.specs / "web" / "stack.yaml").unlink()
    sick.commit()
    work = sick.wait_ended(phase="Failed")
    sick.wait_until(lambda: not sick.engine.containers(), "the stack is gone")
    sick.wait_until(lambda: not sick.engine.networks(), "its network is gone")

    assert work["reason"] == "TargetMissing"
    assert work["message"].startswith("there is no Stack/web")
    assert (sick.repairs, sick.workplaces) == ([], [])


def test_trueup_ends_a_build_within_seconds_when_it_is_told_to_end_and_goes_on_later(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with repair_home(tmp_path / "git", request) as home:
        home.service(HAS, GOOD, slow=2)
        home.run(diff(HAS, GOOD))
        home.commit()
        home.start()
        at(home, "build")
        begun = time.monotonic()
        assert home.stop() == 0
        assert time.monotonic() - begun < 15
        assert [one for one in processes(home.prefix) if one] == []
        assert home.phase() == "Running"

        home.start()
        work = home.wait_ended()
        assert (work["attempt"], len(home.repairs)) == (1, 1)
