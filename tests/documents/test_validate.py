"""What a schema finds: all of it at once, each with line, field, reason and remedy."""

from tests.documents.thing import desired, thing, told
from trueup.documents.sentences import mistyped

WRONG = """\

  intervall: 10m
  interval: soon
  size: large
  colour: geen
  parts:
  - weight: 5
  - name: [a]
    wieght: 3
  - just text
  - {name: a, name: b}
"""


def test_everything_that_is_wrong_is_told_at_once_with_its_line() -> None:
    wanted = desired(a=thing("one", WRONG))

    assert told(wanted) == [
        "a.yaml:6 spec.intervall: this field is not known",
        'a.yaml:7 spec.interval: "soon" does not have the right form',
        "a.yaml:8 spec.size: text stands where a whole number is expected",
        'a.yaml:9 spec.colour: "geen" is not one of red, green',
        "a.yaml:11 spec.parts[0].name: the field is missing",
        "a.yaml:12 spec.parts[1].name: a list stands where text is expected",
        "a.yaml:13 spec.parts[1].wieght: this field is not known",
        "a.yaml:14 spec.parts[2]: text stands where a mapping is expected",
        "a.yaml:15 spec.parts[3].name: the field is given twice, in line 15 and in line 15",
    ]


def test_the_remedy_is_the_description_of_the_field() -> None:
    remedies = [problem.remedy for problem in desired(a=thing("one", WRONG)).all_problems]

    assert remedies == [
        "Did you mean interval?",
        "A duration such as 90s.",
        "A whole number up to 9.",
        "Did you mean green? One of red, green.",
        "The part's name.",
        "The part's name.",
        "Did you mean weight?",
        "A part: name and weight.",
        "Keep one of the two.",
    ]


def test_an_unknown_field_like_no_other_is_told_what_is_known() -> None:
    (problem,) = desired(a=thing("one", "{parts: [{name: a, zzz: 1}]}")).all_problems

    assert problem.remedy == "Known here: name, weight; notes of your own begin with x-."


def test_notes_that_begin_with_x_are_free_everywhere() -> None:
    text = thing("one", "{x-note: {any: [thing]}, parts: [{name: a, x-: 1}]}")
    text = text.replace("metadata:", "x-top: 1\nmetadata:\n  x-owner: me")

    assert told(desired(a=text)) == []


def test_a_field_written_beside_an_alias_or_in_a_merge_has_a_line() -> None:
    text = thing("one", "\n  x-base: &base {size: 10}\n  parts: []\n  <<: *base")

    assert told(desired(a=text)) == ["a.yaml:5 spec.size: 10 is more than 9"]


def test_credentials_in_a_wrong_value_are_not_shown() -> None:
    (problem,) = desired(a=thing("one", "{interval: 'https://me:secret@host/'}")).all_problems

    assert "secret" not in str(problem)
    assert problem.reason == '"https://***@host/" does not have the right form'


def test_a_long_wrong_value_is_cut() -> None:
    (problem,) = desired(a=thing("one", f"{{interval: '{'a' * 5000}'}}")).all_problems

    assert len(problem.reason) < 120


def test_an_empty_value_is_told() -> None:
    assert told(desired(a=thing("one", "\n  size:\n"))) == [
        "a.yaml:6 spec.size: nothing stands where a whole number is expected"
    ]
    assert told(desired(a=thing("one", ""))) == [
        "a.yaml:5 spec: nothing stands where a mapping is expected"
    ]


def test_names_with_unusual_characters_are_told_unmistakably() -> None:
    assert told(desired(a=thing("one", "{'a.b c': 1}"))) == [
        'a.yaml:5 spec["a.b c"]: this field is not known'
    ]


def test_a_value_where_only_words_are_known_is_told_so() -> None:
    assert "one of the words" in mistyped([1], ())
