"""`diagnose`: from a log to a cause and an edit, without touching anything."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.index_server import Answer, serving
from tests.cli.conftest import Child
from tests.cli.place import Place
from tests.cli.test_starting import SLOW, imported
from tests.pages import ROOT, blocks

LOG = """api-1  | Traceback (most recent call last):
api-1  |   File "/app/app.py", line 1, in <module>
api-1  |     import yaml
api-1  | ModuleNotFoundError: No module named 'yaml'
"""
WAITING = "E: Failed to fetch http://deb.example/x  503  Service Unavailable\n"
DOCKERFILE = (
    "FROM python:3.11-slim\nCOPY {0}requirements.txt .\nRUN pip install -r requirements.txt\n"
)
PAGE = '<a href="PyYAML-6.0.1.tar.gz">PyYAML-6.0.1.tar.gz</a>'


@pytest.fixture
def broken(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A service whose requirements lack one package, and a log that shows it."""
    place.write("api/Dockerfile", DOCKERFILE.format(""))
    place.write("api/requirements.txt", "flask==3.0.3\n")
    place.write("log.txt", LOG)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    return place


@pytest.fixture
def index(broken: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The same, with an index that answers."""
    with serving({"/simple/pyyaml/": Answer(PAGE.encode())}) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")
        yield broken


def test_cause_line_and_edit_are_told_and_nothing_is_touched(index: Place) -> None:
    before = index.files()

    said = index.run("diagnose", "log.txt", "--dir", "api")

    assert (said.code, said.err) == (0, "")
    assert said.out in blocks(ROOT / "docs" / "repair-rules.md", "")
    assert index.files() == before


@pytest.mark.parametrize(
    ("file", "prefix"), [("api/Dockerfile", ""), ("api/Dockerfile", "api/"), ("x/File", "api/")]
)
def test_a_dockerfile_elsewhere_is_read_with_the_folder_that_it_copies_from(
    index: Place, file: str, prefix: str
) -> None:
    index.write(file, DOCKERFILE.format(prefix))

    said = index.run("diagnose", "log.txt", "--dockerfile", file)

    assert said.code == 0
    assert "+++ b/api/requirements.txt" in said.out


def test_it_is_there_for_programs_too(index: Place) -> None:
    said = json.loads(index.run("diagnose", "log.txt", "--dir", "api", "-o", "json").out)

    assert said["diagnoses"][0]["subject"] == "yaml"
    assert said["author"] == "rule/python-module"
    assert said["diff"].endswith("+PyYAML==6.0.1\n")
    assert said["pattern"] == "ModuleNotFoundError: No module named 'yaml'"


def test_without_a_network_the_cause_is_told_all_the_same(broken: Place) -> None:
    said = broken.run("diagnose", "log.txt", "--dir", "api")

    assert said.code == 1
    assert "The Python module yaml is not installed." in said.out
    assert "The index was not asked, so there is no edit" in said.out


def test_what_may_pass_is_not_to_be_patched_and_nobody_is_asked(broken: Place) -> None:
    broken.write("log.txt", WAITING)

    said = broken.run("diagnose", "log.txt")

    assert said.code == 0
    assert said.out.endswith("This may pass by itself: try again, and change nothing.\n")


def test_a_log_may_come_from_another_program(child: Child) -> None:
    (child.folder / "log.txt").write_text("all is well\n")

    done = child.trueup("diagnose", "-")

    assert (done.returncode, done.stdout) == (1, "No error of a known class is in this log.\n")


def test_an_error_that_no_edit_mends_is_told(broken: Place) -> None:
    broken.write("log.txt", "Error: listen EADDRINUSE: address already in use :::3000\n")

    said = broken.run("diagnose", "log.txt")

    assert (said.code, said.out.splitlines()[-1]) == (1, "No rule has an edit for it.")


def test_what_cannot_be_read_is_told(broken: Place) -> None:
    assert "nothing.txt cannot be read" in broken.run("diagnose", "nothing.txt").err
    assert "nowhere is no folder" in broken.run("diagnose", "log.txt", "--dir", "nowhere").err


def test_a_log_of_other_bytes_is_no_error(broken: Place) -> None:
    Path("log.txt").write_bytes(b"\xff\x00\x1b[31m" * 100)

    assert broken.run("diagnose", "log.txt").code == 1


def test_a_log_that_shows_nothing_needs_no_client_of_anything(child: Child) -> None:
    (child.folder / "log.txt").write_text("all is well\n")

    assert not imported(child, "diagnose", "log.txt") & SLOW
