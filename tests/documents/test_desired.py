"""From files to what is wanted: whose documents they are, and what changed."""

import json
import time
from dataclasses import replace

import pytest

from tests.documents.thing import SCHEMAS, desired, key, thing, told
from trueup.documents.desired import Desired, Loader, changed, load
from trueup.documents.relations import ORDER
from trueup.documents.tell import as_json, as_text
from trueup.kinds import KINDS
from trueup.kinds.run import course
from trueup.model.errors import Problem

COMPOSE = "services:\n  web:\n    image: trueup/web:1\n"


def test_documents_are_found_by_their_key_with_file_and_line() -> None:
    wanted = desired(a=thing("one") + "---\n" + thing("two"), b="# note\n" + thing("three"))

    assert {str(k): (d.file, d.line) for k, d in wanted.documents.items()} == {
        "Thing/one": ("a.yaml", 1),
        "Thing/two": ("a.yaml", 7),
        "Thing/three": ("b.yaml", 2),
    }
    assert wanted.documents[key("one")].body["metadata"] == {"name": "one"}
    assert wanted.all_problems == ()


def test_yaml_of_others_is_left_alone_without_a_word() -> None:
    wanted = desired(
        compose=COMPOSE,
        reset=COMPOSE + "    ports: !reset []\n",
        twice=COMPOSE + "services: {}\n",
        broken=COMPOSE + "  b: [",
        kubernetes="apiVersion: apps.example.org/v1\nkind: Policy\nmetadata: {name: a}\n",
        values="kind: Stack\nreplicas: 3\n",
        listed="- kind: Stack\n  metadata: {}\n",
        named="services: {}\nkind: Stack\nmetadata: {name: a}\n",
        weird="kind: [Stack]\nmetadata: {name: a}\n# kind: Stack",
        empty="",
        text="trueup/",
    )

    assert replace(wanted, hollow=frozenset()) == Desired()


def test_status_files_are_answers_and_not_documents() -> None:
    answer = "summary: fine\napiVersion: trueup/v1\nkind: Thing\nmetadata: {name: a}\nstatus: {}\n"

    assert desired(a=answer) == Desired()


def test_a_wrong_api_version_is_told_where_the_kind_is_ours() -> None:
    wanted = desired(
        a="kind: Thing\nmetadata: {name: a}\n",
        b="apiVersion: trueup/v2\nkind: Thing\nmetadata: {name: b}\n",
        c="apiVersion: v1\nkind: Stack\nmetadata: {name: c}\n",
    )

    assert wanted.documents == {}
    assert told(wanted) == [
        "a.yaml:1 apiVersion: the field is missing",
        'b.yaml:1 apiVersion: "trueup/v2" is not one of trueup/v1',
        'c.yaml:2 kind: "Stack" is not one of Thing',
    ]
    assert "trueup/v1" in wanted.all_problems[0].remedy
    assert wanted.all_problems[1].remedy.startswith("Did you mean trueup/v1?")


def test_an_unknown_kind_is_told_with_the_nearest_one() -> None:
    wanted = desired(a=thing("one").replace("Thing", "Thnig"))

    assert told(wanted) == ['a.yaml:2 kind: "Thnig" is not one of Thing']
    assert wanted.all_problems[0].remedy == "Did you mean Thing? Write one of: Thing."
    assert set(wanted.files) == {"a.yaml"}


def test_a_wrong_document_affects_its_own_key_only() -> None:
    wanted = desired(
        a=thing("one") + "---\n" + thing("two", "{size: 10}") + "---\n" + thing("three", "["),
    )

    assert set(wanted.documents) == {key("one")}
    assert set(wanted.problems) == {key("two"), key("three")}
    assert [p.line for p in wanted.files["a.yaml"]] == [17]
    assert told(wanted) == [
        "a.yaml:11 spec.size: 10 is more than 9",
        "a.yaml:17 : the YAML cannot be read here: did not find expected node content",
    ]


def test_a_broken_file_leaves_it_open_which_documents_are_gone() -> None:
    wanted = desired(a="apiVersion: trueup/v1\nkind: [", b=thing("one"))

    assert wanted.doubts("a.yaml")
    assert not wanted.doubts("b.yaml")


def test_a_folder_that_cannot_be_read_puts_everything_below_it_in_doubt() -> None:
    problem = Problem("specs/web", 0, "", "cannot be read", "")

    wanted = Loader(SCHEMAS).load([], [problem])

    assert wanted.doubts("specs/web/deep/a.yaml")
    assert not wanted.doubts("specs/website/a.yaml")


def test_a_name_that_is_no_name_is_a_problem_of_its_file() -> None:
    wanted = desired(a=thing("../../etc"), b=thing("UPPER"), c=thing("'a\\n'"), d=thing("a" * 64))

    assert wanted.documents == {}
    assert [problem.field for problem in wanted.all_problems] == ["metadata.name"] * 4
    assert set(wanted.files) == {"a.yaml", "b.yaml", "c.yaml", "d.yaml"}


def test_a_name_given_twice_is_told_in_both_places_and_the_first_stays() -> None:
    wanted = desired(b=thing("one"), a=thing("zero") + "---\n" + thing("one", "{size: 1}"))

    assert wanted.documents[key("one")].file == "a.yaml"
    assert set(wanted.problems) == {key("one")}
    assert told(wanted) == [
        "a.yaml:10 metadata.name: Thing/one is also the name of the document in b.yaml:1",
        "b.yaml:4 metadata.name: Thing/one is also the name of the document in a.yaml:7",
    ]


def test_a_wrong_document_keeps_its_name_from_a_later_one() -> None:
    wanted = desired(a=thing("one", "{size: 10}"), b=thing("one"))

    assert wanted.documents == {}
    assert set(wanted.problems) == {key("one")}


def test_names_that_wait_for_each_other_are_told_with_the_circle() -> None:
    wanted = desired(
        a=thing("web", "{dependsOn: [db]}"),
        b=thing("db", "\n  dependsOn:\n  - cache\n  - web"),
        c=thing("cache"),
        d=thing("self", "{dependsOn: [self]}"),
        e=thing("behind", "{dependsOn: [web]}"),
    )

    assert set(wanted.documents) == {key("cache"), key("behind")}
    assert told(wanted) == [
        "a.yaml:5 spec.dependsOn: each waits for the next, and so for itself: web -> db -> web",
        "b.yaml:6 spec.dependsOn: each waits for the next, and so for itself: db -> web -> db",
        "d.yaml:5 spec.dependsOn: each waits for the next, and so for itself: self -> self",
    ]


def test_a_long_circle_is_cut_and_found_quickly() -> None:
    names = [f"n{number}" for number in range(3000)]
    after = dict(zip(names, [*names[1:], names[0]], strict=True))
    text = "---\n".join(thing(name, f"{{dependsOn: [{after[name]}]}}") for name in names)

    started = time.process_time()
    wanted = desired(a=text)

    assert len(wanted.problems) == 3000
    assert "n0 -> n1 -> n2 -> n3 -> n4 -> n5 -> n6 -> n7 -> … -> n0" in told(wanted)[0]
    assert time.process_time() - started < 20


def test_a_dependency_that_does_not_exist_is_told_with_the_nearest_name() -> None:
    wanted = desired(
        a=thing("web", "{dependsOn: [databse, wrong]}"),
        b=thing("database"),
        c=thing("wrong", "{size: 10}"),
    )

    assert told(wanted) == [
        "a.yaml:5 spec.dependsOn[0]: there is no Thing with the name databse",
        "c.yaml:5 spec.size: 10 is more than 9",
    ]
    assert wanted.all_problems[0].remedy.startswith("Did you mean database?")
    assert key("web") not in wanted.documents


def test_of_a_thousand_documents_exactly_the_changed_one_is_told() -> None:
    loader = Loader(SCHEMAS)
    files = {f"{number}.yaml": thing(f"n{number}").encode() for number in range(1000)}
    before = loader.load(files.items())

    files["500.yaml"] = thing("n500", "{size: 1}").encode()
    after = loader.load(files.items())

    assert len(after.documents) == 1000
    assert changed(before, after) == {key("n500")}


def test_only_changed_files_are_read_again() -> None:
    loader = Loader(SCHEMAS)
    before = loader.load([("a.yaml", thing("a").encode()), ("b.yaml", thing("b").encode())])

    after = loader.load([("a.yaml", thing("a").encode()), ("b.yaml", thing("c").encode())])

    assert after.documents[key("a")] is before.documents[key("a")]
    assert changed(before, after) == {key("b"), key("c")}


def test_a_comment_or_another_line_changes_nothing() -> None:
    before = desired(a=thing("one") + "---\n" + thing("two"))
    after = desired(a="# new\n" + thing("one") + "# more\n---\n" + thing("two"))

    assert changed(before, after) == frozenset()


def test_another_file_or_a_problem_is_a_change() -> None:
    before = desired(a=thing("one"), b=thing("two"))
    after = desired(c=thing("one"), b=thing("two", "{size: 10}"))

    assert changed(before, after) == {key("one"), key("two")}
    assert changed(after, after) == frozenset()


def test_ten_thousand_documents_are_loaded_in_seconds() -> None:
    spec = "{interval: 5m, size: 3, parts: [{name: a, weight: 1.5}, {name: b}]}"
    files = [(f"{n}.yaml", thing(f"n{n}", spec).encode()) for n in range(10_000)]

    started = time.process_time()
    wanted = load(files, SCHEMAS)

    assert len(wanted.documents) == 10_000
    assert time.process_time() - started < 3


def test_a_file_that_is_too_large_is_told_if_it_is_ours() -> None:
    padding = b"#" * 1024 * 1024
    wanted = desired(a=thing("a").encode() + padding, b=COMPOSE.encode() + padding)

    assert [(p.file, p.reason) for p in wanted.all_problems] == [
        ("a.yaml", "the file is larger than 1 MiB")
    ]
    assert set(wanted.problems) == {key("a")}


def test_text_that_is_not_utf_8_is_told_with_its_line() -> None:
    wanted = desired(
        latin=thing("latin").encode() + b"# caf\xe9\n",
        wide=thing("wide").encode("utf-16"),
        marked=b"\xef\xbb\xbf" + thing("marked").encode(),
    )

    assert told(wanted) == [
        "latin.yaml:6 : the file has bytes that are not UTF-8",
        "wide.yaml:0 : the file is UTF-16, not UTF-8",
    ]
    assert set(wanted.documents) == {key("marked")}


def test_problems_are_told_as_text_and_as_json() -> None:
    wanted = desired(a=thing("one", "{size: 10}"))

    assert as_text(wanted.all_problems, 1) == (
        "a.yaml:5: spec.size: 10 is more than 9. A whole number up to 9.\n1 document, 1 problem\n"
    )
    assert as_text([], 2) == "2 documents, no problems\n"
    assert json.loads(as_json(wanted.all_problems)) == [
        {
            "file": "a.yaml",
            "line": 5,
            "field": "spec.size",
            "reason": "10 is more than 9",
            "remedy": "A whole number up to 9.",
        }
    ]


@pytest.mark.parametrize("left", ["", "\n", "# a comment\n", "---\napi", "apiVersion: true"])
def test_a_file_that_was_cut_off_before_it_says_anything_puts_its_documents_in_doubt(
    left: str,
) -> None:
    wanted = desired(a=left, b=thing("one"), c="services: {}\n")

    assert [problem.reason for problem in wanted.doubts("a.yaml")] == [
        "the file says nothing any more"
    ]
    assert not wanted.doubts("c.yaml")
    assert wanted.all_problems == ()


def test_a_project_is_for_one_document_the_one_that_is_called_so_if_there_is_one() -> None:
    wanted = desired(
        a=thing("one", "{project: shop}"),
        b=thing("two", "{project: shop}"),
        c=thing("three", "{project: four}"),
        d=thing("four"),
    )

    assert set(wanted.documents) == {key("four")}
    assert told(wanted) == [
        "a.yaml:5 spec.project: shop is the project of Thing/two in b.yaml:1 too",
        "b.yaml:5 spec.project: shop is the project of Thing/one in a.yaml:1 too",
        "c.yaml:5 spec.project: four is the project of Thing/four in d.yaml:1 too",
    ]


ASKING = "ask: {answer: why, prompt: Why, schema: {type: object}}"


def run_of(steps: str) -> Desired:
    """Return what a Run with some steps gives, of which each has a line."""
    lines = "".join(f"  - {one}\n" for one in steps.split("; "))
    head = "apiVersion: trueup/v1\nkind: Run\nmetadata: {name: fix}\nspec:\n"
    text = f"{head}  target: {{stack: web, service: api}}\n  steps:\n{lines}"
    return load([("run.yaml", text)], {name: kind.schema for name, kind in KINDS.items()})


@pytest.mark.parametrize(
    ("steps", "line", "before"),
    [
        ("publish; patch; patch", 8, "publish"),
        ("patch; build; build: {timeout: 1m}", 9, "build"),
        (f"patch; {ASKING}; verify; restart", 10, "verify"),
    ],
)
def test_steps_that_cannot_follow_each_other_are_told(steps: str, line: int, before: str) -> None:
    (problem,) = run_of(steps).all_problems

    assert (problem.line, problem.reason) == (line, f"this step cannot come after {before}")
    assert run_of(steps).documents == {}


@pytest.mark.parametrize(
    "steps", ["patch; publish", f"{ASKING}; patch; {ASKING.replace('why', 'how')}; build"]
)
def test_steps_in_their_order_are_fine(steps: str) -> None:
    assert run_of(steps).all_problems == ()


def test_the_order_of_steps_is_that_of_the_course_of_a_run() -> None:
    assert course.ORDER == ORDER
