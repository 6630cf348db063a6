"""What real builds wrote when they failed, what that means, and what is done about it."""

from pathlib import Path

import pytest

from tests.repair.fake_bases import FakeBases, debian
from tests.repair.fake_index import FakeIndexes, request
from trueup.model.repair import Proposal
from trueup.repair.author import Rules
from trueup.repair.diagnose import diagnose
from trueup.repair.unified import diff_of

LOGS = Path(__file__).with_name("logs")
BASE = "FROM python:3.11-slim\n"
RUN = "RUN apt-get update && apt-get install -y --no-install-recommends {} "
LISTS = "&& rm -rf /var/lib/apt/lists/*\n"
C = "RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev"

MYSQL = "default-libmysqlclient-dev gcc libc6-dev pkg-config python3-dev"

CASES = {
    "a command of a RUN": (
        "git",
        f"{BASE}RUN git --version\n",
        ("command", "git"),
        [f"+{RUN.format('git')}{LISTS}"],
    ),
    "a command that pip needs": (
        "gitpip",
        f"{BASE}RUN pip install git+https://example.invalid/x.git\n",
        ("command", "git"),
        [f"+{RUN.format('git')}{LISTS}"],
    ),
    "a command that a container starts with": (
        "curl",
        f'{BASE}CMD ["curl", "localhost"]\n',
        ("command", "curl"),
        [f"+{RUN.format('curl')}{LISTS}"],
    ),
    "a program of make": (
        "make",
        f"{BASE}RUN make all\n",
        ("command", "make"),
        [f"+{RUN.format('make')}{LISTS}"],
    ),
    "a compiler, and what it needs for Python": (
        "gcc",
        f"{BASE}RUN pip install --no-cache-dir netifaces==0.11.0\n",
        ("command", "gcc"),
        [f"+{RUN.format('gcc libc6-dev python3-dev')}{LISTS}"],
    ),
    "pg_config, and the compiler that is asked for next": (
        "psycopg2",
        (
            f"{BASE}WORKDIR /app\nCOPY Dockerfile .\n"
            "RUN pip install --no-cache-dir psycopg2==2.9.9\n"
        ),
        ("command", "pg_config"),
        [f"+{RUN.format('gcc libc6-dev libpq-dev python3-dev')}{LISTS}"],
    ),
    "the client of MySQL": (
        "mysqlclient",
        f"{BASE}RUN pip install --no-cache-dir mysqlclient==2.2.4\n",
        ("command", "mysql_config"),
        [
            f"+{RUN.format(MYSQL)}{LISTS}",
        ],
    ),
    "development packages by their names": (
        "lxml",
        f"{BASE}{C} python3-dev\nRUN pip install --no-cache-dir --no-binary lxml lxml==5.2.2\n",
        ("development", "libxml2 and libxslt"),
        [
            f"-{C} python3-dev\n",
            f"+{C} libxml2-dev libxslt1-dev python3-dev\n",
        ],
    ),
    "a header of Python": (
        "pythonh",
        f"{BASE}{C}\nRUN pip install --no-cache-dir netifaces==0.11.0\n",
        ("header", "Python.h"),
        [f"-{C}\n", f"+{C} python3-dev\n"],
    ),
    "a header": (
        "ffi",
        f"{BASE}{C} python3-dev\nRUN pip install --no-cache-dir --no-binary cffi cffi==1.16.0\n",
        ("header", "ffi.h"),
        [f"-{C} python3-dev\n", f"+{C} libffi-dev python3-dev\n"],
    ),
    "a library": (
        "libgl",
        f"{BASE}RUN pip install opencv-python\nRUN python -c 'import cv2'\n",
        ("library", "libGL.so.1"),
        [f"+{RUN.format('libgl1')}{LISTS}"],
    ),
    "a package that has another name": (
        "libpng12",
        f"{BASE}RUN apt-get update && apt-get install -y libpng12-dev {LISTS}",
        ("apt-package", "libpng12-dev"),
        [
            f"-RUN apt-get update && apt-get install -y libpng12-dev {LISTS}",
            f"+RUN apt-get update && apt-get install -y libpng-dev {LISTS}",
        ],
    ),
    "a package that others stand for": (
        "netcat",
        f"{BASE}RUN apt-get update && apt-get install -y netcat\n",
        ("apt-package", "netcat"),
        [
            "-RUN apt-get update && apt-get install -y netcat\n",
            "+RUN apt-get update && apt-get install -y netcat-openbsd\n",
        ],
    ),
    "a version that is gone": (
        "exact",
        f"{BASE}RUN apt-get update && apt-get install -y curl=7.88.1-1 git\n",
        ("apt-version", "curl"),
        [
            "-RUN apt-get update && apt-get install -y curl=7.88.1-1 git\n",
            "+RUN apt-get update && apt-get install -y curl=2.0-1 git\n",
        ],
    ),
    "lists that were not fetched": (
        "noupdate",
        f"{BASE}RUN apt-get install -y curl\n",
        ("apt-package", "curl"),
        [
            "-RUN apt-get install -y curl\n",
            "+RUN apt-get update && apt-get install -y curl\n",
        ],
    ),
    "another Python that a project requires": (
        "different",
        f"{BASE}WORKDIR /app\nCOPY pyproject.toml .\nRUN pip install --no-cache-dir .\n",
        ("python-version", ">=3.12"),
        ["-FROM python:3.11-slim\n", "+FROM python:3.12-slim\n"],
    ),
    "a line that only another Python can read": (
        "syntax",
        f'{BASE}RUN printf "type Name = str\\n" > /t.py && python /t.py\n',
        ("python-version", ">=3.12"),
        ["-FROM python:3.11-slim\n", "+FROM python:3.12-slim\n"],
    ),
}


def proposed(log: str, dockerfile: str) -> Proposal | None:
    system = debian(installed=frozenset({"python3-pip"}))
    bases = FakeBases({"python:3.11-slim": system}, frozenset({"python:3.12-slim"}))
    return Rules(FakeIndexes(bases=bases)).propose(request(log, {"Dockerfile": dockerfile}))


def changed(proposal: Proposal | None) -> list[str]:
    lines = diff_of(proposal.edits).splitlines(keepends=True) if proposal else []
    signs = [line for line in lines if line[:1] in {"+", "-"}]
    return [line for line in signs if not line.startswith(("+++", "---"))]


@pytest.mark.parametrize("case", CASES)
def test_a_build_that_failed_is_understood_and_mended(case: str) -> None:
    name, dockerfile, (cause, subject), lines = CASES[case]
    log = (LOGS / f"{name}.log").read_text()
    first = diagnose(log)[0]
    assert (first.cause, first.subject) == (cause, subject)
    assert changed(proposed(log, dockerfile)) == lines


@pytest.mark.parametrize("case", CASES)
def test_what_is_there_already_is_not_asked_for_again(case: str) -> None:
    name, dockerfile, _, _ = CASES[case]
    log = (LOGS / f"{name}.log").read_text()
    first = proposed(log, dockerfile)
    assert first is not None
    again = proposed(log, first.edits[0].after)
    assert again is None or again.edits != first.edits


@pytest.mark.parametrize(
    ("name", "cause", "subject"),
    [("nopubkey", "apt-key", "78DBA3BC47EF2265"), ("gone", "apt-suite", "stretch")],
)
def test_what_only_a_person_can_decide_is_said_and_not_edited(
    name: str, cause: str, subject: str
) -> None:
    log = (LOGS / f"{name}.log").read_text()
    first = diagnose(log)[0]
    assert (first.cause, first.subject) == (cause, subject)
    assert proposed(log, f"{BASE}RUN apt-get update\n") is None
