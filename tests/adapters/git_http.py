"""A real git server over HTTP on this machine, which may ask for a token."""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Served:
    url: str
    requests: list[str] = field(default_factory=list)
    authorized: list[str] = field(default_factory=list)
    redirect: str = ""


class GitHandler(BaseHTTPRequestHandler):
    """Hands requests to git http-backend, as a web server does."""

    served: Served
    root: Path
    token: str

    def do_GET(self) -> None:
        self.served.requests.append(self.path)
        if "Authorization" in self.headers:
            self.served.authorized.append(self.path)
        wanted = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        if self.served.redirect:
            self._empty(302, Location=self.served.redirect + self.path)
        elif self.token and self.headers.get("Authorization") != f"Basic {wanted}":
            self._empty(401, **{"WWW-Authenticate": 'Basic realm="git"'})
        else:
            self._answer()

    do_POST = do_GET  # noqa: N815 - the names that http.server asks for

    def _answer(self) -> None:
        body = self._body()
        env = self._environment(len(body))
        argv = ["git", "http-backend"]
        done = subprocess.run(
            argv, env=env, input=body, capture_output=True, timeout=30, check=True
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self._head(int(fields.pop("Status", "200").split()[0]), fields, len(content))
        self.wfile.write(content)

    def _environment(self, length: int) -> dict[str, str]:
        path, _, query = self.path.partition("?")
        return {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "ann",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "CONTENT_LENGTH": str(length),
        }

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _empty(self, code: int, **fields: str) -> None:
        self._head(code, fields, 0)

    def _head(self, code: int, fields: dict[str, str], length: int) -> None:
        self.send_response(code)
        for name, value in (fields | {"Content-Length": str(length)}).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(root: Path, token: str = "") -> Iterator[Served]:
    """Serve the repositories below a directory; with a token, only to who knows it."""
    served = Served("")
    handler = type("Handler", (GitHandler,), {"served": served, "root": root, "token": token})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
