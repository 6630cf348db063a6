"""SOPS files that were tampered with, are for others, or are none are refused with a reason."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sealing import Key
from trueup.adapters.secrets.age import Keys
from trueup.adapters.secrets.sealed import LARGEST, UnreadableError
from trueup.adapters.secrets.sops import by_name, opened, value_at
from trueup.adapters.secrets.sops_file import is_sealed, taken_apart

KEY = Key()
KEYS = Keys(KEY.secret)
SAID = {"a": "first", "b": "second", "db": {"password": "third"}, "list": ["x", "y"]}
SEALED = json.loads(KEY.sops_json(SAID))
MASTER = {"arn": "x", "enc": "y"}


def read(said: Any) -> dict[str, bytes]:
    values = opened(taken_apart(json.dumps(said).encode()), KEYS.first)
    return {".".join(map(str, one.place)): one.value for one in values}


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(SEALED))
    change(copy)
    return copy


def swapped(one: str, other: str) -> dict[str, Any]:
    return changed(lambda f: f.update({one: f[other], other: f[one]}))


def test_every_value_is_read_by_the_keys_that_lead_to_it() -> None:
    assert read(SEALED) == {
        "a": b"first",
        "b": b"second",
        "db.password": b"third",
        "list.0": b"x",
        "list.1": b"y",
    }


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (swapped("a", "b"), "a was tampered with, or moved here"),
        (changed(lambda f: f["list"].reverse()), "its MAC does not match"),
        (changed(lambda f: f.pop("b")), "its MAC does not match"),
        (changed(lambda f: f["list"].pop()), "its MAC does not match"),
        (changed(lambda f: f.update(a="plain")), "its MAC does not match"),
        (changed(lambda f: f.update(a="")), "its MAC does not match"),
        (changed(lambda f: f.update(more="plain")), "its MAC does not match"),
        (changed(lambda f: f["sops"].update(mac_only_encrypted=True)), "its MAC does not match"),
        (changed(lambda f: f["sops"].pop("mac")), "it has no MAC"),
        (changed(lambda f: f["sops"].update(mac="")), "it has no MAC"),
        (changed(lambda f: f["sops"].update(mac=f["a"])), "its MAC was tampered with"),
        (changed(lambda f: f["sops"].update(lastmodified="2027")), "its MAC was tampered with"),
        (changed(lambda f: f["sops"].update(age=[])), "it is encrypted for nobody, not for age"),
        (
            changed(lambda f: f["sops"].update(age=[], pgp=[MASTER], kms=[MASTER])),
            "it is encrypted for PGP and AWS KMS, not for age",
        ),
        (
            changed(lambda f: f["sops"].update(key_groups=[{"age": f["sops"].pop("age")}])),
            "its key is split over several groups of keys",
        ),
        (
            changed(lambda f: f["sops"]["age"][0].update(enc="damaged")),
            "none of its 1 age recipients has a key here",
        ),
        (changed(lambda f: f.pop("sops")), "it is not a SOPS file"),
        ({"data": [], "sops": {}}, "it has no sops section"),
    ],
)
def test_a_file_that_is_not_as_sops_wrote_it_is_refused(file: dict[str, Any], why: str) -> None:
    with pytest.raises(UnreadableError, match=re.escape(why)):
        read(file)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "it is not a SOPS file"),
        ('{"sops"', "it is not correct JSON"),
        ('{"a": 1, "a": 2, "sops": {"mac": ""}}', "it has a key twice"),
        ('{"a": ' + "[" * 90 + "]" * 90 + ', "sops": {"mac": ""}}', "nested more than 64 deep"),
        ('{"sops": ' + "[" * 100_000, "it is not correct JSON"),
        ("sops: [\n", "it is not correct YAML"),
        ("a: &x 1\nb: *x\nsops: {mac: m}\n", "it has aliases"),
        ("a: 1\na: 2\nsops: {mac: m}\n", "it has a key twice"),
        ("sops: " + "[" * 100_000, "nested more than 64 deep"),
        ("A\nsops_mac=x\n", "a line is not NAME=VALUE"),
        ("[sops]\nmac\n", "a line is not KEY = VALUE"),
        ("? [a]\n: b\nsops: {mac: m}\n", "a key is not text"),
        (" " * (LARGEST + 1), "it is larger than 1 MiB"),
    ],
)
def test_a_text_that_is_no_sops_file_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnreadableError, match=re.escape(why)):
        taken_apart(text.encode())


def test_a_key_that_is_not_there_is_named() -> None:
    values = opened(taken_apart(KEY.sops_yaml(SAID).encode()), KEYS.first)

    with pytest.raises(UnreadableError, match=r"it has no value under the key db\.user"):
        value_at(values, "db.user")
    with pytest.raises(UnreadableError, match="it holds several values, and none is named"):
        value_at(values, "")
    with pytest.raises(UnreadableError, match="it is not flat"):
        by_name(values)


def test_a_key_file_that_holds_no_identity_is_refused_without_showing_it() -> None:
    for text in ("", "# only words\n", "AGE-SECRET-KEY-1WRONG\n"):
        with pytest.raises(UnreadableError) as error:
            Keys(text)
        assert "WRONG" not in str(error.value)


NAMES = st.text("abcXYZ_.: é", min_size=1, max_size=6).filter(lambda n: n != "sops")
VALUES = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.integers(), st.booleans())


@given(st.dictionaries(NAMES, st.one_of(VALUES, st.lists(VALUES, max_size=3)), max_size=4))
def test_whatever_is_encrypted_is_read_as_it_was(said: dict[str, Any]) -> None:
    found = {one.place: one.value for one in opened(taken_apart(_json(said)), KEYS.first)}

    for name, value in said.items():
        for place, one in _places(name, value):
            text = str(one).lower() if isinstance(one, bool) else str(one)
            assert found[place] == text.encode()


@given(st.binary(max_size=300))
def test_no_bytes_make_anything_but_a_refusal(data: bytes) -> None:
    for begin in (b"", b'{"sops": ', b"sops:\n", b"sops_mac=", b"[sops]\n"):
        try:
            opened(taken_apart(begin + data), KEYS.first)
        except UnreadableError:
            continue


def test_an_ordinary_env_file_is_not_taken_for_an_encrypted_one() -> None:
    assert not is_sealed("A=b\nSOPS=1\n")
    assert is_sealed(KEY.sops_dotenv({"A": "b"}))
    assert is_sealed(KEY.sops_yaml({"A": "b"}))
    assert is_sealed(KEY.sops_json({"A": "b"}))


def _json(said: dict[str, Any]) -> bytes:
    return KEY.sops_json(said).encode()


def _places(name: str, value: Any) -> list[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, list):
        return [((name, number), one) for number, one in enumerate(value)]
    return [((name,), value)]
