"""What docs/repair-packages.md shows works as it is shown."""

import re
from pathlib import Path

import pytest

from tests.repair.fake_bases import FakeBases, alpine, debian
from tests.repair.fake_index import FakeIndexes, request
from trueup.model.system import Distribution
from trueup.repair.author import Rules
from trueup.repair.causes import base, system
from trueup.repair.diagnose import diagnose
from trueup.repair.rules import RULES

PAGE = (Path(__file__).parents[1] / "docs" / "repair-packages.md").read_text()
ROWS = [line.strip("|").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
EXAMPLES = [
    (re.findall(r"`([a-z-]+)`", row[0]), shown)
    for row in ROWS
    for shown in re.findall(r"`([^`]+)`", row[1])
]


def test_every_cause_is_on_the_page_and_no_other() -> None:
    shown = {name for row in ROWS for name in re.findall(r"`([a-z-]+)`", row[0])}
    assert shown == {one.name for one in (*system.CAUSES, *base.CAUSES)}


@pytest.mark.parametrize(("causes", "line"), EXAMPLES)
def test_every_line_on_the_page_means_what_the_page_says(causes: list[str], line: str) -> None:
    found = {one.cause for one in diagnose(f"{line.replace('…', 'http://x.test/debian')}\n")}
    assert found & set(causes)


def test_only_causes_with_a_change_have_a_rule() -> None:
    for row in ROWS:
        for name in re.findall(r"`([a-z-]+)`", row[0]):
            assert (name in RULES) != row[2].strip().startswith("nothing")


@pytest.mark.parametrize("linux", [debian(), alpine()], ids=["debian", "alpine"])
def test_the_instruction_on_the_page_is_the_one_that_is_put_in(linux: Distribution) -> None:
    log = "/bin/sh: 1: git: not found\n"
    indexes = FakeIndexes(bases=FakeBases({"a": linux}))
    proposal = Rules(indexes).propose(request(log, {"Dockerfile": "FROM a\nCOPY . .\n"}))
    assert proposal is not None
    assert proposal.edits[0].after.splitlines()[1] in PAGE
