"""`trueup history` and `trueup rollback`: back to a verified release, whatever else is down."""

from pathlib import Path

import pytest

from tests.e2e.origin import GitHome
from tests.e2e.scenario import Home, free_port
from tests.e2e.services import serving

pytestmark = pytest.mark.engine


def deploy(home: Home, port: int, *texts: str) -> None:
    """Have some releases verified, one after the other."""
    last = ""
    for text in texts:
        home.stack("web", {"api": serving(text, port)}, stable="200ms")
        if isinstance(home, GitHome):
            home.commit()
        last = home.wait_ready("web", other_than=last).applied


def test_a_person_goes_back_while_trueup_runs_and_the_next_edit_goes_on(home: Home) -> None:
    port = free_port()
    home.start()
    deploy(home, port, "one", "two", "three")
    listed = home.trueup.run("history", "web")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["TO", "*", "1", "2"]

    done = home.trueup.run("rollback", "web", "--to", "2")

    assert (done.returncode, home.answer(port)) == (0, "one"), done.stderr
    status = home.status("web")
    assert (status.ready, status.reason, status.sync) == ("False", "RolledBack", "OutOfSync")
    assert "a person went back" in done.stdout

    deploy(home, port, "four")
    assert home.answer(port) == "four"


def test_a_rollback_needs_neither_git_nor_a_running_trueup(followed: GitHome) -> None:
    port, home = free_port(), followed
    home.start()
    deploy(home, port, "one", "two")
    home.stop()
    home.origin.path.rename(home.folder / "away")

    done = home.trueup.run("rollback", "web")

    assert (done.returncode, home.answer(port)) == (0, "one"), done.stderr
    assert "RolledBack" in home.trueup.run("get", "web").stdout
    again = home.trueup.run("rollback", "web", "--to", "7")
    assert (again.returncode, home.answer(port)) == (1, "one")
    assert "has no release 7" in again.stderr


def test_the_folder_of_the_project_may_be_gone_as_well(home: Home, tmp_path: Path) -> None:
    port = free_port()
    home.start()
    deploy(home, port, "one", "two")
    home.stop()
    home.place("web").joinpath("compose.yaml").rename(tmp_path / "compose.yaml")

    done = home.trueup.run("rollback", "web")

    assert (done.returncode, home.answer(port)) == (0, "one"), done.stderr
