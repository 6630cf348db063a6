"""A preview is the candidate beside the live service: seen by nobody, and gone afterwards."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.kinds.stack.builders import (
    bind,
    built,
    document,
    lines,
    needs,
    project,
    service,
    volume,
)
from tests.kinds.stack.test_plan_trial import ABSENT, put_forward
from tests.kinds.stack.world import TASK, World, here
from trueup.kinds.stack.apart import set_apart
from trueup.kinds.stack.preview import Preview
from trueup.kinds.stack.spec import ServiceSpec
from trueup.kinds.stack.target import Service
from trueup.kinds.stack.twice import may_run_twice
from trueup.model.checks import Check, Command, Completed, Healthy, Http, Log, Stable, Tcp
from trueup.model.container import PREVIEW, STACK
from trueup.model.key import Key

RUN = Key("Run", "fix")
LIVE: Mapping[str, Any] = {
    "container_name": "the-api",
    "hostname": "api.example",
    "ports": [{"target": 80, "published": "8080", "protocol": "tcp"}],
    "restart": "always",
    "labels": {"traefik.enable": "true"},
    "environment": {"VIRTUAL_HOST": "api.example", "COLOUR": "red"},
    "deploy": {
        "replicas": 1,
        "restart_policy": {"condition": "any"},
        "resources": {"limits": {"memory": "1000"}},
    },
    "networks": {"default": {"aliases": ["backend"], "ipv4_address": "172.30.0.9"}},
    "depends_on": needs(db="started"),
    "healthcheck": {"test": ["CMD", "true"]},
    "configs": [{"source": "site"}],
    "volumes": [bind(here("conf/a"), "/a")],
}
CHECKS = (Http("web", "http://localhost:8080/health"), Http("db", "http://db/"))


def live(**more: Any) -> World:
    """Return a stack that runs, and a candidate for one of its services."""
    model = {
        **project(web=built(here("api"), **{**LIVE, **more}), db=service("db:1")),
        "configs": {"site": {"name": "web_site", "file": here("site")}, "other": {}},
    }
    found = World(model, document(services={"web": ServiceSpec(verify=CHECKS, stable=1)}))
    said = {"api/Dockerfile": "FROM a\n", "conf/a": "1", "site": "one"}
    found.files.update({here(path): text for path, text in said.items()})
    return put_forward(found.deployed())


def preview(found: World) -> Preview:
    """Return the preview of the candidate."""
    return Preview(
        RUN,
        found.resource.key,
        found.resource.origin,
        found.wanted(),
        "web",
        (ABSENT,),
        60.0,
        networks=found.host.networks,
        up=("db",),
    )


def model_of(one: Preview) -> Mapping[str, Any]:
    bundle = one.plan().bundle
    assert bundle is not None
    found: Mapping[str, Any] = bundle.compose["services"]["web-preview"]
    return found


def test_it_is_started_verified_and_removed_and_what_was_left_goes_first() -> None:
    one = preview(live())
    image = one.target.services["web"].image.rpartition(":")[2][:8]
    assert str(one.plan()).replace(image, "#1") == lines("""
        Run/fix OutOfSync: a preview of Stack/web web, beside the live one
        1 remove   web-preview  cause: a preview is for one look
        2 sweep    networks of project web-preview-fix
        3 restart  web-preview -> #1  cause: a preview of Stack/web web
        4 verify   web-preview log lacks /No module named 'httpx'/, web-preview is healthy, http://web-preview/health is 200, web-preview stable for 1s within 60s
        5 remove   web-preview  cause: a preview is for one look
        6 sweep    networks of project web-preview-fix
    """)  # noqa: E501


def test_nothing_of_it_leads_to_the_live_service_or_away_from_it() -> None:
    one = preview(live())
    model = model_of(one)

    assert model.keys() & {"ports", "container_name", "hostname", "depends_on", "build"} == set()
    assert model["networks"] == {"default": None}
    assert (model["restart"], model["scale"]) == ("no", 1)
    assert {name: said for name, said in model["environment"].items() if said} == {"COLOUR": "red"}
    assert set(model["labels"]) == {
        "trueup.stack",
        "trueup.source",
        "trueup.digest",
        "trueup.salt",
        "trueup.preview",
        "traefik.enable",
    }
    assert (model["labels"][STACK], model["labels"][PREVIEW]) == ("Run/fix", "Stack/web")
    assert model["deploy"] == {"resources": {"limits": {"memory": "1000"}}}
    assert model["healthcheck"] == LIVE["healthcheck"]


@pytest.mark.parametrize("environment", [None, {"VIRTUAL_HOST": "api.example"}])
def test_what_its_image_says_to_proxies_leads_nobody_to_it(
    environment: dict[str, str] | None,
) -> None:
    model = model_of(preview(live(environment=environment)))

    assert model["labels"]["traefik.enable"] == "false"
    assert model["environment"]["VIRTUAL_HOST"] == ""
    assert model["environment"]["LETSENCRYPT_HOST"] == ""


def test_its_file_has_what_the_service_needs_and_no_more() -> None:
    one = preview(live())
    bundle = one.plan().bundle
    assert bundle is not None
    assert bundle.file == f"releases/Run/fix/{one.target.digest}.json"
    compose = bundle.compose
    assert compose["name"] == "web-preview-fix"
    assert compose["networks"] == {"default": {"name": "web_default", "external": True}}
    assert list(compose["services"]) == ["web-preview"]
    assert list(compose["configs"]) == ["site"]
    assert {target for _, target in bundle.copies} == {
        path.removeprefix("/state/") for path in compose["x-trueup"]["copied"]
    }


def test_the_stack_never_takes_it_for_its_own() -> None:
    found = live()
    one = preview(found)
    bundle = one.plan().bundle
    assert bundle is not None
    found.host.freeze(bundle)
    found.host.images[one.target.services["web"].image] = "sha256:" + "1" * 64
    before = found.text()

    found.host.up(one.project, one.file, ["web-preview"], TASK, recreate=False)

    assert "web-preview-fix-web-preview-1 running" in found.host.names
    assert found.text() == before


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"volumes": [volume("data", "/data")]}, "it writes to volume data"),
        ({"volumes": [{**volume("data", "/data"), "read_only": True}]}, ""),
        ({"volumes": [{"type": "volume", "target": "/cache"}]}, ""),
        ({"volumes": [bind("/srv", "/srv", read_only=False)]}, "it writes to /srv"),
        ({"volumes": [bind("/srv", "/srv")]}, ""),
        ({"volumes": [{"type": "npipe", "target": "/x"}]}, "it mounts a npipe"),
        ({"network_mode": "host"}, "its network_mode is host"),
        ({"network_mode": "service:db"}, "its network_mode is service:db"),
        ({"network_mode": "none"}, ""),
        ({"pid": "host"}, "its pid is host"),
        ({"ipc": "container:other"}, "its ipc is container:other"),
        ({"ipc": "private"}, ""),
        ({"privileged": True}, "it has privileged"),
        ({"devices": ["/dev/kvm"]}, "it has devices"),
        ({"gpus": "all"}, "it has gpus"),
        ({"mac_address": "02:42:ac:11:00:02"}, "it has a MAC address of its own"),
        (
            {"networks": {"default": {"mac_address": "02:42:ac:11:00:02"}}},
            "it has a MAC address of its own",
        ),
        ({"deploy": {"mode": "global"}}, "its deploy.mode is global"),
        (
            {"deploy": {"resources": {"reservations": {"devices": [{"driver": "nvidia"}]}}}},
            "it has reserved devices",
        ),
        ({"deploy": {"replicas": 0}}, "it is scaled to nothing"),
        ({"volumes_from": ["db"]}, "it has volumes_from"),
        ({"links": ["db:database"]}, "it is linked to db as database"),
        ({"links": ["db"]}, ""),
    ],
)
def test_what_two_containers_would_meet_in_must_not_run_twice(
    more: Mapping[str, Any], why: str
) -> None:
    assert may_run_twice(Service("web", "d", "app:1", {**service(), **more})) == why


def test_what_does_its_work_once_must_not_run_twice() -> None:
    one = Service("web", "d", "app:1", service(), said=ServiceSpec(one_shot=True))
    assert may_run_twice(one) == "it does its work once, and ends"


def test_a_preview_that_would_reach_nobody_is_none() -> None:
    one = preview(live())
    assert one.alone == ""
    assert "network web_default is not there" in replace(one, networks=()).alone
    assert replace(one, up=()).alone == "it needs db, which does not run"


PORTS = {"ports": [{"target": 80, "published": "8080"}], "container_name": "the-api"}


@pytest.mark.parametrize(
    ("check", "then"),
    [
        (Healthy("web"), Healthy("p")),
        (Stable("web", 3), Stable("p", 3)),
        (Command("web", ("true",)), Command("p", ("true",))),
        (Log("web", "x"), Log("p", "x")),
        (Completed("web"), None),
        (Http("web", "http://web/a?b=c"), Http("p", "http://p/a?b=c")),
        (Http("web", "http://web:81/"), Http("p", "http://p:81/")),
        (Http("web", "http://the-api/"), Http("p", "http://p/")),
        (Http("web", "http://ann:pw@web/"), Http("p", "http://ann:pw@p/")),
        (Http("web", "https://web/", 301), Http("p", "https://p/", 301)),
        (Http("web", "http://127.0.0.1:8080/a"), Http("p", "http://p/a")),
        (Http("web", "http://localhost:9090/a"), None),
        (Http("web", "http://proxy/"), None),
        (Http("other", "http://web/"), None),
        (Tcp("web", "web", 5432), Tcp("p", "p", 5432)),
        (Tcp("web", "localhost", 8080), Tcp("p", "p", 80)),
        (Tcp("web", "db", 5432), None),
    ],
)
def test_checks_are_asked_of_the_preview_or_not_at_all(check: Check, then: Check | None) -> None:
    assert set_apart((check,), "web", PORTS, "p") == ((then,) if then else ())
