"""What all sources want together."""

from pathlib import Path

from trueup.app.departures import Departures
from trueup.app.memory import LastGood
from trueup.app.wishes import Said, Wishes
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
