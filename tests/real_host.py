"""A real Docker host with the same hands as the fake one, for what holds for both."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from trueup.adapters.clock import SystemClock
from trueup.adapters.docker.compose import Compose
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import find_endpoint
from trueup.adapters.docker.host import Host
from trueup.adapters.docker.keeping import Keeping
from trueup.adapters.docker.models import Models
from trueup.adapters.docker.probe import Prober
from trueup.adapters.docker.releases import Releases
from trueup.adapters.docker.resolver import Resolver
from trueup.adapters.docker.sdk import Sdk
from trueup.model.checks import Probed
from trueup.model.container import Container, Volume
from trueup.model.ports import Project, Reads, Task
from trueup.model.steps import Bundle


def docker(*args: str, check: bool = True) -> str:
    """Run the docker CLI as a person would; return what it printed."""
    done = subprocess.run(
        ["docker", *args],  # noqa: S607 - the one that is first in PATH, as for anybody
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout.strip()


class RealHost:
    """The adapters put together, for projects whose names begin with a prefix."""

    def __init__(self, state: Path) -> None:
        self.clock = SystemClock()
        self.state = str(state)
        self.cli = DockerCli(find_endpoint(""))
        self.host = Host(find_endpoint(""), self.cli.compose_version)
        self.sdk = Sdk(find_endpoint(""))
        self.keeping = Keeping(self.sdk)
        self.resolver = Resolver(self.cli, Models(state / "models"))
        self.compose = Compose(self.cli, self.state)
        self.releases = Releases(self.state)
        self.prober = Prober(self.host, self.cli)

    def resolve(
        self, project: Project, permit: Callable[[Reads], None] = lambda _: None
    ) -> Mapping[str, Any]:
        return self.resolver.resolve(project, permit)

    def containers(self, project: str) -> tuple[Container, ...]:
        return self.host.containers(project)

    def owned(self) -> tuple[Container, ...]:
        return self.host.owned()

    def volume(self, name: str) -> Volume | None:
        return self.host.volume(name)

    def image(self, reference: str) -> str:
        return self.host.image(reference)

    def logs(self, container: str, since: str) -> str:
        return self.host.logs(container, since)

    def stored(self, file: str) -> Mapping[str, Any]:
        return self.releases.stored(file)

    def freeze(self, bundle: Bundle) -> None:
        self.releases.freeze(bundle)

    def pull(self, image: str, task: Task) -> None:
        self.compose.pull(image, task)

    def build(self, project: str, file: str, service: str, task: Task) -> None:
        self.compose.build(project, file, service, task)

    def up(
        self, project: str, file: str, services: Sequence[str], task: Task, *, recreate: bool
    ) -> None:
        self.compose.up(project, file, services, task, recreate=recreate)

    def act(self, container: str, verb: str, task: Task) -> None:
        self.compose.act(container, verb, task)

    def remove(self, containers: Sequence[str], task: Task, *, volumes: bool = False) -> None:
        self.compose.remove(containers, task, volumes=volumes)

    def sweep(self, project: str, task: Task) -> None:
        self.compose.sweep(project, task)
        self.keeping.unclaim(project)

    def pin(self, image: str, reference: str) -> None:
        self.keeping.pin(image, reference)

    def claim(self, project: str, owner: str) -> None:
        self.keeping.claim(project, owner)

    def keep(self, references: Sequence[str], prefix: str) -> None:
        self.keeping.keep(references, prefix)

    def probe(self, check: Probed, project: str, since: str) -> str:
        return self.prober.probe(check, project, since)

    # What happens without us

    def kill(self, name: str) -> None:
        docker("kill", name)

    def pause(self, name: str) -> None:
        docker("pause", name)

    def rename(self, name: str, other: str) -> None:
        docker("rename", name, other)

    def disconnect(self, name: str, network: str) -> None:
        docker("network", "disconnect", network, name)

    def connect(self, name: str, network: str) -> None:
        docker("network", "connect", network, name)

    def update(self, name: str, **limits: Any) -> None:
        docker("update", f"--memory={limits['Memory']}", "--memory-swap=-1", name)

    def delete(self, name: str) -> None:
        docker("rm", "--force", name)

    def stray(self, project: str, service: str, name: str, **labels: str) -> str:
        said = {
            "com.docker.compose.project": project,
            "com.docker.compose.service": service,
            "com.docker.compose.oneoff": "False",
            **labels,
        }
        words = [f"--label={key}={value}" for key, value in said.items()]
        return docker("create", "--name", name, *words, "busybox:stable", "true")

    def run_once(self, project: str, service: str) -> str:
        labels = {"com.docker.compose.oneoff": "True"}
        return self.stray(project, service, f"{project}-{service}-run-1", **labels)

    @property
    def volumes(self) -> set[str]:
        return set(docker("volume", "ls", "--format", "{{.Name}}").split())

    @property
    def networks(self) -> set[str]:
        return set(docker("network", "ls", "--format", "{{.Name}}").split())

    def clean(self, project: str) -> None:
        """Remove all that a test left of a project, and the images tagged for it."""
        self.host.close()
        self.sdk.close()
        label = f"label=com.docker.compose.project={project}"
        for kind, remove in (
            (["ps", "--all"], ["rm", "--force", "--volumes"]),
            (["network", "ls"], ["network", "rm"]),
            (["volume", "ls"], ["volume", "rm"]),
        ):
            found = docker(*kind, "--quiet", "--filter", label).split()
            if found:
                docker(*remove, *found, check=False)
        tags = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split()
        for tag in tags:
            if project in tag:
                docker("rmi", "--force", tag, check=False)
