"""Change the host through the docker CLI and compose. Never looks, never decides."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.rendering import parse_stamped
from trueup.adapters.docker.resolver import VALUE
from trueup.model.container import PROJECT
from trueup.model.errors import ToolError
from trueup.model.ports import Task
from trueup.model.secret import VARIABLE, filled

EXTENSION = "x-trueup"
SHARED = "trueup.network=shared"
NETWORKS = ("network", "ls", "--format", "{{.Name}}")
THERE = re.compile(r"already exists", re.IGNORECASE)
SIGNAL = re.compile(r"[A-Z0-9+-]+")
GONE = re.compile(r"no such (container|network|image)|not found|in progress", re.IGNORECASE)
BUSY = re.compile(r"active endpoints|in use|conflict", re.IGNORECASE)


class Compose:
    """Everything that changes containers and networks of one engine, and fetches images.

    Release files are named relative to `state`, the absolute path of the state directory.
    `variables` gives the values of the secrets that a release file has tokens for.
    """

    def __init__(
        self,
        cli: DockerCli,
        state: str,
        variables: Callable[[Mapping[str, Any]], Mapping[str, str]] = lambda _: {},
    ) -> None:
        self._cli = cli
        self._state = state
        self._variables = variables

    def pull(self, image: str, task: Task) -> None:
        """Fetch an image."""
        self._cli.docker(["pull", "--", image], task)

    def build(self, project: str, file: str, service: str, task: Task) -> None:
        """Build the image of one service of a release file."""
        self._compose(project, file, ["build", "--", service], task)

    def up(
        self, project: str, file: str, services: Sequence[str], task: Task, *, recreate: bool
    ) -> None:
        """Bring services to what a release file says, without pulling or building."""
        options = ["--detach", "--no-deps", "--no-build", "--pull", "never"]
        options += ["--force-recreate"] if recreate else []
        self._share(_model(Path(self._state, file)), task)
        self._compose(project, file, ["up", *options, "--", *services], task)

    def act(self, container: str, verb: str, task: Task) -> None:
        """Do `start`, `unpause`, `restart`, `signal:NAME` or `rename:NAME` to a container."""
        self._cli.docker(_command(container, verb), task)

    def remove(self, containers: Sequence[str], task: Task, *, volumes: bool = False) -> None:
        """Stop and remove containers; volumes stay, anonymous ones as well unless told."""
        more = ["--volumes"] if volumes else []
        if containers:
            with _unless(GONE):
                self._cli.docker(["stop", "--", *containers], task)
        for container in containers:
            with _unless(GONE):
                self._cli.docker(["rm", "--force", *more, "--", container], task)

    def sweep(self, project: str, task: Task) -> None:
        """Remove the networks of a project that has no containers left."""
        label = f"label={PROJECT}={project}"
        if not self._listed(["ps", "--all", "--quiet", "--filter", label], task):
            self._drop(self._listed([*NETWORKS, "--filter", label], task), task)

    def drop_networks(self, project: str, names: Sequence[str]) -> None:
        """Remove networks of a project that no container uses any more."""
        found = self._listed([*NETWORKS, "--filter", f"label={PROJECT}={project}"], None)
        self._drop([name for name in found if name in names], None)

    def _drop(self, networks: Sequence[str], task: Task | None) -> None:
        for network in networks:
            # By its name, for a container that never ran does not know the network's id.
            used = ["ps", "--all", "--quiet", "--filter", f"network={network}"]
            if not self._listed(used, task):
                with _unless(BUSY), _unless(GONE):
                    self._cli.docker(["network", "rm", "--", network], task)

    def _share(self, model: Mapping[str, Any], task: Task) -> None:
        """Make the network that a release shares with others, where it is not there yet."""
        network = str((model.get(EXTENSION) or {}).get("network") or "")
        if network and network not in self._listed(NETWORKS, task):
            with _unless(THERE):
                self._cli.docker(["network", "create", "--label", SHARED, "--", network], task)

    def _compose(self, project: str, file: str, argv: Sequence[str], task: Task) -> None:
        path = Path(self._state, file)
        model = _model(path)
        directory = str((model.get(EXTENSION) or {}).get("directory") or path.parent)
        # The file has every value in it already: a .env that changed since must not matter.
        place = ["-p", project, "--project-directory", directory, "--env-file", "/dev/null"]
        how = ["--ansi", "never", "--progress", "plain", "-f", str(path)]
        secrets = self._variables(model)
        self._cli.compose([*place, *how, *argv], task, {**_values(model, secrets), **secrets})

    def _listed(self, argv: Sequence[str], task: Task | None) -> list[str]:
        quiet = Task(task.timeout, lambda _: None, task.superseded) if task else None
        return self._cli.docker(argv, quiet).split()


def _command(container: str, verb: str) -> list[str]:
    match verb.partition(":"):
        case (("start" | "unpause" | "restart"), _, ""):
            return [verb, "--", container]
        case "signal", _, name if SIGNAL.fullmatch(name):
            return ["kill", "--signal", name, "--", container]
        case "rename", _, name if name:
            return ["rename", "--", container, name]
        case _:
            raise ToolError(f"{verb!r} is nothing that can be done to a container")


def _model(path: Path) -> Mapping[str, Any]:
    try:
        return parse_stamped(path.read_text())
    except (OSError, ValueError) as error:
        fix = "Another look writes it anew, if the revision is still there."
        raise ToolError(f"the release file {path.name} cannot be read", str(error), fix) from error


def _values(model: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that secrets and configs of the file are made of."""
    definitions = [
        said for kind in ("secrets", "configs") for said in (model.get(kind) or {}).values()
    ]
    return {
        said["environment"]: filled(said[VALUE], lambda digest: secrets.get(VARIABLE + digest))
        for said in definitions
        if VALUE in (said or {})
    }


@contextmanager
def _unless(words: re.Pattern[str]) -> Iterator[None]:
    """Take an error of the CLI as success where its words say that nothing is left to do."""
    try:
        yield
    except ToolError as error:
        if not words.search(str(error)):
            raise
