"""A failure makes its Run by itself: one for each, so many a day, and never against a person."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.repairs import GOOD, HAS, WRONG, RepairHome, diff, repair_home

pytestmark = pytest.mark.engine

NEEDS_MILK = """RUN grep -qx milk requirements.txt || { \\
      echo "ModuleNotFoundError: No module named 'milk'"; exit 1; }
"""
MISSES_MILK = """grep -qx milk requirements.txt || while sleep 0.5; do
  echo "ModuleNotFoundError: No module named 'milk'" >&2
done &
"""
MISSES_LATER = """grep -qx milk requirements.txt || {
  while ! test -e /now; do sleep 0.2; done
  echo "ModuleNotFoundError: No module named 'milk'" >&2
} &
"""


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


def test_a_build_that_fails_is_repaired_at_once_where_its_log_shows_the_cause(
    home: RepairHome,
) -> None:
    home.repair = repaired_by(diff(HAS, GOOD), on=["build"])
    home.service(HAS, HAS)
    home.commit()
    home.start()
    home.wait_ready("web")
    before = home.id("web", "api")

    dockerfile = home.specs / "web" / "api" / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text() + NEEDS_MILK)
    home.commit()

    home.wait_until(lambda: home.repairs, "it is repaired")
    status = home.wait_ready("web")
    assert status.body.get("quarantine") is None
    assert [entry["result"] for entry in status.body["history"]] == [
        "Applied",
        "Failed",
        "Applied",
    ]
    assert home.id("web", "api") != before


@pytest.mark.parametrize("said", ["a change", "no repair"])
def test_what_a_person_commits_meanwhile_takes_the_place_of_a_repair_under_way(
    said: str, home: RepairHome
) -> None:
    patch = {"patch": {"authors": [diff(HAS, GOOD)]}}
    never = {"verify": [{"log": {"pattern": "never said"}}]}
    steps = [patch, "build", {"restart": {"mode": "direct"}}, never, "publish"]
    home.repair = {"on": ["verify"], "steps": steps}
    home.breaks()
    home.wait_until(lambda: runs(home), "a Run is made")
    (name,) = runs(home)
    home.wait_until(lambda: home.says()[-2:] == GOOD, "its candidate runs")

    if said == "no repair":
        home.repair = {"on": []}
        home.service(HAS, GOOD)
    else:
        home.service(HAS, HAS, environment={"BY": "a person"})
    home.commit()

    work = home.wait_ended(name, phase="Canceled")
    if said == "no repair":
        home.wait_reason("web", "RolledBack")
    else:
        home.wait_ready("web")
        assert "BY=a person" in home.container("web", "api")["Config"]["Env"]
    assert (work["reason"], work.get("holds")) == ("Superseded", None)
    assert home.repairs == []
    assert home.workplaces == []
    assert home.says()[-1:] == HAS


def test_after_so_many_in_a_day_a_person_has_to_commit_first(home: RepairHome) -> None:
    home.repair = repaired_by(diff(HAS, WRONG), on=["verify"], perDay=1, budget={"attempts": 1})
    home.breaks()
    home.wait_until(lambda: runs(home), "a Run is made")
    (first,) = runs(home)
    home.wait_ended(first, phase="Failed")

    home.service(HAS, [*GOOD, "honey"])
    home.commit()
    home.wait_until(lambda: home.status("web").condition("Repairing"), "no more is made")
    said = home.status("web").condition("Repairing")
    assert (said["status"], said["reason"]) == ("False", "RepairsUsedUp")
    home.kill()
    home.start()
    home.wait_until(lambda: home.trueup.tail().count("looked at all"), "it looked again")
    assert runs(home) == [first]

    home.service(HAS, [*GOOD, "jam"])
    home.commit()

    home.wait_until(lambda: len(runs(home)) > 1, "another Run is made")
    home.wait_until(lambda: not home.status("web").condition("Repairing"), "it is made known")


def test_a_pattern_in_the_log_of_a_service_that_was_verified_makes_a_repair(
    home: RepairHome,
) -> None:
    home.repair = repaired_by(diff(HAS, GOOD), on=[{"log": "^ModuleNotFound.*milk"}])
    home.every = "1s"
    home.service(HAS, HAS)
    script = home.specs / "web" / "api" / "start.sh"
    script.write_text(MISSES_MILK + script.read_text())
    home.commit()
    home.start()

    home.wait_until(lambda: home.repairs, "it is repaired")
    (name,) = runs(home)
    home.wait_ended(name)
    status = home.wait_ready("web")

    assert home.says()[-2:] == GOOD
    assert "  instruction: 'Repair service api: the log of" in home.paper("run.yaml", name)
    described = home.trueup.run("describe", f"Run/{name}").stdout
    assert "made of a failure (log:^ModuleNotFound.*milk) of Stack/web" in described
    assert f"Run/{name}" in home.trueup.run("get").stdout
    assert "Succeeded" in home.trueup.run("explain", f"Run/{name}").stdout
    assert [entry["result"] for entry in status.body["history"]] == ["Applied", "Applied"]


def test_a_pattern_that_turns_up_while_the_stack_rests_makes_a_repair(home: RepairHome) -> None:
    home.repair = repaired_by(diff(HAS, GOOD), on=[{"log": "^ModuleNotFound.*milk"}])
    home.every = "1s"
    home.service(HAS, HAS)
    script = home.specs / "web" / "api" / "start.sh"
    script.write_text(MISSES_LATER + script.read_text())
    home.commit()
    home.start()
    home.wait_ready("web")
    time.sleep(4)  # looks at what rests, of which each is cheap

    home.engine.cli("exec", home.id("web", "api"), "touch", "/now")

    home.wait_until(lambda: runs(home), "a Run is made")


def test_the_doctor_says_what_a_repair_could_do_here(home: RepairHome) -> None:
    said = home.trueup.run("doctor", timeout=60).stdout
    assert "ok   repairs: no document asks for any" in said

    home.repair = repaired_by("rules")
    home.service(HAS, HAS)
    home.commit()
    said = home.trueup.run("doctor", timeout=60).stdout
    assert "ok   patches of apps: main may be pushed" in said
    assert "ok   authors: rules and given diffs" in said
