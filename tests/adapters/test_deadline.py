"""A service that answers without end does not keep a check for longer than its time."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

import pytest

from trueup.adapters.docker.probe import Prober
from trueup.model.checks import Http

HEAD = b"HTTP/1.1 200 OK\r\nServer: slow\r\n"
ENOUGH = b"Content-Length: 100000\r\n\r\nall well"
HERE = "127.0.0.2"  # an address of this machine that is asked like any other
WHOLE, LONGEST = 0.4, 3.0


@contextmanager
def serving(at_once: bytes, drip: bytes) -> Iterator[str]:
    """Serve something at once, and then a byte every now and then, for much too long."""
    ended = threading.Event()

    def answer(listener: socket.socket) -> None:
        with suppress(OSError), listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(at_once)
            while not ended.wait(0.05):
                connection.sendall(drip)

    with socket.create_server((HERE, 0)) as listener:
        server = threading.Thread(target=answer, args=(listener,), daemon=True)
        server.start()
        try:
            yield f"http://{HERE}:{listener.getsockname()[1]}/"
        finally:
            ended.set()
            server.join(5)


def probed(check: Http) -> str:
    """Carry out a check for which no engine is needed, and see that it ends."""
    host: Any = SimpleNamespace(containers=lambda _: (), endpoint=SimpleNamespace(local=True))
    cli: Any = None
    begun = time.monotonic()
    said: list[str] = []
    prober = Prober(host, cli, whole=WHOLE)
    asking = threading.Thread(
        target=lambda: said.append(prober.probe(check, "p", "")), daemon=True
    )
    asking.start()
    asking.join(LONGEST)
    assert said, f"no answer after {time.monotonic() - begun:.1f} s"
    return said[0]


@pytest.mark.parametrize(("at_once", "drip"), [(b"", b"H"), (HEAD, b"x"), (HEAD, b"a: b\r\n")])
def test_a_head_that_never_ends_is_no_answer(at_once: bytes, drip: bytes) -> None:
    with serving(at_once, drip) as url:
        why = probed(Http("web", url))

    assert why == f"{url} does not answer: not within 0.4s"


def test_of_a_body_that_never_ends_the_beginning_counts() -> None:
    with serving(HEAD + ENOUGH, b".") as url:
        assert probed(Http("web", url, body="all well")) == ""
    with serving(HEAD + ENOUGH, b".") as url:
        assert probed(Http("web", url, body="ready")).startswith(f"{url} answered without 'ready'")


def test_a_server_that_says_nothing_is_no_answer() -> None:
    with serving(b"", b"") as url:
        assert probed(Http("web", url)) == f"{url} does not answer: not within 0.4s"
