"""Secrets by reference: what containers get, what leaks (nothing), and what a change restarts."""

import shutil
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.repos import git
from tests.canaries import canary, everything, leaks
from tests.e2e.origin import BRANCH, GitHome, git_home
from tests.e2e.services import sleeping
from tests.sealing import Key

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]

EXTERNAL = {"secrets": {"db": {"external": True}}}
NAMES = ("file", "token", "env", "host", "age", "dot", "part")


class SecretHome(GitHome):
    """A home with an age key, and files of secrets in its repository."""

    def __init__(self, folder: Path) -> None:
        self.key = Key()
        self.memory = Path("/dev/shm") / f"{folder.parent.name}-{id(self)}"  # noqa: S108
        super().__init__(folder)

    def configure(self, **settings: Any) -> None:
        folder = self.folder / "allowed"
        folder.mkdir(exist_ok=True)
        self.write(self.folder / "age.txt", self.key.secret)
        allowed = {"age": {"keyFile": "age.txt"}, "env": ["APP_*"], "files": ["allowed"]}
        super().configure(secrets={**allowed, "directory": str(self.memory)}, **settings)

    def sops(self, values: Mapping[str, Any], name: str = "web") -> None:
        """Write the SOPS file of a stack."""
        self.write(self.place(name) / "secrets.yaml", self.key.sops_yaml(values))

    def put(self, services: Mapping[str, Any], **spec: Any) -> None:
        """Write the stack web, whose secrets are those of its SOPS file."""
        named = {"db": {"sops": "secrets.yaml", "key": "db.password"}}
        named |= {"TOKEN": {"sops": "secrets.yaml", "key": "token"}}
        self.stack("web", services, also=EXTERNAL, **{"secrets": named, "interval": "1s", **spec})

    def says(self, why: str) -> bool:
        """Whether the status of the stack gives a reason."""
        return why in self.status("web").message

    def close(self) -> None:
        super().close()
        shutil.rmtree(self.memory, ignore_errors=True)


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SecretHome]:
    with git_home(tmp_path / "home", request, kind=SecretHome) as one:
        assert isinstance(one, SecretHome)
        yield one


def user(**more: Any) -> dict[str, Any]:
    """Return a service that mounts the secret `db` and has the variable `TOKEN`."""
    return sleeping(secrets=["db"], environment={"TOKEN": "x-${TOKEN}"}, **more)


@contextmanager
def watched_commands(found: set[str]) -> Iterator[None]:
    """Collect the command lines of everything that runs meanwhile."""
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    found.add(path.read_bytes().decode(errors="replace"))
                except OSError:
                    continue
            time.sleep(0.02)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_containers_get_every_kind_of_secret_and_nothing_else_says_one(home: SecretHome) -> None:
    said = {name: canary(name) for name in NAMES}
    part = f"{said['part']}\n"
    place = home.place("web")
    home.trueup.variables["APP_TOKEN"] = said["env"]
    home.write(home.folder / "allowed" / "host", said["host"] + "\n")
    home.sops({"db": {"password": said["file"]}, "token": said["token"]})
    home.write(place / "app.env", home.key.sops_dotenv({"DOT": said["dot"]}))
    home.write(place / "part.env", home.key.sops_dotenv({"PART": said["part"]}))
    (place / "tls.age").write_bytes(home.key.age(part.encode() + said["age"].encode()))
    named = {
        "db": {"sops": "secrets.yaml", "key": "db.password"},
        "TOKEN": {"sops": "secrets.yaml", "key": "token"},
        "ENV": {"env": "APP_TOKEN"},
        "HOST": {"file": str(home.folder / "allowed" / "host")},
        "tls": {"age": "tls.age"},
    }
    also = {
        "secrets": {
            "db": {"external": True},
            "renamed": {"external": True, "name": "tls"},
            "as-env": {"environment": "HOST"},
        },
        "configs": {"conf": {"content": "token=${TOKEN}\n"}},
    }
    variables = {"ALL": "<${TOKEN}|${ENV}|${HOST}|${PART}>"}
    loud = 'echo "$$ALL"; cat /run/secrets/*; cat /run/secrets/* | base64; printf "%s" "$$DOT"'
    api = sleeping(
        command=["sh", "-c", f"{loud}; exec sleep 3600"],
        secrets=["db", "renamed", "as-env"],
        configs=["conf"],
        environment=variables,
        env_file=["app.env"],
    )
    spec = {"secrets": named, "envFiles": ["part.env"]}
    home.stack("web", {"api": api}, also=also, **spec)
    home.commit()
    commands: set[str] = set()
    with watched_commands(commands):
        home.start()
        first = home.wait_ready("web")

        inside = home.container("web", "api")["Config"]["Env"]
        wanted = f"ALL=<{said['token']}|{said['env']}|{said['host']}|{said['part']}>"
        assert wanted in inside
        assert f"DOT={said['dot']}" in inside
        assert not any("sops" in one.lower() for one in inside)
        assert home.inside("web", "api", "cat", "/run/secrets/db").strip() == said["file"]
        assert home.inside("web", "api", "cat", "/conf").strip() == f"token={said['token']}"
        assert said["age"] in home.inside("web", "api", "cat", "/run/secrets/renamed")
        assert home.inside("web", "api", "cat", "/run/secrets/as-env").strip() == said["host"]

        broken = {**api, "command": ["sh", "-c", f"{loud}; echo $$ALL >&2; exit 3"]}
        home.stack("web", {"api": broken}, also=also, **spec)
        home.commit()
        assert home.wait_reason("web", "RolledBack").applied == first.applied
        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(lambda one: home.trueup.run(*one.split()), ASKED))
        home.wait_published("web")

    channels = {
        "log": home.trueup.log.read_text(),
        "answers": "".join(one.stdout + one.stderr for one in told),
        "status branch": git(home.origin.path, "log", "-p", "--text", BRANCH),
        "command lines": "\n".join(commands),
        **dict(everything(home.state)),
        **dict(everything(home.origin.work)),
    }
    with tarfile.open(home.folder / "web.tar.gz") as tar:
        tar.extractall(home.folder / "exported", filter="data")
    exported = dict(everything(home.folder / "exported"))
    assert any("<${TOKEN:?}|${ENV:?}|" in text for text in exported.values())
    channels |= exported
    assert "***" in home.artifact("web", "restart.log")
    assert any("docker-compose" in one for one in commands)
    found = {
        (name, channel): leaks(value, text)
        for name, value in said.items()
        for channel, text in channels.items()
        if leaks(value, text)
    }
    assert found == {}


ASKED = (
    "plan",
    "plan --output json",
    "diff web",
    "get --output yaml",
    "describe web",
    "explain web",
    "logs web",
    "logs web --step restart",
    "export web",
)


def test_a_rotated_secret_restarts_its_users_only_and_the_way_back_has_the_old_one(
    home: SecretHome,
) -> None:
    home.sops({"db": {"password": "old-password"}, "token": "old-token"})
    services = {"mounts": sleeping(secrets=["db"]), "reads": user(), "other": sleeping()}
    home.put(services)
    home.commit()
    home.start()
    first = home.wait_ready("web")
    before = home.ids("web")

    home.sops({"db": {"password": "old-password"}, "token": "old-token"})
    home.wait_checked_out(home.commit())
    home.sops({"db": {"password": "old-password"}, "token": "new-token"})
    home.commit()
    second = home.wait_ready("web", other_than=first.applied)
    after = home.ids("web")
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {f"{home.project('web')}-reads-1"}
    assert "TOKEN=x-new-token" in home.container("web", "reads")["Config"]["Env"]

    home.sops({"db": {"password": "bad-password"}, "token": "new-token"})
    home.put({**services, "mounts": sleeping(secrets=["db"], command=["false"])})
    home.commit()
    assert home.wait_reason("web", "RolledBack").applied == second.applied
    assert home.inside("web", "mounts", "cat", "/run/secrets/db").strip() == "old-password"
    assert home.ids("web").keys() == before.keys()


def test_a_file_that_was_tampered_with_or_has_no_key_is_refused_and_what_runs_stays(
    home: SecretHome,
) -> None:
    good = {"db": {"password": "the-password"}, "token": "the-token"}
    home.sops(good)
    home.put({"api": user()})
    home.commit()
    home.start()
    first = home.wait_ready("web")
    before = home.ids("web")
    file = home.place("web") / "secrets.yaml"
    text = file.read_text()

    for wrong, why in (
        ("extra_unencrypted: added\n" + text, "its MAC does not match"),
        (Key().sops_yaml(good), "none of its 1 age recipients has a key here"),
        (home.key.sops_yaml({"db": {"password": "the-password"}}), "no value under the key token"),
    ):
        file.write_text(wrong)
        home.commit()
        home.wait_until(partial(home.says, why), why)
        assert home.status("web").reason == "Refused"
        assert home.ids("web") == before

    file.write_text(text)
    (home.folder / "age.txt").unlink()
    home.commit()
    home.wait_until(lambda: "the age key in" in home.status("web").message, "no key is told")
    home.write(home.folder / "age.txt", home.key.secret)
    assert home.wait_ready("web").applied == first.applied
    assert home.ids("web") == before


def test_after_a_restart_of_the_host_the_secrets_are_there_again_before_the_containers(
    home: SecretHome,
) -> None:
    home.sops({"db": {"password": "the-password"}, "token": "the-token"})
    home.put({"api": user()})
    home.commit()
    home.start()
    home.wait_ready("web")
    before = home.ids("web")
    assert home.stop() == 0

    home.engine.cli("stop", "-t", "0", home.id("web", "api"))
    shutil.rmtree(home.memory)
    failed = home.engine.cli("start", home.id("web", "api"), check=False)
    assert not home.container("web", "api")["State"]["Running"], failed

    home.start()
    home.wait_until(lambda: home.container("web", "api")["State"]["Running"], "it runs again")
    home.wait_ready("web")
    assert home.ids("web") == before
    assert home.inside("web", "api", "cat", "/run/secrets/db").strip() == "the-password"

    shutil.rmtree(home.memory)
    home.wait_until(lambda: list(home.memory.rglob("db")), "what was deleted is there again")
    home.engine.cli("restart", "-t", "0", home.id("web", "api"))
    assert home.inside("web", "api", "cat", "/run/secrets/db").strip() == "the-password"
