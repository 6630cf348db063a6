"""What docs/patches.md says of gates and answers is so."""

import re
from pathlib import Path

import pytest

from tests.pages import blocks
from tests.repair.asking import DOCKERFILE, FILES, codes, edited, request
from trueup.repair.conversation import Conversation, Proposed
from trueup.repair.gates import USUAL
from trueup.repair.gates.places import MANIFESTS, forbidden

PAGE = Path(__file__).parents[1] / "docs" / "patches.md"
TEXT = PAGE.read_text()
ROWS = re.findall(r"^\| (`[a-z`, -]+) \| [^\n]+? \| `([^\n]+)` \|$", TEXT, re.MULTILINE)
NEVER = re.findall(r"^\| ([^|`]+) \| (`[^\n]+) \|$", TEXT, re.MULTILINE)
RUN = "RUN pip install -r requirements.txt\n"


def test_the_page_lists_the_files_of_the_default() -> None:
    assert blocks(PAGE, "")[0].split() == list(MANIFESTS)


def test_files_that_the_page_calls_never_edited_are_not() -> None:
    named = [
        (what, path) for what, paths in NEVER for path in re.findall(r"`([^` ]+\.?[^` ]*)`", paths)
    ]
    judged = {path: forbidden(path) for _, path in named if path != "services"}

    assert len(judged) > 12
    assert [path for path, why in judged.items() if not why] == []


def test_the_page_says_how_much_a_patch_may_change() -> None:
    said = (
        f"At most {USUAL.files} files and {USUAL.lines} lines, lock files apart, and 1 MB a file"
    )

    assert said in TEXT
    assert USUAL.size == 1_000_000


@pytest.mark.parametrize(("named", "line"), ROWS)
def test_what_the_page_shows_as_refused_is_refused(named: str, line: str) -> None:
    line = line.replace("\\|", "|")
    old, new = (RUN, f"{RUN}{line}\n")
    if line.startswith("USER"):
        old, new, line = ("USER app", "USER root", "")
    elif line.startswith("#"):
        old, new = (DOCKERFILE.split("\n", maxsplit=1)[0], line.partition("`")[0])

    line_codes = codes(edited("api/Dockerfile", old, new.replace("` where it was `USER app", "")))

    assert line_codes & set(re.findall(r"[a-z-]+", named))


def test_the_rows_of_the_page_are_found() -> None:
    assert len(ROWS) >= 11


def test_the_answer_that_the_page_shows_is_applied() -> None:
    talk = Conversation(request(), USUAL, "k7")

    said = talk.hear(blocks(PAGE, "text")[0])

    assert isinstance(said, Proposed)
    (edit,) = said.edits
    assert edit.after == FILES["api/requirements.txt"].replace(
        "flask==2.2.2\n", "flask==2.2.2\nrequests==2.31.0\n"
    )
