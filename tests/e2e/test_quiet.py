"""A host on which nothing happens stays untouched, and so do its status files."""

import time

import pytest

from tests.e2e.counting import LISTED, Relay
from tests.e2e.scenario import Home
from tests.e2e.services import serving, sleeping

pytestmark = pytest.mark.engine


def test_looking_at_an_unchanged_stack_again_and_again_changes_nothing_and_writes_no_status(
    home: Home, relay: Relay
) -> None:
    home.stack("web", {"api": serving("hello"), "worker": sleeping()}, interval="50ms")
    assert home.once() == 0
    ids, file = home.ids("web"), home.status_file("web")
    before, written = file.read_text(), file.stat().st_mtime_ns

    begun = time.time()
    asked = len(relay.requests)
    home.start()
    home.wait_until(lambda: looks(relay, asked) >= 10, "10 looks")
    assert home.stop() == 0

    assert [one for one in relay.requests[asked:] if not one.startswith(("GET", "HEAD"))] == []
    assert home.engine.mutations(begun) == []
    assert home.ids("web") == ids
    assert (file.read_text(), file.stat().st_mtime_ns) == (before, written)


def test_a_file_that_no_service_depends_on_touches_nothing(home: Home) -> None:
    home.stack("web", {"api": sleeping()})
    home.write(home.place("web") / "README.md", "one\n")
    assert home.once() == 0
    ids, before, begun = home.ids("web"), home.status_file("web").read_text(), time.time()

    home.replace(home.place("web") / "README.md", "two\n")
    home.write(home.specs / "other" / "notes.txt", "three\n")
    assert home.once() == 0

    assert home.ids("web") == ids
    assert home.engine.mutations(begun) == []
    assert home.status_file("web").read_text() == before


def looks(relay: Relay, since: int) -> int:
    return sum(LISTED in one for one in relay.requests[since:])
