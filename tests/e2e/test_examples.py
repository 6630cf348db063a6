"""Every folder in examples/ is run on a real engine, and does what its README says."""

import json
import re
import shlex
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.adapters.repos import git
from tests.e2e.answer import read
from tests.e2e.origin import GitHome, git_home, served
from tests.e2e.prober import fetch
from tests.e2e.scenario import Home, free_port
from tests.sealing import Key

pytestmark = pytest.mark.engine

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FOLDERS = sorted(one.name for one in EXAMPLES.iterdir() if one.is_dir())
CHECKED = {"every-field"}
"""Those that cannot be run; tests/test_examples.py holds them against the schemas."""
TOKEN = "an-example-token"  # noqa: S105 - of a server that lives as long as the test


class Example:
    """A copy of an example in a home, with names and a port that collide with nothing."""

    def __init__(self, home: Home, name: str, **env: str) -> None:
        self.home, self.port = home, free_port()
        shutil.copytree(EXAMPLES / name / "specs", home.specs, dirs_exist_ok=True)
        ports = {"WEB_PORT": str(self.port), "SHOP_PORT": str(self.port)}
        for file in home.specs.rglob("*.yaml"):
            body = yaml.safe_load(file.read_text())
            if body.get("kind") == "Stack":
                self._settle(file, body, {**ports, **env})

    def _settle(self, file: Path, body: dict[str, Any], env: dict[str, str]) -> None:
        name = body["metadata"]["name"]
        body["spec"] |= {"project": self.home.project(name), "env": env}
        file.write_text(yaml.safe_dump(body))

    def page(self, path: str = "/") -> str:
        return fetch(self.port, path)

    def kind_of_page(self, path: str) -> str:
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            kind: str = answer.headers["Content-Type"]
            return kind

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.home.specs / file
        text = path.read_text()
        assert old in text
        self.home.replace(path, text.replace(old, new))


@pytest.fixture
def memory(home: Home) -> Iterator[Path]:
    """A directory in memory that is gone with the test."""
    folder = Path("/dev/shm") / home.prefix  # noqa: S108
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_every_example_is_run_here_and_listed() -> None:
    run = {name for name in FOLDERS if any(_is_about(test, name) for test in globals())}

    assert run | CHECKED == set(FOLDERS)
    table = (EXAMPLES / "README.md").read_text()
    assert [name for name in FOLDERS if f"[`{name}`]({name}/)" not in table] == []
    assert [name for name in FOLDERS if not (EXAMPLES / name / "README.md").is_file()] == []


def test_web_shows_a_changed_page_and_takes_a_bad_one_back(home: Home) -> None:
    example = Example(home, "web")
    home.start()
    first = home.wait_ready("web")
    assert example.page() == "<h1>Welcome</h1>"

    example.edit("web/site/index.html", "Welcome", "Welcome back")
    second = home.wait_ready("web", other_than=first.applied)
    assert example.page() == "<h1>Welcome back</h1>"

    example.edit("web/site/index.html", "Welcome", "Nothing")
    status = home.wait_reason("web", "RolledBack")
    assert example.page() == "<h1>Welcome back</h1>"
    assert status.applied == second.applied


@pytest.mark.timeout(240)
def test_app_with_database_waits_builds_and_keeps_its_orders(home: Home) -> None:
    example = Example(home, "app-with-database", BACKEND=f"{home.prefix}-backend")
    home.start()
    first = home.wait_ready("shop", timeout=150)
    assert home.status("database").ready == "True"
    database = home.ids("database")
    order(example.port, "tea")

    example.edit("shop/app.py", '"orders": ask()', '"all": ask()')
    home.wait_ready("shop", other_than=first.applied, timeout=60)
    assert json.loads(example.page("/orders")) == {"all": ["tea"]}
    assert home.ids("database") == database

    (home.specs / "database/stack.yaml").unlink()
    (home.specs / "shop/stack.yaml").unlink()
    home.wait_until(lambda: not home.engine.containers(), "both stacks are gone")
    home.wait_until(lambda: not home.engine.networks(), "their networks are gone")
    assert home.engine.volumes() == [f"{home.project('database')}_data"]


def test_secrets_are_used_and_a_changed_one_replaces_its_user_only(
    home: Home, memory: Path
) -> None:
    Example(home, "secrets")
    key, sealed = Key(), home.specs / "app/secrets.enc.yaml"
    said = yaml.safe_load((EXAMPLES / "secrets/trueup.yaml").read_text())
    home.configure(secrets={**said["secrets"], "directory": str(memory)})
    home.write(home.folder / "age.txt", key.secret)
    home.write(sealed, key.sops_yaml({"db": {"password": "first-one"}, "token": "second-one"}))
    home.start()
    first = home.wait_ready("app")
    assert home.inside("app", "api", "cat", "/run/secrets/db_password").strip() == "first-one"
    before = home.ids("app")

    home.replace(sealed, key.sops_yaml({"db": {"password": "first-one"}, "token": "third-one"}))
    home.trueup.run("reconcile", "app")
    home.wait_ready("app", other_than=first.applied)
    assert {n for n, one in home.ids("app").items() if one != before[n]} == {
        f"{home.project('app')}-api-1"
    }

    home.replace(sealed, "added: 1\n" + sealed.read_text())
    home.trueup.run("reconcile", "app")
    assert "changed without SOPS" in home.wait_reason("app", "Refused").message


@pytest.mark.timeout(180)
def test_migrations_are_run_once_and_a_failure_after_one_is_left_to_a_person(home: Home) -> None:
    example = Example(home, "migrations")
    home.start()
    home.wait_ready("shop", timeout=60)
    assert json.loads(example.page()) == ["001-orders.sql"]

    example.edit("shop/app/shop.py", "import json", "import jsonn")
    home.wait_reason("shop", "RolledBack", timeout=60)
    assert json.loads(example.page()) == ["001-orders.sql"]

    home.write(home.specs / "shop/migrations/002.sql", "CREATE TABLE prices (id INTEGER);\n")
    status = home.wait_reason("shop", "Stalled", timeout=60)
    assert "rollback: safe" in status.message
    assert "applied 002.sql" in home.engine.api.logs(home.id("shop", "migrate")).decode()


def test_config_reload_signals_the_service_and_leaves_its_container(home: Home) -> None:
    example = Example(home, "config-reload")
    home.start()
    first = home.wait_ready("web")
    container = home.container("web", "web")
    assert example.kind_of_page("/notes.md") == "text/plain"

    example.edit("web/conf/httpd.conf", "text/plain", "text/markdown")
    home.wait_ready("web", other_than=first.applied)

    assert example.kind_of_page("/notes.md") == "text/markdown"
    after = home.container("web", "web")
    assert after["Id"] == container["Id"]
    assert after["State"]["StartedAt"] == container["State"]["StartedAt"]


def test_drift_report_says_what_was_changed_by_hand_and_leaves_it(home: Home) -> None:
    Example(home, "drift-report")
    assert home.once() == 0
    container = home.id("report", "web")

    home.engine.cli("update", "--memory", "64m", "--memory-swap", "64m", container)
    assert home.once() == 0
    assert home.status("report").sync == "Synced"

    home.engine.cli("pause", container)
    assert home.once() == 2
    status = home.status("report")
    assert (status.sync, status.reason) == ("OutOfSync", "Drifted")
    assert "is paused" in status.message
    assert home.container("report", "web")["State"]["Paused"]


@pytest.fixture
def git_source(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[GitHome]:
    with (
        served(tmp_path / "home", TOKEN) as (url, _),
        git_home(tmp_path / "home", request) as home,
    ):
        configured = (EXAMPLES / "git-source/token.yaml").read_text()
        there = yaml.safe_load(configured)["sources"][0]["git"]["url"]
        home.write(home.folder / "trueup.yaml", configured.replace(there, url))
        home.trueup.variables["GIT_TOKEN"] = TOKEN
        yield home


def test_git_source_deploys_a_commit_and_answers_on_the_status_branch(git_source: GitHome) -> None:
    example = Example(git_source, "web")
    git_source.commit()

    assert git_source.once() == 0

    assert example.page() == "<h1>Welcome</h1>"
    assert git_source.public_status("web").ready == "True"


@pytest.mark.timeout(240)
def test_repair_python_is_repaired_committed_and_not_restarted_again(home: Home) -> None:
    example, there = Example(home, "repair-python"), home.folder / "there"
    made = (EXAMPLES / "repair-python/trueup.yaml").read_text()
    home.write(home.folder / "trueup.yaml", made.replace("/srv/git", str(there)))
    home.answers = home.folder / ".trueup/status/apps"
    begin, look = re.findall(
        r"```sh\n(.*?)```", (EXAMPLES / "repair-python/README.md").read_text(), re.DOTALL
    )

    typed(home, begin, there)
    home.wait_until(lambda: step(home, "restart") == "Succeeded", "the patch was tried", 150)
    tried = home.id("shop", "api")
    home.wait_until(lambda: run_of(home).get("phase") == "Succeeded", "the run has ended")
    status = home.wait_ready("shop")

    assert home.id("shop", "api") == tried
    assert status.applied == run_of(home)["candidate"]
    assert status.results == ["Applied", "Failed"]
    assert "tea" in example.page("/prices")
    got, commit, evidence, patch = typed(home, look, there)
    assert "published as" in got
    assert "No module named 'yaml'" in evidence
    assert re.findall(r"^[+-](?![+-])(.*)", patch, re.MULTILINE) == re.findall(
        r"^[+-](?![+-])(.*)", commit, re.MULTILINE
    )
    assert re.findall(r"^\+(?!\+)(.*)", patch, re.MULTILINE)[0].startswith("PyYAML")
    for trailer in ("Trueup-Run: Run/fix-api", "Trueup-Author: rule/python-module"):
        assert trailer in commit
    assert git(there / "shop.git", "rev-list", "--count", "main") == "2"


def typed(home: Home, lines: str, there: Path) -> list[str]:
    """Type what a README says; return what each line prints."""
    return [
        type_in(home, shlex.split(one.replace("/srv/git", str(there))))
        for one in lines.splitlines()
    ]


def type_in(home: Home, words: list[str]) -> str:
    match words:
        case ["git", *rest]:
            return git(home.folder, *rest)
        case ["cat", file]:
            return (home.folder / file).read_text()
        case ["trueup", "run"]:
            home.start()
            return ""
        case _:
            return home.trueup.run(*words[1:]).stdout


def run_of(home: Home) -> Any:
    return read(home.answers / "Run/fix-api.yaml").body.get("work") or {}


def step(home: Home, name: str) -> str:
    steps = {one["step"]: one["state"] for one in run_of(home).get("steps", ())}
    return str(steps.get(name, ""))


def order(port: int, what: str) -> None:
    url = f"http://127.0.0.1:{port}/orders"
    with urllib.request.urlopen(url, what.encode(), timeout=10) as answer:
        assert json.load(answer) == {"ordered": what}


def _is_about(test: str, example: str) -> bool:
    return test.startswith(f"test_{example.replace('-', '_')}_")
