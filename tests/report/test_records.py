"""A status file: its summary first, everything in it, and back without a loss."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report.statuses import EMPTY, FULL, KEY, READY, ROLLED_BACK
from trueup.model.key import Key
from trueup.model.plan import Health, ServiceView, Sync
from trueup.model.release import Part, Release
from trueup.model.status import Attempt, Condition, Entry, Journal, Quarantine, Status
from trueup.report.commits import commit_message
from trueup.report.records import from_text, summary_of, to_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TEXTS = st.dictionaries(TEXT, TEXT, max_size=3)
PARTS = st.dictionaries(TEXT, st.builds(Part, TEXT, TEXT, TEXT, TEXTS), max_size=2)
VIEWS = st.builds(
    ServiceView, TEXT, st.sampled_from(Health), TEXT, TEXT, st.lists(TEXT, max_size=2).map(tuple)
)
PHASES = st.sampled_from(["apply", "rollback"])
NUMBERS = st.integers(0, 10**6)
SECONDS = st.floats(0, 10**6, allow_nan=False)
STATUSES = st.builds(
    Status,
    key=st.builds(Key, st.sampled_from(["Stack", "Run"]), st.from_regex(r"[a-z][a-z0-9]{0,5}\Z")),
    revision=TEXT,
    sync=st.sampled_from(Sync),
    health=st.sampled_from(Health),
    conditions=st.lists(st.builds(Condition, TEXT, TEXT, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    observed_digest=TEXT,
    attempted=st.none() | st.builds(Attempt, TEXT, TEXT, TEXT),
    applied=st.none() | st.builds(Release, TEXT, TEXT, TEXT, PARTS, TEXT),
    quarantine=st.none() | st.builds(Quarantine, TEXT, TEXT, TEXT, TEXT, TEXTS),
    journal=st.none() | st.builds(Journal, TEXT, TEXT, NUMBERS, NUMBERS, TEXT, TEXT, PHASES),
    tries=NUMBERS,
    heals=NUMBERS,
    next_at=TEXT,
    stuck=TEXT,
    handled_request=TEXT,
    problems=st.lists(TEXT, max_size=2).map(tuple),
    services=st.dictionaries(TEXT, VIEWS, max_size=2),
    history=st.lists(st.builds(Entry, TEXT, TEXT, TEXT, TEXT, TEXT, SECONDS), max_size=2).map(
        tuple
    ),
    spec=TEXTS,
)


@settings(max_examples=200, deadline=None)
@given(STATUSES)
def test_a_status_comes_back_as_it_was(status: Status) -> None:
    assert from_text(to_text(status)) == status


@settings(max_examples=100, deadline=None)
@given(STATUSES)
def test_the_first_line_is_the_summary(status: Status) -> None:
    first = to_text(status).partition("\n")[0]
    assert yaml.safe_load(first) == {"summary": status.summary} or "\n" in status.summary


def test_the_first_line_tells_how_the_stack_is() -> None:
    first = to_text(READY).partition("\n")[0]
    assert first == "summary: Stack/web Synced Healthy - Verified, release 51d0aaaabbbb"


def test_what_there_is_nothing_to_say_about_is_left_out() -> None:
    document = yaml.safe_load(to_text(EMPTY))
    assert document["status"] == {"sync": "Unknown", "health": "Unverified"}


def test_a_file_names_its_resource_as_documents_do() -> None:
    document = yaml.safe_load(to_text(FULL))
    assert (document["apiVersion"], document["kind"]) == ("trueup/v1", "Stack")
    assert document["metadata"] == {"name": "web"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "just words",
        "{",
        "kind: Stack\n",
        "kind: Stack\nmetadata: {name: web}\nstatus: []\n",
        "kind: Stack\nmetadata: {name: web}\nstatus: {sync: Never}\n",
        "kind: Stack\nmetadata: {name: web}\nstatus: {tries: many}\n",
        "kind: Stack\nmetadata: {name: web}\nstatus: {history: {}}\n",
        "kind: Stack\nmetadata: {name: web}\nstatus: {applied: 7}\n",
        "kind: Stack\nmetadata: {name: web}\nstatus: {conditions: [[]]}\n",
        "kind: Stack\nmetadata: {name: web}\nstatus: {spec: {a: &a [*a]}}\n",
        to_text(FULL)[:100],
    ],
)
def test_a_damaged_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_text(text)


def test_a_time_stays_the_text_that_it_was() -> None:
    text = to_text(EMPTY) + "  nextAt: 2026-01-01T10:00:00+00:00\n"
    assert from_text(text).next_at == "2026-01-01T10:00:00+00:00"


def test_a_key_is_told_by_its_file() -> None:
    assert from_text(to_text(READY)).key == KEY


def test_one_changed_status_is_the_subject_of_its_commit() -> None:
    assert commit_message([READY.summary]) == (
        "Stack/web Synced Healthy - Verified, release 51d0aaaabbbb\n"
        "\n"
        "- Stack/web Synced Healthy - Verified, release 51d0aaaabbbb\n"
    )


def test_several_changed_statuses_are_counted_and_listed() -> None:
    said = [READY.summary, ROLLED_BACK.summary]
    assert commit_message(said).splitlines() == [
        "2 statuses changed",
        "",
        f"- {said[0]}",
        f"- {said[1]}",
    ]


def test_the_subject_of_a_commit_is_never_longer_than_72_letters() -> None:
    subject = commit_message(["x" * 200]).partition("\n")[0]
    assert (len(subject), subject[-1]) == (72, "…")


def test_a_commit_of_nothing_still_has_a_subject() -> None:
    assert commit_message([]) == "Update status\n"


def test_a_thousand_statuses_do_not_make_a_thousand_lines() -> None:
    subject, _, *body = commit_message([f"s{n} is fine" for n in range(1000)]).splitlines()
    assert subject == "1000 statuses changed"
    assert len(body) == 51
    assert body[-1] == "- and 950 more"


@pytest.mark.parametrize("text", ["[" * 60_000, "- " * 60_000, "? " * 60_000, "{a: " * 60_000])
def test_a_text_that_is_nested_without_end_is_no_status(text: str) -> None:
    with pytest.raises(ValueError, match="status"):
        from_text(text)
    assert summary_of(text) == text
