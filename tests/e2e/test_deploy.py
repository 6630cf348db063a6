"""The main job: from documents to verified containers, and then quiet."""

import pytest

from tests.e2e.scenario import Home, free_port
from tests.e2e.services import serving, sleeping

pytestmark = pytest.mark.engine


def test_a_new_document_becomes_healthy_containers_and_a_status(home: Home) -> None:
    port = free_port()
    home.stack("web", {"api": serving("hello", port), "worker": sleeping()})

    assert home.once() == 0

    assert home.answer(port) == "hello"
    api = home.container("web", "api")
    assert api["State"]["Health"]["Status"] == "healthy"
    assert sorted(home.ids("web")) == [
        f"{home.project('web')}-api-1",
        f"{home.project('web')}-worker-1",
    ]
    status = home.status("web")
    assert (status.sync, status.health, status.ready) == ("Synced", "Healthy", "True")
    assert status.summary.startswith("Stack/web Synced Healthy - Verified")
    assert status.applied
    assert status.applied == status.body["observedDigest"]
    assert status.body["applied"]["verifiedAt"]
    assert status.body["applied"]["parts"]["api"]["imageId"] == api["Image"]
    assert status.results == ["Applied"]
    assert "restart  api -> busybox:stable" in home.artifact("web", "plan.txt")
    assert "verified: " in home.artifact("web", "verify.log")


ODD = {
    "DOLLAR": "a $HOME ${HOME} $$ $1 b",
    "QUOTES": 'it\'s "quoted" `so` \\n \\',
    "UNICODE": "grüße 東京 \U0001f433",
    "LINES": "one\n  two\n\nthree\n",
    "SPACES": "  both sides  ",
    "EQUALS": "a=b=c#d",
    "EMPTY": "",
    "NUMBER": "010",
    "YES": "yes",
}


def test_values_with_dollars_quotes_and_newlines_arrive_exactly_as_written(home: Home) -> None:
    api = sleeping(
        environment={name: said.replace("$", "$$") for name, said in ODD.items()},
        command=["sh", "-c", 'echo "$$DOLLAR"; sleep 3600'],
        labels={"odd": ODD["QUOTES"]},
        configs=[{"source": "odd", "target": "/odd"}],
        secrets=["key"],
    )
    also = {
        "configs": {"odd": {"content": ODD["DOLLAR"].replace("$", "$$") + "\n" + ODD["LINES"]}},
        "secrets": {"key": {"environment": "KEY"}},
    }
    variables = {"KEY": ODD["DOLLAR"] + ODD["QUOTES"]}
    home.stack("web", {"api": api}, also=also, env=variables, stable="300ms")

    assert home.once() == 0

    one = home.container("web", "api")
    found = dict(line.split("=", 1) for line in one["Config"]["Env"])
    assert {name: found[name] for name in ODD} == ODD
    assert one["Config"]["Labels"]["odd"] == ODD["QUOTES"]
    assert home.inside("web", "api", "cat", "/odd") == ODD["DOLLAR"] + "\n" + ODD["LINES"]
    assert home.inside("web", "api", "cat", "/run/secrets/key") == variables["KEY"]
    assert ODD["DOLLAR"] in home.engine.cli("logs", one["Id"])
    assert home.once() == 0
    assert home.id("web", "api") == one["Id"]
