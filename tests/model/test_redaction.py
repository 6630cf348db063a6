"""What is taken out of text: known secrets in every form, and what looks like one."""

import base64
import json
import textwrap
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.canaries import canary, leaks
from trueup.model.redaction import Redactor, mask_named

SECRET = "s3cr3t/with+all $%&\"'kinds é~~>???"  # noqa: S105 - of nothing


def knowing(*values: str | bytes) -> Redactor:
    redactor = Redactor()
    for value in values:
        redactor.add(value)
    return redactor


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        quote(SECRET, safe="").replace("%2F", "%2f").replace("%2B", "%2b").replace("%C3", "%c3"),
        repr(SECRET),
        SECRET.replace("$", "$$"),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_value_is_found_however_it_is_quoted_or_encoded(written: str) -> None:
    said = knowing(SECRET).mask(f"before {written} after")

    assert leaks(SECRET, said) == []
    assert said.startswith("before ")
    assert said.endswith(" after")


@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:"])
def test_a_value_is_found_at_any_place_of_a_base64_text(before: str) -> None:
    text = base64.b64encode(f"{before}{SECRET}tail".encode()).decode()

    assert leaks(SECRET, knowing(SECRET).mask(text)) == []


@pytest.mark.parametrize("width", [1, 5, 16, 76])
@pytest.mark.parametrize("begin", ["", "    ", "api-1 | ", "\t"])
def test_a_value_that_is_split_over_lines_is_found(width: int, begin: str) -> None:
    for text in (SECRET, base64.b64encode(SECRET.encode()).decode(), SECRET.encode().hex()):
        lines = [text[at : at + width] for at in range(0, len(text), width)]
        said = knowing(SECRET).mask("a\n" + "\n".join(begin + line for line in lines) + "\nb")
        assert "***" in said
        assert leaks(SECRET, said.replace("api-1 | ", "")) == []
        assert (said[0], said[-1]) == ("a", "b")


def test_each_line_of_a_value_of_several_lines_is_a_secret_of_its_own() -> None:
    key = "first-line-of-it\nsecond-line-of-it\n"

    assert knowing(key).mask("x second-line-of-it y") == "x *** y"
    assert knowing(key).mask(textwrap.indent(key, "  ")) == "  ***\n"


def test_a_value_that_is_no_text_is_found_in_base64_and_hexadecimal() -> None:
    data = bytes(range(200, 232))

    redactor = knowing(data)

    assert redactor.mask(f"<{base64.b64encode(data).decode()}>").startswith("<***")
    assert redactor.mask(f"<{data.hex()}>") == "<***>"


def test_a_short_value_is_masked_as_a_word_only_and_a_very_short_one_never() -> None:
    redactor = knowing("hunter", "abc", "")

    assert redactor.mask("hunter hunters =hunter, abc") == "*** hunters =***, abc"


def test_the_longest_of_values_that_contain_each_other_is_masked_whole() -> None:
    assert knowing("password", "password-longer").mask("password-longer") == "***"


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----\nb3BlbnNz\naC1rZXk=\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\\nMIIEow\\n-----END RSA PRIVATE KEY-----",
        "AGE-SECRET-KEY-1" + "Q" * 58,
        "AKIA" + "ABCDEFGH12345678",
        "ghp_" + "a1" * 18,
        "github_pat_" + "a1" * 20,
        "glpat-" + "x" * 20,
        "xoxb-" + "1234567890-abc",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + "c2lnbmF0dXJl",
    ],
)
def test_what_looks_like_a_secret_is_masked_though_nobody_named_it(text: str) -> None:
    assert Redactor().mask(f"a {text} b").split() == ["a", "***", "b"]


def test_a_password_in_an_address_is_masked_and_the_address_stays() -> None:
    said = Redactor().mask("clone https://ann:pass@git.example.org/x.git, http://a:80/b@c")

    assert said == "clone https://***@git.example.org/x.git, http://a:80/b@c"


@pytest.mark.parametrize(
    "text",
    [
        "services.web.image is nginx:1.27, digest 8c1e51d05f3a9b20",
        "Stack/web Synced Healthy - Verified, release 3f2a91c",
        "http://127.0.0.1:8080/health is 200 within 60s",
        "registry.example.org/app@sha256:" + "ab" * 32,
    ],
)
def test_ordinary_sentences_stay_as_they_are(text: str) -> None:
    assert knowing(SECRET, "hunter2").mask(text) == text


def test_what_is_masked_is_not_masked_again() -> None:
    redactor = knowing(SECRET, "abcd", "a" * 9)
    once = redactor.mask(f"{SECRET} abcd {'a' * 30} https://a:b@c")

    assert redactor.mask(once) == once


def test_output_that_is_not_utf_8_stays_what_it_is_around_a_secret() -> None:
    assert knowing(SECRET).mask_bytes(b"\xff " + SECRET.encode() + b" \xfe") == b"\xff *** \xfe"


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_secret_never_stays_in_whatever_stands_around_it(before: str, after: str) -> None:
    assert SECRET not in knowing(SECRET).mask(before + SECRET + after)


def test_a_long_log_is_looked_through_in_a_moment() -> None:
    redactor = knowing(*(canary(str(number)) for number in range(50)))
    begins = ("-----BEGIN RSA PRIVATE KEY-----\n", "eyJ", "://a", "a b ", "ab-. ", "\\\n", "a | ")

    for begin in begins:
        text = begin * (200_000 // len(begin))
        assert len(redactor.mask(text)) <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "password=letmein-77 host=db",
        "DB_PASSWORD: letmein-77",
        '{"apiKey": "letmein-77", "x": 1}',
        "{'client_secret': 'letmein-77'}",
        '{\\"access_token\\": \\"letmein-77\\"}',
        "GET /x?token=letmein-77&y=1",
        "AWS_SECRET_ACCESS_KEY=letmein-77",
        "token: Bearer letmein-77",
    ],
)
def test_what_is_named_like_a_secret_is_masked_in_a_log_and_its_name_stays(text: str) -> None:
    said = mask_named(text)

    assert "letmein" not in said
    assert said[:6] == text[:6]
    assert mask_named(said) == said


@pytest.mark.parametrize(
    "text",
    [
        "ERROR: No matching distribution found for tokenizers==99.1",
        '"jsonwebtoken": "^9.0.0"',
        "js-tokens: 4.0.0",
        "KeyError: 'DB_PASSWORD'",
        "ModuleNotFoundError: No module named 'secretstorage'",
    ],
)
def test_a_log_of_packages_that_are_named_like_secrets_stays_as_it_is(text: str) -> None:
    assert mask_named(text) == text


def test_a_long_log_is_looked_through_for_names_in_a_moment() -> None:
    for begin in ("token", "token=", "password: ", "a" * 50, 'secret": "'):
        text = begin * (200_000 // len(begin))
        assert len(mask_named(text)) <= len(text)
