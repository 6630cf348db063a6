"""A relay in front of the Docker engine that counts the requests that pass through it.

The only way to see from outside how often a program looked, and that it only looked.
"""

import re
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

ENGINE = "/var/run/docker.sock"
REQUEST = re.compile(rb"(GET|POST|PUT|DELETE|HEAD) (/[^ ]*) HTTP/1\.1\r\n")
LISTED = "/containers/json?"
CHUNK = 1 << 16


class Relay:
    """A socket that passes everything on to the engine; use it as a context.

    Once it is `mute` no event comes through any more, though every connection stays open;
    while it is `deaf` whoever asks for events is cut off.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mute = self.deaf = False
        self._telling: set[socket.socket] = set()
        self.requests: list[str] = []
        self._door = socket.socket(socket.AF_UNIX)
        self._open: list[socket.socket] = []

    @property
    def address(self) -> str:
        """What DOCKER_HOST has to be."""
        return f"unix://{self.path}"

    def count(self, part: str) -> int:
        """Return how many requests had this in their method and path."""
        return sum(part in one for one in list(self.requests))

    def __enter__(self) -> Self:
        self._door.bind(str(self.path))
        self._door.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        for one in (self._door, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._door.accept()
                there = socket.socket(socket.AF_UNIX)
                there.connect(ENGINE)
                self._open += [here, there]
                for pair in ((here, there, True), (there, here, False)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, asking: bool) -> None:  # noqa: FBT001 - a thread's target
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if asking:
                    found = REQUEST.findall(data)
                    self.requests += [f"{verb.decode()} {path.decode()}" for verb, path in found]
                    events = b"/events?" in data
                    if events and self.deaf:
                        break
                    self._telling |= {target} if events else set()
                elif self.mute and source in self._telling:
                    continue
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
