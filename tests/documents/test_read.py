"""What YAML means here: YAML 1.2 and merge keys, as people know it from compose files."""

import pytest

from trueup.documents.raw import Raw
from trueup.documents.read import read


def one(text: str) -> Raw:
    (raw,) = read(text)
    return raw


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("y", "y"),
        ("22:22", "22:22"),
        ("2030-01-31", "2030-01-31"),
        ("1_000", "1_000"),
        ("0.5.1", "0.5.1"),
        ("-x", "-x"),
        ("=", "="),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e999", "1e999"),
        ("12345678901234567890", "12345678901234567890"),
        ("017", 17),
        ("+7", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("'017'", "017"),
        ('"true"', "true"),
        ("!!str 017", "017"),
        ("! 12", "12"),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    value = one(f"key: {written}").body["key"]

    assert value == meant
    assert type(value) is type(meant)


def test_keys_are_always_text() -> None:
    assert one("8080: a\ntrue: b\n~: c\n1.10: d").body == {
        "8080": "a",
        "true": "b",
        "~": "c",
        "1.10": "d",
    }


def test_merge_keys_work_and_what_is_written_beside_them_wins() -> None:
    raw = one("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: [*a, *b]\n  x: 0\n")

    assert raw.body["c"] == {"x": 0, "y": 2, "z": 4}
    assert raw.faults == ()


def test_a_merge_of_something_else_than_mappings_is_refused() -> None:
    (fault,) = one("a: &a [1]\nb:\n  <<: *a\n").faults

    assert (fault.line, fault.path) == (3, ("b", "<<"))
    assert "merged" in fault.reason


def test_a_quoted_merge_key_is_only_a_name() -> None:
    assert one('"<<": 1').body == {"<<": 1}


def test_every_node_knows_its_line() -> None:
    raw = one("# first\na:\n  b:\n  - 1\n  -\n    c: {d: 2,\n      e: 3}\n")

    lines = {path: raw.line_of(path) for path in raw.places}

    assert lines == {
        ("a",): 2,
        ("a", "b"): 3,
        ("a", "b", 0): 4,
        ("a", "b", 1): 6,
        ("a", "b", 1, "c"): 6,
        ("a", "b", 1, "c", "d"): 6,
        ("a", "b", 1, "c", "e"): 7,
    }
    assert raw.line_of(("a", "b", 1, "missing")) == 6
    assert raw.line_of(("missing",)) == raw.line == 2


def test_documents_of_one_file_have_lines_of_the_file() -> None:
    raws = list(read("a: 1\n---\nb: 2\n--- # note\n\nc: 3\n...\n---\nd: 4\n"))

    assert [(raw.body, raw.line) for raw in raws] == [
        ({"a": 1}, 1),
        ({"b": 2}, 3),
        ({"c": 3}, 6),
        ({"d": 4}, 9),
    ]


def test_directives_belong_to_the_document_that_follows() -> None:
    assert [raw.body for raw in read("%YAML 1.2\n---\na: no\n...\n%YAML 1.2\n---\nb: 1\n")] == [
        {"a": "no"},
        {"b": 1},
    ]


def test_dashes_inside_text_do_not_end_a_document() -> None:
    raw = one("a: |\n  ---\n  --- b\nc: ---d\n")

    assert raw.body == {"a": "---\n--- b\n", "c": "---d"}


def test_a_broken_document_does_not_touch_its_neighbours() -> None:
    first, second, third = read("a: 1\n---\nb: [\n---\nc: 3\n")

    assert first.body == {"a": 1}
    assert third.body == {"c": 3}
    assert second.broken
    assert second.faults[0].line == 3


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: b: c\n", 1, "mapping values are not allowed"),
        ("a:\n\tb: 1\n", 2, "cannot start any token"),
        ("a: 1\nb\nc: 2\n", 3, "could not find expected ':'"),
        ("a: 'x\n", 1, "unexpected end of stream"),
        ("ä: ö\n\x07: 1\n", 2, "control characters"),
        ("a: 1\nb: *c\n", 2, "the anchor of *c is not defined above"),
        ("a: 1\n? [b]\n: 2\n", 2, "cannot be the name of a field"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, line: int, words: str) -> None:
    raw = one(text)

    assert raw.broken
    assert raw.faults[0].line == line
    assert words in raw.faults[0].reason
    assert raw.faults[0].remedy.endswith(".")


def test_a_key_given_twice_names_both_lines() -> None:
    (fault,) = one("a:\n  b: 1\n  c: 2\n  b: 3\n").faults

    assert (fault.line, fault.path) == (4, ("a", "b"))
    assert fault.reason == "the field is given twice, in line 2 and in line 4"


@pytest.mark.parametrize("tag", ["!!binary", "!!python/object:os.system", "!reset", "!!int"])
def test_tags_are_refused(tag: str) -> None:
    (fault,) = one(f"a: {tag} abc\n").faults

    assert fault.reason == f"the tag {tag} means nothing here"


def test_aliases_that_stay_small_are_welcome() -> None:
    assert one("a: &a {x: 1}\nb: [*a, *a]\n").body["b"] == [{"x": 1}, {"x": 1}]


def test_an_alias_bomb_is_refused_without_being_built() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]

    raw = one("\n".join(lines))

    assert raw.broken
    assert raw.faults[0].line == 4
    assert "10,000 values" in raw.faults[0].reason


def test_a_merge_bomb_is_refused() -> None:
    first = "a0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(1000)) + "}"
    merges = [f"a{n}: {{<<: [{', '.join(['*a0'] * 10)}]}}" for n in range(1, 5)]

    assert "10,000 values" in one("\n".join([first, *merges])).faults[0].reason


def test_aliases_that_nest_too_deep_are_refused() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 60))]

    assert "50 levels" in one("\n".join(lines)).faults[0].reason


@pytest.mark.parametrize("text", ["a: &a [1, *a]", "a: &a\n  b: *a", "&a [[*a]]"])
def test_an_anchor_that_contains_itself_is_refused(text: str) -> None:
    assert one(text).faults[0].reason == "the anchor &a contains itself"


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "{a: ", "- - "])
def test_nesting_without_end_is_refused_at_once(opening: str) -> None:
    raw = one(opening * 100_000)

    assert raw.broken
    assert "levels" in raw.faults[0].reason or "name of a field" in raw.faults[0].reason
