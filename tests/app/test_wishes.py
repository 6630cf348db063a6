"""What all sources want together."""

from pathlib import Path

from trueup.app.departures import Departures
from trueup.app.memory import LastGood
from trueup.app.said import Said
from trueup.app.wishes import Wishes
from trueup.documents.desired import load
from trueup.kinds import KINDS
from trueup.model.key import Key

WEB = Key("Stack", "web")
HEAD = "apiVersion: trueup/v1\nkind: Stack\nmetadata: {name: web}\n"
GOOD, BAD = HEAD + "spec: {path: .}\n", HEAD + "spec: {retry: 5}\n"
SCHEMAS = {name: kind.schema for name, kind in KINDS.items()}


def said(revision: str, **files: str) -> Said:
    found = load([(f"{name}.yaml", text) for name, text in files.items()], SCHEMAS)
    return Said("apps", "origin", revision, found)


def test_a_document_that_never_was_valid_is_wrong_until_it_is_gone(tmp_path: Path) -> None:
    wishes = Wishes(KINDS, ["apps"], LastGood(tmp_path), Departures(tmp_path))

    wishes.absorb(said("1", web=BAD))
    assert list(wishes.wrong()) == [WEB]

    wishes.absorb(said("2"))
    assert list(wishes.wrong()) == []


def test_whoever_only_looks_remembers_nothing_on_disk(tmp_path: Path) -> None:
    wishes = Wishes(
        KINDS,
        ["apps"],
        LastGood(tmp_path, read_only=True),
        Departures(tmp_path, read_only=True),
    )

    wishes.absorb(said("1", web=GOOD))
    wishes.absorb(said("2", web=BAD))

    resource = wishes[WEB]
    assert resource is not None
    assert resource.problems
    assert list(tmp_path.iterdir()) == []


def test_an_edited_document_comes_first_and_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    wishes = Wishes(KINDS, ["apps"], LastGood(tmp_path), Departures(tmp_path))
    other = GOOD.replace("web", "app")
    wishes.absorb(said("1", app=other, web=GOOD))

    heard = wishes.absorb(said("2", app=other, web=GOOD.replace("path: .", "path: x")))

    assert heard.changed == (WEB,)
    assert heard.first_changed() == (WEB, Key("Stack", "app"))
    found = [wishes[key] for key in heard.first_changed()]
    assert [one and (one.revision, one.spec.path) for one in found] == [("2", "x"), ("2", ".")]


def test_an_edit_that_makes_one_wait_for_another_is_known_to_both(tmp_path: Path) -> None:
    wishes = Wishes(KINDS, ["apps"], LastGood(tmp_path), Departures(tmp_path))
    other = GOOD.replace("web", "app")
    wishes.absorb(said("1", app=other, web=GOOD))
    assert wishes.dependants(Key("Stack", "app")) == ()

    wishes.absorb(said("2", app=other, web=GOOD.replace("path: .", "dependsOn: [app]")))

    assert wishes.dependants(Key("Stack", "app")) == (WEB,)


def test_a_document_that_goes_or_breaks_is_more_than_an_edit(tmp_path: Path) -> None:
    wishes = Wishes(KINDS, ["apps"], LastGood(tmp_path), Departures(tmp_path))
    other = GOOD.replace("web", "app")
    wishes.absorb(said("1", app=other, web=GOOD, more=GOOD.replace("web", "more")))

    wishes.absorb(said("2", app=BAD.replace("web", "app"), web=GOOD))

    app, web = wishes[Key("Stack", "app")], wishes[WEB]
    assert app is not None
    assert app.problems
    assert web is not None
    assert not web.problems
    assert wishes.leaving() == (Key("Stack", "more"),)
