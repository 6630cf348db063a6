"""Colours are for terminals, and for people who want them. The words are the same without."""

import os
import pty
import re
import sys

import pytest

from tests.cli.conftest import SRC
from tests.cli.place import Place
from tests.report.statuses import READY

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def on_a_terminal(place: Place, *words: str, **variables: str) -> str:
    """Return what a command writes to a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        wanted = {**os.environ, "PYTHONPATH": str(SRC), "TERM": "xterm-256color", **variables}
        os.chdir(place.folder)
        os.execve(sys.executable, [sys.executable, "-m", "trueup", *words], wanted)  # noqa: S606
    said = b""
    while part := _read(terminal):
        said += part
    os.waitpid(child, 0)
    os.close(terminal)
    return said.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # what a terminal says when nobody is left on the other side
        return b""


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_terminal_gets_colours_and_the_same_words(place: Place) -> None:
    place.status(READY)

    coloured = on_a_terminal(place, "get", NO_COLOR="")

    assert "\x1b[32mSynced\x1b[0m" in coloured
    assert COLOUR.sub("", coloured) == place.run("get").out


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_nobody_gets_colours_who_does_not_want_them(place: Place) -> None:
    place.status(READY)

    assert on_a_terminal(place, "get", NO_COLOR="1") == place.run("get").out


def test_programs_get_none_even_if_colours_are_forced(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    place.status(READY)

    assert not COLOUR.search(place.run("get").out)
