"""What sops and age themselves write is read here, and they read what these tests encrypt."""

import json
from pathlib import Path

import pytest

from tests.gotools import program, run
from tests.sealing import Key
from trueup.adapters.secrets.age import Keys
from trueup.adapters.secrets.sealed import UnreadableError
from trueup.adapters.secrets.sops import opened, value_at
from trueup.adapters.secrets.sops_file import taken_apart

pytestmark = pytest.mark.timeout(1000)

PLAIN = {
    "a.yaml": b"""# about
a: hello
db: {password: "p$ss w", port: 5432, ratio: 1.50, on: true, off: false, empty: "", none: null}
day: 2020-01-02
deep: {list: [x, y, {z: 1e3}, [q]], big: 123456789012345678, small: -0.000001}
long: |
  several
  lines \xc3\xa9
yes: yes
key with space: 'quoted'
hex_unencrypted: 0x1F
octal_unencrypted: 017
float_unencrypted: 2.50
no_unencrypted: no
off_unencrypted: false
day_unencrypted: 2021-03-04
text_unencrypted: "0777"
""",
    "b.json": b"""{"a": 1, "b": 1.5e21, "c": [true, null, "\xc3\xa9"], "d": {"e": "f\\n"},
 "n_unencrypted": 12.50, "t_unencrypted": true}""",
    "c.env": b'A=b\n# said\nB="q r"\nC=l1\\nl2\nD=x=y#z\nE_unencrypted=plain\n',
    "d.ini": b'x = 1\n[section]\ny = a b\n; said\nz = "w=1"\n[other]\nfree_unencrypted = yes\n',
    "e.bin": bytes(range(32, 127)) * 3 + b"\n",
}
WANTED = {
    "a.yaml": {
        "a": b"hello",
        "db.password": b"p$ss w",
        "db.port": b"5432",
        "db.ratio": b"1.5",
        "db.on": b"true",
        "db.empty": b"",
        "deep.list.2.z": b"1000",
        "deep.list.3.0": b"q",
        "long": b"several\nlines \xc3\xa9\n",
        "key with space": b"quoted",
        "hex_unencrypted": b"31",
    },
    "b.json": {"a": b"1", "b": b"1500000000000000000000", "c.2": "é".encode(), "d.e": b"f\n"},
    "c.env": {"A": b"b", "B": b'"q r"', "C": b"l1\nl2", "D": b"x=y#z"},
    "d.ini": {"x": b"1", "section.y": b"a b", "section.z": b"w=1"},
    "e.bin": {"": PLAIN["e.bin"]},
}
RULES = {
    "everything": [],
    "one suffix": ["--encrypted-suffix", "word"],
    "a rule": ["--encrypted-regex", "^(a|b|A|y|password)$"],
    "all but a rule": ["--unencrypted-regex", "^(a|list|B|x)$"],
    "a MAC of the sealed": ["--mac-only-encrypted", "--encrypted-regex", "^(a|b|A|y|password)$"],
}


@pytest.fixture(scope="module")
def key() -> Key:
    return Key()


def test_what_sops_writes_in_every_format_and_by_every_rule_is_read(
    key: Key, tmp_path: Path
) -> None:
    sops, keys = program("sops"), Keys(key.secret)
    for name, plain in PLAIN.items():
        file = tmp_path / name
        file.write_bytes(plain)
        for rule, options in RULES.items():
            sealed = run([sops, "--encrypt", "--age", key.recipient, *options, str(file)])
            values = opened(taken_apart(sealed), keys.first)
            for place, value in WANTED[name].items():
                assert value_at(values, place) == value, (name, rule, place)


def test_one_of_several_recipients_is_enough_and_another_key_is_not(
    key: Key, tmp_path: Path
) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(PLAIN["a.yaml"])
    others = f"{Key().recipient},{key.recipient},{Key().recipient}"
    sealed = taken_apart(run([program("sops"), "--encrypt", "--age", others, str(file)]))

    assert value_at(opened(sealed, Keys(key.secret).first), "a") == b"hello"
    with pytest.raises(UnreadableError, match="none of its 3 age recipients has a key here"):
        opened(sealed, Keys(Key().secret).first)


def test_a_value_that_sops_has_set_later_is_read_with_its_new_mac(
    key: Key, tmp_path: Path
) -> None:
    sops, file = program("sops"), tmp_path / "a.yaml"
    file.write_bytes(PLAIN["a.yaml"])
    secret = str(key.identity)
    run([sops, "--encrypt", "--in-place", "--age", key.recipient, str(file)])
    run([sops, "set", str(file), '["db"]["password"]', '"rotated"'], secret)

    values = opened(taken_apart(file.read_bytes()), Keys(key.secret).first)

    assert value_at(values, "db.password") == b"rotated"


def test_sops_reads_what_these_tests_encrypt(key: Key, tmp_path: Path) -> None:
    sops, secret = program("sops"), str(key.identity)
    said = {"a": "b c", "d": {"e": [1, 2.5, True, ""]}}
    (tmp_path / "a.json").write_text(key.sops_json(said))
    (tmp_path / "a.yaml").write_text(key.sops_yaml(said))
    (tmp_path / "a.env").write_text(key.sops_dotenv({"A": "b c"}))

    assert json.loads(run([sops, "decrypt", str(tmp_path / "a.json")], secret)) == said
    asked = [sops, "decrypt", "--output-type", "json", str(tmp_path / "a.yaml")]
    assert json.loads(run(asked, secret)) == said
    assert run([sops, "decrypt", str(tmp_path / "a.env")], secret) == b"A=b c\n"


def test_what_age_writes_is_read_and_it_reads_what_these_tests_encrypt(
    key: Key, tmp_path: Path
) -> None:
    age, data, file = program("age"), bytes(range(256)), tmp_path / "key"
    file.write_text(key.secret)
    for armour in ([], ["--armor"]):
        sealed = run([age, "--encrypt", *armour, "--recipient", key.recipient], stdin=data)
        assert Keys(key.secret).decrypt(sealed) == data
    assert run([age, "--decrypt", "--identity", str(file)], stdin=key.age(data)) == data
