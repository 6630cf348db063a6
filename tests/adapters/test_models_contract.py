"""Models are asked over real HTTP: what is sent, what is counted, what follows from trouble."""

import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.llm import Reply, elapsed, llm, turns
from trueup.adapters.models.chat import Access
from trueup.adapters.models.models import Models, Voice
from trueup.adapters.models.purse import Purse, estimated
from trueup.adapters.models.scripted import digest_of
from trueup.adapters.models.trouble import pause
from trueup.adapters.models.turnstile import Turnstile
from trueup.model.errors import (
    BudgetError,
    SpecError,
    SupersededError,
    ToolError,
    TransientError,
    TrueupError,
)
from trueup.model.provider import Message, Provider, Question
from trueup.model.redaction import know
from trueup.model.repair import Usage

QUESTION = Question(
    (Message("system", "be brief"), Message("user", "why?")), "Run/fix", "/patch/1"
)
PRICED: dict[str, Any] = {"price_in": 1.0, "price_out": 10.0}


def never(seconds: float) -> bool:
    """Wait, and never say that Trueup ends."""
    time.sleep(seconds)
    return False


def provider(url: str, name: str = "one", **said: Any) -> Provider:
    return Provider(name, url, "m-1", **{"timeout": 5.0, "longest": 500, **said})


def voice(one: Provider, key: str = "", **headers: str) -> Voice:
    return Voice(one, lambda _question: Access(key, headers), Turnstile(one))


def models(*voices: Voice, patience: float = 5.0, stop: Callable[[float], bool] = never) -> Models:
    return Models(voices, stop, patience)


class Book:
    """A purse, and everything that it has put on record."""

    def __init__(self, tokens: int | None = None, cost: float | None = None) -> None:
        self.entries: list[Usage] = []
        self.purse = Purse(tokens, cost, self.entries.append)


def unused_url() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/v1"


def test_an_answer_comes_with_what_it_has_used_by_the_prices() -> None:
    with llm(lambda _: Reply("because", tokens=(2000, 300))) as server:
        heard = models(voice(provider(server.url, **PRICED))).answer(QUESTION, Book().purse)

    assert (heard.text, heard.provider, heard.model) == ("because", "one", "m-1")
    used = heard.usage
    assert (used.calls, used.sent, used.received, round(used.cost, 6)) == (1, 2000, 300, 0.005)


def test_only_what_is_configured_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "of-the-environment")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Of: of-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", unused_url())
    monkeypatch.setenv("HTTP_PROXY", unused_url())
    with llm(lambda _: "yes") as server:
        asked = voice(provider(server.url), "key-1", **{"X-Team": "ops"})
        models(asked).answer(QUESTION, Book().purse)
        models(voice(provider(server.url))).answer(QUESTION, Book().purse)

    first, second = server.asked
    sent = {name.lower(): value for name, value in first.headers.items()}
    assert sent["authorization"] == "Bearer key-1"
    assert sent["x-team"] == "ops"
    odd = [name for name in sent if name.startswith(("openai", "x-"))]
    assert sorted(odd) == ["x-stainless-raw-response", "x-team"]
    assert "authorization" not in {name.lower() for name in second.headers}
    assert b"of-the-environment" not in server.everything
    assert first.path == "/v1/chat/completions"
    assert first.body == {
        "model": "m-1",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "why?"},
        ],
        "max_tokens": 500,
    }


def test_what_differs_between_providers_is_data() -> None:
    schema = {"type": "object"}
    asked = replace(QUESTION, schema=schema)
    with llm(lambda _: "{}") as server:
        for said in (
            {"token_field": "max_completion_tokens", "json_mode": "schema"},
            {"json_mode": "object", "temperature": 0.0},
            {"json_mode": "none"},
        ):
            models(voice(provider(server.url, **said))).answer(asked, Book().purse)

    strict, loose, none = (one.body for one in server.asked)
    assert strict["max_completion_tokens"] == 500
    assert "max_tokens" not in strict
    assert "temperature" not in strict
    assert strict["response_format"]["json_schema"]["schema"] == schema
    assert loose["response_format"] == {"type": "json_object"}
    assert loose["temperature"] == 0.0
    assert "response_format" not in none


def test_a_configured_proxy_is_used() -> None:
    with llm(lambda _: "through") as proxy:
        one = provider("http://models.invalid/v1", proxy=proxy.url.removesuffix("/v1"))
        heard = models(voice(one)).answer(QUESTION, Book().purse)

    assert heard.text == "through"
    assert proxy.asked[0].path == "http://models.invalid/v1/chat/completions"


def test_known_secrets_are_masked_before_anything_is_sent() -> None:
    canary = secrets.token_urlsafe(24)
    know(canary)
    with llm(lambda _: "yes") as server:
        asked = Question((Message("user", f"the log says {canary}"),))
        models(voice(provider(server.url))).answer(asked, Book().purse)

    assert canary.encode() not in server.everything
    assert "***" in server.asked[0].text


def test_a_busy_provider_is_asked_again_when_it_says() -> None:
    busy = Reply("slow down", status=429, headers={"Retry-After": "0.3"})
    book = Book()
    with llm(turns(busy, "now")) as server:
        began = time.monotonic()
        heard = models(voice(provider(server.url))).answer(QUESTION, book.purse)

    assert heard.text == "now"
    assert 0.3 <= elapsed(began) < 3
    assert len(server.asked) == 2
    assert (book.purse.used.calls, book.purse.used.sent) == (2, 100)


def test_a_provider_that_fails_for_a_moment_is_asked_again() -> None:
    with llm(turns(Reply("oops", status=503), "now")) as server:
        heard = models(voice(provider(server.url))).answer(QUESTION, Book().purse)

    assert (heard.text, len(server.asked)) == ("now", 2)


def test_a_provider_that_goes_on_failing_is_given_up_in_time() -> None:
    with llm(lambda _: Reply("oops", status=500)) as server:
        began = time.monotonic()
        with pytest.raises(TransientError, match="one does not answer: HTTP 500"):
            models(voice(provider(server.url)), patience=2).answer(QUESTION, Book().purse)

    assert elapsed(began) < 4
    assert 2 <= len(server.asked) <= 4


def test_a_pause_that_is_longer_than_our_patience_is_not_waited_for() -> None:
    later = Reply("tomorrow", status=429, headers={"Retry-After": "86400"})
    with llm(lambda _: later) as server:
        began = time.monotonic()
        with pytest.raises(TransientError):
            models(voice(provider(server.url))).answer(QUESTION, Book().purse)

    assert elapsed(began) < 3
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422])
def test_a_refusal_is_final_says_what_to_do_and_costs_nothing(status: int) -> None:
    book = Book(tokens=5000)
    with (
        llm(lambda _: Reply("no such thing", status=status)) as server,
        pytest.raises(ToolError) as error,
    ):
        models(voice(provider(server.url))).answer(QUESTION, book.purse)

    assert len(server.asked) == 1
    assert error.value.what == "one refuses to answer"
    assert error.value.why == f"HTTP {status}: no such thing"
    assert error.value.fix
    assert book.purse.used == Usage(calls=1)


def test_a_wrong_key_is_in_no_error_although_the_provider_repeats_it() -> None:
    wrong = secrets.token_urlsafe(24)
    know(wrong)
    with (
        llm(lambda _: "never", key=secrets.token_urlsafe(24)) as server,
        pytest.raises(ToolError) as error,
    ):
        models(voice(provider(server.url), wrong)).answer(QUESTION, Book().purse)

    assert "HTTP 401: Incorrect API key: Bearer ***" in error.value.text
    assert wrong not in error.value.text


def test_no_redirect_is_followed_with_a_key() -> None:
    with llm(lambda _: "stolen") as other:
        away = Reply(status=307, headers={"Location": f"{other.url}/chat/completions"})
        with llm(lambda _: away) as server, pytest.raises(ToolError, match="HTTP 307"):
            models(voice(provider(server.url), "key-1")).answer(QUESTION, Book().purse)

    assert other.asked == []


@pytest.mark.parametrize(
    "slow",
    [Reply("late", delay=30), Reply("x" * 500, drip=0.05)],
    ids=["nothing comes", "a byte now and then"],
)
def test_an_answer_that_is_not_whole_in_time_is_cut_and_paid_for(slow: Reply) -> None:
    book = Book(tokens=5000)
    with llm(lambda _: slow) as server:
        began = time.monotonic()
        with pytest.raises(TransientError, match="no whole answer within 1s"):
            models(voice(provider(server.url, timeout=1.0))).answer(QUESTION, book.purse)

    assert elapsed(began) < 5
    assert len(server.asked) == 1
    assert book.purse.used.received == 500


def test_an_answer_without_end_is_not_taken() -> None:
    with (
        llm(lambda _: Reply(raw=b" " * 5_000_000)) as server,
        pytest.raises(ToolError, match="more than 4194304 bytes"),
    ):
        models(voice(provider(server.url))).answer(QUESTION, Book().purse)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": 1}]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b"[" * 100000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_completion_is_an_error_not_a_crash(raw: bytes) -> None:
    with llm(lambda _: Reply(raw=raw)) as server, pytest.raises(ToolError, match="makes no sense"):
        models(voice(provider(server.url))).answer(QUESTION, Book().purse)

    assert len(server.asked) == 1


def test_where_a_provider_does_not_count_it_is_estimated() -> None:
    with llm(lambda _: Reply("x" * 300, tokens=None)) as server:
        heard = models(voice(provider(server.url))).answer(QUESTION, Book().purse)

    assert (heard.usage.sent, heard.usage.received) == (estimated(QUESTION.messages), 100)


def test_a_count_that_cannot_be_true_is_estimated_as_well() -> None:
    impossible = (10**400, 10**400)
    with llm(lambda _: Reply("x" * 300, tokens=impossible)) as server:
        heard = models(voice(provider(server.url, **PRICED))).answer(QUESTION, Book().purse)

    assert heard.usage.received == 100
    assert heard.usage.sent < 1000


def test_an_answer_at_the_limit_of_its_length_is_known_to_be_cut() -> None:
    with llm(lambda _: Reply("half", finish="length")) as server:
        heard = models(voice(provider(server.url))).answer(QUESTION, Book().purse)

    assert not heard.whole


# --- order


def test_the_next_provider_is_asked_where_one_is_down() -> None:
    with llm(lambda _: "second") as server:
        two = voice(provider(unused_url())), voice(provider(server.url, "two"))
        heard = models(*two, patience=0.5).answer(QUESTION, Book().purse)

    assert (heard.provider, heard.text) == ("two", "second")


def test_the_next_provider_is_asked_where_one_refuses_and_each_is_named_in_the_end() -> None:
    refusing = Reply("no credit", status=402)
    with llm(lambda _: refusing) as first, llm(lambda _: refusing) as second:
        both = voice(provider(first.url)), voice(provider(second.url, "two"))
        with pytest.raises(ToolError, match=r"one refuses.*two refuses"):
            models(*both).answer(QUESTION, Book().purse)

    assert (len(first.asked), len(second.asked)) == (1, 1)


def test_the_first_provider_answers_alone_where_it_can() -> None:
    with llm(lambda _: "first") as first, llm(lambda _: "second") as second:
        both = voice(provider(first.url)), voice(provider(second.url, "two"))
        models(*both).answer(QUESTION, Book().purse)

    assert second.asked == []


def test_a_named_provider_is_asked_and_no_other() -> None:
    with llm(lambda _: "first") as first, llm(lambda _: "second") as second:
        both = models(voice(provider(first.url)), voice(provider(second.url, "two")))
        assert both.named("two").answer(QUESTION, Book().purse).text == "second"
        with pytest.raises(SpecError, match=r"no provider three: trueup\.yaml names one, two"):
            both.named("three")

    assert first.asked == []


# --- budget


def test_a_call_that_does_not_fit_the_tokens_is_not_made() -> None:
    book = Book(tokens=estimated(QUESTION.messages) + 100)
    with (
        llm(lambda _: "never") as server,
        pytest.raises(BudgetError, match=r"budget\.tokens is used up[^`]*Raise `budget`"),
    ):
        models(voice(provider(server.url))).answer(QUESTION, book.purse)

    assert (server.asked, book.entries) == ([], [])


def test_a_call_that_does_not_fit_the_cost_is_not_made() -> None:
    book = Book(cost=0.0001)
    with (
        llm(lambda _: "never") as server,
        pytest.raises(BudgetError, match=r"budget\.cost is used up"),
    ):
        models(voice(provider(server.url, **PRICED))).answer(QUESTION, book.purse)

    assert server.asked == []


def test_an_answer_may_be_as_long_as_what_is_left_pays_for() -> None:
    sent = estimated(QUESTION.messages)
    with llm(lambda _: "short") as server:
        one = models(voice(provider(server.url, **PRICED)))
        one.answer(QUESTION, Book(tokens=sent + 300).purse)
        one.answer(QUESTION, Book(cost=sent / 1e6 + 0.0031).purse)

    assert [one.body["max_tokens"] for one in server.asked] == [300, 310]


def test_what_was_used_counts_for_the_next_call_of_the_same_budget() -> None:
    book = Book(tokens=1000)
    with llm(lambda _: Reply("much", tokens=(600, 200))) as server:
        one = models(voice(provider(server.url)))
        one.answer(QUESTION, book.purse)
        with pytest.raises(BudgetError, match="200 are left"):
            one.answer(QUESTION, book.purse)

    assert len(server.asked) == 1


def test_what_a_call_may_use_is_on_record_before_it_is_made() -> None:
    book, seen = Book(), list[list[Usage]]()

    def model(_: object) -> Reply:
        seen.append([*book.entries])
        return Reply("yes", tokens=(10, 5))

    with llm(model) as server:
        models(voice(provider(server.url, **PRICED))).answer(QUESTION, book.purse)

    (before,) = seen
    assert [(one.sent, one.received) for one in before] == [(estimated(QUESTION.messages), 500)]
    assert (book.entries[-1].sent, book.entries[-1].received) == (10, 5)


# --- limits


def test_no_more_requests_than_configured_are_under_way_at_once() -> None:
    with llm(lambda _: Reply("yes", delay=0.1)) as server:
        one = models(voice(provider(server.url, concurrent=2)), patience=10)
        asking = [
            threading.Thread(target=one.answer, args=(QUESTION, Book().purse)) for _ in range(6)
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join(20)

    assert len(server.asked) == 6
    assert server.most_at_once <= 2


def test_no_more_requests_than_configured_are_made_in_a_minute() -> None:
    with llm(lambda _: "yes") as server:
        limited = provider(server.url, per_minute=2)
        one = Models(
            (Voice(limited, lambda _q: Access(), Turnstile(limited, minute=0.8)),), never, 5.0
        )
        began = time.monotonic()
        for _ in range(3):
            one.answer(QUESTION, Book().purse)

    assert elapsed(began) >= 0.8


def test_an_end_of_trueup_ends_a_call_and_a_pause() -> None:
    ending = threading.Event()
    later = Reply("later", status=503, headers={"Retry-After": "60"})
    for reply in (Reply("late", delay=30), later):
        ending.clear()
        with llm(lambda _, reply=reply: reply) as server:  # type: ignore[misc]
            one = models(voice(provider(server.url, timeout=60.0)), patience=90, stop=ending.wait)
            began = time.monotonic()
            threading.Timer(0.3, ending.set).start()
            with pytest.raises(SupersededError):
                one.answer(QUESTION, Book().purse)
            assert elapsed(began) < 5


def test_a_pause_is_understood_however_it_is_written() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    date = format_datetime(now + timedelta(seconds=9), usegmt=True)

    assert pause({"retry-after": "7"}) == 7
    assert pause({"retry-after-ms": "250", "retry-after": "7"}) == 0.25
    assert pause({"retry-after": date}, now) == 9
    assert pause({"retry-after": "soon"}) is None
    assert pause({}) is None


# --- recorded answers


def test_recorded_answers_are_found_by_the_question(tmp_path: Path) -> None:
    recorded = Provider("scripted", "", "recorded", answers=str(tmp_path))
    one = models(voice(recorded))
    with pytest.raises(ToolError, match=f"has no {digest_of(QUESTION)}.md"):
        one.answer(QUESTION, Book().purse)
    (tmp_path / f"{digest_of(QUESTION)}.md").write_text("as ever")

    assert one.answer(QUESTION, Book().purse).text == "as ever"


def test_a_recorded_answer_does_not_depend_on_fences_times_and_digests() -> None:
    def asked(token: str, text: str) -> Question:
        return Question((Message("user", f"LOG <{token}>\n{text}\nEND <{token}>"),), token=token)

    same = (
        asked("aa11", "#7 0.31 ERROR 8c1efe42ab in 3.2s"),
        asked("bb22", "#9 1.02 ERROR 0b77aa19 in 4s"),
    )

    assert digest_of(same[0]) == digest_of(same[1])
    assert digest_of(same[0]) != digest_of(asked("aa11", "#7 0.31 WARNING 8c1efe42ab in 3.2s"))


def test_nothing_but_errors_of_ours_comes_out() -> None:
    odd = ("http://127.0.0.1:1/v1", "http://[::1]:1/v1", "http://nowhere.invalid/v1")
    for url in odd:
        with pytest.raises(TrueupError):
            models(voice(provider(url)), patience=0.1).answer(QUESTION, Book().purse)
