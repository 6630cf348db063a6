"""What base images say of themselves, and what their own indexes have."""

import gzip
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.little_registry import little_registry
from trueup.adapters import process
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import find_endpoint
from trueup.adapters.indexes import alpine
from trueup.adapters.indexes.bases import BaseImages
from trueup.adapters.indexes.container import Container
from trueup.adapters.indexes.debian import Rows
from trueup.adapters.indexes.inside import Inside
from trueup.adapters.indexes.owner import LABEL, owner
from trueup.adapters.indexes.shelf import Shelf, shelf_for
from trueup.model.errors import TransientError, TrueupError
from trueup.model.system import Distribution, Offer

PYTHON = "python:3.11-slim"


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> BaseImages:
    return BaseImages(DockerCli(find_endpoint("")), tmp_path_factory.getbasetemp() / "indexes")


@pytest.fixture(scope="module")
def bookworm(bases: BaseImages) -> Distribution:
    found = bases.system(PYTHON)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    with little_registry() as host:
        yield host


@pytest.fixture(autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if request.node.get_closest_marker("engine"):
        assert not _ours()


def _ours() -> list[bytes]:
    command = ["docker", "ps", "-a", "--filter", f"label={LABEL}={owner()}", "-q"]
    return subprocess.run(command, check=True, capture_output=True, timeout=30).stdout.split()


@pytest.mark.engine
def test_an_image_says_which_distribution_it_has(bookworm: Distribution) -> None:
    assert (bookworm.family, bookworm.user) == ("debian", "")
    assert bookworm.name.startswith("Debian GNU/Linux 12")
    assert {"apt", "python3-minimal"} <= bookworm.installed
    assert "gcc" not in bookworm.installed


@pytest.mark.engine
def test_its_index_says_what_there_is(bookworm: Distribution) -> None:
    found = bookworm.package("libpq-dev")
    assert found is not None
    assert found.version.startswith("15.")
    assert bookworm.package("libpng12-dev") is None
    assert bookworm.package("netcat") is None
    standing = {one.name for one in bookworm.standing_for("netcat")}
    assert standing == {"netcat-openbsd", "netcat-traditional"}
    made = {name: bookworm.package(name) for name in ("uvicorn", "npm", "git")}
    assert [one and one.runs_on for one in made.values()] == ["python", "node", ""]


@pytest.mark.engine
def test_its_index_says_who_has_a_file(bookworm: Distribution) -> None:
    found = bookworm.holding(["libpq-fe.h", "bin/git", "libGL.so.1", "libpng.pc"])
    assert {name for name, _ in found} == {"libpq-dev", "git", "libgl1", "libpng-dev"}


@pytest.mark.engine
def test_what_is_the_same_for_all_architectures_is_found_too(bookworm: Distribution) -> None:
    assert bookworm.holding(["bin/npm"]) == (("npm", "usr/bin/npm"),)


@pytest.mark.engine
def test_what_was_fetched_is_not_fetched_again(bases: BaseImages, bookworm: Distribution) -> None:
    assert bookworm.package("git")
    before = {path: path.stat().st_mtime_ns for path in bases.cache.rglob("*.gz")}
    again = BaseImages(bases.cli, bases.cache).system(PYTHON)
    assert again is not None
    assert again.package("git") == bookworm.package("git")
    assert {path: path.stat().st_mtime_ns for path in bases.cache.rglob("*.gz")} == before


@pytest.mark.engine
def test_an_index_that_cannot_be_reached_says_nothing(bases: BaseImages, tmp_path: Path) -> None:
    found = BaseImages(bases.cli, tmp_path, network="none").system(PYTHON)
    assert found is not None
    with pytest.raises(TransientError):
        found.package("git")
    assert not [*tmp_path.rglob("*.gz")]


@pytest.mark.engine
def test_an_image_without_a_distribution_has_none(bases: BaseImages) -> None:
    assert bases.system("busybox:stable") is None


@pytest.mark.engine
def test_an_image_that_is_not_there_is_an_error(bases: BaseImages) -> None:
    with pytest.raises(TrueupError, match="docker run"):
        bases.system("127.0.0.1:9/nobody/nothing:1")


@pytest.mark.engine
def test_a_registry_says_which_images_there_are(bases: BaseImages, registry: str) -> None:
    assert bases.has_image(f"{registry}/shop:1")
    assert not bases.has_image(f"{registry}/shop:2")
    assert not bases.has_image(f"{registry}/private:1")


@pytest.mark.engine
def test_a_registry_that_does_not_answer_says_nothing(bases: BaseImages) -> None:
    with pytest.raises(TransientError):
        bases.has_image("127.0.0.1:9/shop:1")


@pytest.mark.engine
def test_an_image_of_the_engine_is_there(bases: BaseImages) -> None:
    assert bases.has_image(PYTHON)


def test_lines_of_a_list_of_files_are_taken_whole_however_they_come() -> None:
    text = (
        b"usr/bin/git\tvcs/git\n"
        b"usr/share/doc/git/README  vcs/git\n"
        b"usr/include/postgresql/libpq-fe.h   libdevel/libpq-dev\n"
        b"usr/lib/x86_64-linux-gnu/libGL.so.1 universe/libs/libgl1,libs/other\n"
        b"./usr/include/ffi.h libdevel/libffi-dev\n"
        b"usr/lib/x86_64-linux-gnu/pkgconfig/x.pc libdevel/x-dev"
    )
    wanted = [
        ("usr/bin/git", "git"),
        ("usr/include/postgresql/libpq-fe.h", "libpq-dev"),
        ("usr/lib/x86_64-linux-gnu/libGL.so.1", "libgl1,other"),
        ("usr/include/ffi.h", "libffi-dev"),
        ("usr/lib/x86_64-linux-gnu/pkgconfig/x.pc", "x-dev"),
    ]
    for size in (1, 7, 1000):
        found: list[tuple[str, str]] = []
        rows = Rows(found.extend)
        for at in range(0, len(text), size):
            rows.add(text[at : at + size])
        rows.end()
        assert found == wanted


INDEX = """\
C:Q1dmVzdA==
P:libpq-dev
V:16.8-r0
A:x86_64
p:pc:libpq=16.8 cmd:pg_config=16.8-r0

P:mesa-gl
V:24.0.9-r0
D:so:libc.musl-x86_64.so.1 python3~3.12 so:x
p:so:libGL.so.1=1.2.0
"""


def test_the_index_of_alpine_says_which_commands_and_libraries_packages_have() -> None:
    first, second = alpine.read_index(INDEX)
    assert first == Offer("libpq-dev", "16.8-r0", ("pc:libpq", "cmd:pg_config"))
    assert second.runs_on == "python"
    assert [*alpine.files(first), *alpine.files(second)] == [
        ("usr/lib/pkgconfig/libpq.pc", "libpq-dev"),
        ("usr/bin/pg_config", "libpq-dev"),
        ("usr/lib/libGL.so.1", "mesa-gl"),
    ]


class Quiet(Container):
    """A container in which an index was fetched already."""

    def try_to(self, argv: Sequence[str], **given: Any) -> process.Finished:
        if argv[1] != "dumpavail":
            return process.Finished(0, b"", b"")
        given["sink"](b"Package: a\nVersion: 1\n\nPackage: b\nVersion: $(c)\n\nPackage: d;e\n")
        return process.Finished(0, b"", b"")


def test_a_package_with_a_name_for_a_shell_does_not_count(tmp_path: Path) -> None:
    quiet = Quiet(DockerCli(find_endpoint("")), "none")
    shelf = Shelf(tmp_path)
    inside = Inside("debian", "x", "", frozenset(), shelf, lambda: nullcontext(quiet))
    assert inside.names() == {"a"}


def test_what_is_of_yesterday_or_damaged_is_fetched_again(tmp_path: Path) -> None:
    shelf = shelf_for(tmp_path, "debian", "some sources")
    versions = iter(("1", "2", "3"))

    def fetch() -> list[Offer]:
        return [Offer("x", next(versions), ("y",))]

    def version() -> str:
        return shelf.offers(fetch)["x"].version

    assert (version(), version()) == ("1", "1")
    (path,) = tmp_path.rglob("*.gz")
    old = time.time() - 2 * 86400
    os.utime(path, (old, old))
    assert version() == "2"
    path.write_bytes(gzip.compress(b"[]")[:-5])
    assert version() == "3"
    assert shelf_for(tmp_path, "debian", "other sources") != shelf
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_two_at_once_both_have_an_answer(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "x")
    found: list[bytes] = []
    row = ("usr/bin/git", "git")

    def ask() -> None:
        found.append(shelf.rows("native", lambda: [row]))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [b"usr/bin/git\tgit\n"] * 4
