"""HTTP over a socket of this machine: many questions sent at once, answers in their order.

Only what an engine's answers need. The standard library's client reads headers as those of
a mail, which costs more than the engine takes to answer. Knows no question.
"""

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader

TIMEOUT = 30.0
BUFFER = 1 << 16
MOST = 32
"""How many questions are sent before the first answer is read: both sides buffer them."""

GOOD = 200
Answer = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of an answer that does not end by itself; `close` may be called by anybody."""

    chunks: Iterator[bytes]
    close: Callable[[], None]
    ended: Callable[[], None]

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        try:
            for chunk in self.chunks:
                *whole, rest = (rest + chunk).split(b"\n")
                yield from whole
        finally:
            self.ended()


class Wire:
    """One connection. After an error it is of no use any more.

    Raises:
        OSError: the engine is not there, or the connection was lost.
    """

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(TIMEOUT)
        try:
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise
        self._file = BufferedReader(self._socket.makefile("rb", 0), BUFFER)

    def ask(self, urls: Sequence[str]) -> list[Answer]:
        """Return the status and the body of each answer."""
        found: list[Answer] = []
        for start in range(0, len(urls), MOST):
            some = urls[start : start + MOST]
            self._say(some)
            found += [self._answer() for _ in some]
        return found

    def lines(self, url: str) -> "Lines":
        """Ask for an answer that does not end, of one line each time something happens."""
        self._say([url])
        status, headers = self._status(), self._headers()
        if status != GOOD or not _is_chunked(headers):
            raise ConnectionError(f"the engine answered {status}")
        self._socket.settimeout(None)
        return Lines(self._chunks(), self.shut, self.close)

    def shut(self) -> None:
        """End the connection while another thread reads from it, which that takes for the end."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection."""
        self._file.close()
        self._socket.close()

    def _say(self, urls: Sequence[str]) -> None:
        said = "".join([f"GET {url} HTTP/1.1\r\nHost: docker\r\n\r\n" for url in urls])
        self._socket.sendall(said.encode("ascii"))

    def _answer(self) -> Answer:
        status, headers = self._status(), self._headers()
        if _is_chunked(headers):
            body = b"".join(self._chunks())
            self._headers()
            return status, body
        return status, self._exactly(int(headers.get(b"content-length", b"0")))

    def _status(self) -> int:
        version, _, rest = self._line().partition(b" ")
        if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
            raise ConnectionError("the answer is not HTTP")
        return int(rest[:3])

    def _headers(self) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        while (line := self._line()) != b"\r\n":
            name, _, value = line.partition(b":")
            found[name.lower()] = value.strip().lower()
        return found

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._line().split(b";")[0], 16):
            yield self._exactly(size)
            self._line()

    def _line(self) -> bytes:
        line = self._file.readline(BUFFER)
        if not line.endswith(b"\n"):
            raise ConnectionError("the connection was closed")
        return line

    def _exactly(self, size: int) -> bytes:
        found = self._file.read(size)
        if len(found) != size:
            raise ConnectionError("the connection was closed")
        return found


def _is_chunked(headers: Mapping[bytes, bytes]) -> bool:
    return headers.get(b"transfer-encoding") == b"chunked"
