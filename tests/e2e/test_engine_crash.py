"""The Docker engine is killed at every step of a deploy and of a rollback, and comes back.

On an engine of the test's own, in namespaces of its own.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.engine import arguments
from tests.e2e.own_engine import OwnEngine, own_engine
from tests.e2e.scenario import Home, home_in
from tests.e2e.services import IMAGE, Service, sleeping
from tests.e2e.soundness import settled, step_of, text_of, told, working, wrongs

pytestmark = [pytest.mark.engine, pytest.mark.timeout(240)]

PATIENCE = 60.0
HANGS = 8.0
LOOKS = 2.0
"""Seconds in which an engine that is away is looked for several times."""


@pytest.fixture(scope="module")
def engine() -> Iterator[OwnEngine]:
    with own_engine() as one:
        yield one


@pytest.fixture
def home(engine: OwnEngine, tmp_path: Path) -> Iterator[Home]:
    """A home on the test's own engine, whatever became of that in the test before."""
    engine.start()
    with home_in(tmp_path / "home", lambda: True, engine.address) as one:
        yield one
        engine.start()


def services(text: str, *, fails: bool = False) -> dict[str, Service]:
    """Return two services of which one is built and waits for the other."""
    api = sleeping(
        build={"context": "./image", "dockerfile_inline": f"FROM {IMAGE}\nENV BUILT={text}\n"},
        environment={"TEXT": text},
        depends_on={"db": {"condition": "service_started"}},
    )
    del api["image"]
    if fails:
        api["command"] = ["sh", "-c", "exit 3"]
    return {"api": api, "db": sleeping(environment={"TEXT": text})}


def stack(home: Home, text: str, **spec: Any) -> None:
    home.write(home.place("web") / "image" / "any", "")
    home.stack("web", services(text), stable="300ms", retry={"backoff": "1s"}, **spec)


WAYS = {
    "dies at once, Trueup runs on": (OwnEngine.kill, 0.0),
    "loses its power in the middle, Trueup starts anew": (OwnEngine.cut_power, 0.15),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_engine_that_ends_at_any_step_of_a_deploy_is_made_good(
    home: Home, engine: OwnEngine, way: str
) -> None:
    stack(home, "v0")
    home.start()
    good = home.wait_ready("web").applied
    for step in range(1, 6):
        old, new = home.container("web", "api"), f"v{step}"
        home.compose("web", services(new))
        end(home, engine, way, "apply", step)
        home.wait_until(lambda: settled(home.status("web"), good, new), way, PATIENCE)  # noqa: B023
        said = home.status("web")
        assert not wrong(home, told(said, text_of(old), new)), (step, home.report())
        assert said.applied != good, (step, home.report())
        good = said.applied


@pytest.mark.parametrize("way", WAYS)
def test_an_engine_that_ends_at_any_step_of_a_rollback_is_made_good(
    home: Home, engine: OwnEngine, way: str
) -> None:
    stack(home, "good")
    home.start()
    good = home.wait_ready("web").applied
    for step in range(1, 4):
        home.compose("web", services(f"bad{step}", fails=True))
        end(home, engine, way, "rollback", step)
        home.wait_until(lambda: rolled_back(home), way, PATIENCE)
        said = home.status("web")
        assert (said.applied, said.sync) == (good, "OutOfSync"), (step, home.report())
        assert said.condition("Stalled") == {}
        home.wait_until(lambda: not wrong(home, "good"), f"{way} {step}")
        home.compose("web", services("good"))
        home.wait_ready("web")


def test_an_engine_that_hangs_for_longer_than_compose_may_take_has_nothing_doubled(
    home: Home, engine: OwnEngine
) -> None:
    stack(home, "one", timeout="4s")
    home.start()
    good, api = home.wait_ready("web").applied, home.id("web", "api")
    begun = time.time()
    home.compose("web", {**services("one"), "db": services("two")["db"]})
    home.wait_until(lambda: any(" up " in arguments(p) for p in working(home)), "compose works")
    engine.freeze()
    try:
        home.wait_until(lambda: not working(home), "compose is ended at its deadline")
        home.wait_until(lambda: time.time() > begun + HANGS, "it hangs for a while")
    finally:
        engine.thaw()
    home.wait_until(lambda: settled(home.status("web"), good, "two"), "settled", PATIENCE)
    text = told(home.status("web"), "one", "two")
    found = list(wrongs(home, "web", {"api": "one", "db": text}))
    assert not found, home.report()
    assert home.id("web", "api") == api
    made = [one for one in home.engine.mutations(begun) if one.startswith("container start")]
    assert len(made) <= 2, made


def test_while_the_engine_is_away_a_change_waits_and_the_status_says_why(
    home: Home, engine: OwnEngine
) -> None:
    stack(home, "one", interval="500ms")
    home.start()
    good = home.wait_ready("web").applied
    engine.kill()
    home.compose("web", services("two"))
    # A look that was under way when it was killed may say first that the connection was lost.
    home.wait_until(lambda: "refused" in home.status("web").message, "it is seen to be away")
    said = home.wait_reason("web", "Unreachable")
    assert "Start it (systemctl start docker)" in said.message
    assert (said.applied, said.quarantined) == (good, "")
    written = home.status_file("web").stat().st_mtime_ns
    time.sleep(LOOKS)
    assert home.status_file("web").stat().st_mtime_ns == written

    engine.start()
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert not wrong(home, "two"), home.report()


def end(home: Home, engine: OwnEngine, way: str, phase: str, step: int) -> None:
    """End the engine in a step, and have it come back."""
    act, delay = WAYS[way]
    file, steps = home.status_file("web"), [(phase, number) for number in range(step, 9)]
    until = time.monotonic() + PATIENCE
    while step_of(file) not in steps:  # without a pause: the last step takes milliseconds
        assert time.monotonic() < until, f"never saw {phase} {step}\n{home.report()}"
    time.sleep(delay)
    act(engine)
    if "anew" in way:
        home.kill()
        home.start()
    engine.start()


def wrong(home: Home, text: str) -> list[str]:
    return list(wrongs(home, "web", dict.fromkeys(("api", "db"), text)))


def rolled_back(home: Home) -> bool:
    said = home.status("web")
    return said.reason == "RolledBack" and not said.step
