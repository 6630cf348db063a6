"""The homes that tests have, and what is needed to know that the test failed."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.e2e.counting import Relay
from tests.e2e.origin import GitHome, git_home
from tests.e2e.scenario import FAILED, Home, has_failed, home_in


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
    with home_in(tmp_path / "home", has_failed(request)) as one:
        yield one


@pytest.fixture
def followed(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[GitHome]:
    """A home that follows a git repository."""
    with git_home(tmp_path / "git", request) as one:
        yield one


@pytest.fixture
def relay(home: Home, tmp_path: Path) -> Iterator[Relay]:
    """A relay that Trueup reaches the engine through."""
    with Relay(tmp_path / "engine.sock") as one:
        home.trueup.variables["DOCKER_HOST"] = one.address
        yield one
