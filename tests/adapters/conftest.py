"""The stage of the contract suites: once the fake host, once the real engine."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fake_container import Behaviour
from tests.fake_host import FakeHost
from tests.real_host import RealHost
from trueup.model.container import Container
from trueup.model.ports import Task
from trueup.model.steps import Bundle

IMAGE = "busybox:stable"
FILE = "releases/Stack/web/one.json"
HEALTHY = {"test": ["CMD", "true"], "interval": "100ms", "timeout": "5s", "retries": 1}
UNHEALTHY = {**HEALTHY, "test": ["CMD", "false"]}
DOES: dict[str, tuple[list[str], Behaviour]] = {
    "runs": (["sleep", "300"], Behaviour()),
    "crashes": (["sh", "-c", "exit 3"], Behaviour(exit_code=3)),
    "completes": (["true"], Behaviour(exit_code=0)),
    "speaks": (["sh", "-c", "echo hello; exec sleep 300"], Behaviour(says="hello")),
    "listens": (
        ["sh", "-c", "trap 'echo got HUP' HUP; while :; do sleep 0.05; done"],
        Behaviour(says=""),
    ),
}


@dataclass(slots=True)
class Stage:
    """A host, a project of its own on it, and short ways to say what happens."""

    host: FakeHost | RealHost
    project: str
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def task(self) -> Task:
        return Task(60, self.lines.append, lambda: False)

    def service(self, name: str, does: str = "runs", **model: Any) -> None:
        """Say what a service is; it is in force with the next `freeze`."""
        command, behaviour = DOES[does]
        healthy = model.get("healthcheck") != UNHEALTHY
        if isinstance(self.host, FakeHost):
            self.host.behaviours[name] = Behaviour(
                exit_code=behaviour.exit_code, says=behaviour.says, healthy=healthy
            )
        said = {"image": IMAGE, "command": command, "networks": {"default": None}}
        said |= {"labels": {"trueup.stack": "Stack/web"}, "stop_grace_period": "0s"}
        self.services[name] = {**said, **model}

    def freeze(self, file: str = FILE, **more: Any) -> None:
        compose = {
            "name": self.project,
            "services": self.services,
            "networks": {"default": {"name": f"{self.project}_default"}},
            "x-trueup": {"directory": "/nowhere"},
            **more,
        }
        self.host.freeze(Bundle(file, compose))

    def up(self, *services: str, recreate: bool = False, **more: Any) -> None:
        """Write the release file as the services are now, and bring some of them up."""
        self.freeze(**more)
        self.host.up(self.project, FILE, services, self.task, recreate=recreate)

    def name(self, service: str, number: int = 1) -> str:
        return f"{self.project}-{service}-{number}"

    @property
    def containers(self) -> dict[str, Container]:
        """Every container of the project by its name without the project."""
        found = self.host.containers(self.project)
        return {one.name.removeprefix(f"{self.project}-"): one for one in found}

    @property
    def states(self) -> dict[str, str]:
        return {name: one.state for name, one in self.containers.items()}

    def until(self, holds: Callable[[], bool], seconds: float = 20) -> None:
        """Let time pass until something holds."""
        end = self.host.clock.monotonic() + seconds
        while not holds():
            assert self.host.clock.monotonic() < end, f"it did not come to hold: {self.containers}"
            self.host.clock.wait(0.05)


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.engine)])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    project = f"trueup-t-{secrets.token_hex(4)}"
    if request.param == "fake":
        fake = FakeHost()
        fake.images[IMAGE] = "sha256:" + "1" * 64
        yield Stage(fake, project)
        return
    real = RealHost(tmp_path / "state")
    try:
        yield Stage(real, project)
    finally:
        real.clean(project)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Stage]:
    """A stage on the real engine only."""
    host, project = RealHost(tmp_path / "state"), f"trueup-t-{secrets.token_hex(4)}"
    try:
        yield Stage(host, project)
    finally:
        host.clean(project)
