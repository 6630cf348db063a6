"""An end for one HTTP request as a whole. A timeout of httpx is one for each single read.

Knows nothing of what is asked, and judges nothing.
"""

import socket
import threading
from contextlib import suppress
from typing import Any, Self

CONNECTED = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class Deadline:
    """Ends the connection of a request some seconds after the block was entered.

    `trace` belongs into the extensions of the request: httpx calls it with each connection.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self.expire)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self.over = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._connection = None

    def trace(self, event: str, facts: dict[str, Any]) -> None:
        """Note the connection once there is one, first the plain one, then that with TLS."""
        if event in CONNECTED:
            with self._lock:
                self._connection = facts["return_value"].get_extra_info("socket")
                self._end_if_over()

    def expire(self) -> None:
        """End the connection now."""
        with self._lock:
            self.over = True
            self._end_if_over()

    def _end_if_over(self) -> None:
        if self.over and self._connection is not None:
            # Not the method of a TLS socket: that one takes the state away from a read under way.
            with suppress(OSError):
                socket.socket.shutdown(self._connection, socket.SHUT_RDWR)
