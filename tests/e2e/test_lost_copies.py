"""Copies of what is mounted that somebody removed, and that the engine made empty folders of."""

import os
import shutil

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import sleeping

pytestmark = pytest.mark.engine


def test_an_empty_folder_that_the_engine_made_of_a_copy_is_not_taken_for_it(home: Home) -> None:
    home.write(home.place("web") / "site" / "page", "hello\n")
    home.write(home.place("web") / "conf", "set\n")
    reads, writes = sleeping(volumes=["./site:/site:ro"]), sleeping(volumes=["./conf:/conf"])
    other = sleeping(volumes=["./conf:/conf:ro"])
    services = {"reads": reads, "writes": writes, "other": other}
    home.stack("web", services, stable="300ms")
    assert home.once() == 0
    first = home.ids("web")
    home.inside("web", "writes", "sh", "-c", "echo changed >> /conf")
    assert home.inside("web", "other", "cat", "/conf").strip() == "set"
    assert home.once() == 0
    assert home.ids("web") == first

    shutil.rmtree(home.folder / ".trueup")
    shutil.rmtree(home.answers)
    home.engine.cli("restart", "--time", "0", home.id("web", "reads"))
    assert home.inside("web", "reads", "ls", "/site").strip() == ""
    assert home.once() == 0

    assert home.inside("web", "reads", "cat", "/site/page").strip() == "hello"
    assert home.inside("web", "writes", "cat", "/conf").strip() == "set"
    again = home.ids("web")
    assert not set(again.values()) & set(first.values())
    assert home.once() == 0
    assert home.ids("web") == again


def test_a_release_whose_status_is_damaged_is_not_cleared_away_by_another_stack(
    home: Home,
) -> None:
    """What is older than an hour may be cleared away, and so everything is made old."""
    for name in ("web", "other"):
        home.write(home.place(name) / "site" / "page", f"{name}\n")
        home.stack(name, {"api": sleeping(volumes=["./site:/site:ro"])}, stable="300ms")
    assert home.once() == 0
    kept = releases(home, "web")
    home.write(home.status_file("web"), "{")
    for path in (home.folder / ".trueup").rglob("*"):
        os.utime(path, (0, 0), follow_symlinks=False)
    home.document("web", ["api"], suspend=True)
    home.write(home.place("other") / "site" / "page", "changed\n")
    home.once()

    assert home.inside("other", "api", "cat", "/site/page").strip() == "changed"
    assert home.inside("web", "api", "cat", "/site/page").strip() == "web"
    assert releases(home, "web") >= kept


def releases(home: Home, name: str) -> set[str]:
    folder = home.folder / ".trueup" / "releases" / "Stack" / name
    return {one.name for one in folder.iterdir()}
