"""Compose projects in other repositories, submodules and large files."""

import hashlib
from pathlib import Path

import pytest

from tests.adapters.repos import Origin, git
from tests.e2e.origin import GitHome, git_home
from tests.e2e.scenario import free_port
from tests.e2e.services import serving, serving_folder, sleeping

pytestmark = pytest.mark.engine

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"


@pytest.fixture
def home(followed: GitHome) -> GitHome:
    return followed


@pytest.fixture
def app(tmp_path: Path) -> Origin:
    """Another repository, with a compose project in it."""
    return Origin(tmp_path / "app")


def release(app: Origin, home: GitHome, tag: str, text: str, port: int) -> None:
    home.compose("app", {"api": serving(text, port)})
    app.commit({"deploy/compose.yaml": (home.place("app") / "compose.yaml").read_text()})
    git(app.work, "tag", tag)
    git(app.work, "push", "-q", str(app.path), tag)
    (home.place("app") / "compose.yaml").unlink()


def test_a_tag_of_another_repository_is_deployed_and_moving_to_another_tag_deploys_that(
    home: GitHome, app: Origin
) -> None:
    port = free_port()
    release(app, home, "v1", "one", port)
    release(app, home, "v2", "two", port)
    repository = {"url": app.url, "ref": "v1"}
    home.document("app", ["api"], path="deploy", repository=repository)
    home.commit()
    home.start()

    first = home.wait_ready("app")
    assert home.answer(port) == "one"
    assert first.body["applied"]["revision"] == git(app.path, "rev-parse", "v1")

    home.document("app", ["api"], path="deploy", repository={**repository, "ref": "v2"})
    home.commit()
    second = home.wait_ready("app", other_than=first.applied)
    assert home.answer(port) == "two"
    assert second.body["applied"]["revision"] == git(app.path, "rev-parse", "v2")

    home.document("app", ["api"], path="deploy", repository={**repository, "ref": "v9"})
    home.commit()
    home.wait_until(lambda: "v9" in home.status("app").summary, "the missing tag is told")
    assert "no tag or branch v9" in home.status("app").message
    assert home.answer(port) == "two"

    home.document("app", ["api"], path="deploy", repository={**repository, "ref": "v1"})
    home.commit()
    home.wait_ready("app", other_than=second.applied)
    assert home.answer(port) == "one"


def test_another_repository_that_is_away_is_told_and_holds_no_other_stack_up(
    home: GitHome, tmp_path: Path
) -> None:
    home.stack("web", {"api": sleeping()})
    home.document("app", ["api"], repository={"url": f"file://{tmp_path}/nowhere"})
    home.commit()
    home.start()

    home.wait_ready("web")
    home.wait_until(lambda: home.status("app").reason == "Unreachable", "it is told")
    assert "nowhere" in home.status("app").message


def part(place: Path, port: int, home: GitHome) -> Origin:
    """Return a repository with a compose project whose page is a large file."""
    library = Origin(place)
    content = b"a large page\n"
    oid = hashlib.sha256(content).hexdigest()
    store = library.path / "lfs/objects" / oid[:2] / oid[2:4] / oid
    store.parent.mkdir(parents=True)
    store.write_bytes(content)
    home.compose("x", {"api": serving_folder(port, volumes=["./page:/www/index.html:ro"])})
    compose = (home.place("x") / "compose.yaml").read_text()
    (home.place("x") / "compose.yaml").unlink()
    pointer = POINTER.format(oid, len(content))
    library.commit({"compose.yaml": compose, "page": pointer, ".gitattributes": "page filter=lfs"})
    return library


def link(home: GitHome, library: Origin) -> None:
    """Commit a document whose compose project is in a submodule."""
    home.document("web", ["api"], path="lib")
    document = home.place("web") / "stack.yaml"
    document.rename(home.origin.work / "stack.yaml")
    home.commit()
    home.origin.link(git(library.path, "rev-parse", "main"), library.url)


def test_submodules_and_large_files_arrive_with_their_contents(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    port = free_port()
    with git_home(tmp_path / "home", request, submodules=True, lfs=True, path=".") as home:
        link(home, part(tmp_path / "lib", port, home))
        home.start()

        home.wait_ready("web")
        assert home.answer(port) == "a large page"


def test_without_submodules_their_folder_is_named_as_missing(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with git_home(tmp_path / "home", request, path=".") as home:
        link(home, part(tmp_path / "lib", free_port(), home))
        home.start()

        home.wait_until(lambda: home.status("web").reason == "Refused", "it is refused")
        assert "lib" in home.status("web").message
        assert home.containers("web") == []
