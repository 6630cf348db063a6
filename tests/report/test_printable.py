"""What others wrote cannot command the terminal of who reads it."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import FakeClock
from trueup.app.log import LineLog
from trueup.cli.show import say, warn
from trueup.model.event import Event
from trueup.report.printable import printable


def test_colours_go_and_other_controls_are_spelled_out() -> None:
    said = "\x1b[31mred\x1b[0m\tand \x1b]0;title\x07 \x1b[2J gone\r\nnext \u202ekcab \x9b1m"

    assert printable(said) == (
        "red\tand \\x1b]0;title\\x07 \\x1b[2J gone\nnext \\u202ekcab \\x9b1m"
    )


def test_text_of_people_stays_as_it_is() -> None:
    assert printable("grüße 🐋\n\tdone") == "grüße 🐋\n\tdone"


@given(st.text(st.characters(), max_size=80))
def test_whatever_it_was_a_terminal_can_have_it(text: str) -> None:
    shown = printable(text)

    assert shown.encode("utf-8").decode() == shown
    assert not [
        one for one in shown if one not in "\n\t" and (one < " " or "\x7f" <= one < "\xa0")
    ]
    assert printable(shown) == shown


def test_what_is_printed_and_logged_is_made_printable(capsys: pytest.CaptureFixture[str]) -> None:
    log = io.StringIO()

    say("a\x1b[2J")
    warn("b\x1b[2J")
    LineLog(FakeClock(), stream=log)(Event(None, "said", "c\x1b[2J"))

    printed = capsys.readouterr()
    assert printed.out + printed.err == "a\\x1b[2J\nb\\x1b[2J\n"
    assert log.getvalue().endswith("c\\x1b[2J\n")
