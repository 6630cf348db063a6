"""`get`, `describe`, `explain`, `logs` read status files, and need neither engine nor sources."""

import json

import pytest
import yaml

from tests.cli.conftest import Child
from tests.cli.place import Place
from tests.report.statuses import READY, ROLLED_BACK
from trueup.model.key import Key


def test_get_lists_every_status_in_columns(place: Place) -> None:
    place.status(READY)

    said = place.run("get")

    assert said.code == 0
    header, row = said.out.splitlines()
    assert header.split() == ["NAME", "SYNC", "HEALTH", "READY", "REVISION", "AGE", "MESSAGE"]
    assert row.startswith("Stack/web  Synced  Healthy  True (Verified)  51d0aaaabbbb")
    assert header.index("HEALTH") == row.index("Healthy")


def test_without_any_status_get_says_who_writes_them(place: Place) -> None:
    said = place.run("get")

    assert said.code == 0
    assert "there is no status yet" in said.err


@pytest.mark.parametrize("name", ["web", "Stack/web", "stack/web"])
def test_a_key_may_be_short(place: Place, name: str) -> None:
    place.status(READY)

    assert place.run("get", name, "-o", "name").out == "Stack/web\n"


@pytest.mark.parametrize("command", ["get", "describe", "explain", "logs", "plan", "suspend"])
def test_a_key_that_is_not_there_is_told_with_the_nearest_one(place: Place, command: str) -> None:
    place.status(READY)

    said = place.run(command, "wev")

    assert said.code == 1
    assert said.err.startswith("trueup: there is no Stack/wev. Did you mean ")
    assert "web?" in said.err


def test_words_that_are_no_key_are_refused(place: Place) -> None:
    said = place.run("describe", "../../etc/passwd")

    assert said.code == 1
    assert "is not a key" in said.err


def test_the_exit_code_tells_whether_all_of_it_is_ready(place: Place) -> None:
    assert place.run("get", "--ready").code == 2
    place.status(READY)
    assert place.run("get", "--ready").code == 0
    place.status(ROLLED_BACK)
    assert place.run("get", "--ready").code == 2
    assert place.run("get").code == 0


def test_statuses_are_there_for_programs_as_the_files_say_them(place: Place) -> None:
    place.status(READY)

    (as_json,) = json.loads(place.run("get", "-o", "json").out)
    as_yaml = yaml.safe_load(place.run("get", "-o", "yaml").out)

    assert as_json == as_yaml == place.yaml("status/Stack/web.yaml")
    assert as_json == yaml.safe_load(place.run("describe", "web", "-o", "yaml").out)


def test_a_damaged_status_is_read_as_none_and_left_where_it_is(place: Place) -> None:
    place.write("status/Stack/web.yaml", "summary: [")
    before = place.files()

    said = place.run("get")

    assert "not looked at yet" in said.out
    assert place.files() == before


def test_a_description_names_the_artifacts(place: Place) -> None:
    place.status(READY)
    place.statuses.artifact(READY.key, "build.log", "it was built\n")

    assert "status/Stack/web/build.log" in place.run("describe", "web").out


def test_an_explanation_ends_with_the_last_plan_and_its_causes(place: Place) -> None:
    place.status(ROLLED_BACK)
    place.statuses.artifact(READY.key, "plan.txt", "1 restart  api  cause: image changed\n")

    text = place.run("explain", "web").out
    said = json.loads(place.run("explain", "web", "-o", "json").out)

    assert "cause: image changed" in text
    assert "is not tried again" in text
    assert said["key"] == "Stack/web"
    assert said["last plan"] == ["1 restart  api  cause: image changed"]


def test_the_log_of_a_step_is_its_artifact(place: Place) -> None:
    place.status(READY)
    place.statuses.artifact(READY.key, "build.log", "it was built\n")

    assert place.run("logs", "web", "--step", "build").out == "it was built\n"

    said = place.run("logs", "web", "--step", "rollback")
    assert said.code == 1
    assert said.err == "trueup: Stack/web has no log of the step rollback. There are: build.\n"


def test_logs_of_containers_say_when_no_engine_answers(child: Child, place: Place) -> None:
    place.status(READY)

    done = child.trueup("logs", "web")

    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_reading_writes_nothing(place: Place) -> None:
    place.status(READY)
    before = place.files()

    for words in (["get"], ["describe", "web"], ["explain", "web"], ["validate"]):
        assert place.run(*words).code == 0

    assert place.files() == before


def test_statuses_of_a_git_source_are_read_from_the_state_directory(place: Place) -> None:
    place.write("trueup.yaml", "sources: [{name: far, git: {url: https://git.invalid/a.git}}]\n")
    place.write("status/Stack/other.yaml", "nothing of this source")
    text = (place.folder / "status/Stack/other.yaml").with_name("web.yaml")
    place.status(READY)
    place.write(".trueup/status/far/Stack/web.yaml", text.read_text())

    assert place.run("get", "-o", "name").out == f"{Key('Stack', 'web')}\n"
