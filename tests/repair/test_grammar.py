"""Answers as models write them: what is an edit in them, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.repair.grammar import Block, Cannot, Pieces, Whole, read_answer

BAD = "<<<<<<< SEARCH\nold\n=======\nbad\n>>>>>>> REPLACE\n"
BLOCK = "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"
PLAIN = ("api/Dockerfile", ("old",), ("new",))

FORMS = {
    "plain": f"api/Dockerfile\n{BLOCK}",
    "with prose": f"The cause is a pin.\n\napi/Dockerfile\n{BLOCK}\nThat is all.\n",
    "in a fence": f"api/Dockerfile\n```dockerfile\n{BLOCK}```\n",
    "in a fence with its path": f"```\napi/Dockerfile\n{BLOCK}```\n",
    "in a fence of tildes": f"api/Dockerfile\n~~~\n{BLOCK}~~~\n",
    "with CRLF": f"api/Dockerfile\n{BLOCK}".replace("\n", "\r\n"),
    "with blanks after marks": f"api/Dockerfile  \n{BLOCK}".replace("H\n", "H \n").replace(
        "=\n", "=\t\n"
    ),
    "a path in bold": f"**api/Dockerfile**\n{BLOCK}",
    "a path in quotes": f"`api/Dockerfile`:\n{BLOCK}",
    "a path as a heading": f"### api/Dockerfile\n{BLOCK}",
    "a path with a label": f"File: api/Dockerfile\n\n{BLOCK}",
    "a path in a sentence": f"In `api/Dockerfile` we change:\n{BLOCK}",
    "a path from here": f"./api/Dockerfile\n{BLOCK}",
    "fewer marks": f"api/Dockerfile\n{BLOCK}".replace("<<<<<<<", "<<<<<").replace(
        ">>>>>>>", ">>>>>>"
    ),
    "a fence inside": f"api/Dockerfile\n{BLOCK}".replace("old", "```\nold\n```").replace(
        "new", "```x\nnew\n```"
    ),
    "after thoughts": f"<think>x.txt\n{BAD}</think>api/Dockerfile\n{BLOCK}",
    "after thoughts without beginning": f"hm {BAD}</think>\napi/Dockerfile\n{BLOCK}",
}


@pytest.mark.parametrize("name", FORMS)
def test_a_block_is_read(name: str) -> None:
    said = read_answer(FORMS[name])

    assert isinstance(said, Pieces)
    assert said.faults == ()
    assert [(b.path, b.search, b.replace) for b in said.edits if isinstance(b, Block)] == [PLAIN]
    assert len(said.edits) == 1


def test_blocks_without_a_path_of_their_own_are_of_the_last_file() -> None:
    said = read_answer(f"a.txt\n{BLOCK}and then\n{BLOCK}b.txt\n{BLOCK}")

    assert isinstance(said, Pieces)
    assert [edit.path for edit in said.edits] == ["a.txt", "a.txt", "b.txt"]


def test_an_empty_search_is_an_empty_search() -> None:
    said = read_answer("a.txt\n<<<<<<< SEARCH\n=======\nnew\n>>>>>>> REPLACE")

    assert said == Pieces((Block("a.txt", (), ("new",), 2),), ())


def test_a_whole_file_is_read() -> None:
    said = read_answer("Here it is.\n\n`api/Dockerfile`\n```dockerfile\nFROM a\n\nRUN b\n\n```\n")

    assert said == Pieces((Whole("api/Dockerfile", "FROM a\n\nRUN b\n", 4),), ())


def test_a_stray_name_of_a_language_is_left_out() -> None:
    said = read_answer("api/Dockerfile\n```\ndockerfile\nFROM a\n```\n")

    assert said == Pieces((Whole("api/Dockerfile", "FROM a\n", 2),), ())


def test_a_fence_without_a_path_is_prose() -> None:
    said = read_answer("Run this:\n```bash\nrm -rf /\n```\nand a block:\n```\nFROM x\n```\n")

    assert said == Pieces((), ())


@pytest.mark.parametrize(
    "answer",
    [
        "CANNOT: nobody has this package",
        "**CANNOT: nobody has this package**"[:-2],
        "\n```\nCANNOT: nobody has\nthis package\n\n```",
        "<think>x</think>\nCANNOT: nobody has this package\n\nReally.",
    ],
)
def test_a_model_may_say_that_it_cannot(answer: str) -> None:
    assert read_answer(answer) == Cannot("nobody has this package")


def test_cannot_later_in_an_answer_is_prose() -> None:
    said = read_answer(f"a.txt\n{BLOCK}\nCANNOT: test it\n")

    assert isinstance(said, Pieces)
    assert len(said.edits) == 1


FAULTS = {
    "no divider": ("a.txt\n<<<<<<< SEARCH\nold\n>>>>>>> REPLACE\n", "no line ======="),
    "cut off": ("a.txt\n<<<<<<< SEARCH\nold\n=======\nnew\n", "no line >>>>>>> REPLACE"),
    "no path": (BLOCK, "no line before this block names its file"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_malformed_is_said(name: str) -> None:
    answer, says = FAULTS[name]
    said = read_answer(answer)

    assert isinstance(said, Pieces)
    assert said.edits == ()
    assert says in said.faults[0].says


def test_a_block_after_one_that_is_cut_off_is_read() -> None:
    said = read_answer(f"a.txt\n<<<<<<< SEARCH\nold\n=======\nnew\n{BLOCK}")

    assert isinstance(said, Pieces)
    assert (len(said.edits), len(said.faults)) == (1, 1)


PIECE = st.sampled_from(
    [
        *BLOCK.split("\n"),
        "a.txt",
        "```",
        "```python",
        "~~~",
        "CANNOT: x",
        "`a b`",
        "</think>",
        "\r",
        "",
    ]
)


@given(st.text(max_size=300) | st.lists(PIECE, max_size=30).map("\n".join))
def test_no_answer_makes_it_fail(answer: str) -> None:
    assert isinstance(read_answer(answer), Cannot | Pieces)


def test_a_long_answer_takes_no_time() -> None:
    assert isinstance(read_answer("```\n" * 100_000), Pieces)
    assert isinstance(read_answer("<think>" * 50_000), Pieces)
    assert isinstance(read_answer("<<<<<<< SEARCH\n" * 25_000), Pieces)
    assert isinstance(read_answer("```a\n" * 20_000 + f"{BLOCK}```\n"), Pieces)
    assert isinstance(read_answer("```a\n~~~\n" * 20_000), Pieces)
