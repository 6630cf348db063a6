"""An OpenAI-compatible server on 127.0.0.1 whose model is a function of the test."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One request: `number` counts from 1, `again` how often the very same came before."""

    number: int
    path: str
    headers: Mapping[str, str]
    raw: bytes
    body: Mapping[str, Any]
    again: int = 0

    @property
    def text(self) -> str:
        """Everything that was said in the conversation so far."""
        return "\n".join(str(one["content"]) for one in self.body.get("messages", ()))

    @property
    def last(self) -> str:
        """The last message."""
        return str(self.body["messages"][-1]["content"])


@dataclass(frozen=True)
class Reply:
    """What the server does: `raw` replaces the completion, `drip` sends a byte every so often."""

    text: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    raw: bytes | None = None
    tokens: tuple[int, int] | None = (100, 20)
    finish: str = "stop"

    def content(self) -> bytes:
        """Return the body of the answer."""
        if self.raw is not None:
            return self.raw
        if self.status != 200:
            return json.dumps({"error": {"message": self.text}}).encode()
        message = {"role": "assistant", "content": self.text}
        body: dict[str, Any] = {
            "id": "one",
            "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish}],
        }
        if self.tokens is not None:
            sent, received = self.tokens
            body["usage"] = {"prompt_tokens": sent, "completion_tokens": received}
        return json.dumps(body).encode()


Model = Callable[[Asked], Reply | str]


@dataclass
class Llm:
    """A running server: where it is, what it was asked, how many asked at once."""

    url: str = ""
    key: str = ""
    model: Model = lambda _asked: Reply("CANNOT: nothing to say")
    asked: list[Asked] = field(default_factory=list)
    most_at_once: int = 0
    ending: threading.Event = field(default_factory=threading.Event)
    _inside: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, path: str, headers: Mapping[str, str], raw: bytes) -> Asked:
        """Note a request."""
        with self._lock:
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)
            body = json.loads(raw or b"{}")
            again = sum(one.raw == raw for one in self.asked)
            one = Asked(len(self.asked) + 1, path, headers, raw, body, again)
            self.asked.append(one)
            return one

    def leave(self) -> None:
        """Note that a request was answered."""
        with self._lock:
            self._inside -= 1

    @property
    def everything(self) -> bytes:
        """Every byte that was sent here, for a search for what should not be."""
        lines = (f"{one.path} {dict(one.headers)} ".encode() + one.raw for one in self.asked)
        return b"\n".join(lines)


def turns(*replies: Reply | str) -> Model:
    """Return a model that answers one after the other, and the last for ever."""
    return lambda asked: replies[min(asked.number, len(replies)) - 1]


@contextmanager
def llm(model: Model, *, key: str = "") -> Iterator[Llm]:
    """Yield a server. With a key, whoever has another is refused."""
    served = Llm(key=key, model=model)

    class Handler(_Handler):
        server_of = served

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield served
    finally:
        served.ending.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that were cut off: that is what some tests do."""


class _Handler(BaseHTTPRequestHandler):
    server_of: Llm
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        served = self.server_of
        asked = served.enter(self.path, {k.lower(): v for k, v in self.headers.items()}, raw)
        try:
            self._answer(self._said(served, asked))
        except OSError:  # whoever asked has gone
            self.close_connection = True
        finally:
            served.leave()

    def _said(self, served: Llm, asked: Asked) -> Reply:
        if served.key and self.headers.get("Authorization") != f"Bearer {served.key}":
            return Reply(f"Incorrect API key: {self.headers.get('Authorization')}", status=401)
        said = served.model(asked)
        return said if isinstance(said, Reply) else Reply(said)

    def _answer(self, reply: Reply) -> None:
        self.server_of.ending.wait(reply.delay)
        content = reply.content()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if not reply.drip:
            self.wfile.write(content)
            return
        for byte in content:
            if self.server_of.ending.wait(reply.drip):
                return
            self.wfile.write(bytes([byte]))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Say nothing."""


def elapsed(since: float) -> float:
    """Return the seconds since a moment."""
    return time.monotonic() - since
