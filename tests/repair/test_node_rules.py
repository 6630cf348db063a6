"""A Node package is missing, or not there as it is asked for: package.json and its lock change."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.repair.fake_index import FakeIndexes, facts, request
from trueup.repair.author import Rules
from trueup.repair.semver import nearest, parsed, satisfies

LOGS = Path(__file__).parent / "logs"
DOCKERFILE = """FROM node:18-alpine
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
CMD ["node", "index.js"]
"""
INDEX = {
    "left-pad": facts(
        "left-pad", "1.2.0", "1.3.0", "2.0.0-beta.1", "9.0.0", needs={"9.0.0": ">=99"}
    ),
    "ms": facts("ms", "2.0.0", "2.1.3", "3.0.0-canary.1"),
    "react": facts("react", "16.9.0", "17.0.1", "17.0.2", "18.2.0"),
    "express": facts("express", "4.21.0", "5.1.0"),
}


def manifest(*lines: str) -> str:
    """Return a package.json with some dependencies."""
    return '{\n  "name": "api",\n  "dependencies": {\n' + "".join(lines) + "  }\n}\n"


def changed(name: str, files: Mapping[str, str]) -> dict[str, str] | None:
    """Return the files that the rules change after what a real log shows."""
    log = (LOGS / f"{name}.log").read_text()
    proposal = Rules(FakeIndexes(INDEX)).propose(request(log, {"Dockerfile": DOCKERFILE, **files}))
    return None if proposal is None else {edit.path: edit.after for edit in proposal.edits}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            manifest('    "express": "^4.1.0",\n', '    "ms": "^2.1.3"\n'),
            manifest(
                '    "express": "^4.1.0",\n', '    "left-pad": "^1.3.0",\n', '    "ms": "^2.1.3"\n'
            ),
        ),
        (
            manifest('    "ms": "2.1.3",\n', '    "express": "4.1.0"\n'),
            manifest(
                '    "ms": "2.1.3",\n', '    "express": "4.1.0",\n', '    "left-pad": "1.3.0"\n'
            ),
        ),
        (
            '{"dependencies": {"ms": "~2.1.3"}}',
            '{"dependencies": {"left-pad": "~1.3.0", "ms": "~2.1.3"}}',
        ),
        (
            '{\n\t"name": "a",\n\t"dependencies": {}\n}',
            '{\n\t"name": "a",\n\t"dependencies": {\n\t\t"left-pad": "^1.3.0"\n\t}\n}',
        ),
        (
            '{\n  "name": "a"\n}\n',
            '{\n  "name": "a",\n  "dependencies": {\n    "left-pad": "^1.3.0"\n  }\n}\n',
        ),
        ('{"name": "a"}', '{"name": "a", "dependencies": {"left-pad": "^1.3.0"}}'),
    ],
)
def test_a_package_is_added_in_the_style_of_the_file(before: str, after: str) -> None:
    assert changed("node-module", {"package.json": before}) == {"package.json": after}
    assert json.loads(after)


def test_the_lock_is_made_anew_with_it() -> None:
    files = {"package.json": manifest('    "ms": "2.1.3"\n'), "package-lock.json": "{}\n"}

    found = changed("node-module", files)

    assert found is not None
    assert json.loads(found["package-lock.json"])["wanted"] == {"left-pad": "1.3.0", "ms": "2.1.3"}


@pytest.mark.parametrize("lock", ["yarn.lock", "pnpm-lock.yaml"])
def test_a_lock_that_npm_does_not_write_is_not_put_out_of_step(lock: str) -> None:
    assert changed("node-module", {"package.json": manifest('    "ms": "1"\n'), lock: ""}) is None


def test_a_package_that_is_asked_for_already_is_not_added() -> None:
    assert changed("node-module", {"package.json": manifest('    "left-pad": "1"\n')}) is None


def test_what_npm_finds_no_solution_for_is_not_proposed() -> None:
    files = {
        "package.json": manifest('    "no-solution": "1"\n'),
        "package-lock.json": "{}\n",
    }

    assert changed("node-module", files) is None


def test_a_lock_out_of_step_is_made_anew_and_nothing_else() -> None:
    files = {"package.json": manifest('    "left-pad": "1"\n'), "package-lock.json": "{}\n"}

    found = changed("node-lock", files)

    assert found is not None
    assert list(found) == ["package-lock.json"]


def test_a_missing_lock_is_made() -> None:
    found = changed("node-lock-none", {"package.json": manifest('    "ms": "1"\n')})

    assert found is not None
    assert list(found) == ["package-lock.json"]


@pytest.mark.parametrize(
    ("log", "before", "after"),
    [
        ("node-version", '    "ms": "99.0.0"\n', '    "ms": "2.1.3"\n'),
        ("node-version", '    "ms": "^99.0.0"\n', '    "ms": "^2.1.3"\n'),
        (
            "node-peer",
            '    "react": "18.2.0",\n    "react-dom": "17.0.2"\n',
            '    "react": "17.0.2",\n    "react-dom": "17.0.2"\n',
        ),
    ],
)
def test_a_range_is_moved_as_little_as_may_be(log: str, before: str, after: str) -> None:
    files = {"package.json": manifest(before)}

    assert changed(log, files) == {"package.json": manifest(after)}


def test_a_lock_that_is_right_stays_where_the_pin_goes_back_to_it() -> None:
    lock = '{"lockfileVersion": 3, "wanted": {"ms": "2.1.3"}}\n'
    files = {"package.json": manifest('    "ms": "99.0.0"\n'), "package-lock.json": lock}

    assert changed("node-version", files) == {"package.json": manifest('    "ms": "2.1.3"\n')}


def test_a_misspelled_package_becomes_the_one_that_the_program_imports() -> None:
    log = "npm error 404  'expresss@^4.0.0' is not in this registry.\n"
    files = {
        "Dockerfile": DOCKERFILE,
        "package.json": manifest('    "expresss": "^4.0.0"\n'),
        "index.js": "const app = require('express')()\n",
    }

    proposal = Rules(FakeIndexes(INDEX)).propose(request(log, files))

    assert proposal is not None
    assert proposal.edits[0].after == manifest('    "express": "^4.21.0"\n')


def test_a_misspelled_script_is_put_right() -> None:
    files = {
        "Dockerfile": 'FROM node:18\nCOPY . .\nCMD ["npm", "run", "strat"]\n',
        "package.json": '{"scripts": {"start": "node .", "test": "x"}}',
    }

    assert changed("startup-script", files) == {
        "Dockerfile": 'FROM node:18\nCOPY . .\nCMD ["npm", "run", "start"]\n'
    }


@pytest.mark.parametrize(
    ("wanted", "yes", "no"),
    [
        ("^1.2.3", ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0"]),
        ("^0.2.3", ["0.2.9"], ["0.3.0"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4"]),
        ("~1.2", ["1.2.0", "1.2.9"], ["1.3.0"]),
        (">= 14", ["14.0.0", "20.1.1"], ["13.9.9"]),
        ("1.x || >=2.5.0 || 5.0.0 - 7.2.3", ["1.0.0", "1.9.9", "2.5.0", "7.2.3"], ["2.4.9"]),
        ("5.0.0 - 7.2", ["5.0.0", "7.2.9"], ["4.9.9", "7.3.0"]),
        (">=1.0.0 <2", ["1.9.9"], ["2.0.0"]),
        ("*", ["0.0.1", "9.9.9"], []),
        ("", ["1.0.0"], []),
        ("latest", [], ["1.0.0"]),
        ("git+https://x", [], ["1.0.0"]),
    ],
)
def test_ranges_are_understood_as_npm_does(wanted: str, yes: list[str], no: list[str]) -> None:
    assert [one for one in yes if not satisfies(parsed(one) or (0, 0, 0), wanted)] == []
    assert [one for one in no if satisfies(parsed(one) or (0, 0, 0), wanted)] == []


@pytest.mark.parametrize(
    ("pin", "found"),
    [("17.0.9", "17.0.2"), ("17.9", "17.0.2"), ("99.0.0", "18.2.0"), ("1", "16.9.0")],
)
def test_the_nearest_release_is_of_the_same_major_where_there_is_one(pin: str, found: str) -> None:
    version = nearest(INDEX["react"], pin)

    assert version is not None
    assert version.number == found
