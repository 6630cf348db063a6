"""Nothing large is removed by accident: emptied and lost folders, commits that take most away."""

import shutil
import time

import pytest

from tests.adapters.repos import git as run_git
from tests.e2e.origin import GitHome
from tests.e2e.scenario import Home
from tests.e2e.services import sleeping

pytestmark = pytest.mark.engine

KEEPING = sleeping(volumes=["data:/data"])
HELD = "RemovalHeld"


@pytest.fixture
def git(followed: GitHome) -> GitHome:
    followed.guard = {"allowEmpty": False}
    followed.configure()
    return followed


def guarded(home: Home) -> None:
    home.configure(sources=[{"name": "apps", "directory": "specs"}])


def revision(home: Home, name: str) -> str:
    """Return the revision that a status asks to confirm."""
    return home.status(name).message.partition("--revision ")[2].partition("`")[0]


def test_an_emptied_or_lost_folder_removes_nothing_until_it_is_confirmed(home: Home) -> None:
    guarded(home)
    home.stack("web", {"api": KEEPING}, also={"volumes": {"data": {}}}, stable="300ms")
    home.start()
    home.wait_ready("web")
    home.inside("web", "api", "sh", "-c", "echo kept >/data/file")
    before, away = home.ids("web"), home.folder / "away"

    home.specs.rename(away)
    status = home.wait_reason("web", HELD)
    assert "is not there, so source apps would lose Stack/web" in status.message
    assert (status.ready, status.sync, status.health) == ("False", "OutOfSync", "Unverified")
    assert status.condition("Stalled")["reason"] == HELD

    away.rename(home.specs)
    home.wait_ready("web")
    (home.place("web") / "stack.yaml").unlink()
    home.wait_until(lambda: "leaves source apps with nothing" in home.status("web").message, "it")
    home.engine.cli("rm", "--force", *before.values())
    home.wait_until(lambda: list(home.ids("web")) == list(before), "it is looked after still")
    home.wait_reason("web", HELD)
    wrong = home.trueup.run("confirm", "apps", "--revision", "0123456789")
    assert wrong.returncode == 1
    assert f"it is at {revision(home, 'web')}" in wrong.stderr

    done = home.trueup.run("confirm", "apps", "--revision", revision(home, "web"))
    assert done.returncode == 0, done.stderr
    home.wait_until(lambda: not home.status_file("web").exists(), "it is removed")
    assert home.containers("web") == []
    assert home.engine.volumes() == [f"{home.project('web')}_data"]


def test_a_commit_that_removes_three_of_four_waits_and_the_rest_goes_on(git: GitHome) -> None:
    for name in ("a", "b", "c", "d"):
        git.stack(name, {"api": sleeping()}, stable="300ms")
    git.commit()
    assert git.once() == 0
    before = {name: git.ids(name) for name in ("b", "c", "d")}

    for name in before:
        shutil.rmtree(git.place(name))
    git.stack("a", {"api": sleeping(environment={"NEW": "1"})}, stable="300ms")
    commit = git.commit()
    assert git.once() == 2

    assert {name: git.ids(name) for name in before} == before
    assert "NEW=1" in git.container("a", "api")["Config"]["Env"]
    assert f"{commit[:12]} removes 3 of 4 of source apps" in git.status("b").message
    assert git.public_status("b").reason == HELD
    plan = git.trueup.run("plan", "b")
    assert plan.returncode == 2
    assert "held     RemovalHeld" in plan.stdout

    done = git.trueup.run("confirm", "apps", "--revision", commit[:12])
    assert "it counts from its next start" in done.stdout
    assert git.once() == 0
    assert [git.containers(name) for name in before] == [[], [], []]
    assert git.engine.networks() == [f"{git.project('a')}_default"]


def test_a_commit_confirms_what_another_commit_removes(git: GitHome) -> None:
    for name in ("a", "b"):
        git.stack(name, {"api": sleeping()}, stable="300ms")
    git.commit()
    git.start()
    git.wait_ready("a")
    git.wait_ready("b")

    shutil.rmtree(git.specs)
    git.commit()
    git.wait_reason("a", HELD)
    git.wait_reason("b", HELD)
    git.commit({"specs/confirm.yaml": "apiVersion: trueup/v1\nconfirm: {removals: [a]}\n"})
    git.wait_until(lambda: not git.status_file("a").exists(), "a is removed")
    git.wait_until(
        lambda: "leaves source apps with nothing: Stack/b" in git.status("b").message, "b"
    )
    assert git.containers("a") == []
    assert git.container("b", "api")["State"]["Running"]


def test_a_branch_that_was_replaced_by_an_empty_one_removes_nothing(git: GitHome) -> None:
    git.stack("web", {"api": sleeping()}, stable="300ms")
    git.commit()
    assert git.once() == 0
    ids, since = git.ids("web"), time.time()

    shutil.rmtree(git.specs)
    run_git(git.origin.work, "checkout", "-q", "--orphan", "other")
    git.origin.commit({"README": "another history"}, force=True)
    assert git.once() == 2

    assert git.ids("web") == ids
    assert git.status("web").reason == HELD
    assert git.engine.mutations(since) == []
