"""Fields of a container that are not what the release file says, and what the policy does."""

from typing import Any

import pytest

from tests.fake_host import FakeHost
from tests.kinds.stack.builders import (
    bind,
    document,
    limits,
    lines,
    project,
    service,
    volume,
)
from tests.kinds.stack.world import World, here
from trueup.kinds.stack.spec import Drift
from trueup.model.allowance import Allowance, Allowances
from trueup.model.plan import Sync

PORT = {"mode": "ingress", "target": 80, "published": "8080", "protocol": "tcp"}
MODEL = service(
    command=["serve"],
    entrypoint=["/run"],
    environment={"A": "1", "PASSWORD": "hidden", "INHERITED": None},
    user="1000",
    restart="on-failure:3",
    deploy=limits(memory="1048576", cpus=0.5, pids=50),
    ports=[PORT],
    volumes=[bind(here("conf"), "/conf"), volume("data", "/data")],
    networks={"default": None, "back": {"aliases": ["www"], "ipv4_address": "10.9.8.7"}},
)


def verified() -> World:
    """Return a verified stack in which everything is said that can drift."""
    compose = project(web=MODEL)
    compose["networks"]["back"] = {"name": "shared-back"}
    compose["volumes"] = {"data": {"name": "web_data"}}
    world = World(compose)
    world.files[here("conf/a")] = "1"
    return world.deployed()


def test_a_container_that_is_as_the_file_says_does_not_drift() -> None:
    assert verified().plan().steps == ()


KEPT = {"Aliases": ["web", "www"], "IPAMConfig": {"IPv4Address": "10.9.8.7"}}
DRIFTS: dict[str, tuple[dict[str, Any], str]] = {
    "memory": ({"host": {"Memory": 5}}, "memory is 5, wants 1048576"),
    "no memory limit": ({"host": {"Memory": 0}}, "memory is 0, wants 1048576"),
    "cpus": ({"host": {"NanoCpus": 2_000_000_000}}, "cpus is 2000000000, wants 500000000"),
    "cpus as quota": (
        {"host": {"NanoCpus": 0, "CpuQuota": 25_000, "CpuPeriod": 100_000}},
        "cpus is 250000000, wants 500000000",
    ),
    "swap": (
        {"host": {"MemorySwap": 1048576}},
        "memswap_limit is 1048576, wants 2097152",
    ),
    "reserved memory": (
        {"host": {"MemoryReservation": 6291456}},
        "mem_reservation is 6291456, wants 0",
    ),
    "swappiness": ({"host": {"MemorySwappiness": 7}}, "mem_swappiness is 7, wants 0"),
    "shares": ({"host": {"CpuShares": 2}}, "cpu_shares is 2, wants 0"),
    "processors": ({"host": {"CpusetCpus": "0"}}, "cpuset is 0, wants none"),
    "nodes": ({"host": {"CpusetMems": "0-1"}}, "cpuset_mems is 0-1, wants none"),
    "period": ({"host": {"CpuPeriod": 50_000}}, "cpu_period is 50000, wants 0"),
    "real-time period": (
        {"host": {"CpuRealtimePeriod": 1000}},
        "cpu_rt_period is 1000, wants 0",
    ),
    "real-time runtime": (
        {"host": {"CpuRealtimeRuntime": 950}},
        "cpu_rt_runtime is 950, wants 0",
    ),
    "blkio": ({"host": {"BlkioWeight": 300}}, "blkio weight is 300, wants 0"),
    "alias of the service": (
        {"endpoints": {"web_default": {"Aliases": []}, "shared-back": KEPT}},
        "has lost its alias web on network web_default",
    ),
    "alias of its own": (
        {"endpoints": {"web_default": KEPT, "shared-back": {**KEPT, "Aliases": ["web"]}}},
        "has lost its alias www on network shared-back",
    ),
    "address": (
        {"endpoints": {"web_default": KEPT, "shared-back": {**KEPT, "IPAMConfig": {}}}},
        "has not its address 10.9.8.7 on network shared-back",
    ),
    "pids": ({"host": {"PidsLimit": -1}}, "pids is -1, wants 50"),
    "restart policy": (
        {"host": {"RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}}},
        "restart policy is always, wants on-failure:3",
    ),
    "restart count": (
        {"host": {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5}}},
        "restart policy is on-failure:5, wants on-failure:3",
    ),
    "port": ({"host": {"PortBindings": {}}}, "port 8080 is not published to 80/tcp"),
    "variable": (
        {"config": {"Env": ["A=2", "PASSWORD=hidden"]}},
        "environment A differs",
    ),
    "secret variable": (
        {"config": {"Env": ["A=1", "PASSWORD=stolen"]}},
        "environment PASSWORD differs",
    ),
    "missing variable": ({"config": {"Env": ["A=1"]}}, "environment PASSWORD is missing"),
    "command": ({"config": {"Cmd": ["sh"]}}, "command is not what the compose file says"),
    "entrypoint": ({"config": {"Entrypoint": []}}, "entrypoint is not what the compose file says"),
    "user": ({"config": {"User": ""}}, "user is root, wants 1000"),
    "another user": ({"config": {"User": "7"}}, "user is 7, wants 1000"),
    "network": ({"networks": {"web_default": ""}}, "is not connected to network shared-back"),
    "extra network": (
        {"networks": {"web_default": "", "shared-back": "", "bridge": ""}},
        "is connected to network bridge, which nobody asked for",
    ),
    "mount": ({"mounts": []}, "the mount at /conf is not what the compose file says (and 1 more)"),
}


@pytest.mark.parametrize("field", DRIFTS)
def test_a_field_that_changed_is_put_right_by_a_new_container(field: str) -> None:
    change, why = DRIFTS[field]
    world = verified()
    container = world.host.every[world.only()]
    for part, values in change.items():
        if part in {"host", "config"}:
            getattr(container, part).update(values)
        else:
            setattr(container, part, values)
    cause = why.removesuffix(" (and 1 more)")
    more = " (and 1 more)" if why != cause else ""
    assert world.text() == lines(f"""
        Stack/web Drifted: web: {cause}{more}
        1 restart  web -> app:1  cause: {cause}{more}
        2 verify   web stable for 10s within 300s
        """)
    assert "hidden" not in world.text()
    assert "stolen" not in world.text()
    world.deployed()
    assert world.plan().steps == ()


@pytest.mark.parametrize(
    "mount",
    [
        {"Type": "bind", "Source": "/elsewhere", "RW": False},
        {"Type": "volume", "Name": "x", "Source": "/x", "RW": False},
    ],
)
def test_a_mount_of_something_else_is_drift(mount: dict[str, Any]) -> None:
    world = verified()
    container = world.host.every[world.only()]
    container.mounts[0] = {**mount, "Destination": "/conf"}
    assert "web: the mount at /conf is not what the compose file says" in world.text()


def test_a_volume_of_another_name_is_drift() -> None:
    world = verified()
    world.host.every[world.only()].mounts[1]["Name"] = "another"
    assert "web: the mount at /data is not what the compose file says" in world.text()


def test_what_the_file_does_not_say_may_be_as_it_likes() -> None:
    world = World(project(web=service())).deployed()
    container = world.host.every[world.only()]
    container.config |= {"Cmd": ["x"], "User": "7", "Env": ["ADDED=1"]}
    container.host["PidsLimit"] = 0
    assert world.plan().steps == ()


SAID: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "swap without an end": (
        {"mem_limit": "8000000", "memswap_limit": "-1"},
        {"MemorySwap": -1},
        {"MemorySwap": 9000000},
    ),
    "more swap than usual": (
        {"mem_limit": "8000000", "memswap_limit": "30000000"},
        {"MemorySwap": 30000000},
        {"MemorySwap": 16000000},
    ),
    "swap without an end that nobody asked for": (
        {"mem_limit": "8000000"},
        {"MemorySwap": 16000000},
        {"MemorySwap": -1},
    ),
    "reserved memory": (
        {"deploy": {"resources": {"reservations": {"memory": "6000000"}}}},
        {"MemoryReservation": 6000000},
        {"MemoryReservation": 7000000},
    ),
    "swappiness": ({"mem_swappiness": "10"}, {"MemorySwappiness": 10}, {"MemorySwappiness": 60}),
    "shares": ({"cpu_shares": 512}, {"CpuShares": 512}, {"CpuShares": 2}),
    "processors": ({"cpuset": "0,1"}, {"CpusetCpus": "0,1"}, {"CpusetCpus": "0"}),
    "quota": ({"cpu_quota": 50_000}, {"CpuQuota": 50_000}, {"CpuQuota": 60_000}),
    "period": ({"cpu_period": 50_000}, {"CpuPeriod": 50_000}, {"CpuPeriod": 100_000}),
    "no pids limit": ({"pids_limit": -1}, {"PidsLimit": None}, {"PidsLimit": 30}),
    "real time": (
        {"cpu_rt_runtime": 950},
        {"CpuRealtimeRuntime": 950},
        {"CpuRealtimeRuntime": 900},
    ),
    "blkio": ({"blkio_config": {"weight": 300}}, {"BlkioWeight": 300}, {"BlkioWeight": 500}),
}
"""What a service says, what the engine shows of it, and what it shows after `docker update`."""


@pytest.mark.parametrize("limit", SAID)
def test_a_limit_that_is_said_holds_as_the_engine_shows_it_and_drifts_as_another(
    limit: str,
) -> None:
    said, shown, other = SAID[limit]
    world = World(project(web=service(**said))).deployed()
    world.host.update("web-web-1", **shown)
    assert world.plan().verdict == "InSync"

    world.host.update("web-web-1", **other)

    assert world.plan().verdict == "Drifted"


LACKING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "swap": ({"mem_limit": "8000000"}, {"MemorySwap": -1}),
    "block weights": ({"blkio_config": {"weight": 300}}, {"BlkioWeight": 0}),
    "shares": ({"cpu_shares": 512}, {"CpuShares": 0}),
    "reservations": ({"mem_reservation": "6000000"}, {"MemoryReservation": 0}),
    "sets": ({"cpuset": "0"}, {"CpusetCpus": ""}),
    "swappiness": ({"mem_swappiness": "10"}, {"MemorySwappiness": None}),
}


@pytest.mark.parametrize("what", LACKING)
def test_what_the_kernel_cannot_do_is_no_drift_for_no_container_would_have_it(what: str) -> None:
    said, shown = LACKING[what]
    world = World(project(web=service(**said))).deployed()
    world.host.swaps = False
    world.host.update("web-web-1", **shown)
    assert world.plan().verdict == "InSync"


def test_a_container_connected_again_without_its_names_gets_them_back() -> None:
    world = World(project(web=service())).deployed()
    world.host.disconnect("web-web-1", "web_default")
    world.host.connect("web-web-1", "web_default")
    assert world.plan().reason == "web: has lost its alias web on network web_default"

    world.deployed()

    assert world.plan().verdict == "InSync"


def test_names_that_only_the_name_server_of_the_engine_shows_are_there() -> None:
    world = World(project(web=service())).deployed()
    world.host.every[world.only()].endpoints = {"web_default": {"DNSNames": ["web-web-1", "web"]}}
    assert world.plan().verdict == "InSync"


def test_the_engine_s_own_network_has_no_names_to_lose() -> None:
    compose = project(web=service())
    compose["networks"]["default"] = {"name": "bridge", "external": True}
    world = World(compose).deployed()
    world.host.every[world.only()].endpoints = {}
    assert world.plan().verdict == "InSync"


def test_a_service_in_the_network_of_the_host_is_not_asked_about_networks() -> None:
    model = service(network_mode="host")
    del model["networks"]
    rule = Allowance(grants={"namespaces": ("network",)})
    world = World(project(web=model), host=FakeHost(allowances=Allowances((rule,)))).deployed()
    world.host.every[world.only()].networks = {"host": ""}
    assert world.plan().steps == ()


def drifted(**spec: Any) -> World:
    """Return a stack whose memory limit somebody took away, under a policy."""
    world = verified()
    world.host.update("web-web-1", Memory=0)
    world.wants(document(**spec))
    return world


def test_drift_that_is_only_reported_is_told_and_left() -> None:
    world = drifted(drift=Drift.REPORT)
    assert world.text() == lines("""
        Stack/web Drifted: web: memory is 0, wants 1048576
          keep     web  memory is 0, wants 1048576
        """)
    assert world.plan().sync is Sync.OUT_OF_SYNC


def test_drift_that_is_ignored_counts_as_synced() -> None:
    world = drifted(drift=Drift.IGNORE)
    assert world.plan().steps == ()
    assert world.plan().sync is Sync.SYNCED


def test_a_change_of_git_is_deployed_whatever_the_drift_policy() -> None:
    world = drifted(drift=Drift.REPORT)
    world.says({**world.compose, "services": {"web": {**MODEL, "hostname": "www"}}})
    assert "restart  web" in world.text()


@pytest.mark.parametrize(
    "pattern", ["web.memory", "services.web.memory", "*.memory", "web.*", "services.*.mem*"]
)
def test_a_field_that_is_ignored_may_differ(pattern: str) -> None:
    assert drifted(ignore=(pattern,)).plan().verdict == "InSync"


@pytest.mark.parametrize("pattern", ["db.memory", "web.cpus", "memory", "web"])
def test_a_pattern_that_names_something_else_ignores_nothing(pattern: str) -> None:
    assert drifted(ignore=(pattern,)).plan().verdict == "Drifted"


def test_one_variable_may_be_ignored_and_the_others_not() -> None:
    world = verified()
    world.wants(document(ignore=("web.environment.A",)))
    world.host.every[world.only()].config["Env"] = ["A=2", "PASSWORD=hidden"]
    assert world.plan().steps == ()
    world.host.every[world.only()].config["Env"] = ["A=2"]
    assert world.plan().reason == "web: environment PASSWORD is missing"


def test_a_service_whose_copy_is_gone_is_made_anew_and_says_so() -> None:
    world = verified()
    (copy,) = world.wanted().copied
    world.host.lost_uses.add(f"Stack.web.web {copy}")

    plan = world.plan()

    assert plan.services["web"].reasons == ("the copy of conf that it mounts is gone",)
    assert plan.heals
    assert plan.bundle is not None
    assert plan.steps
