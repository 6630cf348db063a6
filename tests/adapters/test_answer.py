"""Whether an HTTP answer is the expected one."""

from typing import Any

import pytest

from trueup.adapters.docker.answer import Answer, parse_answer, unexpected
from trueup.model.checks import Http

URL = "http://web:8080/health"


def check(**more: Any) -> Http:
    return Http("web", URL, **more)


@pytest.mark.parametrize(
    ("wanted", "status", "body", "why"),
    [
        (check(), 200, "", ""),
        (check(), 500, "", f"{URL} answered 500, wants 200"),
        (check(), 500, "no\ndb \x1b[1m", f"{URL} answered 500, wants 200: no db ?[1m"),
        (check(status=301), 301, "", ""),
        (check(body="ok"), 200, "all ok", ""),
        (check(body="ok"), 200, "down", f"{URL} answered without 'ok': down"),
        (check(json_path="a.b", json_value="x"), 200, '{"a": {"b": "x"}}', ""),
        (check(json_path="a.0.b", json_value="1"), 200, '{"a": [{"b": 1}]}', ""),
        (check(json_path="a", json_value="true"), 200, '{"a": true}', ""),
        (check(json_path="a", json_value="y"), 200, '{"a": "x"}', f"{URL} has a = x, wants y"),
        (
            check(json_path="a.b", json_value="x"),
            200,
            '{"a": []}',
            f'{URL} has no a.b: {{"a": []}}',
        ),
        (check(json_path="a.b", json_value="x"), 200, '{"a": 1}', f'{URL} has no a.b: {{"a": 1}}'),
        (check(json_path="a", json_value="x"), 200, "<p>", f"{URL} did not answer with JSON: <p>"),
    ],
)
def test_the_reason_says_what_was_answered(wanted: Http, status: int, body: str, why: str) -> None:
    assert unexpected(wanted, URL, Answer(status, body)) == why


def test_a_long_body_is_cut() -> None:
    assert len(unexpected(check(), URL, Answer(500, "x" * 9999))) < 150


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", Answer(200, "body")),
        (b"HTTP/1.0 404\r\n\r\n", Answer(404, "")),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding:chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n",
            Answer(200, "abcde"),
        ),
        (b"HTTP/1.1 503 No\nA: b\n\nbody", Answer(503, "body")),
        (b"", None),
        (b"SSH-2.0-OpenSSH_9.2\r\n", None),
        (b"HTTP/1.1 abc\r\n\r\n", None),
    ],
)
def test_raw_answers_are_read(raw: bytes, answer: Answer | None) -> None:
    assert parse_answer(raw) == answer


def test_an_answer_that_is_nested_too_deeply_is_not_the_expected_one() -> None:
    for deep in ("[" * 200_000, '{"a":' * 200_000, '{"a":' + "[" * 900 + "]" * 900 + "}"):
        why = unexpected(check(json_path="a", json_value="up"), "URL", Answer(200, deep))
        assert why.startswith("URL ")
