"""Text of others may be shown as it is, in one line or in several."""

from hypothesis import given
from hypothesis import strategies as st

from trueup.model.spelled import legible, spelled, spelled_lines

ANYTHING = st.text(st.characters(), max_size=80)


@given(ANYTHING)
def test_a_spelled_name_is_one_line(text: str) -> None:
    assert len(spelled(text).splitlines()) <= 1


@given(ANYTHING)
def test_whatever_is_spelled_is_spelled_once(text: str) -> None:
    assert spelled(spelled(text)) == spelled(text)
    assert spelled_lines(spelled_lines(text)) == spelled_lines(text)


def test_lines_and_columns_stay_where_there_may_be_lines() -> None:
    assert spelled("a\tb\nc\x07") == "a\\x09b\\x0ac\\x07"
    assert spelled_lines("a\tb\nc\x07") == "a\tb\nc\\x07"


def test_what_cannot_be_printed_becomes_a_question_mark() -> None:
    assert legible("grüße\x1b[2J\n🐋") == "grüße?[2J?🐋"
