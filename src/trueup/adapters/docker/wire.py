"""HTTP over a socket of this machine: many questions sent at once, answers in their order.

Only what an engine's answers need. The standard library's client reads headers as those of
a mail, which costs more than the engine takes to answer. Knows no question.
"""

import socket
from collections.abc import Sequence
from io import BufferedReader

TIMEOUT = 30.0
BUFFER = 1 << 16
MOST = 32
"""How many questions are sent before the first answer is read: both sides buffer them."""

Answer = tuple[int, bytes]


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
            said = "".join([f"GET {url} HTTP/1.1\r\nHost: docker\r\n\r\n" for url in some])
            self._socket.sendall(said.encode("ascii"))
            found += [self._answer() for _ in some]
        return found

    def close(self) -> None:
        """End the connection."""
        self._file.close()
        self._socket.close()

    def _answer(self) -> Answer:
        status = self._line().split(None, 2)
        if len(status) < 2 or not status[0].startswith(b"HTTP/1.") or not status[1].isdigit():  # noqa: PLR2004 - version and code
            raise ConnectionError("the answer is not HTTP")
        headers = self._headers()
        if headers.get(b"transfer-encoding") == b"chunked":
            return int(status[1]), self._chunks()
        return int(status[1]), self._exactly(int(headers.get(b"content-length", b"0")))

    def _headers(self) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        while (line := self._line()) != b"\r\n":
            name, _, value = line.partition(b":")
            found[name.lower()] = value.strip().lower()
        return found

    def _chunks(self) -> bytes:
        found = []
        while size := int(self._line().split(b";")[0], 16):
            found.append(self._exactly(size))
            self._line()
        self._headers()
        return b"".join(found)

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
