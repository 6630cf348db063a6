"""What goes wrong with pulls, builds and starts on the real engine, and that nothing stays."""

from pathlib import Path
from typing import Any

import pytest

from tests.adapters.conftest import FILE, Stage
from tests.real_host import RealHost, docker
from trueup.model.errors import SupersededError, ToolError, TransientError
from trueup.model.ports import Task

pytestmark = pytest.mark.engine


def dockerfile(real: Stage, place: Path, text: str) -> None:
    """Give the project a service that is built from a Dockerfile of this text."""
    place.mkdir()
    (place / "Dockerfile").write_text(f"FROM busybox:stable\n{text}\n")
    build = {"context": str(place), "dockerfile": "Dockerfile"}
    real.service("web", image=f"trueup/{real.project}-web:1", build=build)
    real.freeze()


def processes(words: str) -> list[str]:
    """Return the processes of this machine whose command line contains some words."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if words in line:
            found.append(line)
    return found


def test_a_registry_that_does_not_answer_is_waited_for(real: Stage) -> None:
    with pytest.raises(TransientError, match="refused"):
        real.host.pull("127.0.0.1:1/web:1", real.task)


def test_an_image_name_that_makes_no_sense_is_reported(real: Stage) -> None:
    with pytest.raises(ToolError, match="invalid reference"):
        real.host.pull("--Web:1", real.task)


def test_a_build_gives_the_image_its_name_and_its_lines_to_the_log(
    real: Stage, tmp_path: Path
) -> None:
    dockerfile(real, tmp_path / "context", "RUN echo h''ello > /word")

    real.host.build(real.project, FILE, "web", real.task)
    real.host.up(real.project, FILE, ["web"], real.task, recreate=False)

    assert real.states == {"web-1": "running"}
    assert docker("exec", real.name("web"), "cat", "/word") == "hello"
    assert [line for line in real.lines if "RUN echo" in line]


def test_a_failing_build_says_what_failed(real: Stage, tmp_path: Path) -> None:
    dockerfile(real, tmp_path / "context", "RUN echo connection refused; exit 7")

    with pytest.raises(ToolError, match="exit code: 7"):
        real.host.build(real.project, FILE, "web", real.task)


def test_a_hung_build_ends_at_its_deadline_and_leaves_nothing_running(
    real: Stage, tmp_path: Path
) -> None:
    dockerfile(real, tmp_path / "context", "RUN sleep 98765")
    task = Task(6, real.lines.append, lambda: False)

    with pytest.raises(ToolError, match="within 6s"):
        real.host.build(real.project, FILE, "web", task)

    assert [line for line in real.lines if "sleep 98765" in line]
    assert processes(real.project) == []
    real.until(lambda: processes("sleep 98765") == [])


def test_a_build_that_became_pointless_ends_at_once(real: Stage, tmp_path: Path) -> None:
    dockerfile(real, tmp_path / "context", "RUN sleep 98764")
    task = Task(60, real.lines.append, lambda: any("sleep 98764" in one for one in real.lines))

    with pytest.raises(SupersededError):
        real.host.build(real.project, FILE, "web", task)

    assert processes(real.project) == []
    real.until(lambda: processes("sleep 98764") == [])


def test_a_build_does_not_hand_our_environment_to_the_image(
    real: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://user:hunter2@proxy.example")
    dockerfile(real, tmp_path / "context", 'ARG HTTP_PROXY\nRUN echo "[$HTTP_PROXY]" > /proxy')

    real.host.build(real.project, FILE, "web", real.task)
    real.host.up(real.project, FILE, ["web"], real.task, recreate=False)

    assert docker("exec", real.name("web"), "cat", "/proxy") == "[]"


def test_a_port_that_is_taken_is_reported_in_the_engine_s_words(real: Stage) -> None:
    port = {"target": 80, "published": "28475", "host_ip": "127.0.0.1", "protocol": "tcp"}
    real.service("one", ports=[port])
    real.service("two", ports=[port])
    real.up("one")

    with pytest.raises(ToolError, match="28475"):
        real.up("two")


def test_a_dot_env_that_broke_later_does_not_matter(real: Stage, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("not a variable !\n")
    real.service("web")

    extension: dict[str, Any] = {"x-trueup": {"directory": str(tmp_path)}}
    real.up("web", **extension)

    label = "com.docker.compose.project.working_dir"
    assert real.containers["web-1"].labels[label] == str(tmp_path)


def test_anonymous_volumes_stay(real: Stage) -> None:
    real.service("web", volumes=[{"type": "volume", "target": "/data"}])
    real.up("web")
    (mount,) = real.containers["web-1"].inspect["Mounts"]

    real.host.remove([real.containers["web-1"].id], real.task)

    assert mount["Name"] in real.host.volumes
    docker("volume", "rm", mount["Name"])


def test_anonymous_volumes_go_with_what_is_removed_for_good_and_named_ones_stay(
    real: Stage,
) -> None:
    named = f"{real.project}_data"
    data = {"type": "volume", "source": "data", "target": "/data"}
    real.service("web", volumes=[{"type": "volume", "target": "/cache"}, data])
    real.up("web", volumes={"data": {"name": named}})
    names = {one["Name"] for one in real.containers["web-1"].inspect["Mounts"]}

    real.host.remove([real.containers["web-1"].id], real.task, volumes=True)

    assert names & real.host.volumes == {named}


def test_a_network_that_a_stranger_uses_is_not_swept_away(real: Stage) -> None:
    network = f"{real.project}_default"
    real.service("web")
    real.up("web")
    real.host.remove([real.containers["web-1"].id], real.task)
    docker("create", "--name", f"{real.project}-guest", "--network", network, "busybox:stable")
    try:
        real.host.sweep(real.project, real.task)

        assert network in real.host.networks
    finally:
        docker("rm", f"{real.project}-guest")


def test_a_held_image_survives_a_prune_until_it_is_let_go(real: Stage, tmp_path: Path) -> None:
    assert isinstance(real.host, RealHost)
    dockerfile(real, tmp_path / "context", f"LABEL made.for={real.project}\nVOLUME /data")
    prune = ["image", "prune", "--all", "--force", "--filter", f"label=made.for={real.project}"]
    real.host.build(real.project, FILE, "web", real.task)
    image = real.host.image(f"trueup/{real.project}-web:1")

    real.host.keeping.hold([image], real.project)
    real.host.keeping.hold([image], real.project)
    docker(*prune)
    held = docker("ps", "--all", "--quiet", "--filter", f"label=trueup.hold={real.project}")
    volume = docker("inspect", "--format", "{{(index .Mounts 0).Name}}", held)
    assert volume in real.host.volumes
    assert real.host.image(image) == image
    assert real.states == {}

    real.host.keeping.let_go(real.project)
    docker(*prune)
    assert volume not in real.host.volumes
    assert real.host.image(image) == ""
