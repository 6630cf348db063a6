"""One call of an OpenAI-compatible API: chat completions, no tools, no stream, no retry.

Only what is configured is sent: neither headers nor proxies of the environment are used, and
no redirect is followed with a key. Decides nothing about what the answer is good for.
"""

import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import dataclass, field
from typing import Any

from trueup.adapters.docker.deadline import Deadline
from trueup.adapters.models.trouble import BusyError, passes, pause, refused
from trueup.model.errors import SupersededError, ToolError, TrueupError
from trueup.model.provider import Provider, Question

CONNECTING = 10.0
MOST_TOKENS = 10**9
LARGEST = 4 * 1024 * 1024
POLL = 0.1
PLAIN = frozenset(
    {"host", "accept", "accept-encoding", "connection", "content-type", "content-length"}
    | {"user-agent", "transfer-encoding", "x-stainless-raw-response"}
)
"""What is sent in any case; by the last one openai itself knows that we read the body."""


@dataclass(frozen=True, slots=True)
class Access:
    """What opens a provider. Without a key none is sent."""

    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Tokens are None where the provider does not count them."""

    text: str
    sent: int | None = None
    received: int | None = None
    whole: bool = True
    seconds: float = 0.0


Stop = Callable[[float], bool]
"""Waits so many seconds; True, at once, when Trueup ends."""


def call(provider: Provider, access: Access, question: Question, most: int, stop: Stop) -> Reply:
    """Ask once. An answer may have `most` tokens.

    Raises:
        BusyError: it does not answer now, or not in time.
        ToolError: it refuses, or its answer makes no sense.
        SupersededError: Trueup ends.
    """
    began = time.monotonic()
    with Deadline(provider.timeout) as deadline:
        future = _started(
            lambda: _posted(provider, access, _body(provider, question, most), deadline)
        )
        body = _awaited(future, provider, deadline, stop)
    return _reply(provider, body, time.monotonic() - began)


def _started(work: Callable[[], bytes]) -> "Future[bytes]":
    """Do something in a thread of its own, which nobody has to wait for."""
    future: Future[bytes] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - it is raised again by who waits
            future.set_exception(error)

    threading.Thread(target=run, name="model", daemon=True).start()
    return future


def _awaited(future: "Future[bytes]", provider: Provider, deadline: Deadline, stop: Stop) -> bytes:
    """Wait for an answer until it is too late, or Trueup ends."""
    end = time.monotonic() + provider.timeout + 1
    while time.monotonic() < end:
        try:
            return future.result(timeout=POLL)
        except NotYetError:
            if stop(0):
                deadline.expire()
                raise SupersededError(f"{provider.name} was asked while Trueup ended") from None
        except TrueupError:
            if deadline.over:
                break
            raise
    raise BusyError(provider, f"no whole answer within {provider.timeout:g}s", worked=True)


def _posted(
    provider: Provider, access: Access, body: Mapping[str, Any], deadline: Deadline
) -> bytes:
    """Send a request and return the whole answer."""
    import openai

    client = _client(provider, access, deadline)
    try:
        with (
            client,
            client.chat.completions.with_streaming_response.create(
                model=provider.model, messages=body["messages"], extra_body=body
            ) as answer,
        ):
            return _bytes(provider, answer.iter_bytes())
    except openai.APIStatusError as error:
        raise _status(provider, error) from None
    except TrueupError:
        raise
    except openai.APITimeoutError as error:
        reached = "Connect" not in type(error.__cause__).__name__
        raise BusyError(provider, "it took too long", worked=reached) from None
    except Exception as error:  # noqa: BLE001 - the library below openai has errors of its own
        cause = error.__cause__ or error
        raise BusyError(provider, f"{type(cause).__name__}: {cause}") from None


def _client(provider: Provider, access: Access, deadline: Deadline) -> Any:
    """Return a client that sends nothing but what is configured."""
    import openai

    allowed = PLAIN | {name.lower() for name in access.headers}
    allowed |= {"authorization"} if access.key else set()

    def only_ours(request: Any) -> None:
        for name in set(request.headers) - allowed:
            del request.headers[name]
        request.extensions["trace"] = deadline.trace

    http = openai.DefaultHttpxClient(
        trust_env=False,
        proxy=provider.proxy or None,
        verify=ssl.create_default_context(),
        follow_redirects=False,
        event_hooks={"request": [only_ours]},
    )
    return openai.OpenAI(
        api_key=access.key or "none",
        base_url=provider.base_url,
        default_headers={"Accept-Encoding": "identity", **access.headers},
        max_retries=0,
        timeout=openai.Timeout(provider.timeout, connect=min(CONNECTING, provider.timeout)),
        http_client=http,
    )


def _body(provider: Provider, question: Question, most: int) -> dict[str, Any]:
    said: dict[str, Any] = {
        "model": provider.model,
        "messages": [{"role": one.role, "content": one.content} for one in question.messages],
        provider.token_field: most,
    }
    if provider.temperature is not None:
        said["temperature"] = provider.temperature
    return said | _form(provider, question.schema)


def _form(provider: Provider, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return how JSON is demanded, where the provider knows how; nobody relies on it."""
    if schema is None or provider.json_mode == "none":
        return {}
    if provider.json_mode == "object":
        return {"response_format": {"type": "json_object"}}
    form = {"name": "answer", "schema": dict(schema)}
    return {"response_format": {"type": "json_schema", "json_schema": form}}


def _bytes(provider: Provider, parts: Any) -> bytes:
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > LARGEST:
            raise _senseless(provider, f"it has more than {LARGEST} bytes")
    return bytes(body)


def _status(provider: Provider, error: Any) -> TrueupError:
    status = int(error.status_code)
    said = _message(error.body)
    if passes(status):
        why = f"HTTP {status}{': ' + said if said else ''}"
        return BusyError(provider, why, after=pause(error.response.headers))
    return refused(provider, status, said)


def _message(body: object) -> str:
    said = body.get("message", "") if isinstance(body, dict) else body
    return said if isinstance(said, str) else ""


def _reply(provider: Provider, body: bytes, seconds: float) -> Reply:
    """Return what an answer says.

    Raises:
        ToolError: it is not what the API promises.
    """
    try:
        said = json.loads(body)
        choice = said["choices"][0]
        text = choice["message"]["content"] or ""
    except (ValueError, LookupError, TypeError, RecursionError):
        raise _senseless(provider, "it is no chat completion") from None
    if not isinstance(text, str):
        raise _senseless(provider, "its content is no text")
    counted = said.get("usage") if isinstance(said.get("usage"), dict) else {}
    whole = choice.get("finish_reason") != "length"
    sent, received = (_count(counted.get(name)) for name in COUNTED)
    return Reply(text, sent, received, whole, seconds)


COUNTED = ("prompt_tokens", "completion_tokens")


def _count(said: Any) -> int | None:
    """Return a number of tokens that may be true; else it is estimated."""
    whole = isinstance(said, int) and not isinstance(said, bool)
    return said if whole and 0 <= said <= MOST_TOKENS else None


def _senseless(provider: Provider, why: str) -> ToolError:
    fix = f"Look at baseUrl of provider {provider.name} in trueup.yaml."
    return ToolError(f"the answer of {provider.name} makes no sense", why, fix)
