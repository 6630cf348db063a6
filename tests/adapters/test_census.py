"""Marks of what the engine shows: the same while nothing changes, never when something does."""

from collections.abc import Callable

import pytest

from tests.adapters.conftest import HEALTHY, Stage
from tests.real_host import RealHost, docker
from trueup.adapters.docker.census import INSPECTED, PASS, Census
from trueup.adapters.docker.endpoint import Endpoint
from trueup.adapters.docker.host import Host
from trueup.model.container import marked
from trueup.model.errors import TransientError

pytestmark = pytest.mark.engine


def again(stage: Stage) -> None:
    """Take a container off its network and put it back, without its names."""
    network = f"{stage.project}_default"
    stage.host.disconnect(stage.name("web"), network)
    stage.host.connect(stage.name("web"), network)


SEEN_IN_LIST: dict[str, Callable[[Stage], object]] = {
    "killed": lambda stage: stage.host.kill(stage.name("web")),
    "paused": lambda stage: stage.host.pause(stage.name("web")),
    "renamed": lambda stage: stage.host.rename(stage.name("web"), f"{stage.project}-other"),
    "disconnected": lambda stage: stage.host.disconnect(
        stage.name("web"), f"{stage.project}_default"
    ),
    "connected again": again,
    "removed": lambda stage: stage.host.delete(stage.name("web")),
    "joined by another": lambda stage: stage.host.run_once(stage.project, "web"),
}


class Watch:
    """A census of the real engine at a time that the test says."""

    def __init__(self, stage: Stage) -> None:
        assert isinstance(stage.host, RealHost)
        self.stage, self.time = stage, 0.0
        self.census = Census(stage.host.host.api, lambda: self.time)

    def mark(self) -> str:
        """Return the mark at the next moment for which a new list is made."""
        self.time += 2 * PASS
        return self.census.containers(self.stage.project)

    def wait_other_than(self, before: str) -> None:
        """Wait for another mark: the engine notes an end a moment after it has answered."""
        while self.mark() == before:
            assert self.time < INSPECTED, "the list does not show it"  # later on all is inspected

    def image(self, reference: str) -> str:
        self.time += 2 * PASS
        return self.census.image(reference)


@pytest.fixture
def watch(real: Stage) -> Watch:
    real.service("web", mem_limit="33554432")
    real.up("web")
    one = Watch(real)
    one.census.listening(told=True)
    return one


def update(watch: Watch) -> None:
    watch.stage.host.update(watch.stage.name("web"), Memory=67108864)


def test_a_mark_is_that_of_the_answer_and_stays_while_nothing_changes(watch: Watch) -> None:
    containers = watch.stage.host.containers(watch.stage.project)

    assert watch.mark() == marked(one.mark for one in containers)
    assert watch.mark() == watch.mark()


@pytest.mark.parametrize("what", list(SEEN_IN_LIST))
def test_without_any_event_the_next_list_shows_a_container_that_is(
    watch: Watch, what: str
) -> None:
    before = watch.mark()

    SEEN_IN_LIST[what](watch.stage)

    watch.wait_other_than(before)
    containers = watch.stage.host.containers(watch.stage.project)
    assert watch.mark() == marked(one.mark for one in containers)


def test_a_limit_changed_by_hand_is_seen_at_once_where_an_event_tells_of_it(
    watch: Watch,
) -> None:
    before = watch.mark()

    update(watch)
    watch.census.stirred(watch.stage.project)

    assert watch.census.containers(watch.stage.project) != before


def test_a_limit_changed_by_hand_is_seen_later_where_the_event_was_lost(watch: Watch) -> None:
    before = watch.mark()

    update(watch)
    assert watch.mark() == before  # a list does not show limits
    watch.time += INSPECTED

    assert watch.mark() != before


def test_a_limit_changed_by_hand_is_seen_with_the_next_list_where_nobody_listens(
    watch: Watch,
) -> None:
    watch.census.listening(told=False)
    before = watch.mark()

    update(watch)

    assert watch.mark() != before


def test_what_was_seen_before_anybody_listened_is_looked_at_anew(watch: Watch) -> None:
    watch.census.listening(told=False)
    before = watch.mark()
    update(watch)
    watch.time += 2 * PASS
    watch.census.listening(told=True)

    assert watch.mark() != before


def test_health_counts_and_a_health_check_that_runs_does_not(real: Stage) -> None:
    real.service("web", healthcheck=HEALTHY)
    real.up("web")
    watch = Watch(real)
    starting = watch.mark()
    real.until(lambda: real.containers["web-1"].health == "healthy")
    healthy = watch.mark()
    last = checks(real)[-1]  # the engine keeps the last five

    real.until(lambda: checks(real)[-1] != last)

    assert starting != healthy
    assert watch.mark() == healthy


def checks(stage: Stage) -> list[object]:
    health = stage.containers["web-1"].inspect["State"]["Health"]
    found: list[object] = health["Log"]
    return found


def test_an_image_that_moves_or_goes_is_seen_with_the_next_list(watch: Watch) -> None:
    tag = f"{watch.stage.project}-image"
    assert watch.image("busybox:stable") == watch.stage.host.image("busybox:stable")
    assert watch.image("docker.io/library/busybox:stable") == watch.image("busybox:stable")
    assert watch.image(tag) == ""

    docker("tag", "busybox:stable", tag)
    assert watch.image(tag) == watch.image(f"{tag}:latest") == watch.image("busybox:stable")

    docker("rmi", tag)
    assert watch.image(tag) == ""


def test_a_project_without_containers_has_a_mark_too(watch: Watch) -> None:
    assert watch.census.containers("nobody-has-this") == marked(())


def test_what_was_gathered_ahead_hides_nothing_that_happens_afterwards(watch: Watch) -> None:
    watch.time += 2 * PASS
    watch.census.gather()
    gathered = watch.census.containers(watch.stage.project)
    containers = watch.stage.host.containers(watch.stage.project)
    assert gathered == marked(one.mark for one in containers)

    watch.stage.host.pause(watch.stage.name("web"))

    assert watch.mark() != gathered


def test_an_engine_that_does_not_answer_is_told_to_whoever_asks_not_ahead_of_it() -> None:
    absent = Endpoint("unix:///nowhere/docker.sock")
    census = Census(Host(absent).api)
    census.gather()
    with pytest.raises(TransientError):
        census.containers("any")
