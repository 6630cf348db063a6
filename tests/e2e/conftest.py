"""One home per test, and what is needed to know that the test failed."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.e2e.counting import Relay
from tests.e2e.scenario import Home, home_in

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Home]:
    def failed() -> bool:
        return bool(request.node.stash.get(FAILED, False))

    with home_in(tmp_path / "home", failed) as one:
        yield one


@pytest.fixture
def relay(home: Home, tmp_path: Path) -> Iterator[Relay]:
    """A relay that Trueup reaches the engine through."""
    with Relay(tmp_path / "engine.sock") as one:
        home.trueup.variables["DOCKER_HOST"] = one.address
        yield one
