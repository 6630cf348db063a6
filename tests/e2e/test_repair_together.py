"""While a Run works, others work as well: Runs, people who push, and a remote that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.adapters.repos import git
from tests.e2e.repairs import GOOD, HAS, NEEDS, RepairHome, diff, repair_home

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]

BRANCH = "trueup/repair/web/fix"
BUILDING = 2.0
"""Seconds that a build lasts, so that something can happen meanwhile."""
REFUSES = "#!/bin/sh\ngrep -q refs/heads/main && { echo 'main is for people' >&2; exit 1; }\n"


@pytest.fixture
def sick(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RepairHome]:
    """A home whose service has never run; each build of it takes a while."""
    with repair_home(tmp_path / "git", request) as home:
        home.service(HAS, GOOD, slow=BUILDING)
        yield home


def building(home: RepairHome, name: str = "fix") -> None:
    """Wait until a Run builds."""
    home.wait_until(lambda: "build" in home.doing(name), f"{name} builds")


def test_two_runs_on_one_stack_work_one_after_the_other(sick: RepairHome) -> None:
    sick.run(diff(HAS, GOOD), name="first")
    sick.run(diff(GOOD, [*GOOD, "wine"]), name="second")
    sick.commit()
    sick.start()
    building(sick, "first")
    assert (sick.phase("second"), sick.work("second")["reason"]) == ("Waiting", "Leased")
    assert "Run/first" in sick.work("second")["message"]
    first = sick.wait_ended("first")
    second = sick.wait_ended("second")
    sick.wait_ready("web")

    assert second["steps"][0]["startedAt"] >= first["endedAt"]
    assert git(sick.origin.path, "rev-parse", "main^") == first["commit"]
    assert sick.says()[-3:] == [*GOOD, "wine"]


def test_a_commit_to_the_same_file_meanwhile_begins_the_attempt_anew_and_stays(
    sick: RepairHome,
) -> None:
    sick.run(diff(HAS, GOOD), diff(["sugar", *HAS], ["sugar", *GOOD]))
    sick.commit()
    sick.start()
    building(sick)
    sick.service(["sugar", *HAS], GOOD, slow=BUILDING)
    theirs = sick.commit()
    work = sick.wait_ended()

    assert sick.file().splitlines()[1:] == ["sugar", *GOOD]
    assert git(sick.origin.path, "rev-parse", "main^") == theirs
    assert sick.repairs == ["Repair api: python-module milk"]
    assert sick.wait_ready("web").applied == work["candidate"]
    assert sick.says()[-2:] == GOOD


def test_a_commit_to_another_file_meanwhile_comes_below_that_of_the_run(sick: RepairHome) -> None:
    sick.run(diff(HAS, GOOD))
    sick.commit()
    sick.start()
    building(sick)
    theirs = sick.commit({"notes.md": "unrelated\n"})
    sick.wait_ended()

    assert git(sick.origin.path, "rev-parse", "main^") == theirs
    assert sick.file().splitlines()[1:] == GOOD
    sick.wait_ready("web")


def test_a_push_that_the_remote_refuses_leaves_nothing_and_the_stack_goes_back(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with repair_home(tmp_path / "git", request) as home:
        home.breaks()
        before = home.container("web", "api")["Image"]
        home.run(diff(HAS, GOOD), mode="direct")
        base = home.commit()
        hook = home.origin.path / "hooks" / "pre-receive"
        hook.write_text(REFUSES)
        hook.chmod(0o755)
        work = home.wait_ended(phase="RolledBack")
        home.wait_reason("web", "RolledBack")

        assert "main is for people" in work["message"]
        assert git(home.origin.path, "rev-parse", "main") == base
        assert home.container("web", "api")["Image"] == before
        assert home.says()[-1:] == HAS
        assert (home.workplaces, len(home.engine.containers())) == ([], 1)


def test_a_remote_that_is_away_is_waited_for(sick: RepairHome) -> None:
    sick.run(diff(HAS, GOOD))
    sick.commit()
    sick.start()
    building(sick)
    with away(sick.origin.path):
        sick.wait_until(lambda: sick.work().get("waits"), "publishing waits")
        assert sick.says()[-2:] == GOOD
    sick.wait_ended()

    assert sick.repairs == ["Repair api: python-module milk"]
    sick.wait_ready("web")


def test_a_branch_that_a_person_has_pushed_to_is_theirs(sick: RepairHome) -> None:
    sick.run(diff(HAS, GOOD), to="branch")
    sick.commit()
    sick.start()
    sick.wait_ended()
    work = sick.origin.work
    git(work, "fetch", "-q", str(sick.origin.path), BRANCH)
    git(work, "checkout", "-q", "FETCH_HEAD")
    git(work, "commit", "-q", "--allow-empty", "-m", "mine now")
    git(work, "push", "-q", str(sick.origin.path), f"HEAD:refs/heads/{BRANCH}")
    git(work, "checkout", "-q", "main")
    theirs = git(sick.origin.path, "rev-parse", BRANCH)

    sick.run(diff(HAS, GOOD), to="branch", requestedAt="again")
    sick.commit()
    sick.wait_until(lambda: sick.work().get("request") == "again", "it is tried again")
    said = sick.wait_ended(phase="RolledBack")

    assert BRANCH in said["message"]
    assert git(sick.origin.path, "rev-parse", BRANCH) == theirs
    assert sick.file(NEEDS, BRANCH).splitlines()[1:] == GOOD


@contextmanager
def away(path: Path) -> Iterator[None]:
    """Have a repository not be there."""
    elsewhere = path.with_name("elsewhere.git")
    path.rename(elsewhere)
    try:
        yield
    finally:
        elsewhere.rename(path)
