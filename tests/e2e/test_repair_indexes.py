"""Repairs that ask the real package indexes: what the log and an index decide, by rules alone.

Each service is broken in one way; the rule of its class has to find the very edit.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.repos import git
from tests.e2e.repairs import RepairHome, repair_home

pytestmark = [pytest.mark.engine, pytest.mark.timeout(240)]

PYTHON = """FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD ["python", "-u", "app.py"]
"""
SERVES = """
from http.server import HTTPServer, SimpleHTTPRequestHandler
HTTPServer(("", 80), SimpleHTTPRequestHandler).serve_forever()
"""
PROJECT = """[project]
name = "shop"
version = "1"
requires-python = ">=3.11"

[tool.setuptools]
py-modules = []
"""
NODE = """FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm {install} --no-audit --no-fund
COPY . .
CMD ["node", "app.js"]
"""
NODE_SERVES = """
require("http").createServer((_, answer) => answer.end("here\\n")).listen(80);
"""


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RepairHome]:
    with repair_home(tmp_path / "git", request) as one:
        yield one


def repaired(home: RepairHome, files: Mapping[str, str], **more: Any) -> Mapping[str, Any]:
    """Have a service of some files repaired by the rules; return the memory of the Run."""
    home.project_of(files, timeout="150s", **more)
    home.run("rules", mode="direct")
    home.commit()
    home.start()
    work = home.wait_ended(timeout=200)
    status = home.wait_ready("web")
    assert status.applied == work["candidate"]
    assert home.answer(home.port) != ""
    return work


def changed(home: RepairHome) -> list[str]:
    """Return the lines that the commit of the Run takes and puts."""
    lines = git(home.origin.path, "show", "--format=", "main").splitlines()
    return [one for one in lines if one[:1] in "+-" and one[:3] not in {"+++", "---"}]


def test_a_missing_module_is_required_by_the_name_of_its_package(home: RepairHome) -> None:
    files = {
        "Dockerfile": PYTHON,
        "requirements.txt": "tabulate==0.9.0\n",
        "app.py": f"import tabulate, yaml{SERVES}",
    }
    work = repaired(home, files)

    assert work["author"] == "rule/python-module"
    (line,) = changed(home)
    assert line.lower().startswith("+pyyaml")


def test_a_pin_that_no_index_has_becomes_one_that_it_has(home: RepairHome) -> None:
    files = {
        "Dockerfile": PYTHON,
        "requirements.txt": "tabulate==0.99.0\n",
        "app.py": f"import tabulate{SERVES}",
    }
    work = repaired(home, files)

    assert work["author"].startswith("rule/python")
    assert changed(home)[0] == "-tabulate==0.99.0"
    assert changed(home)[1].startswith("+tabulate==0.")


def test_a_package_that_the_distribution_has_renamed_is_installed_by_its_name_there(
    home: RepairHome,
) -> None:
    install = "RUN apt-get update && apt-get install -y --no-install-recommends {}\n"
    files = {
        "Dockerfile": PYTHON.replace("WORKDIR", install.format("netcat") + "WORKDIR"),
        "requirements.txt": "tabulate==0.9.0\n",
        "app.py": f"import subprocess\nsubprocess.run(['nc', '-h'], check=False){SERVES}",
    }
    work = repaired(home, files)

    assert work["author"] == "rule/apt-package"
    assert "netcat-" in changed(home)[1]


@pytest.mark.thorough
def test_the_header_that_a_package_is_compiled_with_is_installed(home: RepairHome) -> None:
    files = {
        "Dockerfile": PYTHON,
        "requirements.txt": "psycopg2==2.9.10\n",
        "app.py": f"import psycopg2{SERVES}",
    }
    repaired(home, files)

    said = "\n".join(changed(home))
    assert "libpq-dev" in said


@pytest.mark.thorough
def test_an_interpreter_that_is_too_old_for_a_project_gives_way_to_a_newer_one(
    home: RepairHome,
) -> None:
    files = {
        "Dockerfile": PYTHON.replace("3.11", "3.9")
        .replace("-r requirements.txt", ".")
        .replace("COPY req", "COPY pyproject.toml req")
        .replace("requirements.txt .", "requirements.txt ./"),
        "requirements.txt": "",
        "pyproject.toml": PROJECT,
        "app.py": SERVES,
    }
    repaired(home, files)

    assert changed(home) == ["-FROM python:3.9-slim", "+FROM python:3.11-slim"]


@pytest.mark.thorough
def test_a_missing_node_module_is_required_with_its_lock(home: RepairHome) -> None:
    files = {
        "Dockerfile": NODE.format(install="install"),
        "package.json": '{\n  "name": "shop",\n  "private": true\n}\n',
        "app.js": f'require("dayjs");{NODE_SERVES}',
    }
    work = repaired(home, files)

    assert work["author"].startswith("rule/node")
    assert any('"dayjs"' in one for one in changed(home))


@pytest.mark.thorough
def test_a_lock_that_is_out_of_step_is_made_anew(home: RepairHome) -> None:
    lock = '{\n  "name": "shop",\n  "lockfileVersion": 3,\n  "requires": true,\n  "packages": {\n'
    files = {
        "Dockerfile": NODE.format(install="ci"),
        "package.json": '{\n  "name": "shop",\n  "dependencies": {\n    "ms": "2.1.3"\n  }\n}\n',
        "package-lock.json": lock + '    "": {\n      "name": "shop"\n    }\n  }\n}\n',
        "app.js": f'require("ms");{NODE_SERVES}',
    }
    work = repaired(home, files)

    assert work["author"].startswith("rule/node")
    assert work["files"] == ["specs/web/api/package-lock.json"]


def test_an_index_that_is_away_for_a_moment_makes_nobody_patch_anything(home: RepairHome) -> None:
    with flaky(home.engine.gateway, refusals=1) as (url, asked):
        files = {
            "Dockerfile": f"FROM busybox:stable\nRUN wget -q -O /index.html {url}\n"
            'CMD ["httpd", "-f", "-p", "80", "-h", "/"]\n'
        }
        home.project_of(files)
        home.run("rules", mode="direct")
        home.commit()
        home.start()
        home.wait_until(lambda: home.phase() in {"Succeeded", "Failed"}, "the run ends")

    assert (home.phase(), home.repairs, home.work().get("files")) == ("Succeeded", [], None)
    assert len(asked) > 1


@contextmanager
def flaky(address: str, refusals: int) -> Iterator[tuple[str, list[int]]]:
    """Serve a file that cannot be had at first; yield its URL, and what was answered."""
    answered: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answered.append(503 if len(answered) < refusals else 200)
            self.send_response(answered[-1])
            self.end_headers()
            self.wfile.write(b"here\n")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((address, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://{address}:{server.server_port}/index", answered
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
