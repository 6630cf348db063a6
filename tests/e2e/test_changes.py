"""What changed is deployed, with its reason, and nothing else is touched."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import Service, serving_folder, sleeping

pytestmark = pytest.mark.engine

HUP = "trap 'cat /conf/app.conf >/seen' HUP; while :; do sleep 0.1; done"


@dataclass(frozen=True)
class Input:
    """One thing that a service depends on: the files, the service, and how to see it inside."""

    service: Service
    seen: tuple[str, ...]
    cause: str
    files: dict[str, str]
    changed: dict[str, str]
    also: dict[str, Any] = field(default_factory=dict)


def shell(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


INPUTS = {
    "env file": Input(
        sleeping(env_file=["app.env"]),
        shell("echo $COLOUR"),
        "environment COLOUR changed",
        {"app.env": "COLOUR=old\n"},
        {"app.env": "COLOUR=new\n"},
    ),
    "config file": Input(
        sleeping(configs=["main"]),
        ("cat", "/main"),
        "config main changed",
        {"main.conf": "old\n"},
        {"main.conf": "new\n"},
        {"configs": {"main": {"file": "main.conf"}}},
    ),
    "secret file": Input(
        sleeping(secrets=["key"]),
        ("cat", "/run/secrets/key"),
        "secret key changed",
        {"key.txt": "old\n"},
        {"key.txt": "new\n"},
        {"secrets": {"key": {"file": "key.txt"}}},
    ),
    "build context file": Input(
        sleeping(build="."),
        ("cat", "/page.txt"),
        "file web/page.txt changed",
        {"Dockerfile": "FROM busybox:stable\nCOPY page.txt /\n", "page.txt": "old\n"},
        {"page.txt": "new\n"},
    ),
    "Dockerfile": Input(
        sleeping(build="."),
        ("cat", "/made"),
        "file web/Dockerfile changed",
        {"Dockerfile": "FROM busybox:stable\nRUN echo old >/made\n"},
        {"Dockerfile": "FROM busybox:stable\nRUN echo new >/made\n"},
    ),
    "bind-mounted file that was replaced by rename": Input(
        sleeping(volumes=["./app.conf:/app.conf:ro"]),
        ("cat", "/app.conf"),
        "file web/app.conf changed",
        {"app.conf": "old\n"},
        {"app.conf": "new\n"},
    ),
    "variable of .env": Input(
        sleeping(environment={"COLOUR": "${COLOUR}"}),
        shell("echo $COLOUR"),
        "environment COLOUR changed",
        {".env": "COLOUR=old\n"},
        {".env": "COLOUR=new\n"},
    ),
}


@pytest.mark.parametrize("name", list(INPUTS))
def test_a_change_of_one_input_recreates_exactly_its_service_and_says_why(
    home: Home, name: str
) -> None:
    one = INPUTS[name]
    for file, text in one.files.items():
        home.write(home.place("web") / file, text)
    home.stack("web", {"api": one.service, "other": sleeping()}, also=one.also, stable="300ms")
    assert home.once() == 0
    assert home.inside("web", "api", *one.seen) == "old\n"
    before, other = home.id("web", "api"), home.id("web", "other")

    for file, text in one.changed.items():
        home.replace(home.place("web") / file, text)
    assert home.once() == 0

    assert home.inside("web", "api", *one.seen) == "new\n"
    assert home.id("web", "api") != before
    assert home.id("web", "other") == other
    assert len(home.containers("web")) == 2
    assert f"cause: {one.cause}" in home.artifact("web", "plan.txt")
    assert "keep     other  in sync" in home.artifact("web", "plan.txt")
    assert home.status("web").ready == "True"


def test_changed_inline_config_is_really_served(home: Home) -> None:
    def inline(text: str) -> dict[str, Any]:
        return {"configs": {"page": {"content": text}}}

    page = {"source": "page", "target": "/www/index.html"}
    services = {"api": serving_folder(configs=[page]), "other": sleeping()}
    home.stack("web", services, also=inline("old"), stable="300ms")
    assert home.once() == 0
    assert served(home) == "old"
    other = home.id("web", "other")

    home.compose("web", services, **inline("new"))
    assert home.once() == 0

    assert served(home) == "new"
    assert home.id("web", "other") == other
    assert "cause: config page changed" in home.artifact("web", "plan.txt")


def test_a_changed_command_recreates_its_service_only(home: Home) -> None:
    home.stack("web", {"api": sleeping(), "other": sleeping()}, stable="300ms")
    assert home.once() == 0
    before, other = home.id("web", "api"), home.id("web", "other")

    home.compose("web", {"api": sleeping(command=["sleep", "7200"]), "other": sleeping()})
    assert home.once() == 0

    api = home.container("web", "api")
    assert api["Config"]["Cmd"] == ["sleep", "7200"]
    assert api["Id"] != before
    assert home.id("web", "other") == other
    assert "cause: command changed" in home.artifact("web", "plan.txt")


def test_only_what_depends_on_a_shared_file_is_recreated(home: Home) -> None:
    mounted = sleeping(volumes=["./shared:/shared:ro"])
    home.write(home.place("web") / "shared" / "a.txt", "old\n")
    home.stack("web", {"one": mounted, "two": mounted, "three": sleeping()}, stable="300ms")
    assert home.once() == 0
    before = home.ids("web")

    home.replace(home.place("web") / "shared" / "a.txt", "new\n")
    home.write(home.place("web") / "shared" / "b.txt", "more\n")
    assert home.once() == 0

    after = home.ids("web")
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {f"{home.project('web')}-one-1", f"{home.project('web')}-two-1"}
    assert home.inside("web", "two", *shell("cat /shared/*")) == "new\nmore\n"


def replace(home: Home, path: Path, text: str) -> None:
    home.replace(path, text)


def in_place(home: Home, path: Path, text: str) -> None:
    home.write(path, text)


@pytest.mark.parametrize("edit", [replace, in_place])
def test_on_change_restart_restarts_the_same_container_with_the_new_content(
    home: Home, edit: Callable[[Home, Path, str], None]
) -> None:
    conf = home.write(home.place("web") / "app.conf", "old\n")
    told = {"api": {"onChange": {"app.conf": "restart"}}}
    mounted = sleeping(volumes=["./app.conf:/app.conf:ro"])
    home.stack("web", {"api": mounted, "other": sleeping()}, services=told)
    assert home.once() == 0
    before, started = home.ids("web"), home.container("web", "api")["State"]["StartedAt"]

    edit(home, conf, "new\n")
    assert home.once() == 0

    assert home.ids("web") == before
    assert home.container("web", "api")["State"]["StartedAt"] > started
    assert home.inside("web", "api", "cat", "/app.conf") == "new\n"
    assert "cause: file web/app.conf changed" in home.artifact("web", "plan.txt")


def test_on_change_signal_sends_the_signal_and_nothing_more(home: Home) -> None:
    conf = home.write(home.place("web") / "conf" / "app.conf", "old\n")
    told = {"api": {"onChange": {"conf": "signal:HUP"}}}
    listening = sleeping(command=["sh", "-c", HUP], volumes=["./conf:/conf:ro"])
    home.stack("web", {"api": listening}, services=told)
    assert home.once() == 0
    before, started = home.ids("web"), home.container("web", "api")["State"]["StartedAt"]

    home.replace(conf, "new\n")
    assert home.once() == 0

    assert home.ids("web") == before
    assert home.container("web", "api")["State"]["StartedAt"] == started
    home.wait_until(lambda: home.inside("web", "api", "cat", "/seen") == "new\n", "the signal")
    assert "HUP" in home.artifact("web", "plan.txt")


@pytest.mark.parametrize("edit", [replace, in_place])
def test_instead_of_a_signal_that_would_show_the_old_file_the_container_is_restarted(
    home: Home, edit: Callable[[Home, Path, str], None]
) -> None:
    """A file that was replaced by rename stays the old one inside, until a restart."""
    conf = home.write(home.place("web") / "app.conf", "old\n")
    told = {"api": {"onChange": {"app.conf": "signal:HUP"}}}
    mounted = ["./app.conf:/conf/app.conf:ro"]
    listening = sleeping(command=["sh", "-c", HUP], volumes=mounted)
    home.stack("web", {"api": listening}, services=told)
    assert home.once() == 0
    before, started = home.ids("web"), home.container("web", "api")["State"]["StartedAt"]

    edit(home, conf, "new\n")
    assert home.once() == 0

    assert home.ids("web") == before
    assert home.inside("web", "api", "cat", "/conf/app.conf") == "new\n"
    restarted = home.container("web", "api")["State"]["StartedAt"] != started
    assert restarted == (edit is replace)


def test_on_change_ignore_touches_nothing_and_the_new_release_is_on_record(home: Home) -> None:
    conf = home.write(home.place("web") / "conf" / "app.conf", "old\n")
    told = {"api": {"onChange": {"conf": "ignore"}}}
    mounted = sleeping(volumes=["./conf:/conf:ro"])
    home.stack("web", {"api": mounted}, services=told)
    assert home.once() == 0
    before, applied = home.containers("web"), home.status("web").applied

    home.replace(conf, "new\n")
    assert home.once() == 0

    assert [one["State"] for one in home.containers("web")] == [one["State"] for one in before]
    assert home.inside("web", "api", "cat", "/conf/app.conf") == "new\n"
    after = home.status("web")
    assert (after.ready, after.sync) == ("True", "Synced")
    assert after.applied != applied


def served(home: Home) -> str:
    return home.inside("web", "api", "wget", "-q", "-O", "-", "http://127.0.0.1/").strip()
