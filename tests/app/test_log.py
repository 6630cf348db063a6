"""The log: nothing that happens to whoever reads it reaches the work."""

import io
import json
import os
from pathlib import Path

import pytest

from tests.fakes import FakeClock
from trueup.app.log import LineLog
from trueup.model.event import Event


def said(text: str) -> Event:
    return Event(None, "said", text)


def test_a_log_that_nobody_reads_any_more_stops_nobody() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w")

    LineLog(FakeClock(), stream=stream)(said("one"))

    with pytest.raises(BrokenPipeError):
        stream.close()


def test_a_log_on_a_full_disk_stops_nobody() -> None:
    stream = Path("/dev/full").open("w")  # noqa: SIM115 - closing it fails as well
    log = LineLog(FakeClock(), stream=stream)

    for _ in range(1000):
        log(said("a line of the log that there is no room for"))

    with pytest.raises(OSError, match="No space left"):
        stream.close()


class Refusing(io.StringIO):
    """A stream that takes nothing for a while."""

    refuses = False

    def write(self, text: str) -> int:
        if self.refuses:
            raise OSError(28, "No space left on device")
        return super().write(text)


@pytest.mark.parametrize("style", ["text", "json"])
def test_what_could_not_be_logged_is_counted_once_there_is_room_again(style: str) -> None:
    stream = Refusing()
    log = LineLog(FakeClock(), style, stream)
    log(said("one"))
    stream.refuses = True
    log(said("two"))
    log(said("three"))
    stream.refuses = False
    log(said("four"))
    log(said("five"))

    lines = stream.getvalue().splitlines()
    told = [json.loads(one)["message"] if style == "json" else one[11:] for one in lines]
    gap = "2 events before this one could not be logged: [Errno 28] No space left on device"
    assert told == ["one", gap, "four", "five"]
