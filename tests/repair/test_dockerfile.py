"""What stands in a Dockerfile, and that what is not edited stays as it is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.repair.dockerfile import Stage, failed, instructions, lineage, splice, stages
from trueup.repair.installs import added, installs, naming, renamed
from trueup.repair.shell import commands, program

STAGES = """\
# syntax=docker/dockerfile:1
ARG PYTHON=3.11
ARG BASE=python:${PYTHON}-slim

FROM --platform=linux/amd64 ${BASE} AS build
RUN apt-get update && \\
    # what the driver is compiled with
    apt-get install -y gcc \\

      libpq-dev
COPY . /src

FROM build AS test
RUN pytest
FROM debian:12
COPY --from=build /src /app
CMD ["run"]
"""


def words(text: str) -> list[list[str]]:
    found = [one for stage in stages(text) for one in stage.instructions]
    return [[word.text for word in command] for one in found for command in commands(one)]


def shape(every: tuple[Stage, ...]) -> list[tuple[str, str, list[str]]]:
    return [(one.name, one.image, [each.word for each in one.instructions]) for one in every]


def with_package(text: str, name: str) -> str:
    (stage,) = stages(text)
    (first, *_) = installs(stage)
    return splice(text, [added(text, first, name)])


def test_stages_are_known_with_their_names_and_images() -> None:
    assert shape(stages(STAGES)) == [
        ("build", "python:3.11-slim", ["RUN", "COPY"]),
        ("test", "build", ["RUN"]),
        ("", "debian:12", ["COPY", "CMD"]),
    ]


def test_a_stage_leads_to_the_image_that_it_is_built_upon() -> None:
    every = stages(STAGES)
    assert [one.image for one in lineage(every, "TEST")] == ["build", "python:3.11-slim"]
    assert [one.image for one in lineage(every)] == ["debian:12"]
    assert [one.image for one in lineage(every, "0")] == ["python:3.11-slim"]
    assert lineage(every, "nobody") == ()
    assert lineage(stages("FROM a AS a\n"))[-1].image == "a"


def test_an_instruction_knows_its_lines_with_comments_and_empty_lines_inside() -> None:
    run, copy = stages(STAGES)[0].instructions
    assert (run.first, run.last, copy.first) == (5, 9, 10)
    assert STAGES[run.begin : run.end].startswith("RUN apt-get")
    assert STAGES[run.begin : run.end].endswith("libpq-dev\n")
    assert run.value == "apt-get update && apt-get install -y gcc libpq-dev"


@pytest.mark.parametrize(
    "shown",
    [
        "RUN apt-get update &&     apt-get install -y gcc       libpq-dev",
        "apt-get update && apt-get install -y gcc libpq-dev",
        "/bin/sh -c apt-get update &&     apt-get install -y gcc       libpq-dev",
    ],
)
def test_what_has_failed_is_found_by_what_a_log_shows_of_it(shown: str) -> None:
    found = failed(stages(STAGES), shown)
    assert found is not None
    assert (found[0].name, found[1].first) == ("build", 5)
    assert failed(stages(STAGES), "RUN something else") is None
    assert failed(stages(STAGES), "") is None


def test_flags_are_no_part_of_what_an_instruction_says() -> None:
    copy = stages(STAGES)[2].instructions[0]
    assert (copy.flags, copy.said.text) == ((("from", "build"),), "/src /app")


def test_what_a_here_document_holds_is_no_instruction() -> None:
    text = "FROM a\nRUN <<EOF\nFROM b\n# no comment\napt-get install -y x\nEOF\nUSER me\n"
    (stage,) = stages(text)
    assert [one.word for one in stage.instructions] == ["RUN", "USER"]
    assert words(text) == [["<<EOF"], ["FROM", "b"], ["apt-get", "install", "-y", "x"]]


def test_a_here_document_that_never_ends_goes_to_the_end() -> None:
    (stage,) = stages("FROM a\nCOPY <<-'E' /x\n\thello\n")
    assert [one.word for one in stage.instructions] == ["COPY"]
    assert stage.instructions[0].documents[0].text == "\thello\n"


def test_a_here_document_may_be_indented_to_its_end() -> None:
    (stage,) = stages("FROM a\nRUN <<-EOF\n\tzip\n\tEOF\nUSER me\n")
    assert [one.word for one in stage.instructions] == ["RUN", "USER"]


def test_a_here_document_goes_on_with_its_own_sign() -> None:
    text = "# escape=`\nFROM a\nRUN <<EOF\napt-get install \\\n  zip\nEOF\n"
    assert with_package(text, "gcc") == text.replace("zip", "zip \\\n  gcc")
    text = "# escape=`\nFROM a\nRUN apt-get install `\n  zip\n"
    assert with_package(text, "gcc") == text.replace("zip", "zip `\n  gcc")


def test_another_sign_may_continue_lines() -> None:
    text = "# escape=`\nFROM a\nRUN one `\n  two C:\\\nUSER me\n"
    assert shape(stages(text)) == [("", "a", ["RUN", "USER"])]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("a && b || c; d | e", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("a 'b && c' \"d;e\" f\\ g", [["a", "'b && c'", '"d;e"', "f\\ g"]]),
        ("( a ) && { b; }", [["a"], ["b"]]),
        ("a $(b c) d # e && f", [["a", "$(b c)", "d"]]),
        ("a x#y", [["a", "x#y"]]),
        ('["apt-get", "install", "x"]', [["apt-get", "install", "x"]]),
    ],
)
def test_commands_are_told_apart(said: str, meant: list[list[str]]) -> None:
    assert words(f"FROM a\nRUN {said}\n") == meant


def test_a_program_is_known_behind_what_is_said_before_it() -> None:
    (stage,) = stages("FROM a\nRUN A=1 sudo -E env B='2 3' apt-get install x\n")
    (command,) = commands(stage.instructions[0])
    assert [one.text for one in program(command)] == ["apt-get", "install", "x"]


INSTALLS = {
    "one line with more commands": (
        "RUN apt-get update && apt-get install -y curl git=1.2 && rm -rf /x\n",
        "RUN apt-get update && apt-get install -y curl gcc git=1.2 && rm -rf /x\n",
    ),
    "one line that is sorted": (
        "RUN apt-get install -y curl git zip\n",
        "RUN apt-get install -y curl gcc git zip\n",
    ),
    "one line that is sorted, before the first": (
        "RUN apt-get install -y git zip\n",
        "RUN apt-get install -y gcc git zip\n",
    ),
    "lines": (
        "RUN apt-get update \\\n && apt-get install \\\n    zip \\\n    git \\\n && rm -r /x\n",
        (
            "RUN apt-get update \\\n && apt-get install \\\n    zip \\\n    git \\\n    gcc \\\n"
            " && rm -r /x\n"
        ),
    ),
    "lines that are sorted": (
        "RUN apt-get install -y \\\n\tcurl \\\n\tgit\n",
        "RUN apt-get install -y \\\n\tcurl \\\n\tgcc \\\n\tgit\n",
    ),
    "lines that are sorted, before the first": (
        "RUN apt-get install -y \\\n  git \\\n  zip; \\\n  true\n",
        "RUN apt-get install -y \\\n  gcc \\\n  git \\\n  zip; \\\n  true\n",
    ),
    "lines with comments and foreign ends": (
        "RUN apt-get install -y \\\r\n  # why\r\n  zip \\\r\n  git\r\nCMD x\r\n",
        "RUN apt-get install -y \\\r\n  # why\r\n  zip \\\r\n  git \\\r\n  gcc\r\nCMD x\r\n",
    ),
    "a here-document": (
        "RUN <<EOF\napt-get update\napt-get install -y \\\n  zip\nrm x\nEOF\n",
        "RUN <<EOF\napt-get update\napt-get install -y \\\n  zip \\\n  gcc\nrm x\nEOF\n",
    ),
    "options with values": (
        "RUN apt-get -o A=b install -t stable -y zip > /dev/null\n",
        "RUN apt-get -o A=b install -t stable -y zip gcc > /dev/null\n",
    ),
    "lines after a comment that looks like the end of one": (
        "RUN apt-get install \\\n# `\n  zip\n",
        "RUN apt-get install \\\n# `\n  zip \\\n  gcc\n",
    ),
    "a list": (
        'RUN ["apt-get", "install", "zip"]\n',
        'RUN ["apt-get", "install", "zip", "gcc"]\n',
    ),
    "Alpine": (
        "RUN apk add --no-cache --virtual .deps zip\n",
        "RUN apk add --no-cache --virtual .deps zip gcc\n",
    ),
}


@pytest.mark.parametrize("name", INSTALLS)
def test_a_package_is_added_in_the_style_of_the_others(name: str) -> None:
    before, after = INSTALLS[name]
    assert with_package(f"FROM a\n{before}", "gcc") == f"FROM a\n{after}"


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("netcat", "netcat-openbsd"),
        ("netcat=1.2-3", "netcat-openbsd"),
        ('"netcat"', '"netcat-openbsd"'),
        ("netcat:amd64", "netcat-openbsd"),
    ],
)
def test_a_package_is_renamed_in_its_place(said: str, after: str) -> None:
    text = f"FROM a\nRUN apt-get install -y zip {said} netcat-x\n"
    ((_, _, word),) = naming(stages(text), "netcat")
    changed = splice(text, [renamed(word, "netcat-openbsd")])
    assert changed == f"FROM a\nRUN apt-get install -y zip {after} netcat-x\n"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "ARG A=xxxxxxxxxx\n" + "ARG A=$A$A\n" * 60 + "FROM $A\nRUN $A\n",
        "FROM a\nRUN " + '"\\' * 40_000,
        "FROM a\nRUN " + "$(" * 50_000,
        "FROM a\nRUN " + "[" * 100_000,
        "FROM a\nRUN x\\\n" + "\\\n" * 50_000,
        "FROM a\nRUN " + "<<A " * 20_000,
        "".join(f"FROM s{at} AS s{at + 1}\n" for at in range(2000)),
    ],
    ids=["values", "quotes", "commands", "lists", "lines", "documents", "stages"],
)
def test_a_hostile_file_takes_no_time_and_no_room(text: str) -> None:
    for stage in stages(text):
        assert len(stage.image) < 2000
        assert len(stage.filled("$A")) < 2000
        for one in stage.instructions:
            commands(one)


LINES = st.sampled_from(
    [
        "FROM a AS b",
        "FROM $X",
        "ARG X=${Y:-z}",
        "RUN apt-get install -y a b \\",
        "  c \\",
        "# note",
        "",
        "  && x <<EOF 'q",
        "EOF",
        "RUN <<EOF",
        'RUN ["apk","add","b"]',
        "COPY --from=b . .",
        "# escape=`",
        "apk add x `",
        "USER \u00e4\r",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(LINES).map("\n".join))


@given(TEXTS)
def test_any_text_can_be_read_and_every_part_knows_its_place(text: str) -> None:
    found = instructions(text)
    end = 0
    for one in found:
        assert end <= one.begin < one.end <= len(text)
        end = one.end
        said = (one.said, *one.documents)
        assert all(text[at] == letter for each in said for letter, at in _pairs(each))
        assert all(text[word.start : word.end] for each in commands(one) for word in each)


@given(TEXTS, st.sampled_from(["aa", "zz"]))
def test_adding_a_package_leaves_every_other_byte(text: str, name: str) -> None:
    for stage in stages(text):
        assert lineage(stages(text), str(stage.index))
        for one in installs(stage):
            start, end, new = added(text, one, name)
            after = splice(text, [(start, end, new)])
            assert start == end
            assert name in new.replace('"', " ").split()
            assert after[:start] + after[start + len(new) :] == text
            assert any(
                each.package(name) for each in _all_installs(after) if each.tool == one.tool
            )


def _pairs(said: Any) -> list[tuple[str, int]]:
    return [
        (letter, at) for letter, at in zip(said.text, said.where, strict=True) if letter != "\n"
    ]


def _all_installs(text: str) -> list[Any]:
    return [one for stage in stages(text) for one in installs(stage)]
