"""What acting does to a host, on the fake one and on the real engine alike."""

import pytest

from tests.adapters.conftest import FILE, IMAGE, Stage
from trueup.model.container import ADOPTER, marker_of
from trueup.model.errors import SupersededError, ToolError
from trueup.model.ports import Task


def ids(stage: Stage) -> dict[str, tuple[str, str]]:
    return {name: (one.id, one.started_at) for name, one in stage.containers.items()}


def test_up_brings_exactly_the_named_services(stage: Stage) -> None:
    stage.service("web", depends_on={"db": {"condition": "service_started"}})
    stage.service("db")
    stage.service("cache")

    stage.up("web", "cache")

    assert stage.states == {"web-1": "running", "cache-1": "running"}


def test_up_with_an_unchanged_file_changes_nothing(stage: Stage) -> None:
    stage.service("web")
    stage.service("db")
    stage.up("web", "db")
    before = ids(stage)

    stage.up("web", "db")

    assert ids(stage) == before


def test_up_replaces_the_changed_service_and_no_other(stage: Stage) -> None:
    stage.service("web")
    stage.service("db")
    stage.up("web", "db")
    before = ids(stage)

    stage.service("web", labels={"trueup.stack": "Stack/web", "trueup.digest": "2"})
    stage.up("web", "db")

    after = ids(stage)
    assert after["db-1"] == before["db-1"]
    assert after["web-1"][0] != before["web-1"][0]
    assert stage.containers["web-1"].labels["trueup.digest"] == "2"
    assert stage.states == {"web-1": "running", "db-1": "running"}


def test_recreate_replaces_an_unchanged_service(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    before = ids(stage)

    stage.up("web", recreate=True)

    assert ids(stage)["web-1"][0] != before["web-1"][0]


def test_up_starts_what_was_stopped(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    before = stage.containers["web-1"].id
    stage.host.kill(stage.name("web"))
    stage.until(lambda: stage.states == {"web-1": "exited"})

    stage.up("web")

    assert (stage.states, stage.containers["web-1"].id) == ({"web-1": "running"}, before)


def test_up_of_a_paused_service_does_not_pass_for_success(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    before = ids(stage)
    stage.host.pause(stage.name("web"))

    with pytest.raises(ToolError):
        stage.up("web")

    assert (ids(stage), stage.states) == (before, {"web-1": "paused"})


def test_a_paused_service_is_replaced_when_it_changed(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    stage.host.pause(stage.name("web"))

    stage.service("web", labels={"trueup.stack": "Stack/web", "trueup.digest": "2"})
    stage.up("web")

    assert stage.states == {"web-1": "running"}


def test_up_keeps_the_wrong_name_of_a_renamed_container(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    stage.host.rename(stage.name("web"), f"{stage.project}-wrong")

    stage.up("web")

    assert stage.states == {"wrong": "running"}


def test_up_does_not_bring_a_lost_network_back(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    stage.host.disconnect(stage.name("web"), f"{stage.project}_default")

    stage.up("web")

    assert stage.containers["web-1"].addresses == {}


def test_a_missing_image_makes_up_fail_without_touching_the_old_container(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    before = ids(stage)

    stage.service("web", image="trueup-t/nowhere:1")
    with pytest.raises(ToolError):
        stage.up("web")

    assert ids(stage) == before
    assert stage.states == {"web-1": "running"}


def test_a_name_that_a_stranger_holds_makes_up_fail(stage: Stage) -> None:
    stage.host.stray("other-project", "web", stage.name("web"))
    stage.service("web")
    try:
        with pytest.raises(ToolError):
            stage.up("web")

        assert "web-1" not in stage.containers
    finally:
        stage.host.delete(stage.name("web"))


def test_up_brings_the_wanted_number_of_replicas(stage: Stage) -> None:
    stage.service("web", scale=3)
    stage.up("web")
    assert stage.states == dict.fromkeys(["web-1", "web-2", "web-3"], "running")

    stage.service("web", scale=1)
    stage.up("web")

    assert stage.states == {"web-1": "running"}


def test_up_leaves_one_offs_and_strangers_alone(stage: Stage) -> None:
    stage.host.run_once(stage.project, "web")
    stage.host.stray(stage.project, "old", stage.name("old"))
    stage.service("web")

    stage.up("web")

    assert stage.states == {"web-run-1": "created", "old-1": "created", "web-1": "running"}


def test_a_file_that_is_gone_makes_up_fail(stage: Stage) -> None:
    with pytest.raises(ToolError):
        stage.host.up(stage.project, "releases/none.json", ["web"], stage.task, recreate=False)


def test_remove_takes_the_containers_and_leaves_the_volumes(stage: Stage) -> None:
    volume = f"{stage.project}_data"
    stage.service("db", volumes=[{"type": "volume", "source": "data", "target": "/data"}])
    stage.service("web")
    stage.up("db", "web", volumes={"data": {"name": volume}})

    stage.host.remove([stage.containers["db-1"].id, "0" * 64], stage.task)

    assert stage.states == {"web-1": "running"}
    assert volume in stage.host.volumes


def test_remove_takes_paused_and_stopped_containers_as_well(stage: Stage) -> None:
    stage.service("web")
    stage.service("db")
    stage.up("web", "db")
    stage.host.pause(stage.name("web"))
    stage.host.kill(stage.name("db"))

    stage.host.remove([one.id for one in stage.containers.values()], stage.task)

    assert stage.states == {}


def test_a_sweep_waits_for_the_last_container(stage: Stage) -> None:
    network = f"{stage.project}_default"
    stage.service("web")
    stage.up("web")

    stage.host.sweep(stage.project, stage.task)
    assert network in stage.host.networks

    stage.host.remove([stage.containers["web-1"].id], stage.task)
    stage.host.sweep(stage.project, stage.task)
    assert network not in stage.host.networks
    stage.host.sweep(stage.project, stage.task)


def test_a_stopped_container_is_started(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    stage.host.kill(stage.name("web"))

    stage.host.act(stage.containers["web-1"].id, "start", stage.task)

    assert stage.states == {"web-1": "running"}


def test_a_paused_container_is_unpaused(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    stage.host.pause(stage.name("web"))

    stage.host.act(stage.containers["web-1"].id, "unpause", stage.task)

    assert stage.states == {"web-1": "running"}


def test_a_restart_keeps_the_container(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    before = stage.containers["web-1"]
    stage.host.clock.wait(0.01)

    stage.host.act(before.id, "restart", stage.task)

    after = stage.containers["web-1"]
    assert after.id == before.id
    assert after.started_at > before.started_at


def test_a_signal_reaches_the_container(stage: Stage) -> None:
    stage.service("web", "listens")
    stage.up("web")
    web = stage.containers["web-1"]
    stage.host.clock.wait(0.3)

    stage.host.act(web.id, "signal:HUP", stage.task)

    stage.until(lambda: "got HUP" in stage.host.logs(web.id, ""))
    assert stage.containers["web-1"].started_at == web.started_at


def test_a_container_gets_its_name_back(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    stage.host.rename(stage.name("web"), f"{stage.project}-wrong")

    stage.host.act(stage.containers["wrong"].id, f"rename:{stage.name('web')}", stage.task)

    assert stage.states == {"web-1": "running"}


@pytest.mark.parametrize(
    "verb", ["unpause", "rename:", "signal:$(reboot)", "explode", "start:now", "signal:--help"]
)
def test_an_act_that_makes_no_sense_is_refused(stage: Stage, verb: str) -> None:
    stage.service("web")
    stage.up("web")
    before = ids(stage)

    with pytest.raises(ToolError):
        stage.host.act(stage.containers["web-1"].id, verb, stage.task)

    assert ids(stage) == before


def test_acting_on_a_container_that_is_gone_is_an_error(stage: Stage) -> None:
    with pytest.raises(ToolError):
        stage.host.act("0" * 64, "start", stage.task)


def test_a_pinned_image_has_a_tag_of_ours_until_it_is_not_kept(stage: Stage) -> None:
    prefix = f"trueup/{stage.project}-web"
    stage.host.pin(IMAGE, f"{prefix}:1")
    stage.host.pin(stage.host.image(IMAGE), f"{prefix}:2")
    assert stage.host.image(f"{prefix}:1") == stage.host.image(IMAGE)

    stage.host.keep([f"{prefix}:2"], prefix)

    assert stage.host.image(f"{prefix}:1") == ""
    assert stage.host.image(f"{prefix}:2") == stage.host.image(IMAGE)
    stage.host.keep([], prefix)
    assert stage.host.image(IMAGE)


def test_an_absent_image_cannot_be_pinned(stage: Stage) -> None:
    with pytest.raises(ToolError):
        stage.host.pin("trueup-t/nowhere:1", f"trueup/{stage.project}-web:1")


def test_work_that_became_pointless_is_ended(stage: Stage) -> None:
    stage.service("web")
    stage.freeze()
    task = Task(60, stage.lines.append, lambda: True)

    with pytest.raises(SupersededError):
        stage.host.up(stage.project, FILE, ["web"], task, recreate=False)


def test_a_release_file_is_read_as_it_was_written(stage: Stage) -> None:
    tricky = {"A": "a$b", "B": "$$x ${Y}", "C": "\u2028 \x85 🐋 \x7f", "D": 'q"\\\n\t', "E": ""}
    stage.service("web", environment=tricky)
    stage.freeze()

    assert stage.host.stored(FILE)["services"] == stage.services
    assert stage.host.stored(FILE)["x-trueup"] == {"directory": "/nowhere"}
    assert stage.host.stored("releases/none.json") == {}


def test_every_character_of_a_value_reaches_the_container(stage: Stage) -> None:
    tricky = {"A": "a$b", "B": "$$x ${Y}", "C": "\u2028 \x85 🐋 \x7f", "D": 'q"\\\n\t', "E": ""}
    stage.service("web", environment=tricky, command=["sleep", "300", "$$", "${Z}"])
    stage.up("web")

    config = stage.containers["web-1"].inspect["Config"]

    assert set(config["Env"]) >= {f"{name}={value}" for name, value in tricky.items()}
    assert config["Cmd"] == ["sleep", "300", "$$", "${Z}"]


def test_a_project_is_marked_for_one_owner_until_nothing_is_left_of_it(stage: Stage) -> None:
    stage.host.claim(stage.project, "one")
    stage.host.claim(stage.project, "one")
    marker = stage.host.volume(marker_of(stage.project))
    assert marker is not None
    assert marker.labels == {ADOPTER: "one"}
    with pytest.raises(ToolError, match="was taken over already"):
        stage.host.claim(stage.project, "another")

    stage.host.sweep(stage.project, stage.task)
    stage.host.sweep(stage.project, stage.task)

    assert stage.host.volume(marker_of(stage.project)) is None
