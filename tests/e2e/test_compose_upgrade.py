"""Another version of compose is no reason to replace a container."""

import json
import stat
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import sleeping
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import find_endpoint

pytestmark = pytest.mark.engine

NEWER = '''#!{python}
"""The real compose, but for its version and for what it says of the same files."""
import json, os, subprocess, sys
REAL, words = {real!r}, sys.argv[1:]
if words[-2:] == ["version", "--short"]:
    print("9.9.9")
    sys.exit()
if "config" not in words or "--format" not in words:
    os.execv(REAL, [REAL, *words])
done = subprocess.run([REAL, *words], capture_output=True, timeout=30, check=False)
sys.stderr.buffer.write(done.stderr)
if done.returncode:
    sys.exit(done.returncode)
model = json.loads(done.stdout)
for service in model.get("services", {{}}).values():
    service["stop_grace_period"] = "10s"
    service.pop("command", None) if service.get("command") is None else None
    service["networks"] = {{name: said or {{}} for name, said in service["networks"].items()}}
print(json.dumps(model))
'''


def upgrade(place: Path) -> Path:
    """Have Trueup find a newer compose from now on; return where it is."""
    (real,) = DockerCli(find_endpoint("")).compose_program()
    plugin = place / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(NEWER.format(python=sys.executable, real=real))
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    return plugin


def says(home: Home, **labels: str) -> None:
    services = {name: sleeping(labels={"try": text}) for name, text in labels.items()}
    home.stack("web", services, stable="200ms")


def test_an_upgrade_replaces_nothing_and_a_change_only_its_service(
    home: Home, tmp_path: Path
) -> None:
    home.trueup.variables["DOCKER_CONFIG"] = str(tmp_path / "docker")
    says(home, api="one", db="one")
    assert home.once() == 0
    api, db, begun = home.id("web", "api"), home.id("web", "db"), time.time()

    newer = upgrade(tmp_path / "docker")
    assert json.loads(home.trueup.run("version", "-o", "json").stdout)["compose"] == "9.9.9"
    assert home.trueup.run("plan").returncode == 0
    assert home.once() == 0
    assert home.engine.mutations(begun) == []

    says(home, api="two", db="one")
    assert home.once() == 0
    assert home.id("web", "api") != api
    assert home.id("web", "db") == db

    begun = time.time()
    newer.unlink()
    assert home.trueup.run("plan").returncode == 0
    assert home.once() == 0
    assert home.engine.mutations(begun) == []
