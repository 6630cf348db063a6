"""A port in front of a server, which a test can cut: down, hung, or full of errors."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ERROR = b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
BLOCK = 65536


class Wire:
    """Passes connections on to a port of this machine, until it is told otherwise."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.hung = self.broken = False
        self.connections = 0
        self._held: list[socket.socket] = []
        self._begin()

    def down(self) -> None:
        """Refuse connections."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def up(self) -> None:
        """Pass connections on again, whatever was the matter; those that hang are cut."""
        self.hung = self.broken = False
        self._let_go()
        if not self._thread.is_alive():
            self._listening = socket.create_server(("127.0.0.1", self.port))
            self._begin()

    def close(self) -> None:
        """End everything."""
        if self._thread.is_alive():
            self.down()
        self._let_go()

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._held.append(near)
            if not self.hung:
                act = self._refuse if self.broken else self._join
                threading.Thread(target=act, args=(near,), daemon=True).start()

    def _refuse(self, near: socket.socket) -> None:
        with near, suppress(OSError):
            near.recv(BLOCK)
            near.sendall(ERROR)

    def _join(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self._behind))
        self._held.append(far)
        back = threading.Thread(target=_pump, args=(far, near), daemon=True)
        back.start()
        _pump(near, far)
        back.join()
        near.close()
        far.close()

    def _let_go(self) -> None:
        for one in self._held:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._held.clear()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(BLOCK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    """Yield a wire, cut at the end."""
    wire = Wire(port)
    try:
        yield wire
    finally:
        wire.close()
