"""A protected service: what would touch it waits for a person; what it holds survives it all."""

import time
from typing import Any

import pytest

from tests.adapters.repos import git as run_git
from tests.e2e.origin import git_home
from tests.e2e.scenario import Home
from tests.e2e.services import Service, sleeping

pytestmark = pytest.mark.engine

VOLUME: dict[str, Any] = {"volumes": {"data": {}}}


def database(version: str, **more: Any) -> Service:
    return sleeping(environment={"VERSION": version}, volumes=["data:/data", "/cache"], **more)


def says(home: Home, version: str) -> None:
    services = {"db": database(version), "web": sleeping()}
    home.stack(
        "shop",
        services,
        also=VOLUME,
        stable="300ms",
        services={"db": {"protected": True}},
    )


def asked(home: Home) -> str:
    """Return the digest of the plan that waits."""
    return str((home.status("shop").body.get("asks") or {}).get("plan", ""))


def version(home: Home) -> str:
    every = [one["Config"]["Env"] for one in home.containers("shop", "db")]
    found = {line.partition("=")[2] for env in every for line in env if line.startswith("VERSION")}
    return " ".join(sorted(found))


def test_a_change_of_a_protected_service_waits_for_exactly_its_plan(home: Home) -> None:
    says(home, "1")
    home.start()
    home.wait_ready("shop")
    home.inside("shop", "db", "sh", "-c", "echo kept | tee /data/file /cache/file")
    before = home.ids("shop")

    says(home, "2")
    status = home.wait_reason("shop", "AwaitingApproval")
    first = asked(home)
    assert f"`trueup approve shop --plan {first}`" in status.message
    assert "restart  db" in status.body["asks"]["text"]
    foretold = home.trueup.run("plan", "shop").stdout
    assert f"approve  db  needs an approval of plan {first}" in foretold

    home.engine.cli("rm", "--force", before[f"{home.project('shop')}-web-1"])
    home.wait_until(lambda: len(home.ids("shop")) == 2, "another service is repaired meanwhile")
    home.wait_reason("shop", "AwaitingApproval")
    assert version(home) == "1"

    says(home, "3")
    home.wait_until(lambda: asked(home) not in {"", first}, "another plan waits")
    stale = home.trueup.run("approve", "shop", "--plan", first)
    assert stale.returncode == 1
    assert "is not what would be done now" in stale.stderr
    second = asked(home)
    assert home.trueup.run("approve", "shop", "--plan", second).returncode == 0
    home.wait_until(lambda: version(home) == "3", "the approved plan is carried out")
    home.wait_ready("shop")

    (record,) = home.status("shop").body["approvals"]
    assert (record["plan"], record["decision"], record["via"]) == (
        second,
        "Approved",
        "command line",
    )
    assert home.inside("shop", "db", "cat", "/data/file", "/cache/file") == "kept\nkept\n"


def test_an_approval_outlives_a_restart_and_a_rejection_holds(home: Home) -> None:
    says(home, "1")
    assert home.once() == 0
    says(home, "2")
    assert home.once() == 2
    plan = asked(home)
    assert plan in home.trueup.run("plan").stdout

    assert home.trueup.run("reject", "shop", "--plan", plan).returncode == 0
    assert home.once() == 2
    assert home.status("shop").reason == "Rejected"
    assert version(home) == "1"

    done = home.trueup.run("approve", "shop", "--plan", plan)
    assert "it counts from its next start" in done.stdout
    home.start()
    home.wait_until(lambda: home.status("shop").step > 0, "it has begun")
    home.kill()
    home.start()
    home.wait_ready("shop")
    assert version(home) == "2"
    assert asked(home) == ""


def test_a_committed_digest_approves_and_a_protected_stack_is_not_simply_removed(
    tmp_path: Any, request: pytest.FixtureRequest
) -> None:
    with git_home(tmp_path / "git", request) as home:
        says(home, "1")
        home.commit()
        home.start()
        home.wait_ready("shop")
        says(home, "2")
        home.commit()
        home.wait_reason("shop", "AwaitingApproval")
        consent = f'apiVersion: trueup/v1\nconfirm: {{plans: ["{asked(home)}"]}}\n'
        commit = home.commit({"specs/confirm.yaml": consent})
        home.wait_ready("shop")
        assert version(home) == "2"
        (record,) = home.status("shop").body["approvals"]
        assert (record["via"], record["by"]) == ("committed file", f"apps at {commit}")

        ids, since = home.ids("shop"), time.time()
        run_git(home.origin.work, "rm", "-q", "-r", "specs/shop")
        home.commit()
        home.wait_until(lambda: asked(home), "the removal waits")
        assert "remove   db" in home.status("shop").body["asks"]["text"]
        assert home.ids("shop") == ids
        assert home.engine.mutations(since) == []
        mounts = home.container("shop", "db")["Mounts"]
        (nameless,) = [one["Name"] for one in mounts if one["Destination"] == "/cache"]
        assert home.trueup.run("approve", "shop", "--plan", asked(home)).returncode == 0
        home.wait_until(lambda: not home.status_file("shop").exists(), "it is removed")
        assert home.engine.volumes() == [f"{home.project('shop')}_data"]
        home.engine.cli("volume", "rm", nameless)
