"""`confirm`, `approve`, `reject`: what a person agrees to is on record, for exactly that."""

import getpass
import re
from dataclasses import replace

import pytest

from tests.cli.place import Place
from tests.report.statuses import READY
from trueup.app.decisions import Decisions
from trueup.app.departures import Departures
from trueup.app.glance import glance
from trueup.cli.configured import settings_of
from trueup.cli.parser import parser
from trueup.model.consent import Ask
from trueup.model.key import Key

WEB = Key("Stack", "web")
PLAN = "8d3f1c2a9b4e5f60"
ASKS = Ask(PLAN, ("db",), "Stack/web OutOfSync: db: image changed\n1 restart  db -> db:2\n")


def emptied(place: Place) -> str:
    """Have the only document vanish after it was in force; return the revision."""
    (place.specs / "web.yaml").rename(place.folder / "web.yaml")
    body = {"apiVersion": "trueup/v1", "kind": "Stack", "metadata": {"name": "web"}, "spec": {}}
    site = glance(settings_of(parser().parse_args(["get"]))).site
    origin = site.sources["apps"].origin
    text = f'{{"body": {body!r}, "file": "web.yaml", "source": "apps", "origin": "{origin}"}}'
    place.write(".trueup/documents/Stack/web.json", text.replace("'", '"'))
    place.write("specs/.keep", "")
    site = glance(settings_of(parser().parse_args(["get"]))).site
    return site.wishes.held("apps").revision


def test_a_confirmation_names_the_revision_and_is_kept_with_who_gave_it(place: Place) -> None:
    revision = emptied(place)

    said = place.run("confirm", "apps", "--revision", revision)

    assert said.code == 0, said.err
    assert said.out.startswith("Stack/web: the removal is confirmed (no Trueup runs here")
    asked = Departures(place.state).asked("apps")
    assert asked is not None
    assert (asked.revision, asked.keys) == (revision, frozenset({WEB}))
    assert asked.by == getpass.getuser()


@pytest.mark.parametrize("revision", ["dir-000000000000", "", "dir"])
def test_another_revision_is_refused_with_what_the_present_one_removes(
    place: Place, revision: str
) -> None:
    now = emptied(place)

    said = place.run("confirm", "apps", "--revision", revision)

    assert said.code == 1
    assert f"it is at {now}: {now} leaves source apps with nothing: Stack/web" in said.err
    assert Departures(place.state).asked("apps") is None


def test_what_waits_for_nobody_cannot_be_confirmed(place: Place) -> None:
    assert "nothing of source apps waits" in place.run("confirm", "apps", "--revision", "x").err
    assert "there is no source app" in place.run("confirm", "app", "--revision", "x").err


@pytest.mark.parametrize(("word", "decision"), [("approve", "Approved"), ("reject", "Rejected")])
def test_a_decision_shows_the_plan_and_is_on_record(
    place: Place, word: str, decision: str
) -> None:
    place.status(replace(READY, asks=ASKS))

    said = place.run(word, "web", "--plan", PLAN, "--until", "2h")

    assert said.code == 0, said.err
    assert "1 restart  db -> db:2" in said.out
    assert f"{decision}: plan {PLAN} of Stack/web" in said.out
    (one,) = Decisions(place.state).read(WEB)
    assert (one.subject, one.plan, one.decision, one.via) == (
        "Stack/web",
        PLAN,
        decision,
        "command line",
    )
    assert one.by == getpass.getuser()
    assert re.match(r"\d{4}-.*\+00:00\Z", one.expires)


def test_a_damaged_record_of_decisions_decides_nothing(place: Place) -> None:
    for text in ("", "{", "[1]", '{"a": 1}', "null"):
        place.write(".trueup/decisions/Stack/web.json", text)
        assert Decisions(place.state).read(WEB) == ()


def test_a_damaged_record_of_departures_lets_nothing_go(place: Place) -> None:
    for text in ("", "{", "[1]", '{"keys": 1}', '{"keys": ["///"]}', "null"):
        place.write(".trueup/departures/apps.json", text)
        assert Departures(place.state).passed("apps") == frozenset()


def test_what_waits_for_an_approval_is_described_and_explained(place: Place) -> None:
    place.status(replace(READY, asks=ASKS))

    for word in ("describe", "explain"):
        said = place.run(word, "web").out
        assert f"approve  db  needs an approval of plan {PLAN}" in said
        assert "1 restart  db -> db:2" in said
