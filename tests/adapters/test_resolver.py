"""What compose makes of a project, and that nothing of it is lost on the way to a container."""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.conftest import FILE, Stage
from tests.real_host import RealHost, docker
from trueup.model.errors import SpecError
from trueup.model.ports import Project
from trueup.model.steps import Bundle

pytestmark = pytest.mark.engine
WIDE = Path(__file__).parent / "wide"
SIMPLE = "services: {web: {image: 'busybox:stable', environment: {A: '${A:-none}'}}}\n"
# What differs between any two containers of the same service, whoever made them.
PASSING = frozenset(
    {
        *("Id", "Created", "State", "LogPath", "HostnamePath", "HostsPath", "ResolvConfPath"),
        *("GraphDriver", "SandboxID", "SandboxKey", "EndpointID", "NetworkID", "DNSNames"),
        *("com.docker.compose.project.config_files", "com.docker.compose.config-hash"),
        *(
            "com.docker.compose.project.environment_file",
            "HostPort",
            "MacAddress",
            "IPAddress",
            "IPPrefixLen",
        ),
        *("NetworkMode", "PidMode", "VolumesFrom", "Hostname", "Gateway", "Aliases", "ExecIDs"),
    }
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "compose.yaml").write_text(SIMPLE)
    return directory


def resolved(stage: Stage, directory: Path, **more: Any) -> Any:
    assert isinstance(stage.host, RealHost)
    return stage.host.resolve(Project(stage.project, str(directory), **more))


def environment(stage: Stage, directory: Path, **more: Any) -> str:
    found: str = resolved(stage, directory, **more)["services"]["web"]["environment"]["A"]
    return found


def asked(stage: Stage, directory: Path, **more: Any) -> bool:
    """Whether compose was asked, told from the answer: a known one is the same object."""
    return resolved(stage, directory, **more) is not resolved(stage, directory, **more)


def test_an_unchanged_project_starts_no_process(real: Stage, place: Path) -> None:
    first = resolved(real, place)

    assert resolved(real, place) is first
    (place / "compose.yaml").touch()
    assert resolved(real, place) is first


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", SIMPLE.replace("none", "changed")),
        (".env", "A=changed"),
        ("compose.override.yaml", SIMPLE.replace("none", "changed")),
        ("compose.yml", ""),
    ],
)
def test_a_file_that_changes_or_appears_is_seen(
    real: Stage, place: Path, name: str, text: str
) -> None:
    assert environment(real, place) == "none"

    (place / name).write_text(text)

    assert environment(real, place) == ("changed" if text else "none")


def test_a_file_that_is_being_written_is_read_when_it_is_whole(real: Stage, place: Path) -> None:
    whole = SIMPLE.replace("none", "whole") + "# the end\n"
    with being_written(place / "compose.yaml", SIMPLE.replace("none", "half"), whole):
        found = environment(real, place)

    assert found == "whole"


def test_a_file_that_nobody_can_be_writing_is_not_waited_for(real: Stage, place: Path) -> None:
    with being_written(place / "compose.yaml", SIMPLE.replace("none", "young"), SIMPLE):
        assert environment(real, place, fixed=str(place)) == "young"


def test_a_file_beside_what_is_fixed_is_waited_for(real: Stage, place: Path) -> None:
    outside = place.parent / "outside.env"
    with being_written(outside, "A=half", "A=whole"):
        found = environment(real, place, fixed=str(place), env_files=(str(outside),))
    assert found == "whole"


@contextmanager
def being_written(path: Path, *versions: str) -> Iterator[None]:
    path.write_text(versions[0])
    writer = threading.Thread(target=write_slowly, args=(path, *versions))
    writer.start()
    yield
    writer.join()


def write_slowly(path: Path, *versions: str) -> None:
    for text in (*versions[:1] * 8, *versions[1:]):
        path.write_text(text)
        time.sleep(0.05)


def test_env_and_env_files_of_the_spec_are_interpolated(real: Stage, place: Path) -> None:
    (place / "prod.env").write_text("A=from file")
    files = (str(place / "prod.env"),)

    assert environment(real, place, env={"A": "a$b"}) == "a$b"
    assert environment(real, place, env_files=files) == "from file"
    assert environment(real, place, env_files=files, env={"A": "said"}) == "said"


def test_our_own_environment_is_not_interpolated(
    real: Stage, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A", "leaked")

    assert environment(real, place) == "none"


def test_a_spec_cannot_steer_compose_through_its_environment(real: Stage, place: Path) -> None:
    env = {"PATH": "/nowhere", "LD_PRELOAD": "/nowhere.so", "DOCKER_CONTEXT": "none", "A": "x"}

    assert environment(real, place, env=env) == "x"


def test_a_file_that_a_variable_names_is_followed(real: Stage, place: Path) -> None:
    (place / ".env").write_text("WHERE=a")
    for name in "ab":
        (place / f"{name}.env").write_text(f"A={name}")
    text = "services: {web: {image: x, env_file: '${WHERE:-none}.env'}}"
    (place / "compose.yaml").write_text(text)

    assert environment(real, place) == "a"
    assert not asked(real, place)
    (place / "a.env").write_text("A=new")
    assert environment(real, place) == "new"
    (place / ".env").write_text("WHERE=b")
    assert environment(real, place) == "b"


def test_files_of_unknown_names_are_asked_for_each_time(real: Stage, place: Path) -> None:
    (place / "a.env").write_text("X=1")
    (place / "compose.yaml").write_text("include: [more.yaml]")
    text = "services: {web: {image: x, env_file: '${WHERE:-a}.env'}}"
    (place / "more.yaml").write_text(text)

    assert asked(real, place)
    (place / "more.yaml").write_text(text.replace("${WHERE:-a}", "a"))
    assert not asked(real, place)


def test_what_compose_refuses_is_an_error_of_the_spec(real: Stage, place: Path) -> None:
    (place / "compose.yaml").write_text("services: {web: {imagee: x}}")

    with pytest.raises(SpecError, match="imagee"):
        resolved(real, place)


def test_no_compose_file_here_does_not_mean_one_further_up(real: Stage, place: Path) -> None:
    (place / "deeper").mkdir()

    with pytest.raises(SpecError, match="no compose file"):
        resolved(real, place / "deeper")
    with pytest.raises(SpecError, match="not a directory"):
        resolved(real, place / "nowhere")


@pytest.mark.parametrize(
    "line", ['!PASSWORD="{}"', 'PASSWORD="{}', "PASSWORD {}", "PASSWORD=${{{}", "'{}'=x"]
)
def test_a_refused_file_of_variables_keeps_its_secrets(
    real: Stage, place: Path, line: str
) -> None:
    (place / ".env").write_text(f"A=1\n{line.format('hunter2-very-secret')}\nB=2\n")

    with pytest.raises(SpecError, match=r"\.env") as refusal:
        resolved(real, place)

    assert "hunter2" not in str(refusal.value)


def test_a_refusal_does_not_show_what_the_spec_sets(real: Stage, place: Path) -> None:
    (place / "compose.yaml").write_text("services: {web: {image: x, scale: '${A}'}}")

    with pytest.raises(SpecError, match="scale") as refusal:
        resolved(real, place, env={"A": "hunter2-very-secret"})

    assert "hunter2" not in str(refusal.value)


def test_a_later_failure_does_not_fall_back_on_an_old_answer(real: Stage, place: Path) -> None:
    resolved(real, place)
    (place / "compose.yaml").write_text("services: [")

    with pytest.raises(SpecError):
        resolved(real, place)
    (place / "compose.yaml").write_text(SIMPLE)
    assert environment(real, place) == "none"


@pytest.fixture
def wide(real: Stage, tmp_path: Path) -> Iterator[Path]:
    """A copy of the wide project, with the network and the volume that lie outside it."""
    outside = f"{real.project}-outside"
    docker("network", "create", outside)
    docker("volume", "create", outside)
    directory = tmp_path / "wide"
    shutil.copytree(WIDE, directory)
    try:
        yield directory
    finally:
        assert isinstance(real.host, RealHost)
        real.host.clean(real.project)
        docker("network", "rm", outside, check=False)
        docker("volume", "rm", outside, check=False)


def test_containers_of_a_rendered_file_are_those_of_the_original(
    real: Stage, wide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(real.host, RealHost)
    given = {"GIVEN": "s$cret", "OUTSIDE": f"{real.project}-outside"}
    project = Project(real.project, str(wide), profiles=("extra",), env=given)
    model = {**real.host.resolve(project), "x-trueup": {"directory": str(wide)}}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    docker("compose", "-p", real.project, "--project-directory", str(wide), "--profile", "extra",
           "up", "--detach", "--build")  # fmt: skip
    original, contents = inspections(real), injected(real)
    docker("compose", "-p", real.project, "--project-directory", str(wide), "--profile", "extra",
           "down", "--timeout", "0")  # fmt: skip
    monkeypatch.delenv("GIVEN")
    (wide / ".env").write_text("broken !")

    real.host.freeze(Bundle(FILE, model))
    real.host.build(real.project, FILE, "built", real.task)
    real.host.up(real.project, FILE, list(model["services"]), real.task, recreate=False)

    assert inspections(real) == original
    assert injected(real) == contents
    assert contents == (
        'a=read from .env $keep ${brace}\n"q"\nhello\ntoken\ns$cretfrom$dotenv|hi $there $$'
    )


def test_the_rendered_model_has_nothing_that_compose_would_read_again(
    real: Stage, wide: Path
) -> None:
    given = {"GIVEN": "s$cret", "OUTSIDE": f"{real.project}-outside"}

    model = resolved(real, wide, profiles=("extra",), env=given)

    assert sorted(model["services"]) == [
        *("alone", "built", "db", "further", "once", "optional", "side", "web")
    ]
    assert not [one for one in model["services"].values() if {"profiles", "env_file"} & set(one)]
    assert model["services"]["web"]["labels"]["key$with"] == "dollar"
    assert model["secrets"]["given"]["x-trueup-value"] == "s$cret"
    assert model["secrets"]["dotted"]["x-trueup-value"] == "from$dotenv"


def inspections(stage: Stage) -> list[str]:
    """Return all that lasts of every container, as `name.path = value`, in order."""
    found = stage.containers.items()
    return sorted(line for name, one in found for line in _lines(name, one.inspect))


def injected(stage: Stage) -> str:
    """Return the contents that compose copies into containers, and what was built."""
    files = ["/etc/inline.conf", "/filed", "/run/secrets/renamed"]
    files += ["/run/secrets/given", "/run/secrets/dotted"]
    web = docker("exec", stage.name("web"), "cat", *files)
    return f"{web}|{docker('exec', stage.name('built'), 'cat', '/greeting')}"


def _lines(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            if key not in PASSING:
                yield from _lines(f"{path}.{key}", one)
    elif isinstance(value, list):
        for one in value:
            yield from _lines(f"{path}[]", one)
    else:
        text = re.sub("[0-9a-f]{64}", "ID", str(value))
        if path.endswith("depends_on"):  # compose writes it in any order
            text = ",".join(sorted(text.split(",")))
        yield f"{path} = {text}"


def test_the_next_process_starts_none_either(real: Stage, place: Path) -> None:
    assert isinstance(real.host, RealHost)
    first = resolved(real, place)
    mark = real.host.resolver.mark(Project(real.project, str(place)))

    later = RealHost(Path(real.host.state))
    later.cli.ask_compose = None  # type: ignore[assignment, method-assign]

    assert later.resolver.mark(Project(real.project, str(place))) == mark
    assert later.resolve(Project(real.project, str(place))) == first


def test_a_mark_changes_with_the_files_and_is_uncertain_before_the_first_look(
    real: Stage, place: Path
) -> None:
    assert isinstance(real.host, RealHost)
    project = Project(real.project, str(place))
    assert real.host.resolver.mark(project) == "?"
    resolved(real, place)
    before = real.host.resolver.mark(project)

    (place / ".env").write_text("A=changed")

    assert real.host.resolver.mark(project) not in {before, "?"}


def test_another_shell_is_no_reason_to_ask_compose_again(
    real: Stage, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = resolved(real, place)
    monkeypatch.setenv("LANG", "tlh_KX.UTF-8")
    monkeypatch.setenv("USER", "somebody-else")
    assert resolved(real, place) is first


def test_a_variable_of_ours_that_the_files_mention_is_an_input(
    real: Stage, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "compose.yaml").write_text(SIMPLE.replace("${A:-none}", "$USER"))
    monkeypatch.setenv("USER", "somebody")
    assert environment(real, place) == "somebody"
    monkeypatch.setenv("USER", "somebody-else")
    assert environment(real, place) == "somebody-else"


def test_another_version_of_compose_is_asked_again(real: Stage, place: Path) -> None:
    assert isinstance(real.host, RealHost)
    project = Project(real.project, str(place))
    resolved(real, place)
    mark = real.host.resolver.mark(project)

    later = RealHost(Path(real.host.state))
    later.cli.compose_version = lambda: "99.0.0"  # type: ignore[method-assign]
    again = later.resolver.mark(project)
    later.cli.ask_compose = None  # type: ignore[assignment, method-assign]

    assert again not in {mark, "?"}
    with pytest.raises(TypeError, match="not callable"):
        later.resolve(project)
