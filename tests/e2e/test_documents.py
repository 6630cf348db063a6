"""Wrong, half-written and missing files change nothing that runs; requests are heard once."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.scenario import Home, free_port
from tests.e2e.services import crashing, serving, sleeping

pytestmark = pytest.mark.engine

DRIP = 0.05
"""Seconds between two pieces of a file that is being written."""


def test_a_wrong_document_keeps_the_last_good_version_also_over_a_restart(home: Home) -> None:
    home.stack("web", {"api": sleeping()}, stable="300ms")
    home.start()
    home.wait_ready("web")
    before, document = home.ids("web"), home.place("web") / "stack.yaml"

    home.replace(document, document.read_text().replace("timeout:", "timeuot:"))
    status = home.wait_reason("web", "InvalidDocument")
    assert "the last good version stays in force" in status.message
    assert "timeuot" in status.message
    assert home.ids("web") == before
    said = home.trueup.run("plan", "web")
    assert said.returncode == 1
    first, second, third, *_ = said.stdout.splitlines()
    assert first.startswith("Stack/web Invalid: the document is not valid; what follows is for")
    assert "timeuot" in second
    assert third.startswith("Stack/web InSync")

    home.stop()
    home.engine.cli("rm", "--force", *before.values())
    home.start()
    home.wait_until(lambda: list(home.ids("web")) == list(before), "the container is back")
    home.wait_until(lambda: "Healed" in home.status("web").results, "it is on record")
    home.wait_reason("web", "InvalidDocument")

    home.replace(document, document.read_text().replace("timeuot:", "timeout:"))
    home.wait_ready("web")


@pytest.mark.parametrize("file", ["stack.yaml", "compose.yaml"])
def test_a_file_that_is_written_bit_by_bit_is_read_when_it_is_whole(home: Home, file: str) -> None:
    home.stack("web", {"api": sleeping(), "other": sleeping()}, stable="300ms")
    home.start()
    good = home.wait_ready("web").applied
    before, other = home.id("web", "api"), home.id("web", "other")
    home.write(home.place("web") / ".env", "WORD=one\n")
    whole = (home.place("web") / "stack.yaml").read_text()
    if file == "compose.yaml":
        new = {"api": sleeping(environment={"WORD": "two"}), "other": sleeping()}
        home.compose("else", new)
        whole = (home.place("else") / "compose.yaml").read_text()
    else:
        whole = whole.replace("timeout: 30s", "env: {WORD: two}\n  timeout: 30s")
        home.compose("web", {"api": sleeping(environment={"WORD": "two"}), "other": sleeping()})

    begun = time.time()
    drip(home.place("web") / file, whole)
    home.wait_ready("web", other_than=good)

    assert "WORD=two" in home.container("web", "api")["Config"]["Env"]
    assert home.id("web", "api") != before
    assert home.id("web", "other") == other
    created = [one for one in home.engine.mutations(begun) if "container create" in one]
    assert len(created) == 1


def test_a_document_that_is_cut_off_anywhere_keeps_its_containers(home: Home) -> None:
    home.stack("web", {"api": sleeping()}, stable="300ms")
    assert home.once() == 0
    before, path = home.ids("web"), home.place("web") / "stack.yaml"
    whole = path.read_text()

    for left in (0, 8, 18, 30, len(whole) // 2):
        home.write(path, whole[:left])
        assert home.once() == 2
        assert home.ids("web") == before, f"after {left} bytes of the document"
    assert "the last good version stays in force" in home.status("web").message

    home.write(path, whole)
    assert home.once() == 0
    assert home.ids("web") == before


def test_a_compose_file_that_compose_refuses_keeps_its_containers(home: Home) -> None:
    home.stack("web", {"api": sleeping()}, stable="300ms")
    assert home.once() == 0
    before, path = home.ids("web"), home.place("web") / "compose.yaml"
    whole = path.read_text()

    home.write(path, whole[: whole.index("stop_signal") + 4])
    assert home.once() == 2

    assert home.ids("web") == before
    assert "compose refuses" in home.status("web").message
    home.write(path, whole)
    assert home.once() == 0
    assert home.ids("web") == before


def drip(path: Path, text: str) -> None:
    """Write a file in small pieces, as a slow copy does it."""
    with path.open("w") as file:
        for at in range(0, len(text), 40):
            file.write(text[at : at + 40])
            file.flush()
            time.sleep(DRIP)


def test_a_source_directory_that_vanishes_changes_nothing(home: Home) -> None:
    home.stack("web", {"api": sleeping()}, stable="300ms")
    home.start()
    home.wait_ready("web")
    before = home.ids("web")

    home.specs.rename(home.folder / "away")
    home.wait_until(lambda: "is not there" in home.trueup.tail(), "it is told")
    home.specs.mkdir()
    home.wait_until(lambda: "is empty" in home.trueup.tail(), "a lost mount is told")
    assert home.ids("web") == before

    home.specs.rmdir()
    (home.folder / "away").rename(home.specs)
    home.compose("web", {"api": sleeping(), "more": sleeping()})
    home.wait_until(lambda: len(home.containers("web")) == 2, "edits are seen again")


def test_a_suspended_stack_is_left_alone_until_its_suspension_ends(home: Home) -> None:
    port = free_port()
    home.stack("web", {"api": serving("one", port)}, stable="300ms")
    home.start()
    good = home.wait_ready("web").applied

    until = datetime.now(UTC) + timedelta(seconds=5)
    pause = {"reason": "moving house", "until": until.isoformat(timespec="seconds")}
    home.document("web", ["api"], stable="300ms", suspend=pause)
    status = home.wait_reason("web", "Suspended")
    assert status.health == "Suspended"
    assert "moving house" in status.message
    home.compose("web", {"api": serving("two", port)})
    assert home.answer(port) == "one"

    home.wait_ready("web", other_than=good)
    assert datetime.now(UTC) >= until.replace(microsecond=0)
    assert home.answer(port) == "two"


def test_requested_at_tries_a_quarantined_digest_once_more(home: Home) -> None:
    home.stack("web", {"api": sleeping()}, timeout="10s")
    assert home.once() == 0
    home.compose("web", {"api": crashing()})
    assert home.once() == 2
    assert home.status("web").results == ["RolledBack", "Applied"]
    bad = home.status("web").quarantined

    home.document("web", ["api"], timeout="10s", requestedAt="now please")
    for _ in range(2):
        assert home.once() == 2
        assert home.status("web").results == ["RolledBack", "RolledBack", "Applied"]

    status = home.status("web")
    assert (status.quarantined, status.reason) == (bad, "RolledBack")
    assert home.container("web", "api")["Config"]["Cmd"] == ["sleep", "3600"]
