"""A patch on a branch of its own: what runs meanwhile, and once somebody has merged it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.repos import git
from tests.e2e.repairs import GOOD, HAS, RepairHome, diff, repair_home

pytestmark = pytest.mark.engine

BRANCH = "trueup/repair/web/fix"


@pytest.fixture
def sick(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RepairHome]:
    with repair_home(tmp_path / "git", request) as home:
        home.breaks()
        yield home


def test_what_is_on_a_branch_runs_until_it_is_merged_which_restarts_nothing(
    sick: RepairHome,
) -> None:
    sick.run(diff(HAS, GOOD), to="branch")
    base = sick.commit()
    work = sick.wait_ended()
    assert work["branch"] == BRANCH
    assert sick.wait_reason("web", "Proposed").message.count(BRANCH) == 1
    container = sick.id("web", "api")
    assert sick.says()[-2:] == GOOD
    assert git(sick.origin.path, "rev-parse", "main", f"{BRANCH}^").split() == [base, base]

    sick.kill()
    sick.start()
    sick.wait_until(lambda: sick.trueup.tail().count("looked at all 2"), "it looked again")
    assert (sick.id("web", "api"), sick.status("web").reason) == (container, "Proposed")

    git(sick.origin.path, "update-ref", "refs/heads/main", BRANCH)
    status = sick.wait_ready("web")

    assert sick.id("web", "api") == container
    assert status.applied == work["candidate"]
