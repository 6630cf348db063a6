"""The end of what a program says, while it says it.

Keeps as much as it may, passes lines on as they come. Knows nothing of programs.
"""

from collections.abc import Callable

LINE = 64 * 1024  # bytes of one line that are passed on: its end


class Tail:
    """The end of one output; passes lines on to a log, or all of it to a sink."""

    def __init__(
        self,
        limit: int,
        log: Callable[[str], None] | None,
        sink: Callable[[bytes], object] | None = None,
    ) -> None:
        self.limit, self.log, self.sink = limit, log, sink
        self.kept = bytearray()
        self.line = bytearray()

    def add(self, data: bytes) -> None:
        """Take some bytes as they come."""
        if self.sink is not None:
            self.sink(data)
            return
        self.kept += data
        if len(self.kept) > 2 * self.limit:
            self._trim()
        if self.log is not None:
            self._pass_on(data, self.log)

    def _pass_on(self, data: bytes, log: Callable[[str], None]) -> None:
        # Progress bars end their lines with a carriage return.
        *lines, rest = (self.line + data).replace(b"\r", b"\n").split(b"\n")
        self.line = bytearray(rest[-LINE:])
        for line in filter(None, lines):
            log(line.decode(errors="replace"))

    def _trim(self) -> None:
        del self.kept[: max(0, len(self.kept) - self.limit)]

    def close(self) -> None:
        """Take it that nothing more comes."""
        self._trim()
        if self.line and self.log is not None:
            self.log(self.line.decode(errors="replace"))
            self.line.clear()
