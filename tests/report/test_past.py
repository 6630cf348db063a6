"""Which verified releases there are to go back to, and how they are named."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.report.statuses import AT, READY
from trueup.model.status import Entry
from trueup.report.past import chosen, document, rows, verified


def entry(digest: str, result: str = "Applied", revision: str = "") -> Entry:
    return Entry(revision or f"{digest}commit", digest, result, "", AT, 1.0)


CURRENT = READY.applied.digest if READY.applied else ""
PAST = replace(
    READY,
    history=(
        entry("bbbb2222", "RolledBack"),
        entry(CURRENT),
        entry("aaaa1111"),
        entry("cccc3333"),
        entry("aaaa1111"),
        entry("dddd4444", "Failed"),
    ),
)


def test_only_what_was_verified_and_does_not_run_now_can_be_gone_back_to() -> None:
    assert [one.digest for one in verified(PAST)] == ["aaaa1111", "cccc3333"]


@pytest.mark.parametrize(
    ("words", "digest"),
    [("1", "aaaa1111"), ("2", "cccc3333"), ("cccc3", "cccc3333"), ("aaaa1111comm", "aaaa1111")],
)
def test_a_number_a_digest_or_a_commit_names_a_release(words: str, digest: str) -> None:
    found = chosen(PAST, words)
    assert found is not None
    assert found.digest == digest


@pytest.mark.parametrize("words", ["0", "3", "-1", "", "c", "bbbb2222", CURRENT])
def test_anything_else_names_nothing(words: str) -> None:
    assert chosen(PAST, words) is None


def test_each_is_numbered_once_and_the_one_that_counts_is_marked() -> None:
    now = datetime.now(UTC)
    assert [row[0] for row in rows(PAST, now)] == ["", "*", "1", "2", "", ""]
    assert [one["to"] for one in document(PAST)] == ["", "*", "1", "2", "", ""]
