"""Compose files of any kind: what they name, what they reach for, and what is made of them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_host import FakeHost
from tests.fuzz.effort import fuzzed, with_compose
from tests.fuzz.mutate import HOSTILE, contents, mutated, mutated_bytes, replaced
from tests.kinds.stack.builders import HERE, project, service, volume
from tests.kinds.stack.world import World
from trueup.adapters.disk.digests import Digests
from trueup.adapters.docker.compose_inputs import compose_inputs
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import find_endpoint
from trueup.adapters.docker.models import Models
from trueup.adapters.docker.rendering import parse_stamped, stamped
from trueup.adapters.docker.resolver import Resolver
from trueup.kinds.stack.reach import Ground, NotAllowedError, permit
from trueup.model.allowance import Allowance, Allowances
from trueup.model.errors import TrueupError
from trueup.model.ports import Project

EVERYTHING = """\
include:
  - more.yaml
  - {path: [a.yaml, ../b.yaml], project_directory: sub, env_file: .env}
x-base: &base {image: busybox, env_file: [x.env, {path: y.env, required: false}]}
services:
  web:
    <<: *base
    extends: {file: ../shared/base.yaml, service: web}
    label_file: labels
    build: {context: ., additional_contexts: {more: ../more}, secrets: [key], ssh: [default]}
    command: [sh, -c, "echo ${A:-$B} $$"]
    volumes: ["./data:/data:ro", "data:/x", "~/y:/y", {type: tmpfs, target: /t}]
    network_mode: "service:db"
    deploy: {replicas: 2, resources: {reservations: {devices: [{capabilities: [gpu]}]}}}
    logging: {driver: syslog, options: {syslog-address: "unix:///x"}}
    depends_on: {db: {condition: service_healthy}}
  db: {image: "db:${TAG:?}", cap_add: [ALL], ports: ["80:80"], configs: [c], secrets: [key]}
volumes: {data: {driver_opts: {type: none, o: bind, device: /etc}}, other: {external: true}}
networks: {default: {name: host, external: true}}
configs: {c: {file: ./c}}
secrets: {key: {file: ../key}, env: {environment: HOME}}
"""
LINES = st.lists(st.sampled_from(EVERYTHING.splitlines(keepends=True)), max_size=30).map("".join)
TEXT = mutated(EVERYTHING).map(str.encode) | mutated_bytes(EVERYTHING) | LINES.map(str.encode)
VARIABLES = st.lists(
    st.sampled_from(
        ["COMPOSE_FILE=", "A=", "${A}", "\n", '"', "'", "../outside/b.yaml", *HOSTILE]
    ),
    max_size=12,
).map("".join)


@contextmanager
def sandbox(compose: bytes, env: str) -> Iterator[tuple[Path, Path]]:
    """A source with files, links, a pipe and a device in it, and what lies outside."""
    with tempfile.TemporaryDirectory() as folder:
        root, outside = Path(folder, "source"), Path(folder, "outside")
        place = root / "web"
        (place / "sub").mkdir(parents=True)
        outside.mkdir()
        (outside / "b.yaml").write_text("services: {b: {image: x}}")
        (root / "b.yaml").symlink_to(outside / "b.yaml")
        (place / "a.yaml").write_text("services: {a: {image: x}}")
        (place / "x.env").symlink_to("/dev/zero")
        os.mkfifo(place / "y.env")
        (place / "compose.yaml").write_bytes(compose)
        (place / "more.yaml").write_bytes(compose[::-1])
        (place / ".env").write_bytes(env.encode("utf-8", "surrogatepass"))
        yield root, outside


@fuzzed
@given(TEXT, VARIABLES)
def test_what_compose_would_read_is_found_and_held_against_the_rules(
    compose: bytes, env: str
) -> None:
    with sandbox(compose, env) as (root, outside):
        before = contents(root.parent)
        inputs = compose_inputs(Project("web", str(root / "web")), lambda name: name[::-1])
        ground = Ground(str(root), "web", os.path.realpath, Allowances())
        named = {os.path.realpath(path) for path in inputs.reads().files}
        away = [path for path in named if not f"{path}/".startswith(f"{root}/")]
        assert inputs.digest(Digests().file)
        with suppress(NotAllowedError):
            permit(ground, "apps", "web")(inputs.reads())
            assert away == []
        assert contents(root.parent) == before
        assert outside.exists()


def lots() -> dict[str, Any]:
    """Return a resolved model with nearly every field that compose knows."""
    web = service(
        volumes=[volume("data", "/data"), {"type": "bind", "source": f"{HERE}/x", "target": "/x"}],
        build={
            "context": HERE,
            "dockerfile": "Dockerfile",
            "args": {"A": "1"},
            "ssh": ["default"],
        },
        cap_add=["NET_ADMIN"],
        devices=[{"source": "/dev/null", "target": "/dev/null", "permissions": "r"}],
        security_opt=["seccomp:unconfined"],
        deploy={
            "replicas": 2,
            "resources": {"reservations": {"devices": [{"capabilities": ["gpu"]}]}},
        },
        gpus=[{"count": -1}],
        logging={"driver": "syslog", "options": {"a": "unix://x"}},
        labels={"a": "b"},
        volumes_from=["container:x"],
        post_start=[{"command": ["x"]}],
        ports=[{"target": 80, "published": "80"}],
        configs=[{"source": "c", "target": "/c"}],
        environment={"A": "1", "B": None},
        healthcheck={"test": ["CMD", "true"]},
        depends_on={"db": {"condition": "service_started"}},
    )
    return project(web=web, db=service("db:1")) | {
        "volumes": {"data": {"name": "web_data", "driver_opts": {"type": "nfs", "o": "x"}}},
        "networks": {"default": {"name": "web_default", "driver_opts": {"a": "b"}}},
        "configs": {"c": {"name": "web_c", "file": f"{HERE}/c"}},
        "secrets": {"s": {"environment": "S", "x-trueup-value": "v"}},
    }


ALL = Allowance(
    grants={
        **dict.fromkeys(("mounts", "files"), ("/",)),
        "devices": ("/", "gpu", "reserved"),
        **dict.fromkeys(("volumes", "networks", "remote", "fields"), ("*",)),
        **dict.fromkeys(("capabilities", "security", "namespaces"), ("*",)),
        **dict.fromkeys(("privileged", "dockerSocket"), ("true",)),
    }
)


@fuzzed
@given(replaced(lots()), st.booleans())
def test_a_model_of_any_shape_is_planned_or_refused(model: Any, everything: bool) -> None:  # noqa: FBT001 - either
    world = World(project(web=service()), host=FakeHost())
    world.host.allowances = Allowances((ALL,) if everything else ())
    world.host.projects[HERE] = model if isinstance(model, dict) else {}

    with suppress(TrueupError):
        plan = world.plan()
        assert str(plan)
        if plan.bundle:
            text = stamped(plan.bundle.compose)
            assert stamped(parse_stamped(text)) == text


@pytest.mark.engine
@with_compose
@given(TEXT, VARIABLES)
def test_compose_itself_reads_only_what_was_let_in_and_writes_nothing(
    compose: bytes, env: str
) -> None:
    with sandbox(compose, env) as (root, _):
        (root / "web/x.env").unlink()
        (root / "web/y.env").unlink()
        before = contents(root.parent)
        ground = Ground(str(root), "web", os.path.realpath, Allowances())
        resolver = Resolver(DockerCli(find_endpoint("")), Models(root / "none", read_only=True))
        with suppress(TrueupError):
            asked = Project("web", str(root / "web"), env={"TAG": "1"})
            assert "services" in resolver.resolve(replace(asked), permit(ground, "apps", "web"))
        assert contents(root.parent) == before
