"""What compose projects reach outside themselves is refused until the host's rules allow it."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from tests.kinds.stack.builders import HERE, SOURCE, bind, project, service, volume
from tests.kinds.stack.world import World, here
from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.observe import observe
from trueup.model.allowance import Allowance, Allowances
from trueup.model.plan import Sync, Verdict
from trueup.model.ports import Reads

Model = dict[str, Any]
LOCAL = "driver_opts"


def service_of(**fields: Any) -> Model:
    return project(web=service(**fields))


def built(**fields: Any) -> Model:
    return service_of(build={"context": HERE, "dockerfile": "Dockerfile", **fields})


def with_top(**fields: Any) -> Model:
    return project(web=service()) | fields


def volume_of(**said: Any) -> Model:
    return with_top(volumes={"data": {"name": "web_data", **said}})


def network_of(**said: Any) -> Model:
    return with_top(networks={"back": {"name": "web_back", **said}})


# What the compose file says, what is told about it, and the rule that allows exactly this.
REACHES: dict[str, tuple[Model, str, Model]] = {
    "privileged": (service_of(privileged=True), "web.privileged", {"privileged": True}),
    "host pid": (service_of(pid="host"), "web.pid", {"namespaces": ["pid"]}),
    "host ipc": (service_of(ipc="host"), "web.ipc", {"namespaces": ["ipc"]}),
    "host uts": (service_of(uts="host"), "web.uts", {"namespaces": ["uts"]}),
    "host users": (service_of(userns_mode="host"), "userns", {"namespaces": ["userns"]}),
    "host cgroup": (service_of(cgroup="host"), "web.cgroup", {"namespaces": ["cgroup"]}),
    "host network": (service_of(network_mode="host"), "network", {"namespaces": ["network"]}),
    "a stranger's network": (
        service_of(network_mode="container:vpn"),
        "another container",
        {"namespaces": ["network=container:vpn"]},
    ),
    "a stranger's processes": (
        service_of(pid="container:db"),
        "another container",
        {"namespaces": ["pid=container:db"]},
    ),
    "a capability": (
        service_of(cap_add=["CAP_SYS_ADMIN"]),
        "SYS_ADMIN",
        {"capabilities": ["SYS_ADMIN"]},
    ),
    "all capabilities": (service_of(cap_add=["all"]), "ALL", {"capabilities": ["ALL"]}),
    "no seccomp": (
        service_of(security_opt=["seccomp:unconfined"]),
        "seccomp=unconfined",
        {"security": ["seccomp=unconfined"]},
    ),
    "open system paths": (
        service_of(security_opt=["systempaths=unconfined"]),
        "systempaths",
        {"security": ["systempaths=unconfined"]},
    ),
    "a profile of its own": (
        service_of(security_opt=["seccomp=./all.json"]),
        "all.json",
        {"security": ["seccomp=./all.json"]},
    ),
    "a device": (
        service_of(devices=[{"source": "/dev/sda", "target": "/dev/x", "permissions": "rwm"}]),
        "/dev/sda",
        {"devices": ["/dev/sda"]},
    ),
    "a GPU": (
        service_of(
            deploy={"resources": {"reservations": {"devices": [{"capabilities": ["gpu"]}]}}}
        ),
        "gpu",
        {"devices": ["gpu"]},
    ),
    "a folder of the host": (
        service_of(volumes=[bind("/srv/data", "/data", read_only=False)]),
        "/srv/data",
        {"mounts": ["/srv/data"]},
    ),
    "a folder to read": (
        service_of(volumes=[bind("/var/log", "/log")]),
        "read-only",
        {"mounts": ["/var/log:ro"]},
    ),
    "a link out of the source": (
        service_of(volumes=[bind(here("link/shadow"), "/x")]),
        "/etc/shadow",
        {"mounts": ["/etc/shadow:ro"]},
    ),
    "a path that climbs": (
        service_of(volumes=[bind(here("../../../etc"), "/x")]),
        "/etc",
        {"mounts": ["/etc:ro"]},
    ),
    "the socket": (
        service_of(volumes=[bind("/var/run/docker.sock", "/var/run/docker.sock")]),
        "commanded",
        {"dockerSocket": True},
    ),
    "a folder with the socket": (
        service_of(volumes=[bind("/run", "/run")]),
        "commanded",
        {"dockerSocket": True, "mounts": ["/run:ro"]},
    ),
    "everything": (
        service_of(volumes=[bind("/", "/host")]),
        "commanded",
        {"dockerSocket": True, "mounts": ["/:ro"]},
    ),
    "mounts that are shared": (
        service_of(
            volumes=[{**bind(here("x"), "/x"), "bind": {"propagation": "rshared"}}],
        ),
        "passes mounts on",
        {"fields": ["volumes.propagation"]},
    ),
    "a volume that is a folder": (
        volume_of(driver_opts={"type": "none", "o": "bind", "device": "/etc"}),
        "mounts /etc",
        {"mounts": ["/etc"]},
    ),
    "a volume that lays over the root": (
        volume_of(driver_opts={"type": "overlay", "device": "overlay", "o": "lowerdir=/"}),
        "volumes.data.driver_opts",
        {"fields": ["volumes.driver_opts"]},
    ),
    "a volume that is a disk": (
        volume_of(driver_opts={"type": "ext4", "device": "/dev/sda1"}),
        "/dev/sda1",
        {"fields": ["volumes.driver_opts"]},
    ),
    "a volume of a plugin": (
        volume_of(driver="sshfs"),
        "sshfs",
        {"fields": ["volumes.driver"]},
    ),
    "a volume of another project": (
        volume_of(external=True, name="shop_data"),
        "shop_data",
        {"volumes": ["shop_data"]},
    ),
    "a volume by another project's name": (
        volume_of(name="shop_data"),
        "shop_data",
        {"volumes": ["shop_data"]},
    ),
    "volumes of a stranger": (
        service_of(volumes_from=["container:db:ro"]),
        "container:db",
        {"fields": ["volumes_from"]},
    ),
    "the network of the host by name": (
        network_of(name="host", external=True),
        "network of the host",
        {"namespaces": ["network"]},
    ),
    "an address in the local network": (
        network_of(driver="macvlan"),
        "macvlan",
        {"networks": ["macvlan"]},
    ),
    "a bridge of the host": (
        network_of(driver_opts={"com.docker.network.bridge.name": "br0"}),
        "br0",
        {"networks": ["br0"]},
    ),
    "a secret from elsewhere": (
        with_top(secrets={"key": {"file": "/etc/ssl/key"}}),
        "secrets.key.file",
        {"files": ["/etc/ssl/key"]},
    ),
    "a config from elsewhere": (
        with_top(configs={"motd": {"file": here("link/motd")}}),
        "/etc/motd",
        {"files": ["/etc/motd"]},
    ),
    "a context from elsewhere": (
        built(context="/srv/build"),
        "/srv/build",
        {"files": ["/srv/build"]},
    ),
    "a context from the network": (
        built(context="https://git.example.org/x.git"),
        "builds from",
        {"remote": ["https://git.example.org/x.git"]},
    ),
    "a Dockerfile from elsewhere": (
        built(dockerfile="../../../srv/Dockerfile"),
        "web.build.dockerfile",
        {"files": ["/srv/Dockerfile"]},
    ),
    "another context from elsewhere": (
        built(additional_contexts={"more": "/srv/more"}),
        "additional_contexts.more",
        {"files": ["/srv/more"]},
    ),
    "a build in the host's network": (
        built(network="host"),
        "web.build.network",
        {"namespaces": ["network"]},
    ),
    "a privileged build": (built(privileged=True), "build.privileged", {"privileged": True}),
    "a build with entitlements": (
        built(entitlements=["security.insecure"]),
        "entitlements",
        {"privileged": True},
    ),
    "our ssh agent": (built(ssh=["default"]), "build.ssh", {"fields": ["build.ssh"]}),
    "tags of others": (built(tags=["db:1"]), "build.tags", {"fields": ["build.tags"]}),
    "a cache that is written": (
        built(cache_to=["type=local,dest=/x"]),
        "cache_to",
        {"fields": ["build.cache_to"]},
    ),
    "a cache that is read": (
        built(cache_from=["type=local,src=/x"]),
        "cache_from",
        {"fields": ["build.cache_from"]},
    ),
    "a cache that is read, with a key that buildx lower-cases": (
        built(cache_from=["Type=local,src=/x"]),
        "cache_from",
        {"fields": ["build.cache_from"]},
    ),
    "a cache that is read, in quotes": (
        built(cache_from=['src=/x,"TYPE=local"']),
        "cache_from",
        {"fields": ["build.cache_from"]},
    ),
    "a cache that is no line of CSV": (
        built(cache_from=['"type=local']),
        "cache_from",
        {"fields": ["build.cache_from"]},
    ),
    "another runtime": (service_of(runtime="runc2"), "runtime", {"fields": ["runtime"]}),
    "another cgroup": (
        service_of(cgroup_parent="/system.slice"),
        "cgroup_parent",
        {"fields": ["cgroup_parent"]},
    ),
    "a program that provides": (
        service_of(provider={"type": "x"}),
        "provider",
        {"fields": ["provider"]},
    ),
    "a hook with every right": (
        service_of(post_start=[{"command": ["x"], "privileged": True}]),
        "post_start",
        {"privileged": True},
    ),
    "a log that goes to a socket": (
        service_of(logging={"driver": "syslog", "options": {"syslog-address": "unix:///run/x"}}),
        "logging",
        {"fields": ["logging"]},
    ),
    "a field of tomorrow": (
        service_of(use_api_socket=True),
        "not known to stay",
        {"fields": ["use_api_socket"]},
    ),
    "a section of tomorrow": (with_top(models={"a": {}}), "models", {"fields": ["models"]}),
}


def look(compose: Model, *rules: Allowance, guarded: tuple[str, ...] = ()) -> StackFacts:
    world = World(compose)
    world.host.trees[SOURCE].links = {here("link"): "/etc", "/var/run": "/run"}
    world.host.allowances = Allowances(rules, guarded)
    return observe(world.resource, world.status, world.host)


def rule(grants: Model, **whom: Any) -> Allowance:
    return Allowance(
        **whom, grants={k: ("true",) if v is True else tuple(v) for k, v in grants.items()}
    )


@pytest.mark.parametrize("name", list(REACHES))
def test_what_reaches_outside_is_refused_and_exactly_it_can_be_allowed(name: str) -> None:
    compose, told, needed = REACHES[name]

    refused = look(compose)

    assert refused.wanted is None
    assert told in " ".join(refused.violations)
    assert looked_up(refused.problem) == needed
    assert look(compose, rule(needed)).problem == ""
    for word in needed:
        rest = {k: v for k, v in needed.items() if k != word}
        assert look(compose, rule(rest)).wanted is None


def looked_up(problem: str) -> Model:
    """Return what the error says to write, without whom it is for."""
    found: Model = yaml.safe_load(problem.partition("`- ")[2].rpartition("`")[0])
    assert found.pop("stacks") == ["web"]
    assert found.pop("services", ["web"]) == ["web"]
    return found


WITHIN: dict[str, Model] = {
    "folders of the source": service_of(
        volumes=[bind(here("data"), "/data", read_only=False), bind("/repo/shared", "/s")]
    ),
    "volumes of its own": project(web=service(volumes=[volume("data", "/data")]))
    | {"volumes": {"data": {"name": "web_data"}}},
    "memory": volume_of(driver_opts={"type": "tmpfs", "device": "tmpfs", "o": "size=1m"}),
    "a volume that is a folder of the source": volume_of(
        driver_opts={"type": "none", "o": "bind", "device": here("data")}
    ),
    "Docker's capabilities": service_of(cap_add=["NET_BIND_SERVICE"], cap_drop=["ALL"]),
    "less rights": service_of(security_opt=["no-new-privileges:true"], read_only=True),
    "ports": service_of(ports=[{"target": 80, "published": "80", "host_ip": "0.0.0.0"}]),  # noqa: S104 - what people write
    "a network that others share": network_of(name="proxy", external=True),
    "a network of another service": service_of(network_mode="service:db"),
    "a build of the source": built(additional_contexts={"base": "docker-image://busybox"}),
    "the time zone": service_of(volumes=[bind("/etc/localtime", "/etc/localtime")]),
    "notes": service_of(**{"x-note": {"privileged": True}}) | {"x-top": {"pid": "host"}},
    "fields that say nothing": service_of(privileged=False, devices=[], runtime=None, pid=""),
    "limits": service_of(mem_limit="1", ulimits={"nofile": 1}, sysctls={"net.core.x": "1"}),
}


@pytest.mark.parametrize("name", list(WITHIN))
def test_what_stays_within_needs_no_rule(name: str) -> None:
    assert look(WITHIN[name]).problem == ""


@pytest.mark.parametrize("label", ["trueup.stack", "com.docker.compose.project"])
def test_labels_that_pretend_to_be_ours_cannot_be_allowed(label: str) -> None:
    compose = service_of(labels={label: "x"})
    every = {word: ["*", "/"] for word in ("fields", "mounts", "files", "security")}

    facts = look(compose, rule({**every, "privileged": True, "dockerSocket": True}))

    assert "reserved" in facts.problem
    assert "trueup.yaml" not in facts.problem


@pytest.mark.parametrize(
    "path", ["/repo", "/repo/state", "/repo/state/releases", "/repo/trueup.yaml"]
)
def test_our_own_files_cannot_be_mounted_even_where_they_lie_in_the_source(path: str) -> None:
    compose = service_of(volumes=[bind(path, "/x")])

    facts = look(compose, rule({"mounts": ["/"]}), guarded=("/repo/state", "/repo/trueup.yaml"))

    assert "Trueup keeps its own files" in facts.problem


def test_a_work_tree_in_the_state_directory_is_no_part_of_it() -> None:
    compose = service_of(volumes=[bind("/repo/conf", "/x")])

    assert look(compose, guarded=("/",)).problem == ""


@pytest.mark.parametrize(
    ("whom", "allowed"),
    [
        ({}, True),
        ({"stacks": ("w*",), "services": ("web",)}, True),
        ({"stacks": ("shop",)}, False),
        ({"services": ("db",)}, False),
        ({"sources": ("other",)}, False),
    ],
)
def test_a_rule_is_for_those_whom_it_names(whom: Any, allowed: bool) -> None:  # noqa: FBT001 - a table
    facts = look(service_of(privileged=True), rule({"privileged": True}, **whom))

    assert (facts.problem == "") == allowed


@pytest.mark.parametrize(
    ("granted", "read_only", "allowed"),
    [
        ("/srv", False, True),
        ("/srv/", False, True),
        ("/srv/a", False, False),
        ("/s", False, False),
        ("/srv/*", False, True),
        ("/*", False, True),
        ("/var/*", False, False),
        ("/srv/data:ro", True, True),
        ("/srv/data:ro", False, False),
    ],
)
def test_a_path_allows_itself_and_what_is_below_it(
    granted: str,
    read_only: bool,  # noqa: FBT001 - a table
    allowed: bool,  # noqa: FBT001 - a table
) -> None:
    compose = service_of(volumes=[bind("/srv/data", "/x", read_only=read_only)])

    assert (look(compose, rule({"mounts": [granted]})).problem == "") == allowed


def test_every_violation_is_listed_and_one_answer_allows_them_all() -> None:
    compose = project(
        web=service(privileged=True, volumes=[bind("/srv/a b", "/x")]), db=service(pid="host")
    )

    facts = look(compose)

    assert len(facts.violations) == 3
    assert "(and 2 more)" in facts.problem
    assert '{stacks: [web], services: [web], privileged: true, mounts: ["/srv/a b:ro"]}' in (
        facts.problem
    )
    assert "`- {stacks: [web], services: [db], namespaces: [pid]}`" in facts.problem


def test_thousands_of_violations_make_a_short_answer() -> None:
    compose = project(**{f"s{n}": service(privileged=True) for n in range(3000)})

    facts = look(compose)

    assert len(facts.violations) < 100
    assert len(facts.problem) < 5000


def test_files_are_judged_before_compose_reads_them() -> None:
    world = World(service_of())
    world.host.reads = Reads(files=("/etc/shadow",), odd={"/repo/pipe": "is not a regular file"})

    facts = observe(world.resource, world.status, world.host)

    assert world.host.resolved == 0
    assert "/etc/shadow" in " ".join(facts.violations)
    assert "/repo/pipe is not a regular file" in " ".join(facts.violations)


def test_a_refused_project_says_so_and_what_runs_stays_and_is_repaired() -> None:
    world = World(service_of()).deployed()
    before = dict(world.host.every)

    world.says(service_of(privileged=True))
    plan = world.plan()
    assert (plan.verdict, plan.code, plan.steps) == (Verdict.BLOCKED, "NotAllowed", ())
    assert plan.problems
    assert world.host.every == before

    world.host.kill("web-web-1")
    repair = world.plan()
    assert repair.verdict is Verdict.DRIFTED
    assert repair.steps


def test_what_was_verified_is_repaired_also_after_its_allowance_was_withdrawn() -> None:
    world = World(service_of(privileged=True))
    world.host.allowances = Allowances((rule({"privileged": True}),))
    world.deployed()

    world.host.allowances = Allowances()
    assert replace(world.plan(), problems=()).verdict is Verdict.BLOCKED
    world.host.kill("web-web-1")
    repair = world.plan()

    assert repair.steps
    assert repair.sync is Sync.UNKNOWN
