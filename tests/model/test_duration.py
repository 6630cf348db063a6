"""Durations as people write them."""

import pytest

from trueup.model.duration import seconds


@pytest.mark.parametrize(
    ("written", "meant"),
    [("90s", 90), ("5m", 300), ("1h30m", 5400), ("500ms", 0.5), ("1.5h", 5400), ("2d", 172800)],
)
def test_a_duration_is_numbers_with_units(written: str, meant: float) -> None:
    assert seconds(written) == meant


@pytest.mark.parametrize("number", [90, 0.5])
def test_a_number_is_seconds(number: float) -> None:
    assert seconds(number) == number


@pytest.mark.parametrize("text", ["", "5", "5 m", "m5", "5x", "-5s", "5m\n", "\u0665m"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        seconds(text)
