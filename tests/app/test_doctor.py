"""What a host is told by `trueup doctor`, check by check."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from trueup.adapters.machine import Space
from trueup.app.doctor.engine import about_engine, version_of
from trueup.app.doctor.finding import Finding, Level
from trueup.app.doctor.machine import GIGA, about_clock, about_space
from trueup.app.doctor.networks import about_networks
from trueup.app.doctor.places import about_locks
from trueup.app.doctor.power import power_of
from trueup.app.doctor.programs import quirks
from trueup.app.doctor.repairs import about_authors
from trueup.app.glance import glance
from trueup.documents.check import check
from trueup.model.container import Container
from trueup.model.provider import Provider
from trueup.settings import ProviderSettings, Secret, load

GOOD = {
    "ServerVersion": "28.1.0",
    "Driver": "overlay2",
    "CgroupVersion": "2",
    "LiveRestoreEnabled": True,
    "SecurityOptions": ["name=seccomp,profile=builtin"],
}


def levels(info: dict[str, Any]) -> dict[str, Level]:
    return {one.check: one.level for one in about_engine(info)}


def test_a_good_engine_has_nothing_to_be_told() -> None:
    assert set(levels(GOOD).values()) == {Level.OK}


@pytest.mark.parametrize(
    ("said", "check", "level"),
    [
        ({"ServerVersion": "24.0.9"}, "engine", Level.FAIL),
        ({"ServerVersion": "26.1.5+dfsg1"}, "engine", Level.OK),
        ({"Driver": "vfs"}, "storage driver", Level.WARN),
        ({"CgroupVersion": "1"}, "cgroups", Level.WARN),
        ({"LiveRestoreEnabled": False}, "live-restore", Level.WARN),
        ({"SecurityOptions": ["name=rootless"]}, "rootless", Level.WARN),
        ({"Warnings": ["No swap limit support"]}, "engine warning", Level.WARN),
    ],
)
def test_what_an_engine_lacks_is_told(said: dict[str, Any], check: str, level: Level) -> None:
    assert levels(GOOD | said)[check] is level


def test_whatever_is_not_well_says_why_it_matters_and_what_to_do() -> None:
    worst = {"ServerVersion": "20", "Driver": "aufs", "CgroupVersion": "1"}
    for one in about_engine({**worst, "SecurityOptions": ["name=rootless"]}):
        assert one.why
        assert one.fix


def test_versions_are_compared_by_their_numbers() -> None:
    assert version_of("v2.26.1-4") == (2, 26, 1)
    assert version_of("9.0") < version_of("10.0")


def test_facts_about_compose_go_with_its_version() -> None:
    both = set(quirks("2.26.1")) & set(quirks("5.5.0"))
    assert both
    assert set(quirks("2.26.1")) != set(quirks("5.5.0"))


def test_a_disk_is_told_by_bytes_and_by_files() -> None:
    full = Space(free=100, total=100 * GIGA, files_free=1, files=10**6)
    assert [one.level for one in about_space("state", Path("/x"), full)] == [Level.FAIL] * 2
    tight = Space(free=GIGA, total=100 * GIGA, files_free=10**4, files=10**6)
    assert [one.level for one in about_space("state", Path("/x"), tight)] == [Level.WARN] * 2
    unlimited = Space(free=50 * GIGA, total=100 * GIGA, files_free=0, files=0)
    assert [one.level for one in about_space("state", Path("/x"), unlimited)] == [Level.OK]


def test_a_clock_that_is_not_the_engine_s_is_told() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert skew(now, now + timedelta(seconds=1)).level is Level.OK
    assert skew(now, now - timedelta(seconds=90)).what == "90s off"


def skew(now: datetime, engine: datetime) -> Finding:
    """Return what is said where the engine has another time."""
    said = engine.isoformat().replace("+00:00", ".123456789Z")
    (found,) = (one for one in about_clock(now, {"SystemTime": said}) if "engine" in one.check)
    return found


def test_room_for_networks_is_counted() -> None:
    info = {"DefaultAddressPools": [{"Base": "10.1.0.0/22", "Size": 24}]}
    taken = [{"Name": "a", "IPAM": {"Config": [{"Subnet": "10.1.0.0/22"}]}}]
    full = about_networks(info, taken, local=False)
    assert (full.level, "default-address-pools" in full.fix) == (Level.FAIL, True)
    assert about_networks(info, [], local=False).level is Level.WARN
    assert about_networks({}, [], local=False).what.startswith("room for 31 more networks of 31")


def test_what_a_killed_git_left_is_named_with_what_to_do(tmp_path: Path) -> None:
    assert [one.level for one in about_locks(tmp_path)] == [Level.OK]
    lock = tmp_path / "sources" / "apps" / ".git" / "index.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    (found,) = about_locks(tmp_path)
    assert (found.level, str(lock) in found.fix) == (Level.WARN, True)


def test_who_may_be_asked_for_a_patch_is_told_without_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("THERE", "canary-of-a-key")
    monkeypatch.delenv("NOT_THERE", raising=False)
    provider = Provider("local", base_url="http://127.0.0.1:1/v1", model="small")
    every = [None, Secret("THERE"), Secret("NOT_THERE")]

    (rules,) = about_authors(())
    found = tuple(about_authors(tuple(ProviderSettings(provider, key) for key in every)))

    assert rules.what.startswith("rules and given diffs")
    assert [one.level for one in found] == [Level.OK, Level.OK, Level.WARN]
    assert "NOT_THERE" in found[2].fix
    assert "canary" not in str(found)


class NoHost:
    """An engine with nothing in it."""

    def owned(self) -> tuple[Container, ...]:
        return ()

    def named(self, container: str) -> Container | None:
        raise LookupError(container)

    def tags(self, prefix: str) -> tuple[str, ...]:
        raise LookupError(prefix)

    def networks(self) -> list[dict[str, Any]]:
        return []


def test_a_run_is_nothing_that_could_be_removed_from_the_host(tmp_path: Path) -> None:
    document = "apiVersion: trueup/v1\nkind: {0}\nmetadata: {{name: web}}\nspec: {1}\n"
    (tmp_path / "specs").mkdir()
    (tmp_path / "trueup.yaml").write_text("sources: [{name: apps, directory: specs}]\n")
    for kind, spec in (("Stack", "{path: .}"), ("Run", "{target: {path: .}}")):
        (tmp_path / "specs" / f"{kind}.yaml").write_text(document.format(kind, spec))
    seen = glance(load(tmp_path, check, environ={}))
    assert {str(key) for key in seen.documents()} == {"Stack/web", "Run/web"}

    power = power_of(seen, NoHost())

    assert power.sources == {"apps": {"Stack/web": ()}}
    assert next(power.lines()) == "without source apps: 1 stacks with 0 containers"
