"""A lock is made by the npm of a base image where this machine has none."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from trueup.adapters import process
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import find_endpoint
from trueup.adapters.indexes.npm_lock import NodeLock
from trueup.model.errors import ToolError

IMAGE = f"tu-npm-{os.getpid()}"
DOCKERFILE = """FROM python:3.11-slim
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
"""
MANIFEST = '{\n  "name": "api",\n  "dependencies": {\n    "ms": "2.1.3"\n  }\n}\n'

pytestmark = [
    pytest.mark.engine,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm, to put it into an image"),
]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image with the Node and the npm of this machine."""
    folder = tmp_path_factory.mktemp("node")
    program = Path(shutil.which("npm") or "").resolve()
    shutil.copy(Path(shutil.which("node") or "").resolve(), folder / "node")
    shutil.copytree(program.parents[1], folder / "npm", symlinks=True)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    done = process.run(["docker", "build", "--tag", IMAGE, str(folder)], timeout=200)
    assert done.code == 0, done.err.decode()
    yield IMAGE
    process.run(["docker", "rmi", "--force", IMAGE], timeout=60)


def test_the_npm_of_an_image_makes_a_lock_and_leaves_nothing(image: str) -> None:
    lock = NodeLock(DockerCli(find_endpoint("")), {}, program=None)

    made = lock.make({"package.json": MANIFEST}, image)

    assert made is not None
    assert json.loads(made)["packages"]["node_modules/ms"]["version"] == "2.1.3"
    assert "resolved" not in made
    assert lock.make({"package.json": MANIFEST.replace("2.1.3", "99.0.0")}, image) is None
    listed = ["docker", "ps", "--all", "--quiet", "--filter", f"ancestor={image}"]
    assert process.run(listed, timeout=30).out == b""


def test_an_image_without_npm_is_told() -> None:
    lock = NodeLock(DockerCli(find_endpoint("")), {}, program=None)

    with pytest.raises(ToolError):
        lock.make({"package.json": MANIFEST}, "busybox:stable")
    with pytest.raises(ToolError):
        lock.make({"package.json": MANIFEST}, "--privileged")
