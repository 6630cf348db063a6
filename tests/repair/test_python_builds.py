"""Services that really fail, in their build or when they start, are mended and then work."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repair.fake_index import request
from trueup.adapters import process
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import find_endpoint
from trueup.app.indexes import package_indexes
from trueup.repair.author import Rules

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

IMAGE = f"tu-python-{os.getpid()}"
DOCKERFILE = """FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD ["python", "app.py"]
"""
CASES = {
    "a module that is not listed": (
        "itsdangerous==2.1.2\n",
        "import itsdangerous, tabulate\nprint('works')\n",
        "rule/python-module",
    ),
    "a pin that there is not": (
        "itsdangerous==99.0\n",
        "import itsdangerous\nprint('works')\n",
        "rule/python-pin",
    ),
    "a pin that needs another Python": (
        "networkx==3.7\n",
        "import networkx\nprint('works')\n",
        "rule/python-pin",
    ),
    "a misspelled package": (
        "itsdangeruos==2.1.2\n",
        "import itsdangerous\nprint('works')\n",
        "rule/python-pin",
    ),
    "pins that exclude each other": (
        "urllib3==2.2.0\nrequests==2.28.0\n",
        "import requests\nprint('works')\n",
        "rule/python-conflict",
    ),
    "a major version too far": (
        "Flask==2.0.3\nWerkzeug==3.0.0\n",
        "import flask\nprint('works')\n",
        "rule/python-api",
    ),
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    cli, cache = DockerCli(find_endpoint("")), tmp_path_factory.mktemp("indexes")
    return Rules(package_indexes(os.environ, Path.home(), cli, cache))


@pytest.fixture(autouse=True)
def removed_image() -> Iterator[None]:
    yield
    process.run(["docker", "rmi", "--force", IMAGE], timeout=60)


def tried(folder: Path, files: dict[str, str]) -> tuple[bool, str]:
    """Build and start a service; say whether it works, and what was written."""
    for name, text in files.items():
        (folder / name).write_text(text)
    build = ["docker", "build", "--progress=plain", "--tag", IMAGE, str(folder)]
    done = process.run(build, timeout=200)
    if done.code:
        return False, done.err.decode()
    done = process.run(["docker", "run", "--rm", IMAGE], timeout=60)
    return done.code == 0, (done.out + done.err).decode()


@pytest.mark.parametrize("case", CASES)
def test_a_broken_service_works_after_one_edit(case: str, rules: Rules, tmp_path: Path) -> None:
    wanted, program, author = CASES[case]
    files = {"Dockerfile": DOCKERFILE, "requirements.txt": wanted, "app.py": program}
    works, log = tried(tmp_path, files)
    assert not works

    proposal = rules.propose(request(log, files))

    assert proposal is not None, log
    assert proposal.author == author
    assert [edit.path for edit in proposal.edits] == ["requirements.txt"]
    assert tried(tmp_path, files | {edit.path: edit.after for edit in proposal.edits}) == (
        True,
        "works\n",
    )
