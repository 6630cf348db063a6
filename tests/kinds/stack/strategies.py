"""Random stacks, and random things that happen to their containers."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.fake_container import COMPLETES, UNHEALTHY
from tests.fake_host import image_id
from tests.kinds.stack.builders import (
    HERE,
    KEY,
    ORIGIN,
    Model,
    bind,
    built,
    document,
    health,
    limits,
    needs,
    project,
    service,
)
from tests.kinds.stack.world import World, here
from trueup.kinds.stack.spec import ServiceSpec, StackSpec
from trueup.model.container import PROJECT, SOURCE, STACK
from trueup.model.resource import Resource

NAMES = ("a", "b", "c")
NUMBER = "com.docker.compose.container-number"
WORKING_DIR = "com.docker.compose.project.working_dir"
Happening = Callable[[World, str], None]


@dataclass(frozen=True)
class Story:
    """What was deployed before (or nothing), what is wanted now, and what happened between."""

    before: Model | None
    now: Model
    resource: Resource[StackSpec]
    files: dict[str, str]
    happened: list[tuple[Happening, int]] = field(default_factory=list)
    bystanders: bool = False

    def world(self) -> World:
        """Return the world at the end of the story."""
        world = World(self.before or self.now, self.resource)
        world.files.update({here("api/Dockerfile"): "FROM base:1\n", here("conf/x"): "1"})
        for name, said in self.resource.spec.services.items():
            if said.one_shot:
                world.host.behaviours[name] = COMPLETES
        if self.before is not None:
            world.deployed()
        for happening, number in self.happened:
            names = sorted(one.name for one in world.host.every.values())
            if names:
                happening(world, names[number % len(names)])
        world.files.update(self.files)
        world.says(self.now)
        return world


ASIDE = "0123456789ab_"
"""How compose names a container that is to take the place of another."""


def _leftover(world: World, name: str) -> None:
    """What a compose leaves that was killed after it made the new container."""
    for service_name in world.wanted().services:
        if f"-{service_name}-" in name and not world.wanted().services[service_name].builds:
            aside = f"{ASIDE}{name}"
            if aside not in {one.name for one in world.host.every.values()}:
                world.add(service_name, int(name[-1]), container_name=aside)


def _by_hand(world: World, name: str) -> None:
    """Somebody ran `docker compose up` in the folder of the project, which mends names."""
    if name.startswith(ASIDE):
        return
    one = next(c for c in world.host.every.values() if c.name == name)
    label = one.labels["com.docker.compose.service"]
    world.host.delete(name)
    world.stray(label, name, **{WORKING_DIR: HERE, NUMBER: one.labels[NUMBER]})


def _halted(state: str) -> Happening:
    def happening(world: World, name: str) -> None:
        next(c for c in world.host.every.values() if c.name == name).halted = state

    return happening


def _sick(world: World, name: str) -> None:
    next(c for c in world.host.every.values() if c.name == name).behaviour = UNHEALTHY


def _renamed(world: World, name: str) -> None:
    world.host.rename(name, f"{name}-aside-{len(world.host.every)}")


def _disconnected(world: World, name: str) -> None:
    next(c for c in world.host.every.values() if c.name == name).networks.clear()


def _moved(world: World, name: str) -> None:
    del name
    world.host.images["app:1"] = image_id("app:1 moved")


HAPPENINGS: tuple[Happening, ...] = (
    lambda world, name: world.host.delete(name),
    lambda world, name: world.host.kill(name, 1),
    lambda world, name: world.host.pause(name),
    lambda world, name: world.host.update(name, Memory=7),
    _halted("created"),
    _halted("dead"),
    _sick,
    _renamed,
    _disconnected,
    _leftover,
    _by_hand,
    _moved,
)


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Return one service of a random project."""
    said: dict[str, Any] = {}
    if draw(st.booleans()):
        said["deploy"] = {"replicas": draw(st.integers(0, 3)), **limits(memory="1048576")}
    if draw(st.booleans()):
        said["healthcheck"] = health()
    if draw(st.booleans()):
        said["volumes"] = [bind(here("conf"), "/conf", read_only=draw(st.booleans()))]
    if draw(st.booleans()):
        said["environment"] = {"A": draw(st.sampled_from(["1", "2"]))}
    if draw(st.integers(0, 3)) == 0:
        return built(**said)
    return service(draw(st.sampled_from(["app:1", "app:2"])), **said)


@st.composite
def projects(draw: st.DrawFn) -> Model:
    """Return a random project whose services wait for earlier ones."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(sorted))
    services = {name: draw(models()) for name in names}
    for earlier, later in itertools.pairwise(names):
        if draw(st.booleans()):
            services[later]["depends_on"] = needs(**{earlier: "started"})
    return project(**services)


@st.composite
def documents(draw: st.DrawFn) -> Resource[StackSpec]:
    """Return a document with random terms for each service."""
    gentle: dict[str, str] = draw(
        st.sampled_from([{}, {"conf": "restart"}, {"conf": "ignore"}, {"conf/x": "signal:HUP"}])
    )
    said = {
        name: ServiceSpec(one_shot=draw(st.integers(0, 4)) == 0, on_change=gentle)
        for name in NAMES
    }
    return document(services=said, prune=draw(st.booleans()))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Return a story of one stack."""
    now = draw(projects())
    happened = st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 10))
    return Story(
        before=draw(st.one_of(st.none(), projects(), st.just(now))),
        now=now,
        resource=draw(documents()),
        files={here("conf/x"): draw(st.sampled_from(["1", "2"]))},
        happened=draw(st.lists(happened, max_size=4)),
    )


def with_strangers(world: World) -> set[str]:
    """Add containers of others, which nobody of ours may touch; return their ids."""
    before = set(world.host.every)
    world.stray("a", "shop-a-1", **{PROJECT: "shop"})
    world.stray("a", "other-a-1", **{PROJECT: "other", STACK: "Stack/other", SOURCE: ORIGIN})
    world.stray("a", "twin-a-1", **{PROJECT: "twin", STACK: str(KEY), SOURCE: "elsewhere"})
    world.stray("tool", "web-tool-1", **{WORKING_DIR: HERE})
    world.host.run_once("web", "a")
    return set(world.host.every) - before
