"""One stack on a fake host: look, plan, and carry out every step as Docker would."""

import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from tests.fake_container import RUNS, UNHEALTHY, FakeContainer, made_from
from tests.fake_host import FakeHost, image_id
from tests.fakes import FakeTree
from tests.kinds.stack.builders import HERE, KEY, Model, document
from tests.kinds.stack.builders import SOURCE as REPOSITORY
from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.observe import observe
from trueup.kinds.stack.plan import plan
from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.target import Target
from trueup.model.container import SERVICE, SOURCE, STACK
from trueup.model.plan import Plan
from trueup.model.ports import Task
from trueup.model.resource import Resource
from trueup.model.status import Attempt, Quarantine, Status
from trueup.model.steps import (
    Build,
    Bundle,
    Mend,
    Pull,
    Reload,
    Remove,
    Restart,
    Seal,
    Step,
    Sweep,
    Verify,
)

TASK = Task(60.0, lambda _: None, lambda: False)


@dataclass
class World:
    """A document, its compose project, a host, and what is remembered."""

    compose: Model
    resource: Resource[StackSpec] = field(default_factory=document)
    host: FakeHost = field(default_factory=FakeHost)
    status: Status = field(default_factory=lambda: Status(KEY))

    def __post_init__(self) -> None:
        self.host.trees.setdefault(REPOSITORY, FakeTree())
        self.says(self.compose)

    @property
    def files(self) -> dict[str, str]:
        """The files of the source: absolute path → text."""
        return self.host.trees[REPOSITORY].files

    def says(self, compose: Model) -> None:
        """Have the compose file say something else from now on."""
        self.compose = compose
        self.host.projects[HERE] = compose
        for service in compose["services"].values():
            if "build" not in service:
                image = service["image"]
                self.host.registry.setdefault(image, image_id(image))

    def wants(self, resource: Resource[StackSpec]) -> None:
        """Have the document say something else from now on."""
        self.resource = resource

    def look(self) -> StackFacts:
        return observe(self.resource, self.status, self.host)

    def plan(self) -> Plan:
        return plan(self.resource, self.look(), self.status)

    def text(self) -> str:
        """Return the plan as text; digests are replaced by what they stand for."""
        text = str(self.plan())
        for reference, image in self.host.images.items():
            if not reference.startswith("trueup/"):
                text = text.replace(image.removeprefix("sha256:")[:8], f"<{reference}>")
        text = re.sub(r"release [0-9a-f]{8}", "release", text)
        found = dict.fromkeys(re.findall(r"\b[0-9a-f]{8}\b", text))
        for number, digest in enumerate(found, start=1):
            text = text.replace(digest, f"#{number}")
        return text

    def deployed(self) -> "World":
        """Carry out what is planned now, successfully."""
        self.apply(self.plan())
        return self

    def apply(self, todo: Plan) -> None:
        """Do every step, and remember what was verified."""
        if todo.bundle is not None and todo.steps:
            self.host.freeze(todo.bundle)
        for step in todo.steps:
            self._do(step, todo)

    def failed(self, todo: Plan | None = None) -> None:
        """Remember that what is wanted now was tried and failed, as the engine would."""
        todo = todo or self.plan()
        assert todo.release is not None
        images = {n: self.host.image(one.image) for n, one in todo.release.parts.items()}
        self.status = replace(
            self.status,
            attempted=Attempt(todo.revision, todo.digest, "then"),
            quarantine=Quarantine(todo.revision, todo.digest, "no answer.", "then", images),
        )

    def only(self) -> str:
        """Return the id of the one container that there is."""
        (found,) = self.host.every
        return found

    def wanted(self) -> Target:
        """Return what git says now."""
        found = self.look().wanted
        assert found is not None
        return found

    def add(self, service: str, number: int, **model: Any) -> FakeContainer:
        """Add a container of a service as compose makes it, in the state `created`."""
        bundle = self.wanted().bundle
        assert bundle is not None
        compose: dict[str, Any] = dict(bundle.compose)
        said = {**compose["services"][service], **model}
        compose["services"] = {**compose["services"], service: said}
        unique = f"added {len(self.host.every)}"
        one = made_from(compose, service, number, self.host.image(said["image"]), unique)
        self.host.every[one.id] = one
        return one

    def stray(self, service: str, name: str, **labels: str) -> None:
        """Add a running container that somebody else made under this project's name."""
        made = self.host.every[self.host.stray("web", service, name, **labels)]
        made.start(self.host.clock.monotonic())

    def _do(self, step: Step, todo: Plan) -> None:  # noqa: C901 - one case for each step
        host = self.host
        match step:
            case Mend(name=""):
                host.remove([step.container], TASK)
            case Mend():
                host.act(step.container, f"rename:{step.name}", TASK)
            case Pull():
                host.pull(step.image, TASK)
            case Build():
                host.build("web", step.file, step.service, TASK)
            case Restart():
                host.up(step.project, step.file, step.services, TASK, recreate=step.recreate)
                self._cure()
            case Reload():
                host.act(step.container, step.act, TASK)
                self._cure()
            case Remove():
                host.remove([one.id for one in self._ours(step.service, todo)], TASK)
            case Sweep():
                host.sweep(step.project, TASK)
            case Verify():
                host.clock.wait(10)
            case Seal():
                self._seal(step, todo)
            case _:
                assert_never(step)

    def _cure(self) -> None:
        """What was sick is well once it was started anew."""
        for one in self.host.every.values():
            one.behaviour = RUNS if one.behaviour is UNHEALTHY else one.behaviour

    def _ours(self, service: str, todo: Plan) -> list[FakeContainer]:
        return [
            one
            for one in self.host.every.values()
            if one.labels.get(SERVICE) == service
            and (
                (one.labels.get(STACK), one.labels.get(SOURCE)) == (str(KEY), self.resource.origin)
                or one.id in todo.adopted
            )
        ]

    def _seal(self, step: Seal, todo: Plan) -> None:
        """Pin what runs, and keep a file that names the pins."""
        compose: dict[str, Any] = dict(self.host.stored(step.file))
        services = {name: dict(said) for name, said in compose["services"].items()}
        for name, said in services.items():
            if image := self._runs(name, todo) or self.host.image(said["image"]):
                said["image"] = f"trueup/web/{name}:{image.removeprefix('sha256:')[:12]}"
                self.host.pin(image, said["image"])
        self.host.freeze(Bundle(step.sealed, {**compose, "services": services}))
        assert todo.release is not None
        release = replace(todo.release, file=step.sealed, verified_at="then")
        self.status = replace(self.status, applied=release, quarantine=None)

    def _runs(self, service: str, todo: Plan) -> str:
        return next((one.image_id for one in self._ours(service, todo)), "")


def here(path: str) -> str:
    """Return a path beside the compose file."""
    return posixpath.join(HERE, path)
