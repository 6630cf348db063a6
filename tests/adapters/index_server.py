"""A package index over HTTP on 127.0.0.1 that answers what it is told to."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """One page. `ranges` says whether a part of it can be asked for; `wait` holds it back."""

    body: bytes
    kind: str = "text/html"
    code: int = 200
    ranges: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None


@dataclass
class Server:
    """The running server: what it answers by path, and how much of it was asked for."""

    url: str
    pages: dict[str, Answer]
    sent: list[tuple[str, int]] = field(default_factory=list)


@contextmanager
def serving(pages: dict[str, Answer]) -> Iterator[Server]:
    """Yield a server; it is gone afterwards."""
    found = Server("", pages)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = pages.get(self.path) or Answer(b"", code=404)
            if answer.wait:
                answer.wait.wait(30)
            asked = re.fullmatch(r"bytes=-(\d+)", self.headers.get("Range", ""))
            part = bool(asked and answer.ranges)
            body = answer.body[-int(asked[1]) :] if asked and part else answer.body
            found.sent.append((self.path, len(body)))
            self.send_response(206 if part else answer.code)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown()
