"""A Docker host in memory: all that the core can look at and change, and a tester's hands.

It obeys the same contract suites as the real engine (tests/adapters/test_*_contract.py).
"""

import copy
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tests.fake_container import (
    RUNS,
    Behaviour,
    FakeContainer,
    hash_of,
    inspect_of,
    made_from,
)
from tests.fakes import FakeClock, FakeSecrets, FakeTree
from trueup.adapters.docker.inspected import container_of, mark_of
from trueup.kinds.stack.target import host_names
from trueup.model.allowance import Allowances
from trueup.model.checks import Probed
from trueup.model.container import (
    ADOPTER,
    ONEOFF,
    PROJECT,
    SERVICE,
    Addresses,
    Container,
    EngineInfo,
    Volume,
    marked,
    marker_of,
    neighbouring,
)
from trueup.model.errors import SpecError, SupersededError, ToolError, TransientError, TrueupError
from trueup.model.ports import Project, Reads, Task
from trueup.model.steps import Bundle
from trueup.model.trial import Candidate

SALT = "pepper"


@dataclass(slots=True)
class FakeHost:
    """`Looks` and `Tools` in one, and the hands of others: `kill`, `pause`, `rename` and more.

    Attributes:
        images: reference → image id, as they are on the host now.
        registry: reference → image id, or the error that a pull ends in.
        broken_builds: service → the error that its build ends in.
        behaviours: image reference → what its containers do; a service name also works.
        projects: directory → what compose makes of it, or the error that it refuses it with.
        trees: source → its work tree.
        places: work tree of a Run → path of an edited file → what it says there.
        reads: the files that compose would read, the same for every project.
        failures: verb → errors that the next calls of it end in, one each.
        before: is told of each change just before it happens, and may raise.
        swaps: whether its kernel can limit swap.
        ranges: how many networks there are address ranges for.
        changes: what was done, as `verb what`; looking leaves no trace.
        resolved: how often compose was asked.
        asked: the projects as compose was last asked for them.
    """

    clock: FakeClock = field(default_factory=FakeClock)
    state: str = "/state"
    salt: str = SALT
    allowances: Allowances = field(default_factory=Allowances)
    reads: Reads = field(default_factory=Reads)
    images: dict[str, str] = field(default_factory=dict)
    registry: dict[str, str | TrueupError] = field(default_factory=dict)
    broken_builds: dict[str, TrueupError] = field(default_factory=dict)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    projects: dict[str, dict[str, Any] | TrueupError] = field(default_factory=dict)
    trees: dict[str, FakeTree] = field(default_factory=dict)
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    before: Callable[[str], None] = lambda _: None
    changes: list[str] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    lost_uses: set[str] = field(default_factory=set)
    volumes: set[str] = field(default_factory=set)
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)
    networks: dict[str, str] = field(default_factory=dict)
    ranges: int = 31
    swaps: bool = True
    shared_network: str = ""
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    answering: bool = True
    resolved: int = 0
    asked: list[Project] = field(default_factory=list)
    made: int = 0
    every: dict[str, FakeContainer] = field(default_factory=dict)

    # Looks

    @property
    def engine(self) -> EngineInfo:
        return EngineInfo("26.1.5", "2.26.1", local=True)

    def tree(self, source: str, candidate: Candidate | None = None) -> FakeTree:
        tree = self.trees[source]
        if candidate is None:
            return tree
        if candidate.place not in self.places:
            raise SpecError(f"the work tree of {candidate.run} is gone")
        edits = {
            f"{tree.root}/{path}": said for path, said in self.places[candidate.place].items()
        }
        moved = {tree.root: candidate.place}
        return replace(tree, files={**tree.files, **edits}, moved=moved)

    def now(self) -> datetime:
        return self.clock.now()

    def resolve(self, project: Project, permit: Callable[[Reads], None]) -> Mapping[str, Any]:
        permit(self.reads)
        self.resolved += 1
        self.asked = [project]
        found = self.projects[project.directory]
        if isinstance(found, TrueupError):
            raise found
        return {**copy.deepcopy(found), "name": project.name}

    def containers(self, project: str) -> tuple[Container, ...]:
        self._answer()
        found = [c for c in self.every.values() if c.labels.get(PROJECT) == project]
        return tuple(self._shown(one) for one in sorted(found, key=lambda c: c.name))

    def neighbours(self, network: str) -> Sequence[tuple[str, str]]:
        found = [one.labels for one in self.every.values() if network in one.networks]
        return sorted({(one.get(PROJECT, ""), one.get(SERVICE, "")) for one in found})

    def addresses(self) -> Addresses:
        self._answer()
        free = max(0, self.ranges - len(self.networks))
        return Addresses(frozenset(self.networks), free, self.ranges)

    def limits_swap(self) -> bool:
        self._answer()
        return self.swaps

    def image(self, reference: str) -> str:
        self._answer()
        if reference in self.images.values():
            return reference
        return self.images.get(reference, "")

    def volume(self, name: str) -> Volume | None:
        self._answer()
        if name not in self.volumes:
            return None
        return Volume(name, "local", self.options.get(name, {}), self.labels.get(name, {}))

    def stored(self, file: str) -> Mapping[str, Any]:
        return copy.deepcopy(self.files.get(file, {}))

    def lost(self, use: str) -> bool:
        return use in self.lost_uses

    @property
    def marks(self) -> "FakeMarks":
        return FakeMarks(self)

    # Tools

    def freeze(self, bundle: Bundle) -> None:
        self._begin("freeze", bundle.file)
        self.copies |= {
            target: source for source, target in bundle.copies if target not in self.copies
        }
        for file, compose in {**bundle.others, bundle.file: bundle.compose}.items():
            self.files[file] = copy.deepcopy(dict(compose))

    def pull(self, image: str, task: Task) -> None:
        self._begin("pull", image, task)
        found = self.registry.get(image, ToolError(f"docker pull failed: {image} not found"))
        if isinstance(found, TrueupError):
            raise found
        self.images[image] = found

    def build(self, project: str, file: str, service: str, task: Task) -> None:
        self._begin("build", f"{project} {service}", task)
        if service in self.broken_builds:
            raise self.broken_builds[service]
        reference = self._file(file)["services"][service]["image"]
        self.images[reference] = image_id(reference)

    def up(
        self, project: str, file: str, services: Sequence[str], task: Task, *, recreate: bool
    ) -> None:
        self._begin("up", f"{project} {' '.join(services)}", task)
        compose = {**self.secrets.filled(self._file(file)), "name": project}
        for service in services:
            if compose["services"][service]["image"] not in self.images:
                raise ToolError(f"compose up failed: no such image for {service}")
        for service in services:
            self._up(compose, service, recreate=recreate)

    def act(self, container: str, verb: str, task: Task) -> None:
        self._begin(verb, self._name(container), task)
        one = self._one(container)
        match verb.partition(":"):
            case "start", _, "":
                if one.state(self._time) != "running":
                    one.start(self._time)
            case "unpause", _, "" if one.halted == "paused":
                one.halted = ""
            case "restart", _, "":
                one.start(self._time)
            case "signal", _, name if name.isalnum() and one.state(self._time) == "running":
                one.log.append((self._time, f"got {name}"))
            case "rename", _, name if name and self._named(name) is None:
                one.name = name
            case _:
                raise ToolError(f"docker {verb} failed: the container is not in that state")

    def remove(self, containers: Sequence[str], task: Task, *, volumes: bool = False) -> None:  # noqa: ARG002
        self._begin("remove", " ".join(self._name(one) for one in containers), task)
        for one in containers:
            self.every.pop(one, None)

    def sweep(self, project: str, task: Task) -> None:
        self._begin("sweep", project, task)
        self.volumes.discard(marker_of(project))
        self.labels.pop(marker_of(project), None)
        if not self.containers(project):
            used = {name for one in self.every.values() for name in one.networks}
            for name, owner in list(self.networks.items()):
                if owner == project and name not in used:
                    del self.networks[name]

    def drop_networks(self, project: str, names: Sequence[str]) -> None:
        used = {name for one in self.every.values() for name in one.networks}
        for name, owner in list(self.networks.items()):
            if owner == project and name not in used and name in names:
                del self.networks[name]

    def claim(self, project: str, owner: str) -> None:
        self._begin("claim", project)
        name = marker_of(project)
        self.volumes.add(name)
        if self.labels.setdefault(name, {ADOPTER: owner}) != {ADOPTER: owner}:
            raise ToolError(f"project {project} was taken over already")

    def pin(self, image: str, reference: str) -> None:
        self._begin("pin", reference)
        found = self.image(image)
        if not found:
            raise ToolError(f"docker tag failed: no such image: {image}")
        self.images[reference] = found

    def hold(self, images: Sequence[str], mark: str) -> None:
        self._answer()
        self.before(f"hold {mark}")
        self.held[mark] = {*self.held.get(mark, ()), *images}

    def let_go(self, mark: str) -> None:
        self._answer()
        self.before(f"let go {mark}")
        self.held.pop(mark, None)

    def keep(self, references: Sequence[str], prefix: str) -> None:
        self._begin("keep", prefix)
        for reference in list(self.images):
            if reference.startswith(prefix) and reference not in references:
                del self.images[reference]

    def probe(self, check: Probed, project: str, since: str) -> str:  # noqa: ARG002 - no need
        """Return what the behaviour of the service's containers says to a check."""
        self._answer()
        mine = [
            one
            for one in self.every.values()
            if one.labels.get(PROJECT) == project
            and one.labels.get(SERVICE) == check.service
            and one.state(self._time) == "running"
        ]
        for one in mine:
            answers = one.behaviour.answers
            if why := answers.get(str(check), answers.get("*", "")):
                return why
        return "" if mine else f"{check.service} has no running container"

    def logs(self, container: str, since: str) -> str:
        self._answer()
        start = datetime.fromisoformat(since) if since else self.clock.epoch
        one = self.every.get(container)
        lines = [text for at, text in one.log if self.clock.at(at) >= start] if one else []
        return "".join(f"{line}\n" for line in lines)

    # What happens without us

    def owned(self) -> tuple[Container, ...]:
        return tuple(self._shown(c) for c in self.every.values() if "trueup.stack" in c.labels)

    def kill(self, name: str, code: int = 137) -> None:
        self._by_name(name).halt(self._time, "exited", code)

    def pause(self, name: str) -> None:
        self._by_name(name).halted = "paused"

    def rename(self, name: str, other: str) -> None:
        self._by_name(name).name = other

    def disconnect(self, name: str, network: str) -> None:
        one = self._by_name(name)
        del one.networks[network]
        one.endpoints.pop(network, None)

    def connect(self, name: str, network: str) -> None:
        self._by_name(name).networks[network] = "172.30.255.254"

    def update(self, name: str, **limits: Any) -> None:
        """Change limits as `docker update` does; with the engine's names, such as Memory."""
        self._by_name(name).host |= limits

    def delete(self, name: str) -> None:
        del self.every[self._by_name(name).id]

    def stray(self, project: str, service: str, name: str, **labels: str) -> str:
        """Add a container that somebody else made under a project's name; return its id."""
        model = {"image": "stray:1", "labels": labels, "container_name": name}
        compose = {"name": project, "services": {service: model}}
        one = self._make(compose, service, 1)
        one.config["Labels"] |= labels
        return one.id

    def run_once(self, project: str, service: str) -> str:
        """Add what `docker compose run` leaves; return its id."""
        return self.stray(project, service, f"{project}-{service}-run-1", **{ONEOFF: "True"})

    def prune_images(self) -> None:
        """Remove what no container uses, tagged or not, as `docker image prune --all` does."""
        used = {one.image_id for one in self.every.values()}.union(*self.held.values())
        self.images = {
            reference: image for reference, image in self.images.items() if image in used
        }

    @property
    def names(self) -> list[str]:
        """Every container's name and state, sorted."""
        return sorted(f"{one.name} {one.state(self._time)}" for one in self.every.values())

    # Inside

    @property
    def _time(self) -> float:
        return self.clock.monotonic()

    def _answer(self) -> None:
        if not self.answering:
            raise TransientError("the Docker engine does not answer")

    def _begin(self, verb: str, what: str, task: Task | None = None) -> None:
        self._answer()
        self.before(f"{verb} {what}")
        self.changes.append(f"{verb} {what}")
        if task is not None and task.superseded():
            raise SupersededError(f"{verb} was ended")
        if self.failures.get(verb):
            raise self.failures[verb].pop(0)

    def _file(self, file: str) -> dict[str, Any]:
        if file not in self.files:
            raise ToolError(f"the release file {file} cannot be read")
        return self.files[file]

    def _up(self, compose: Mapping[str, Any], service: str, *, recreate: bool) -> None:
        model = compose["services"][service]
        wanted = int((model.get("deploy") or {}).get("replicas", model.get("scale", 1)))
        there = self._replicas(compose["name"], service)
        for surplus in there[wanted:]:
            del self.every[surplus.id]
        for one in there[:wanted]:
            same = one.made_of == hash_of(model) and one.image_id == self.images[model["image"]]
            if one.state(self._time) == "paused" and (recreate is False and same):
                raise ToolError(f"compose up failed: {one.name} is paused")
            if recreate or not same:
                del self.every[one.id]
                self._make(compose, service, int(_number(one))).start(self._time)
            elif one.state(self._time) not in {"running", "restarting"}:
                one.start(self._time)
        last = max((int(_number(one)) for one in there[:wanted]), default=0)
        for more in range(1, wanted - len(there[:wanted]) + 1):
            self._make(compose, service, last + more).start(self._time)

    def _make(self, compose: Mapping[str, Any], service: str, number: int) -> FakeContainer:
        self.made += 1
        reference = compose["services"][service]["image"]
        image = self.images.get(reference, image_id(reference))
        one = made_from(compose, service, number, image, f"container {self.made}")
        if (holder := self._named(one.name)) is not None:
            raise ToolError(
                f"compose up failed: the name {one.name} is in use by {holder.id[:12]}"
            )
        one.behaviour = self.behaviours.get(reference, self.behaviours.get(service, RUNS))
        self.every[one.id] = one
        self.networks |= dict.fromkeys(
            (n for n in one.networks if n not in self.networks), compose["name"]
        )
        new = {mount["Name"] for mount in one.mounts if "Name" in mount} - self.volumes
        for key, name in host_names(compose, "volumes").items():
            said = (compose["volumes"][key] or {}).get("labels") or {}
            self.labels |= {name: {PROJECT: compose["name"], **said}} if name in new else {}
        self.volumes |= new
        return one

    def _replicas(self, project: str, service: str) -> list[FakeContainer]:
        found = [
            one
            for one in self.every.values()
            if one.labels.get(PROJECT) == project
            and one.labels.get(SERVICE) == service
            and one.labels.get(ONEOFF) != "True"
        ]
        return sorted(found, key=lambda one: int(_number(one)))

    def _one(self, container: str) -> FakeContainer:
        if container not in self.every:
            raise ToolError(f"no such container: {container}")
        return self.every[container]

    def _named(self, name: str) -> FakeContainer | None:
        return next((one for one in self.every.values() if one.name == name), None)

    def _by_name(self, name: str) -> FakeContainer:
        found = self._named(name)
        assert found is not None, f"no container {name} among {self.names}"
        return found

    def _name(self, container: str) -> str:
        one = self.every.get(container)
        return one.name if one else container

    def _shown(self, one: FakeContainer) -> Container:
        begun = one.begun(self._time)
        moment = "0001-01-01T00:00:00Z" if begun is None else self.clock.at(begun).isoformat()
        said = copy.deepcopy(inspect_of(one, self._time, moment))
        return container_of(said, mark_of(json.dumps(said).encode()))


@dataclass(slots=True)
class FakeMarks:
    """Marks of what a fake host says, always of this moment."""

    host: FakeHost

    def containers(self, project: str) -> str:
        return marked(one.mark for one in self.host.containers(project))

    def image(self, reference: str) -> str:
        return self.host.image(reference)

    def neighbours(self, network: str) -> str:
        return neighbouring(self.host.neighbours(network))

    def resolve(self, project: Project) -> str:
        return repr((project, self.host.projects[project.directory]))

    def stored(self, file: str) -> str:
        return repr(self.host.files.get(file))

    def lost(self, use: str) -> str:
        return str(self.host.lost(use))


def image_id(reference: str) -> str:
    """Return the id that a made-up image has."""
    return "sha256:" + hashlib.sha256(reference.encode()).hexdigest()


def _number(one: FakeContainer) -> str:
    return one.labels.get("com.docker.compose.container-number", "1")
