"""Whatever becomes of a status or a release file, nothing that runs is removed for it."""

import functools
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.scene import WEB, Scene
from tests.fuzz.effort import fuzzed
from tests.fuzz.mutate import contents, mutated_bytes, replaced
from tests.kinds.stack.builders import project, service, volume
from tests.report.statuses import FULL
from trueup.adapters.disk.records import StatusFiles
from trueup.adapters.docker.releases import Releases
from trueup.adapters.docker.rendering import render, stamped
from trueup.kinds.stack.target import from_release
from trueup.model.status import Status
from trueup.model.steps import Bundle
from trueup.report.records import from_text, to_text

SAID = to_text(FULL)
COMPOSE: dict[str, Any] = project(
    web=service(volumes=[volume("data", "/data")]), db=service("db:1")
) | {"name": "web", "volumes": {"data": {"name": "web_data"}}}


def stable() -> tuple[Scene, str]:
    """Return a stack that was verified, and the text of its status."""
    scene = Scene()
    scene.stack(project(web=service("app:1")), interval=600.0)
    scene.settle()
    return scene, scene.records.texts[WEB]


TEXT = stable()[1]


def spoiled(body: Any) -> bytes:
    return yaml.dump(body, allow_unicode=True).encode("utf-8", "replace")


def bodies(text: str) -> st.SearchStrategy[bytes]:
    return replaced(yaml.safe_load(text)).map(spoiled)


@fuzzed
@given(mutated_bytes(SAID) | bodies(SAID) | st.binary())
def test_a_status_file_is_read_or_set_aside(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = StatusFiles(Path(folder) / "status", to_text, from_text)
        files.write(Status(WEB))
        files.path(WEB).write_bytes(data)
        fresh = StatusFiles(Path(folder) / "status", to_text, from_text)

        found = fresh.read(WEB)
        assert found.key == WEB
        assert found.summary
        fresh.write(replace(found, problems=("seen",)))

        kept = contents(Path(folder))
        assert os.path.commonpath([folder, *kept]) == folder
        again = StatusFiles(Path(folder) / "status", to_text, from_text).read(WEB)
        assert again == replace(found, problems=("seen",))


@fuzzed
@given(mutated_bytes(TEXT) | bodies(TEXT))
def test_a_spoiled_status_removes_and_restarts_nothing(data: bytes) -> None:
    scene, _ = stable()
    try:
        scene.records.texts[WEB] = to_text(replace(from_text(data.decode()), key=WEB))
    except ValueError:  # it is set aside, and nothing is remembered
        del scene.records.texts[WEB]
    before = set(scene.host.every)

    for _ in range(4):
        scene.look()
        scene.clock.wait(3600)

    assert set(scene.host.every) == before


@functools.cache
def frozen() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        Releases(folder).freeze(Bundle("releases/Stack/web/1.json", COMPOSE))
        return (Path(folder) / "releases/Stack/web/1.json").read_bytes()


RELEASE = mutated_bytes(frozen().decode()) | replaced(COMPOSE).map(
    lambda body: render(body).encode("utf-8", "surrogatepass")
)


@fuzzed
@given(RELEASE | st.binary())
def test_a_release_file_is_whole_or_counts_as_gone(data: bytes) -> None:
    release = FULL.applied
    assert release is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "releases/Stack/web/1.json"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        found = Releases(folder).stored("releases/Stack/web/1.json")
        if found:
            assert data == frozen()
            assert from_release(release, found).services


@fuzzed
@given(st.text(max_size=40) | st.sampled_from(["releases/../../x", "/etc/hosts", "status/x.yaml"]))
def test_a_release_is_only_looked_for_among_the_releases(file: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "status").mkdir()
        Path(folder, "status/x.yaml").write_text(stamped({**COMPOSE, "services": {}}))
        assert Releases(folder).stored(file) == {}
