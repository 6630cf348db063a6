"""A compose model as text and back."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trueup.adapters.docker.rendering import parse_answer, parse_rendered, render

MARK = "0123456789abcdef"
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=10,
)


@given(st.dictionaries(TEXT, VALUES))
def test_every_model_is_read_as_it_was_written(model: dict[str, Any]) -> None:
    assert parse_rendered(render(model)) == model


def test_a_dollar_is_doubled_in_values_and_not_in_keys() -> None:
    assert render({"a$": "b$$"}).split() == ["{", '"a$":', '"b$$$$"', "}"]


def test_what_yaml_would_misread_is_escaped_and_the_rest_is_not() -> None:
    text = render({"k": "grüße 🐋 \u2028 \x85 \x7f"})

    assert "grüße 🐋" in text
    assert r"\u2028 \u0085 \u007f" in text


def test_the_answer_of_compose_has_doubled_dollars_in_keys_as_well() -> None:
    assert parse_answer('{"a$$b": ["$${X}", 1, null]}') == {"a$b": ["${X}", 1, None]}


def test_the_token_of_a_secret_is_a_variable_in_the_file_and_nothing_else_becomes_one() -> None:
    token = f"trueup-secret-{MARK}"
    model = {
        "a": f"x{token}y$z",
        "b": "${TRUEUP_SECRET_0123456789abcdef}",
        "c": "$${TRUEUP_SECRET_0123456789abcdef}$",
        "d": "trueup-secret-short",
    }

    text = render(model)

    assert json.loads(text) == {
        "a": "x${TRUEUP_SECRET_0123456789abcdef}y$$z",
        "b": "$${TRUEUP_SECRET_0123456789abcdef}",
        "c": "$$$${TRUEUP_SECRET_0123456789abcdef}$$",
        "d": "trueup-secret-short",
    }
    assert parse_rendered(text) == model
