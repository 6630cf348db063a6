"""Whatever a file holds, the answer is documents and problems, never an exception."""

import json

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents.thing import SCHEMAS, thing
from trueup.documents.check import check
from trueup.documents.decode import encoded
from trueup.documents.desired import Desired, Loader
from trueup.documents.read import read

YAMLISH = st.text(alphabet=":-[]{}#&*!|>'\"%@`,?<\n\t \r\\abk01.~\x85\u2028é\x00", max_size=60)
WORDS = st.sampled_from(
    [
        *("apiVersion: trueup/v1\n", "kind: Thing\n", "metadata:\n  name: a\n", "spec:\n"),
        *("  dependsOn: [a]\n", "<<: *a\n", "&a ", "*a", "---\n", "...\n", "%YAML 1.2\n"),
        *("x-: ", "\ufeff", "    - ", "{", "}", "- !t "),
    ]
)
TEXT = st.lists(YAMLISH | WORDS | st.text(max_size=20), max_size=8).map("".join)
OURS = TEXT.map(lambda text: thing("a") + text) | TEXT.map(lambda text: text + thing("a"))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner)
)
PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | PRINTABLE,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(PRINTABLE, inner, max_size=5),
    max_leaves=20,
)


LOADER = Loader(SCHEMAS)


def wanted(data: str | bytes) -> Desired:
    return LOADER.load([("a.yaml", encoded(data))])


def is_told(desired: Desired) -> bool:
    return all(p.file == "a.yaml" and p.reason and p.line >= 0 for p in desired.all_problems)


@settings(deadline=None)
@given(OURS | TEXT | st.binary())
def test_text_and_bytes_of_any_kind_give_documents_or_problems(data: str | bytes) -> None:
    assert is_told(wanted(data))
    assert all(problem.reason for problem in check("a.yaml", data, SCHEMAS["Thing"]).problems)


@settings(deadline=None)
@given(st.binary())
def test_bytes_beside_a_document_give_documents_or_problems(data: bytes) -> None:
    assert is_told(wanted(thing("a").encode() + data))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["spec", "metadata", "kind", "status"]), VALUES))
def test_a_document_of_any_shape_is_valid_or_told_why_not(body: dict[str, object]) -> None:
    text = yaml.safe_dump({"apiVersion": "trueup/v1"} | body)

    desired = wanted(text)

    assert bool(desired.documents) != bool(desired.all_problems)


@settings(deadline=None)
@given(JSON)
def test_json_is_read_as_what_it_says(value: object) -> None:
    (raw,) = read(json.dumps(value, ensure_ascii=False))

    assert raw.body == value
