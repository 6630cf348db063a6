"""`trueup doctor`: what it says, how it ends, and that it changes nothing."""

import json

from tests.cli.conftest import Child
from tests.cli.place import Place


def test_an_engine_that_does_not_answer_is_a_failure_with_a_remedy(child: Child) -> None:
    said = child.trueup("doctor")
    assert said.returncode == 1
    assert "fail engine: the Docker engine at unix://" in said.stdout
    assert "systemctl start docker" in said.stdout
    assert "What could be destroyed here is not known" in said.stdout


def test_everything_is_looked_at_whatever_fails_and_nothing_is_changed(
    place: Place, child: Child
) -> None:
    before = place.files()
    said = child.trueup("doctor", "-o", "json")
    checks = {one["check"]: one for one in json.loads(said.stdout)["checks"]}
    wanted = {"engine", "compose", "git", "source apps", "state directory", "open files", "lock"}
    assert wanted <= set(checks)
    assert checks["source apps"]["level"] == "ok"
    assert set(checks["engine"]) == {"check", "level", "what", "why", "fix"}
    assert place.files() == before
    assert not place.state.exists()


def test_a_host_without_a_configuration_can_be_looked_at(place: Place, child: Child) -> None:
    (place.folder / "trueup.yaml").unlink()
    (place.folder / "specs" / "web.yaml").unlink()
    (place.folder / "specs").rmdir()
    said = child.trueup("doctor")
    assert "warn configuration: there is no" in said.stdout
    assert "`trueup init` writes one." in said.stdout
    assert "ok   git:" in said.stdout


def test_a_wrong_configuration_is_named_by_line(place: Place, child: Child) -> None:
    place.write("trueup.yaml", "sources: [{name: apps, directory: specs}]\nconcurrency: 0\n")
    assert "fail configuration: trueup.yaml:2: concurrency" in child.trueup("doctor").stdout


def test_a_source_that_is_gone_is_a_failure(place: Place, child: Child) -> None:
    place.write("trueup.yaml", "sources: [{name: apps, directory: nowhere}]\n")
    assert "fail source apps:" in child.trueup("doctor").stdout


def test_a_state_directory_that_others_may_read_is_pointed_at(place: Place, child: Child) -> None:
    place.state.mkdir(mode=0o755)
    said = child.trueup("doctor").stdout
    assert "warn privacy of the state" in said
    assert f"chmod 700 {place.state}" in said
