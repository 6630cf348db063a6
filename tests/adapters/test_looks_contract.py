"""What a look shows, on the fake host and on the real engine alike."""

from tests.adapters.conftest import HEALTHY, IMAGE, UNHEALTHY, Stage


def test_what_runs_is_seen_with_its_service_image_and_labels(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")

    (web,) = stage.containers.values()

    assert (web.name, web.state, web.health) == (stage.name("web"), "running", "none")
    assert (web.service, web.labels["trueup.stack"]) == ("web", "Stack/web")
    assert (web.image_id, web.restarts, web.oneoff) == (stage.host.image(IMAGE), 0, False)


def test_a_project_without_containers_is_empty(stage: Stage) -> None:
    assert stage.host.containers(stage.project) == ()


def test_other_projects_are_not_seen(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")

    assert stage.host.containers(stage.project[:-1]) == ()


def test_all_that_carries_our_label_is_found_whatever_its_project(stage: Stage) -> None:
    stage.service("web")
    stage.service("other", labels={})
    stage.up("web", "other")

    mine = [one.service for one in stage.host.owned() if stage.project in one.name]

    assert mine == ["web"]


def test_a_killed_container_is_seen_as_exited_with_its_code(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")

    stage.host.kill(stage.name("web"))

    stage.until(lambda: stage.states == {"web-1": "exited"})
    assert stage.containers["web-1"].exit_code == 137


def test_a_container_that_ends_by_itself_keeps_its_code(stage: Stage) -> None:
    stage.service("job", "crashes")
    stage.up("job")

    stage.until(lambda: stage.states == {"job-1": "exited"})

    assert stage.containers["job-1"].exit_code == 3


def test_a_crash_loop_counts_its_restarts(stage: Stage) -> None:
    stage.service("web", "crashes", restart="always")
    stage.up("web")

    stage.until(lambda: stage.containers["web-1"].restarts >= 2)

    assert stage.states["web-1"] in {"running", "restarting"}


def test_a_pause_is_seen(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")

    stage.host.pause(stage.name("web"))

    assert stage.states == {"web-1": "paused"}


def test_health_is_seen(stage: Stage) -> None:
    stage.service("good", healthcheck=HEALTHY)
    stage.service("bad", healthcheck=UNHEALTHY)
    stage.up("good", "bad")

    stage.until(lambda: "starting" not in {one.health for one in stage.containers.values()})

    assert {name: one.health for name, one in stage.containers.items()} == {
        "good-1": "healthy",
        "bad-1": "unhealthy",
    }


def test_a_rename_is_seen_and_the_service_still_known(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")

    stage.host.rename(stage.name("web"), f"{stage.project}-other")

    assert [(name, one.service) for name, one in stage.containers.items()] == [("other", "web")]


def test_a_lost_network_is_seen(stage: Stage) -> None:
    stage.service("web")
    stage.up("web")
    network = f"{stage.project}_default"
    assert list(stage.containers["web-1"].addresses) == [network]

    stage.host.disconnect(stage.name("web"), network)

    assert stage.containers["web-1"].addresses == {}


def test_a_container_that_is_connected_again_has_lost_its_names(stage: Stage) -> None:
    network = f"{stage.project}_default"
    stage.service("web", networks={"default": {"aliases": ["www"]}})
    stage.up("web")
    before = stage.containers["web-1"].inspect["NetworkSettings"]["Networks"][network]
    assert {"web", "www"} <= set(before["Aliases"])

    stage.host.disconnect(stage.name("web"), network)
    stage.host.connect(stage.name("web"), network)

    after = stage.containers["web-1"].inspect["NetworkSettings"]["Networks"][network]
    assert not {"web", "www"} & set(after.get("Aliases") or ())


def test_the_limits_that_the_file_gives_are_shown_with_the_engine_s_defaults(
    stage: Stage,
) -> None:
    stage.service("web", mem_limit="33554432", mem_reservation="16777216", cpu_shares=512)
    stage.service("other", cpuset="0", cpu_quota=50_000)
    stage.up("web", "other")

    web, other = (stage.containers[f"{n}-1"].inspect["HostConfig"] for n in ("web", "other"))

    assert (web["Memory"], web["MemorySwap"]) == (33554432, 67108864)
    assert (web["MemoryReservation"], web["CpuShares"], web["CpusetCpus"]) == (16777216, 512, "")
    assert (other["CpusetCpus"], other["CpuQuota"], other["NanoCpus"]) == ("0", 50_000, 0)
    assert (other["Memory"], other["MemorySwap"], other["CpuShares"]) == (0, 0, 0)


def test_a_limit_that_was_changed_by_hand_is_seen(stage: Stage) -> None:
    stage.service("web", mem_limit="33554432")
    stage.up("web")
    assert stage.containers["web-1"].inspect["HostConfig"]["Memory"] == 33554432

    stage.host.update(stage.name("web"), Memory=67108864)

    assert stage.containers["web-1"].inspect["HostConfig"]["Memory"] == 67108864


def test_what_the_compose_file_says_is_found_in_the_inspection(stage: Stage) -> None:
    stage.service(
        "web",
        environment={"PRICE": "a$b", "GONE": None},
        user="1000",
        restart="on-failure:3",
        cpus=0.5,
        pids_limit=40,
        ports=[{"target": 80, "published": "28517", "host_ip": "127.0.0.1", "protocol": "tcp"}],
        volumes=[{"type": "volume", "source": "data", "target": "/data", "read_only": True}],
    )
    stage.up("web", volumes={"data": {"name": f"{stage.project}_data"}})

    web = stage.containers["web-1"].inspect

    assert "PRICE=a$b" in web["Config"]["Env"]
    assert "GONE" in web["Config"]["Env"]
    assert (web["Config"]["Cmd"], web["Config"]["User"]) == (["sleep", "300"], "1000")
    host = web["HostConfig"]
    assert host["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}
    assert (host["NanoCpus"], host["PidsLimit"]) == (500_000_000, 40)
    assert host["PortBindings"] == {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "28517"}]}
    (mount,) = web["Mounts"]
    assert (mount["Type"], mount["Name"]) == ("volume", f"{stage.project}_data")
    assert (mount["Destination"], mount["RW"]) == ("/data", False)
    assert list(web["NetworkSettings"]["Networks"]) == [f"{stage.project}_default"]


def test_what_compose_run_left_is_nobody_s_replica(stage: Stage) -> None:
    stage.host.run_once(stage.project, "web")

    (left,) = stage.containers.values()

    assert (left.service, left.oneoff, left.state) == ("web", True, "created")


def test_an_image_is_known_by_its_id_and_absent_ones_are_empty(stage: Stage) -> None:
    found = stage.host.image(IMAGE)

    assert found.startswith("sha256:")
    assert stage.host.image(found) == found
    assert stage.host.image("trueup-t/nowhere:1") == ""
    assert stage.host.image("") == ""


# The engine notes the start of a container after its first words, so the time of the start
# is no good beginning.
def test_the_log_is_what_was_written_since(stage: Stage) -> None:
    before = stage.host.clock.now().isoformat()
    stage.service("web", "speaks")
    stage.up("web")
    web = stage.containers["web-1"]

    stage.until(lambda: bool(stage.host.logs(web.id, before)))
    stage.host.clock.wait(0.01)
    later = stage.host.clock.now().isoformat()

    assert stage.host.logs(web.id, before) == "hello\n"
    assert stage.host.logs(web.id, later) == ""
    assert stage.host.logs("0" * 64, "") == ""


def test_a_volume_that_is_not_there_is_none(stage: Stage) -> None:
    assert stage.host.volume(f"{stage.project}_nothing") is None
