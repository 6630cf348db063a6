"""What a killed Trueup has left of Runs is put away at the next start, and nothing of others."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import find_endpoint
from trueup.adapters.indexes.container import running
from trueup.adapters.indexes.owner import LABEL, sweep
from trueup.app.aftermath import put_away
from trueup.app.site import Site
from trueup.documents.check import check
from trueup.model.errors import TrueupError
from trueup.model.key import Key
from trueup.model.status import Status
from trueup.model.work import Phase, Work
from trueup.settings import load

GOING, ENDED, UNKNOWN = (Key("Run", name) for name in ("going", "ended", "unknown"))
ASKS = """
import sys
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import find_endpoint
from trueup.adapters.indexes.container import running
with running(DockerCli(find_endpoint("")), "busybox:stable") as found:
    print(found.name, flush=True)
    sys.stdin.read()
"""


def site(folder: Path) -> Site:
    (folder / "specs").mkdir(exist_ok=True)
    return Site(load(folder, check, environ={}), lambda _: None)


def test_the_work_trees_of_runs_that_are_not_under_way_are_thrown_away(tmp_path: Path) -> None:
    made = site(tmp_path)
    for key, phase in ((GOING, Phase.RUNNING), (ENDED, Phase.FAILED)):
        made.records.write(Status(key, work=Work("digest", phase)))
    places = {key: made.state / "work" / "Run" / key.name for key in (GOING, ENDED, UNKNOWN)}
    for place in places.values():
        (place / "tree").mkdir(parents=True)

    put_away(site(tmp_path))

    assert [key for key, place in places.items() if place.exists()] == [GOING]


@pytest.mark.engine
def test_a_container_is_swept_once_the_process_that_asked_in_it_was_killed() -> None:
    cli = DockerCli(find_endpoint(""))
    argv, pipe = [sys.executable, "-c", ASKS], subprocess.PIPE
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, env=env) as asking:
        assert asking.stdout is not None
        left = asking.stdout.readline().strip()
        with suppress(TrueupError):  # another one may remove what both have found
            sweep(cli)
        assert left in names(cli)
        asking.kill()

    with running(cli, "busybox:stable") as mine:
        assert swept(cli, left)
        assert mine.name in names(cli)


def swept(cli: DockerCli, name: str) -> bool:
    """Sweep until a container is gone; another Trueup on this engine may be about it as well."""
    end = time.monotonic() + 20
    while name in names(cli) and time.monotonic() < end:
        with suppress(TrueupError):
            sweep(cli)
    return name not in names(cli)


def names(cli: DockerCli) -> list[str]:
    listed = ["ps", "--all", "--filter", f"label={LABEL}", "--format", "{{.Names}}"]
    return cli.docker(listed).split()
