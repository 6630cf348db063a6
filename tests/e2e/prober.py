"""Ask a published port again and again, and count how it answers."""

import threading
import urllib.request
from collections import Counter
from typing import Self

PAUSE = 0.05
PATIENCE = 10.0


def fetch(port: int, path: str = "/") -> str:
    """Return what a port of this machine answers.

    Raises:
        OSError: it does not answer.
    """
    url = f"http://127.0.0.1:{port}{path}"
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        said: bytes = answer.read()
        return said.decode().strip()


class Probe:
    """A background prober; use it as a context.

    `answers` counts each different answer; `failures` are the errors, in order.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask, name=f"probe-{port}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE + 1)

    def _ask(self) -> None:
        while not self._stop.wait(PAUSE):
            try:
                self.answers[fetch(self.port)] += 1
            except OSError as error:
                self.failures.append(str(error))
