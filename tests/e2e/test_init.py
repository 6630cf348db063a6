"""`trueup init`: a repository to start from, and one for what runs already."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.program import Program
from tests.e2e.scenario import Home

pytestmark = pytest.mark.engine

SECRET = 'it\'s $HOME "quoted"\nand long'  # noqa: S105 - made up, to be found again
RUNS = f"""
services:
  web:
    image: busybox:stable
    command: sh -c 'echo $$HOME; httpd -f -p 8080 -h /site'
    init: true
    restart: unless-stopped
    mem_limit: 64m
    hostname: front
    user: "0:0"
    environment:
      COLOUR: green $$1
      DB_PASSWORD: {yaml.safe_dump(SECRET.replace("$", "$$"), width=999).strip()}
    volumes: ["./site:/site:ro", "data:/data", "/cache"]
    ports: ["127.0.0.1::8080"]
    healthcheck: {{test: [CMD, "true"], interval: 1s, retries: 2}}
    labels: {{team.name: "blue $$2"}}
    extra_hosts: ["gate:10.0.0.1"]
    ulimits: {{nofile: {{soft: 512, hard: 1024}}}}
    cap_drop: [MKNOD]
  db:
    image: busybox:stable
    command: sleep 3600
    init: true
    scale: 2
    networks: [back]
    tmpfs: ["/scratch"]
  setup:
    image: busybox:stable
    command: "true"
volumes: {{data: {{}}}}
networks: {{back: {{internal: true}}}}
"""


@pytest.fixture
def new(home: Home, tmp_path: Path) -> Iterator[Program]:
    """The program in a folder where there is nothing yet."""
    folder = tmp_path / "new"
    folder.mkdir()
    one = Program(folder, home.folder / "new.log")
    yield one
    one.close()


@pytest.fixture
def theirs(home: Home) -> Path:
    """A compose project of somebody else's that runs, in a folder of its own."""
    folder = home.folder / "theirs"
    home.write(folder / "site" / "index.html", "hello\n")
    home.write(folder / "compose.yaml", RUNS)
    home.engine.cli("compose", "-p", home.project("web"), "-f", f"{folder}/compose.yaml", *UP)
    return folder


UP = ("up", "--detach", "--quiet-pull")


def test_a_new_repository_deploys_its_first_stack_at_once(home: Home, new: Program) -> None:
    name = home.project("first")
    said = new.run("init", "--git", "--name", name)
    assert said.returncode == 0, said.stderr
    assert (new.folder / ".git").is_dir()
    assert new.run("validate").stdout == "1 document, no problems\n"
    assert new.run("plan").returncode == 2
    assert new.run("run", "--once").returncode == 0
    assert new.run("plan").returncode == 0
    assert new.run("get", "--ready").returncode == 0
    assert list(home.ids("first")) == [f"{name}-web-1"]


def test_what_runs_is_taken_over_from_what_the_engine_says(
    home: Home, new: Program, theirs: Path
) -> None:
    (theirs / "compose.yaml").unlink()
    before = home.ids("web")
    said = new.run("init", "--from-running", home.project("web"))
    assert said.returncode == 0, said.stderr
    assert new.run("plan").returncode == 0
    assert home.ids("web") == before

    allowed = yaml.safe_load((new.folder / "trueup.yaml").read_text())["allow"]
    project = home.project("web")
    assert allowed == [
        {"stacks": [project], "services": ["web"], "mounts": [f"{theirs}/site:ro"]},
        {"stacks": [project], "volumes": [f"{project}_data"]},
    ]
    assert "DB_PASSWORD went to web.secret.env" in said.stderr
    kept = [p for p in new.folder.rglob("*") if p.is_file() and ".trueup" not in p.parts]
    holding = [path for path in kept if "and long" in path.read_text()]
    assert [path.name for path in holding] == ["web.secret.env"]
    assert holding[0].stat().st_mode & 0o077 == 0
    assert "*.secret.env" in (new.folder / ".gitignore").read_text()
    assert "and long" not in said.stdout + said.stderr

    _a_change_that_fails_leads_back_to_what_ran(home, new)


def _a_change_that_fails_leads_back_to_what_ran(home: Home, new: Program) -> None:
    old = home.container("web", "web")
    file = new.folder / "specs" / home.project("web") / "compose.yaml"
    text = file.read_text()
    _hurry(home, new)
    file.write_text(text.replace("httpd -f -p 8080", "exit 7"))
    assert new.run("run", "--once").returncode == 2
    back = home.container("web", "web")
    assert back["Id"] != old["Id"]
    assert back["Config"]["Labels"]["trueup.stack"] == f"Stack/{home.project('web')}"
    for field in ("Cmd", "Hostname", "User", "Healthcheck"):
        assert back["Config"][field] == old["Config"][field]
    assert sorted(back["Config"]["Env"]) == sorted(old["Config"]["Env"])
    for field in HOST_FIELDS:
        assert back["HostConfig"][field] == old["HostConfig"][field], field
    assert _mounts(back) == _mounts(old)
    assert len(home.containers("web", "db")) == 2
    file.write_text(text)
    assert "restart" not in new.run("plan").stdout


def _hurry(home: Home, program: Program) -> None:
    """Have everything count as stable after a second."""
    file = program.folder / "specs" / f"{home.project('web')}.yaml"
    body = yaml.safe_load(file.read_text())
    body["spec"]["services"] |= {name: {"stable": "1s"} for name in ("web", "db")}
    file.write_text(yaml.safe_dump(body))


HOST_FIELDS = ("Memory", "RestartPolicy", "Init", "ExtraHosts", "Ulimits", "CapDrop")


def _mounts(container: dict[str, object]) -> set[tuple[str, str]]:
    """Return what is mounted where; a volume without a name of its own stays the same one."""
    mounts = container["Mounts"]
    assert isinstance(mounts, list)
    return {(one.get("Name") or one["Source"], one["Destination"]) for one in mounts}


def test_what_runs_is_taken_over_from_its_compose_files_in_place(home: Home, theirs: Path) -> None:
    program = Program(theirs, home.folder / "theirs.log")
    before = home.ids("web")
    said = program.run("init", "--from-running", home.project("web"))
    assert said.returncode == 0, said.stderr
    assert said.stderr.count("\n") == 1, "compose itself would have made the same containers"
    assert program.run("plan").returncode == 0
    assert home.ids("web") == before

    _hurry(home, program)
    (theirs / "site" / "index.html").write_text("another\n")
    assert program.run("run", "--once").returncode == 0
    web = f"{home.project('web')}-web-1"
    assert home.engine.inside(web, "cat", "/site/index.html") == "another\n"
    changed = {name for name, one in home.ids("web").items() if before[name] != one}
    assert changed == {web}
    assert home.engine.volumes() == [f"{home.project('web')}_data"]

    guard = "directory: .\n    guard: {allowEmpty: true}"
    settings = theirs / "trueup.yaml"
    settings.write_text(settings.read_text().replace("directory: .", guard))
    (theirs / "specs" / f"{home.project('web')}.yaml").unlink()
    assert program.run("run", "--once").returncode == 0
    assert home.ids("web") == {}
    assert home.engine.volumes() == [f"{home.project('web')}_data"]


def test_what_differs_from_its_files_is_named_and_left_as_it_is(home: Home, theirs: Path) -> None:
    program = Program(theirs, home.folder / "theirs.log")
    before = home.ids("web")
    file = theirs / "compose.yaml"
    file.write_text(RUNS.replace("green", "blue").replace("  setup:", "  later:"))
    said = program.run("init", "--from-running", home.project("web"))
    assert said.returncode == 2
    assert "web: environment COLOUR differs" in said.stdout
    assert f"{home.project('web')}-setup-1 is left alone" in said.stderr
    assert home.ids("web") == before
    assert not (theirs / "status").exists()


def test_what_docker_run_started_is_refused(home: Home, new: Program) -> None:
    name = home.project("alone")
    home.engine.cli("create", "--name", name, "busybox:stable")
    said = new.run("init", "--from-running", name)
    assert said.returncode == 1
    assert f"container {name} was started by docker run" in said.stderr
    assert list(new.folder.iterdir()) == []
    said = new.run("init", "--from-running", f"{name}-none")
    assert "no container runs under a compose project" in said.stderr
