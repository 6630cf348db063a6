"""Blocks find their lines: rung by rung, in one place, or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.repair.matching import Miss, replaced

TEXT = "FROM a\n\nRUN one \\\n    && two\nRUN three\nCMD x\n"


def lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n"))


FOUND = {
    "exactly": ("RUN three", "RUN four", "RUN four\n"),
    "with blanks at the end": ("RUN three  ", "RUN four", "RUN four\n"),
    "with empty lines around it": ("\nRUN three\n", "\nRUN four\n", "RUN four\n"),
    "further in": ("  RUN three", "  RUN four\n    more", "RUN four\n  more\n"),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_line_is_found(name: str) -> None:
    search, replace, there = FOUND[name]

    assert replaced(TEXT, lines(search), lines(replace)) == TEXT.replace("RUN three\n", there)


def test_a_block_that_stands_further_out_is_put_in() -> None:
    text = "a:\n    b: 1\n    c: 2\n"

    assert replaced(text, ("b: 1", "c: 2"), ("b: 1", "  x: 0", "c: 3")) == (
        "a:\n    b: 1\n      x: 0\n    c: 3\n"
    )


def test_indentation_that_is_not_one_for_all_is_not_found() -> None:
    assert replaced("  a\n    b\n", ("a", "b"), ("c",)) is Miss.NOWHERE


def test_what_is_left_out_stays() -> None:
    search = ("FROM a", "...", "CMD x")
    replace = ("FROM b", "...", "CMD y")

    assert replaced(TEXT, search, replace) == TEXT.replace("FROM a", "FROM b").replace(
        "MD x", "MD y"
    )


@pytest.mark.parametrize("replace", [("FROM b", "..."), ("...", "FROM b", "...", "CMD y")])
def test_dots_are_never_written_into_a_file(replace: tuple[str, ...]) -> None:
    assert isinstance(replaced(TEXT, ("FROM a",), replace), Miss)
    assert isinstance(replaced(TEXT, ("FROM a", "...", "CMD x"), ("...", "x", "...")), Miss)


def test_typographic_quotes_and_dashes_are_what_they_stand_for() -> None:
    text = 'RUN echo "it\'s" --x\n'

    assert replaced(text, ("RUN echo \u201cit\u2019s\u201d -\u2010x",), ("RUN y",)) == "RUN y\n"


def test_several_places_are_none() -> None:
    assert replaced("a\nb\na\n", ("a",), ("c",)) is Miss.SEVERAL
    assert replaced("a \nb\na \n", ("a",), ("c",)) is Miss.SEVERAL
    assert replaced("  a\nb\n a\n", ("a",), ("c",)) is Miss.SEVERAL


def test_the_first_rung_that_finds_something_decides() -> None:
    assert replaced("a\nb\na \n", ("a",), ("c",)) == "c\nb\na \n"


def test_what_is_done_already_is_told_from_what_is_nowhere() -> None:
    assert replaced(TEXT, ("RUN gone",), ("RUN three",)) is Miss.ALREADY
    assert replaced(TEXT, ("RUN gone",), ("RUN new",)) is Miss.NOWHERE
    assert replaced(TEXT, ("RUN gone",), ()) is Miss.NOWHERE


def test_lines_that_a_block_repeats_stay_as_they_are() -> None:
    """A search that was found but for blanks must not tidy lines that it does not change."""
    text = "a  \nb\t\nc\n"

    assert replaced(text, ("a", "b", "c"), ("a", "b", "d")) == "a  \nb\t\nd\n"


def test_an_empty_line_may_be_put_in() -> None:
    assert replaced("a \nb\n", ("a",), ("x", "")) == "x\n\nb\n"


def test_new_lines_have_the_ends_of_the_file() -> None:
    assert replaced("a\r\nb\r\n", ("a",), ("a", "x")) == "a\r\nx\r\nb\r\n"


def test_only_a_part_of_a_line_is_not_found() -> None:
    assert replaced("RUN abc\n", ("RUN ab",), ("x",)) is Miss.NOWHERE


WORD = st.sampled_from(["a", "b", " a", "...", "", "a ", "\u2019"])


@given(st.lists(WORD, max_size=12), st.lists(WORD, max_size=4), st.lists(WORD, max_size=4))
def test_no_block_makes_it_fail(text: list[str], search: list[str], replace: list[str]) -> None:
    result = replaced("\n".join(text), search, replace)

    if isinstance(result, str):
        kept = {"", *text, *(line.strip() for line in text)}
        new = {line.strip() for line in replace}
        assert all(line in kept or line.strip() in new for line in result.split("\n"))


def test_long_files_of_equal_lines_take_no_time() -> None:
    assert replaced("a\n" * 200_000, ("a",) * 5_000 + ("b",), ("c",)) is Miss.NOWHERE
