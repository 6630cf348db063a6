"""A lock out of step and a missing package are mended with the real npm and the real registry."""

import os
import shutil
from pathlib import Path

import pytest

from tests.repair.fake_index import request
from trueup.adapters import process
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import Endpoint
from trueup.app.indexes import package_indexes
from trueup.repair.author import Rules

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

DOCKERFILE = """FROM node:20-alpine
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
CMD ["node", "index.js"]
"""
MANIFEST = '{\n  "name": "api",\n  "dependencies": {\n    "ms": "2.1.3"\n  }\n}\n'
PROGRAM = "require('ms');\nrequire('left-pad');\nconsole.log('works');\n"


def step(argv: list[str], folder: Path) -> tuple[bool, str]:
    """Run one step of the Dockerfile where the files are."""
    kept = {name: value for name, value in os.environ.items() if "npm" in name.lower()}
    kept |= {name: os.environ[name] for name in ("NODE_EXTRA_CA_CERTS",) if name in os.environ}
    done = process.run(argv, timeout=120, cwd=folder, env=process.environment(kept))
    return done.code == 0, (done.out + done.err).decode()


def test_a_lock_is_made_and_a_package_added_until_the_program_works(tmp_path: Path) -> None:
    indexes = package_indexes(os.environ, Path.home(), DockerCli(Endpoint("")), tmp_path)
    files = {"Dockerfile": DOCKERFILE, "package.json": MANIFEST, "index.js": PROGRAM}
    authors, log = [], ""
    for _ in range(3):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        installed, log = step(["npm", "ci", "--ignore-scripts"], tmp_path)
        works, said = step(["node", "index.js"], tmp_path) if installed else (False, log)
        if works:
            break
        proposal = Rules(indexes).propose(request(said, files))
        assert proposal is not None, said
        authors.append(proposal.author)
        files |= {edit.path: edit.after for edit in proposal.edits}

    assert authors == ["rule/node-lock", "rule/node-module"]
    assert step(["node", "index.js"], tmp_path) == (True, "works\n")
    assert '"left-pad": "1.3.0"' in files["package.json"]
    assert "resolved" not in files["package-lock.json"]
