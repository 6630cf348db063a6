"""One test's own host: a folder with trueup.yaml, specs and status, and a project prefix.

Methods read as sentences. Everything that a test starts is gone when it ends.
"""

import json
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from tests.e2e.answer import Answer, read
from tests.e2e.engine import Engine, name_of, service_of
from tests.e2e.prober import Probe, fetch
from tests.e2e.program import Program

POLL = 0.05
FAILED = pytest.StashKey[bool]()
AnyHome = TypeVar("AnyHome", bound="Home")
UNASKED = range(20_000, 32_000)
"""Below the ports that a kernel gives to whoever connects to something."""
PATIENCE = 60.0
"""Seconds that are waited for what takes about one: a busy machine is no failure."""


class Home:
    """A folder as a person would have it, the program that works on it, and the engine.

    `engine` is what DOCKER_HOST has to be; empty for the machine's own engine.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, Any] | None = None, engine: str = ""
    ) -> None:
        self.folder = folder
        self.prefix = f"tu-{secrets.token_hex(3)}"
        self.specs, self.answers = folder / "specs", folder / "status"
        self.specs.mkdir(parents=True)
        self.trueup = Program(folder, folder / "run.log")
        self.engine = Engine(self.prefix, engine)
        if engine:
            self.trueup.variables["DOCKER_HOST"] = engine
        self.configure(**(settings or {}))

    # --- files

    def configure(self, **settings: Any) -> None:
        """Write trueup.yaml; without more it follows the folder specs, which may be emptied."""
        sources = [{"name": "apps", "directory": "specs", "guard": {"allowEmpty": True}}]
        self.write(self.folder / "trueup.yaml", yaml.safe_dump({"sources": sources, **settings}))

    def stack(
        self, name: str, services: Mapping[str, Any], /, *, also: Any = None, **spec: Any
    ) -> None:
        """Write a compose project and the document that wants it, in specs/NAME.

        `also` is more of the compose file (volumes, configs); `spec` is the document's
        spec, and `stable` the window of every service that says nothing else.
        """
        self.compose(name, services, **(also or {}))
        self.document(name, services, **spec)

    def compose(self, name: str, services: Mapping[str, Any], **also: Any) -> None:
        """Write the compose file of a stack, by rename."""
        self.replace(self.place(name) / "compose.yaml", _yaml({"services": services, **also}))

    def document(self, name: str, services: Iterable[str], /, **spec: Any) -> None:
        """Write the document of a stack, by rename."""
        said, stable = spec.pop("services", {}), spec.pop("stable", "1s")
        named = {one: {"stable": stable, **said.get(one, {})} for one in [*services, *said]}
        body = {
            "apiVersion": "trueup/v1",
            "kind": "Stack",
            "metadata": {"name": name},
            "spec": {"project": self.project(name), "timeout": "30s", **spec, "services": named},
        }
        self.replace(self.place(name) / "stack.yaml", _yaml(body))

    def place(self, name: str) -> Path:
        """Return the folder of a stack."""
        return self.specs / name

    def project(self, name: str) -> str:
        """Return the compose project of a stack: unique to this test."""
        return f"{self.prefix}-{name}"

    def write(self, path: Path, text: str) -> Path:
        """Write a file in place: the same inode, as an editor without care does it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def replace(self, path: Path, text: str) -> Path:
        """Write a file beside its place and rename it over, as git and editors do it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(text)
        beside.replace(path)
        return path

    def write_half(self, path: Path, text: str) -> Path:
        """Write only the first half of a file, as a copy under way looks."""
        return self.write(path, text[: len(text) // 2])

    # --- the program

    def start(self) -> None:
        """Start Trueup in the background."""
        self.trueup.start()

    def stop(self) -> int:
        """Ask Trueup to end; return its exit code."""
        return self.trueup.stop()

    def kill(self) -> None:
        """End Trueup as a power cut would."""
        self.trueup.kill()

    def once(self, timeout: float = 90.0) -> int:
        """Run `trueup run --once`; return its exit code."""
        return self.trueup.run("run", "--once", timeout=timeout).returncode

    # --- what there is to see

    def status(self, name: str) -> Answer:
        """Return the status of a stack; an empty one where there is none."""
        return read(self.status_file(name))

    def status_file(self, name: str) -> Path:
        """Return where the status of a stack is written."""
        return self.answers / "Stack" / f"{name}.yaml"

    def artifact(self, name: str, file: str) -> str:
        """Return an artifact of a stack; empty where there is none."""
        path = self.answers / "Stack" / name / file
        return path.read_text() if path.exists() else ""

    def containers(self, name: str, service: str = "") -> list[dict[str, Any]]:
        """Return the inspected containers of a stack, or of one of its services."""
        found = self.engine.containers(self.project(name))
        return [one for one in found if not service or service_of(one) == service]

    def container(self, name: str, service: str) -> dict[str, Any]:
        """Return the one container of a service."""
        (one,) = self.containers(name, service)
        return one

    def id(self, name: str, service: str) -> str:
        """Return the id of the one container of a service."""
        return str(self.container(name, service)["Id"])

    def ids(self, name: str) -> dict[str, str]:
        """Return container name → id: equal before and after when nothing was touched."""
        return {name_of(one): str(one["Id"]) for one in self.containers(name)}

    def inside(self, name: str, service: str, *command: str) -> str:
        """Run a command in the container of a service; return what it prints."""
        return self.engine.inside(self.id(name, service), *command)

    def probe(self, port: int) -> Probe:
        """Return a prober that asks a published port while its context lasts."""
        return Probe(port)

    def answer(self, port: int) -> str:
        """Return what a published port answers; empty where nothing does."""
        try:
            return fetch(port)
        except OSError:
            return ""

    # --- waiting

    def wait_until(
        self, predicate: Callable[[], object], what: str, timeout: float = PATIENCE
    ) -> float:
        """Wait until something holds; return how many seconds that took."""
        begun = time.monotonic()
        while not predicate():
            if time.monotonic() - begun > timeout:
                raise AssertionError(f"waited {timeout:g}s for: {what}\n{self.report()}")
            time.sleep(POLL)
        return time.monotonic() - begun

    def wait_ready(self, name: str, *, other_than: str = "", timeout: float = PATIENCE) -> Answer:
        """Wait until a stack is verified, with another release than the one given."""

        def ready() -> bool:
            said = self.status(name)
            fresh = said.applied not in {"", other_than} and not said.step
            return fresh and said.ready == "True" and said.sync == "Synced"

        self.wait_until(ready, f"{name} is verified", timeout)
        return self.status(name)

    def wait_reason(self, name: str, reason: str, timeout: float = PATIENCE) -> Answer:
        """Wait until the Ready condition of a stack has a reason."""
        self.wait_until(lambda: self.status(name).reason == reason, f"{name} {reason}", timeout)
        return self.status(name)

    def report(self) -> str:
        """Return what a reader of a failed test wants to see."""
        statuses = sorted(self.answers.glob("*/*.yaml"))
        said = "\n".join(f"--- {one.name}\n{one.read_text()}" for one in statuses)
        ps = self.engine.cli("ps", "-a", "--filter", f"name={self.prefix}", check=False)
        return f"{said}\n--- run.log\n{self.trueup.tail()}\n--- docker ps\n{ps}"

    # --- the end

    def keep_evidence(self) -> Path:
        """Keep what the engine knows in the folder, beside log and statuses."""
        folder = self.folder / "evidence"
        folder.mkdir(exist_ok=True)
        (folder / "report.txt").write_text(self.report())
        for one in self.engine.containers():
            name = name_of(one)
            (folder / f"{name}.json").write_text(json.dumps(one, indent=1))
            with suppress(Exception):
                said = self.engine.api.logs(one["Id"], timestamps=True)
                (folder / f"{name}.log").write_bytes(said)
        return folder

    def close(self) -> None:
        """End the program and remove everything of this test from the engine."""
        self.trueup.close()
        self.engine.clear()
        self.engine.close()


def free_port() -> int:
    """Return a port of this machine that nobody uses right now, nor gets without asking for it."""
    while True:
        port = secrets.choice(UNASKED)
        with suppress(OSError), socket.socket() as one:
            one.bind(("127.0.0.1", port))
            return port


@contextmanager
def home_in(
    folder: Path, failed: Callable[[], bool], engine: str = "", **settings: Any
) -> Iterator[Home]:
    """Yield a home that is `tended`."""
    with tended(Home(folder, settings, engine), failed) as home:
        yield home


def has_failed(request: pytest.FixtureRequest) -> Callable[[], bool]:
    """Return what says whether the test has failed by then."""
    return lambda: bool(request.node.stash.get(FAILED, False))


@contextmanager
def tended(home: AnyHome, failed: Callable[[], bool]) -> Iterator[AnyHome]:
    """Yield a home that is torn down whatever happens, its evidence kept on failure."""
    try:
        yield home
    finally:
        if failed():
            print(f"evidence: {home.keep_evidence()}")
        home.close()


def touch(path: Path) -> None:
    """Change nothing but the time of a file."""
    os.utime(path)


def _yaml(body: Any) -> str:
    return yaml.safe_dump(body, sort_keys=False)
