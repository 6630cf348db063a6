"""Copies of what is mounted that somebody removed, and that the engine made empty folders of."""

import shutil

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import sleeping

pytestmark = pytest.mark.engine


def test_an_empty_folder_that_the_engine_made_of_a_copy_is_not_taken_for_it(home: Home) -> None:
    home.write(home.place("web") / "site" / "page", "hello\n")
    home.write(home.place("web") / "conf", "set\n")
    mounts = ["./site:/site:ro", "./conf:/conf"]
    home.stack("web", {"api": sleeping(volumes=mounts)}, stable="300ms")
    assert home.once() == 0
    first = home.id("web", "api")
    assert home.once() == 0
    assert home.id("web", "api") == first
    for one in (home.folder / ".trueup" / "snapshots").glob("*/site"):
        shutil.rmtree(one)
    for name in ("copied", "releases"):
        shutil.rmtree(home.folder / ".trueup" / name)
    shutil.rmtree(home.answers)
    home.engine.cli("restart", "--time", "0", first)
    assert home.inside("web", "api", "ls", "/site") == ""

    assert home.once() == 0

    assert home.inside("web", "api", "cat", "/site/page").strip() == "hello"
    again = home.id("web", "api")
    assert home.once() == 0
    assert home.id("web", "api") == again
