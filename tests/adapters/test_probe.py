"""Probes of real containers, in every way there is to reach them."""

from typing import Any

import pytest

from tests.adapters.conftest import Stage
from tests.real_host import RealHost, docker
from trueup.adapters.docker.probe import Prober
from trueup.adapters.docker.search import found
from trueup.model.checks import Command, Http, Log, Probed, Tcp
from trueup.model.errors import ToolError

pytestmark = pytest.mark.engine
SERVE = (
    'mkdir -p /w/cgi-bin; echo all well > /w/index.html; echo \'{"state": ["ok"]}\' > /w/j;'
    "printf '#!/bin/sh\necho \"Status: 503 No\"; echo; echo out of order' > /w/cgi-bin/bad;"
    "chmod +x /w/cgi-bin/bad; httpd -p 8080 -h /w; httpd -p 127.0.0.1:8081 -h /w;"
    "echo serving; exec sleep 300"
)
ISOLATED = {
    "internal": True,
    "driver_opts": {"com.docker.network.bridge.inhibit_ipv4": "true"},
}


@pytest.fixture(params=["open", "isolated"])
def web(request: pytest.FixtureRequest, real: Stage) -> Stage:
    """A web server, once on an ordinary network and once on one that this machine is not on."""
    network: dict[str, Any] = {"name": f"{real.project}_default"}
    if request.param == "isolated":
        network |= ISOLATED
    real.service("web", command=["sh", "-c", SERVE])
    real.up("web", networks={"default": network})
    real.until(lambda: "serving" in real.host.logs(real.containers["web-1"].id, ""))
    return real


def probe(stage: Stage, check: Probed, since: str = "") -> str:
    return stage.host.probe(check, stage.project, since)


def left(stage: Stage) -> list[str]:
    """Return the throw-away containers that are still there beside the project's."""
    every = docker("ps", "--all", "--quiet", "--filter", "label=trueup.probe").split()
    show = ["inspect", "--format", "{{.HostConfig.NetworkMode}}", "--type", "container"]
    modes = [docker(*show, one, check=False) for one in every]
    return [mode for mode in modes if mode[10:] in {c.id for c in stage.containers.values()}]


def test_an_http_answer_is_judged(web: Stage) -> None:
    def asked(path: str, **more: Any) -> str:
        return probe(web, Http("web", f"http://web:8080{path}", **more))

    assert asked("/") == ""
    assert asked("/", body="all well") == ""
    assert asked("/j", json_path="state.0", json_value="ok") == ""
    assert asked("/nowhere", status=404) == ""
    assert asked("/", status=404) == "http://web:8080/ answered 200, wants 404: all well"
    assert asked("/cgi-bin/bad") == (
        "http://web:8080/cgi-bin/bad answered 503, wants 200: out of order"
    )
    assert left(web) == []


def test_a_port_that_nobody_listens_on_is_said_so(web: Stage) -> None:
    assert "http://web:8089/x does not answer" in probe(web, Http("web", "http://web:8089/x"))
    assert "web:8089 accepts no connection" in probe(web, Tcp("web", "web", 8089))
    assert probe(web, Tcp("web", "web", 8080)) == ""
    assert left(web) == []


def test_a_service_that_listens_on_its_own_loopback_only_is_not_reached(web: Stage) -> None:
    assert probe(web, Http("web", "http://web:8081/"))


def test_a_user_and_a_password_are_sent_and_not_shown(web: Stage) -> None:
    why = probe(web, Http("web", "http://ann:hunter2@web:8080/nowhere"))

    assert why.startswith("http://web:8080/nowhere answered 404")
    assert "hunter2" not in why


def test_every_replica_must_answer(real: Stage) -> None:
    serve = "[ $(hostname -i | cut -d. -f4) = 2 ] || exec sleep 300; httpd -f -p 8080 -h /etc"
    real.service("web", command=["sh", "-c", serve], scale=2)
    real.up("web")

    real.until(lambda: "accepts no connection" in probe(real, Tcp("web", "web", 8080)))
    assert probe(real, Tcp("web", "web", 8080)).startswith(real.project)


def test_a_published_port_is_asked_on_this_machine(real: Stage) -> None:
    port = {"target": 8080, "published": "28476", "host_ip": "127.0.0.1", "protocol": "tcp"}
    real.service("web", command=["sh", "-c", SERVE], ports=[port])
    real.up("web")

    check = Http("web", "http://127.0.0.1:28476/", body="all well")

    real.until(lambda: probe(real, check) == "")
    assert probe(real, Tcp("web", "localhost", 28476)) == ""


def test_a_service_in_the_network_of_another_is_found_there(real: Stage) -> None:
    real.service("front")
    serve = ["httpd", "-f", "-p", "8080", "-h", "/etc"]
    real.service("side", network_mode="service:front", command=serve)
    del real.services["side"]["networks"]
    real.up("front")
    real.up("side")

    real.until(lambda: probe(real, Tcp("side", "side", 8080)) == "")


def test_a_service_without_any_network_is_asked_from_within(real: Stage) -> None:
    real.service("web", network_mode="none", command=["httpd", "-f", "-p", "8080", "-h", "/etc"])
    del real.services["web"]["networks"]
    real.up("web")

    real.until(lambda: probe(real, Tcp("web", "web", 8080)) == "")
    assert left(real) == []


def test_a_service_without_a_running_container_is_said_so(real: Stage) -> None:
    real.service("web", "completes")
    real.up("web")
    real.until(lambda: real.states == {"web-1": "exited"})

    for check in (
        Http("web", "http://web:8080/"),
        Tcp("web", "web", 80),
        Command("web", ("true",)),
    ):
        assert probe(real, check) == "web has no running container"
    assert probe(real, Log("other", "x")) == "other has no container"


def test_a_command_in_the_container_must_end_with_0(real: Stage) -> None:
    real.service("web")
    real.up("web")

    assert probe(real, Command("web", ("test", "-d", "/etc"))) == ""
    why = probe(real, Command("web", ("sh", "-c", "echo first; echo not ready >&2; exit 2")))
    assert why == f"{real.name('web')}: sh exited 2, wants 0: not ready"
    assert "exited 126" in probe(real, Command("web", ("nonesuch",)))
    assert probe(real, Command("web", ("test", "$HOME", "=", "$HOME"))) == ""


def test_a_log_pattern_is_found_or_absent(real: Stage) -> None:
    before = real.host.clock.now().isoformat()
    real.service("web", command=["sh", "-c", "echo one; echo ready in 5s; exec sleep 300"])
    real.up("web")
    name = real.name("web")

    real.until(lambda: probe(real, Log("web", r"^ready in \d+s$"), before) == "")
    assert probe(real, Log("web", "panic"), before) == f"the log of {name} does not have /panic/"
    assert probe(real, Log("web", "panic", absent=True), before) == ""
    assert probe(real, Log("web", "one", absent=True), before) == f"the log of {name} has /one/"


def test_a_container_that_was_kept_may_have_said_it_before(real: Stage) -> None:
    real.service("web", "speaks")
    real.up("web")
    real.until(lambda: probe(real, Log("web", "hello")) == "")
    real.host.clock.wait(0.01)
    later = real.host.clock.now().isoformat()

    assert probe(real, Log("web", "hello"), later) == ""
    assert probe(real, Log("web", "hello", absent=True), later) == ""


def test_a_pattern_that_would_take_years_ends() -> None:
    with pytest.raises(ToolError, match="did not finish"):
        found("(a+)+$", "a" * 50 + "b")


def test_a_missing_probe_image_is_said_so(real: Stage) -> None:

    assert isinstance(real.host, RealHost)
    real.service("web", network_mode="none")
    del real.services["web"]["networks"]
    real.up("web")
    prober = Prober(real.host.host, real.host.cli, "127.0.0.1:1/none:1")

    assert prober.probe(Tcp("web", "web", 80), real.project, "") == (
        "the probe image 127.0.0.1:1/none:1 is not on the host and cannot be pulled"
    )
