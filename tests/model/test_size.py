"""Amounts of data as people write them."""

import pytest

from trueup.model.size import octets, readable


@pytest.mark.parametrize(
    ("text", "size"),
    [("5", 5), (7, 7), ("500MB", 500_000_000), ("2GiB", 2 << 30), ("1.5KiB", 1536), ("3B", 3)],
)
def test_an_amount_is_read_in_its_unit(text: str | int, size: int) -> None:
    assert octets(text) == size


@pytest.mark.parametrize("text", ["", "GiB", "-1", "2 GiB", "1e3", "2gb", "1MiBs"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it as"):
        octets(text)


@pytest.mark.parametrize(("size", "text"), [(4 << 30, "4 GiB"), (1536, "1.5 KiB"), (9, "9 bytes")])
def test_an_amount_is_shown_in_the_largest_unit_that_it_fills(size: int, text: str) -> None:
    assert readable(size) == text
