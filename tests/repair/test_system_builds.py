"""Builds that really fail, are mended error by error, and then succeed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.little_registry import little_registry
from tests.repair.fake_index import FakeIndexes, request
from trueup.adapters import process
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import find_endpoint
from trueup.adapters.indexes.bases import BaseImages
from trueup.repair.author import Rules

pytestmark = [pytest.mark.engine, pytest.mark.timeout(400)]

IMAGE = f"tu-mended-{os.getpid()}"
LISTS = "&& rm -rf /var/lib/apt/lists/*"

RENAMED = f"""\
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpng12-dev {LISTS}

# what is served
COPY Dockerfile /srv/
RUN git --version
"""
RENAMED_MENDED = RENAMED.replace("libpng12-dev", "libpng-dev git")

COMPILED = """\
FROM python:3.11-slim AS build
COPY Dockerfile /srv/
RUN pip install --no-cache-dir psycopg2==2.9.9

FROM build
RUN python -c "import psycopg2; print(psycopg2.__libpq_version__)"
"""
PACKAGES = "gcc libc6-dev libpq-dev python3-dev"
INSTALL = f"RUN apt-get update && apt-get install -y --no-install-recommends {PACKAGES} {LISTS}\n"
COMPILED_MENDED = COMPILED.replace("COPY", f"{INSTALL}COPY", 1)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    cli = DockerCli(find_endpoint(""))
    return Rules(FakeIndexes(bases=BaseImages(cli, tmp_path_factory.getbasetemp() / "indexes")))


@pytest.fixture(autouse=True)
def removed_image() -> Iterator[None]:
    yield
    process.run(["docker", "rmi", "--force", IMAGE], timeout=60)


def build(folder: Path, text: str, image: str = IMAGE) -> tuple[bool, str]:
    (folder / "Dockerfile").write_text(text)
    argv = ["docker", "build", "--progress=plain", "--tag", image, str(folder)]
    done = process.run(argv, timeout=300)
    return done.code == 0, done.err.decode()


@pytest.mark.parametrize(
    ("broken", "sound", "attempts"),
    [(RENAMED, RENAMED_MENDED, 2), (COMPILED, COMPILED_MENDED, 1)],
    ids=["renamed", "compiled"],
)
def test_a_broken_build_is_mended_and_succeeds(
    broken: str, sound: str, attempts: int, rules: Rules, tmp_path: Path
) -> None:
    text = broken
    for _ in range(attempts):
        succeeded, log = build(tmp_path, text)
        assert not succeeded
        proposal = rules.propose(request(log, {"Dockerfile": text}))
        assert proposal is not None, log
        text = proposal.edits[0].after
    assert text == sound
    succeeded, log = build(tmp_path, text)
    assert succeeded, log


def test_a_base_image_whose_suite_is_gone_gives_way_to_one_that_is_served(
    rules: Rules, tmp_path: Path
) -> None:
    with little_registry() as host:
        old, new = (f"{host}/debian:{suite}-slim" for suite in ("stretch", "bookworm"))
        text = (
            f"FROM {old}\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends bc\n"
        )
        sources = "RUN sed -i s/bookworm/stretch/ /etc/apt/sources.list"
        try:
            assert build(tmp_path, f"FROM python:3.11-slim\n{sources}\n", old)[0]
            assert process.run(["docker", "tag", "python:3.11-slim", new], timeout=30).code == 0
            succeeded, log = build(tmp_path, text)
            assert not succeeded
            proposal = rules.propose(request(log, {"Dockerfile": text}))
            assert proposal is not None, log
            assert proposal.author == "rule/apt-suite"
            assert proposal.edits[0].after == text.replace(old, new)
            succeeded, log = build(tmp_path, proposal.edits[0].after)
            assert succeeded, log
        finally:
            process.run(["docker", "rmi", "--force", old, new], timeout=60)
