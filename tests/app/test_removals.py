"""What a source no longer says: what goes at once, what waits, and for which confirmation."""

from pathlib import Path

import pytest

from trueup.app.departures import Confirmed, Departures
from trueup.app.memory import LastGood
from trueup.app.said import Said
from trueup.app.wishes import Wishes
from trueup.documents.desired import load
from trueup.kinds import KINDS
from trueup.model.guard import Guard
from trueup.model.key import Key

DOCUMENT = "apiVersion: trueup/v1\nkind: Stack\nmetadata: {{name: {0}}}\nspec: {{path: .}}\n"
RUN = (
    "apiVersion: trueup/v1\nkind: Run\nmetadata: {{name: '{0}'}}\nspec: {{target: {{path: .}}}}\n"
)
AGREED = "apiVersion: trueup/v1\nconfirm: {{removals: [{0}]}}\n"
SCHEMAS = {name: kind.schema for name, kind in KINDS.items()}


class Site:
    """One source, and what it says at one revision after the other."""

    def __init__(self, state: Path, guard: Guard | None = None) -> None:
        self.state, self.guard = state, guard or Guard()
        self.restart()

    def restart(self) -> None:
        self.departures = Departures(self.state)
        self.wishes = Wishes(KINDS, ["apps"], LastGood(self.state), self.departures)

    def says(
        self,
        names: str,
        agreed: str = "",
        revision: str = "1",
        origin: str = "o",
        nothing: str = "",
    ) -> None:
        """Have the source say stacks by letters and Runs by digits, and agree to removals."""
        forms = ((name, RUN if name.isdigit() else DOCUMENT) for name in names)
        files = [(f"{name}.yaml", form.format(name)) for name, form in forms]
        files += [("confirm.yaml", AGREED.format(", ".join(agreed)))] if agreed else []
        found = load(files, SCHEMAS)
        self.wishes.absorb(Said("apps", origin, revision, found, self.guard, nothing))

    def confirm(self, names: str) -> None:
        """Confirm on this host that some stacks go."""
        keys = frozenset(Key("Stack", name) for name in names)
        self.departures.ask("apps", Confirmed("1", keys, "ann", "now"))

    @property
    def goes(self) -> str:
        return "".join(key.name for key in self.wishes.leaving())

    @property
    def waits(self) -> str:
        every = self.wishes.every()
        return "".join(k.name for k in every if (one := self.wishes[k]) and one.held)

    def removed(self, names: str) -> None:
        """Have the host be done with some removals."""
        for name in names:
            self.wishes.gone(Key("Stack", name))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "goes", "waits"),
    [
        ("ab", "a", "b", ""),
        ("abcd", "ab", "cd", ""),
        ("abc", "a", "", "bc"),
        ("abcd", "a", "", "bcd"),
        ("a", "", "", "a"),
        ("ab", "", "", "ab"),
        ("abc", "xyz", "", "abc"),
        ("ab", "abxy", "", ""),
        ("abc123456", "a123456", "", "bc"),
        ("a1", "1", "", "a"),
        ("ab1234", "a", "1234b", ""),
        ("abc12", "a", "12", "bc"),
        ("12", "", "12", ""),
    ],
)
def test_more_than_half_of_the_stacks_waits_and_so_does_the_last_one(
    site: Site, before: str, after: str, goes: str, waits: str
) -> None:
    site.says(before)
    site.says(after)

    assert (site.goes, site.waits) == (goes, waits)


def test_a_folder_that_is_gone_by_accident_ends_no_run(site: Site) -> None:
    site.says("ab1")
    site.says("", nothing="its folder is empty")

    assert (site.goes, site.waits) == ("", "1ab")


def test_what_waits_says_why_and_how_it_is_confirmed(site: Site) -> None:
    site.says("abcd")
    site.says("a", revision="9f2c1e0a77b4d5e6")
    held = site.wishes[Key("Stack", "c")]

    assert held is not None
    assert held.held == (
        "9f2c1e0a77b4 removes 3 of 4 of source apps: Stack/b, Stack/c, Stack/d. "
        "It stays until the document is back, or until `trueup confirm apps --revision "
        "9f2c1e0a77b4`, or a committed file with confirm.removals, says so."
    )
    assert not held.leaving


def test_a_removal_that_is_confirmed_goes_also_when_trueup_ends_in_the_middle(site: Site) -> None:
    site.says("abcd")
    site.says("a")
    site.confirm("bcd")
    site.says("a")
    assert (site.goes, site.waits) == ("bcd", "")

    site.removed("b")
    site.restart()
    site.says("a")
    assert (site.goes, site.waits) == ("cd", "")


def test_a_confirmation_is_for_exactly_what_was_seen(site: Site) -> None:
    site.says("abcde")
    site.says("ab")
    site.confirm("cde")
    site.says("a", revision="2")
    assert (site.goes, site.waits) == ("", "bcde")

    site.says("ab", revision="3")
    assert site.waits == "cde", "it was used up"


def test_another_revision_that_removes_the_same_needs_no_second_confirmation(site: Site) -> None:
    site.says("abcd")
    site.says("a")
    site.confirm("bcd")
    site.says("a", revision="2")
    assert site.goes == "bcd"


def test_what_was_confirmed_once_and_came_back_waits_again(site: Site) -> None:
    site.says("abcd")
    site.says("a")
    site.confirm("bcd")
    site.says("a")
    site.says("abcd")
    assert (site.goes, site.waits) == ("", "")

    site.says("a")
    assert site.waits == "bcd"


def test_a_committed_list_of_names_confirms_those_and_no_others(site: Site) -> None:
    site.says("abcd")
    site.says("a", agreed="bcd")
    assert (site.goes, site.waits) == ("bcd", "")

    site.removed("bcd")
    site.says("", agreed="bcd")
    assert (site.goes, site.waits) == ("", "a")


def test_a_name_that_is_to_go_and_is_there_is_a_problem_and_stays(site: Site) -> None:
    site.says("abcd")
    site.says("abcd", agreed="b")

    (problem,) = site.wishes.loose()
    assert str(problem) == (
        "confirm.yaml:1: confirm.removals: Stack/b is to be removed, and its document is there. "
        "Take the name off the list, or delete the document."
    )
    assert (site.goes, site.waits) == ("", "")


def test_many_small_removals_do_not_add_up_while_they_are_carried_out(site: Site) -> None:
    site.says("abcdefgh")
    site.says("abcde")
    site.says("abc")
    assert (site.goes, site.waits) == ("defgh", "")


def test_the_configuration_sets_the_share_and_whether_all_may_go(tmp_path: Path) -> None:
    strict = Site(tmp_path / "strict", Guard(removal=0.0))
    strict.says("abc")
    strict.says("ab")
    assert strict.waits == "c"

    free = Site(tmp_path / "free", Guard(allow_empty=True, removal=1.0))
    free.says("abc")
    free.says("xyz")
    assert free.goes == "abc"
    free.says("")
    assert free.goes == "abcxyz"


def test_a_lost_folder_or_another_place_waits_even_where_all_may_go(tmp_path: Path) -> None:
    site = Site(tmp_path, Guard(allow_empty=True, removal=1.0))
    site.says("ab")
    site.says("", nothing="the folder /srv/specs is not there")
    assert site.waits == "ab"
    held = site.wishes[Key("Stack", "a")]
    assert held is not None
    assert held.held.startswith("the folder /srv/specs is not there, so source apps would lose")

    site.says("", origin="another place")
    assert site.waits == "ab"
    kept = site.wishes[Key("Stack", "a")]
    assert kept is not None
    assert kept.origin == "o", "the containers go on being its own"


def test_whoever_only_looks_takes_no_confirmation_away(site: Site) -> None:
    site.says("abc")
    site.says("a")
    site.confirm("bc")
    good = LastGood(site.state, read_only=True)
    looking = Wishes(KINDS, ["apps"], good, Departures(site.state, read_only=True))
    found = load([("a.yaml", DOCUMENT.format("a"))], SCHEMAS)
    looking.absorb(Said("apps", "o", "1", found, Guard()))
    assert len(looking.leaving()) == 2

    site.says("a")
    assert site.goes == "bc"


def test_a_document_that_comes_back_is_no_agreement_to_the_removal_of_the_others(
    site: Site,
) -> None:
    site.says("abcd")
    site.says("a")
    assert site.waits == "bcd"
    site.says("ab", revision="2")
    assert (site.goes, site.waits) == ("", "cd")
    site.restart()
    site.says("ab", revision="2")
    assert (site.goes, site.waits) == ("", "cd")
    site.confirm("cd")
    site.says("ab", revision="2")
    assert (site.goes, site.waits) == ("cd", "")
