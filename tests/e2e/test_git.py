"""The main job from a git repository: commits in, containers and status commits out."""

import time
from pathlib import Path

import pytest

from tests.adapters.repos import git
from tests.e2e.origin import BRANCH, GitHome, git_home, served
from tests.e2e.scenario import free_port
from tests.e2e.services import crashing, serving, serving_folder, sleeping

pytestmark = pytest.mark.engine

POLLS = 4


@pytest.fixture
def home(followed: GitHome) -> GitHome:
    return followed


def test_a_commit_becomes_healthy_containers_and_a_status_commit_that_wakes_nothing(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    port = free_port()
    with (
        served(tmp_path / "home") as (url, requests),
        git_home(tmp_path / "home", request, url=url) as home,
    ):
        home.stack("web", {"api": serving("hello", port), "worker": sleeping()})
        commit = home.commit()
        home.start()

        status = home.wait_ready("web")
        assert home.answer(port) == "hello"
        assert status.body["applied"]["revision"] == commit
        assert home.container("web", "api")["State"]["Health"]["Status"] == "healthy"

        home.wait_published("web")
        files = {
            str(file.relative_to(home.answers)): file.read_text().strip()
            for file in home.answers.rglob("*")
            if file.is_file()
        }
        assert home.published() == files
        assert home.status_commits()[0].startswith("Stack/web Synced Healthy")
        assert git(home.origin.path, "rev-list", "--count", f"main..{BRANCH}") == git(
            home.origin.path, "rev-list", "--count", BRANCH
        )
        assert len(git(home.origin.path, "rev-list", "--max-parents=0", BRANCH).splitlines()) == 1

        before, ids, since = home.status_commits(), home.ids("web"), time.time()
        asked = len(requests)
        home.wait_until(lambda: len(requests) >= asked + POLLS, "some more polls")
        assert home.status_commits() == before
        assert home.ids("web") == ids
        assert home.engine.mutations(since) == []
        assert not any("git-receive-pack" in one for one in requests[asked:])


def test_an_unrelated_commit_touches_nothing(home: GitHome) -> None:
    home.stack("web", {"api": sleeping()})
    home.commit()
    home.start()
    home.wait_ready("web")
    home.wait_published("web")
    before, ids, since = home.status_commits(), home.ids("web"), time.time()

    for number in range(POLLS):
        commit = home.commit({"README.md": f"unrelated {number}\n"})
        home.wait_checked_out(commit)

    assert home.ids("web") == ids
    assert home.engine.mutations(since) == []
    assert home.status_commits() == before


def test_the_status_branch_tells_of_a_deploy_its_rollback_and_the_fix(home: GitHome) -> None:
    port, other = free_port(), free_port()
    home.stack("web", {"api": serving("one", port), "side": serving("side", other)})
    home.commit()
    home.start()
    first = home.wait_ready("web")
    side = home.id("web", "side")

    with home.probe(other) as probe:
        home.stack("web", {"api": crashing(), "side": serving("side", other)})
        bad = home.commit()
        home.wait_reason("web", "RolledBack")
        assert home.answer(port) == "one"
        public = home.wait_published("web")
        assert public.results == ["RolledBack", "Applied"]
        assert public.body["quarantine"]["revision"] == bad
        assert public.applied == first.applied
        assert public.ready == "False"

        home.stack("web", {"api": serving("three", port), "side": serving("side", other)})
        fix = home.commit()
        home.wait_ready("web", other_than=first.applied)
        assert home.answer(port) == "three"

    public = home.wait_published("web")
    assert public.results == ["Applied", "RolledBack", "Applied"]
    assert public.body["applied"]["revision"] == fix
    assert public.quarantined == ""
    assert home.id("web", "side") == side
    assert probe.failures == []
    assert set(probe.answers) == {"side"}
    assert any("RolledBack" in one for one in home.status_commits())


def test_a_changed_file_reaches_exactly_the_service_that_mounts_it(home: GitHome) -> None:
    one, two = free_port(), free_port()
    page = {"volumes": ["./page.html:/www/index.html:ro"]}
    other = {"volumes": ["./other.html:/www/index.html:ro"]}
    home.stack("web", {"a": serving_folder(one, **page), "b": serving_folder(two, **other)})
    home.commit({"specs/web/page.html": "old", "specs/web/other.html": "other"})
    home.start()
    first = home.wait_ready("web")
    ids = home.ids("web")
    assert (home.answer(one), home.answer(two)) == ("old", "other")

    home.commit({"specs/web/page.html": "new"})
    home.wait_ready("web", other_than=first.applied)

    assert (home.answer(one), home.answer(two)) == ("new", "other")
    after = home.ids("web")
    names = {name for name in ids if after.get(name) != ids[name]}
    assert names == {f"{home.project('web')}-a-1"}
    assert "file specs/web/page.html changed" in home.artifact("web", "plan.txt")


def test_a_file_that_is_to_be_ignored_is_new_in_place_without_a_restart(home: GitHome) -> None:
    port = free_port()
    page = {"volumes": ["./page.html:/www/index.html:ro"]}
    home.stack(
        "web",
        {"a": serving_folder(port, **page)},
        services={"a": {"onChange": {"page.html": "ignore"}}},
    )
    home.commit({"specs/web/page.html": "old"})
    home.start()
    home.wait_ready("web")
    ids, begun = home.ids("web"), home.container("web", "a")["State"]["StartedAt"]

    home.commit({"specs/web/page.html": "new"})
    home.wait_until(lambda: home.answer(port) == "new", "the new page is served")

    assert home.ids("web") == ids
    assert home.container("web", "a")["State"]["StartedAt"] == begun


def test_a_file_that_asks_for_a_signal_sends_it_once_and_recreates_nothing(home: GitHome) -> None:
    script = "trap 'cat /etc/app.conf' HUP; while :; do sleep 0.1; done"
    service = sleeping(
        command=["sh", "-c", script], volumes=["./app.conf:/etc/app.conf:ro"], init=True
    )
    home.stack("web", {"a": service}, services={"a": {"onChange": {"app.conf": "signal:HUP"}}})
    home.commit({"specs/web/app.conf": "first\n"})
    home.start()
    first = home.wait_ready("web")
    ids = home.ids("web")

    home.commit({"specs/web/app.conf": "second\n"})
    home.wait_ready("web", other_than=first.applied)

    assert home.ids("web") == ids
    assert home.engine.cli("logs", home.id("web", "a")).split() == ["second"]


def test_what_containers_write_beside_the_compose_file_stays_and_wakes_nothing(
    home: GitHome,
) -> None:
    script = (
        "while :; do date +%N >/data/untracked; date +%N >/data/tracked; "
        "date +%N >/data/sub/deep; sleep 0.1; done"
    )
    service = sleeping(
        command=["sh", "-c", f"mkdir -p /data/sub; {script}"], volumes=["./data:/data"]
    )
    home.stack("web", {"writer": service})
    home.commit({"specs/web/data/tracked": "from git\n"})
    home.start()
    home.wait_ready("web")
    home.wait_published("web")
    data = home.tree / "specs/web/data"
    home.wait_until((data / "sub/deep").exists, "the container writes")
    ids, before, since = home.ids("web"), home.status_commits(), time.time()

    for number in range(POLLS):
        commit = home.commit({"README.md": f"{number}\n"})
        home.wait_checked_out(commit)

    assert home.ids("web") == ids
    assert home.engine.mutations(since) == []
    assert home.status_commits() == before
    assert (data / "untracked").exists()
    assert (data / "sub/deep").exists()
