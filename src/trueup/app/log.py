"""Events as lines on standard error: for people, or as JSON for machines."""

import json
import sys
import threading
from dataclasses import replace
from datetime import datetime
from typing import TextIO

from trueup.model.event import Event
from trueup.model.ports import Clock
from trueup.model.redaction import mask
from trueup.report.printable import printable

MARKS = {"info": " ", "warning": "!", "error": "!"}


class LineLog:
    """Writes each event as one line or, for a plan, a few.

    Never raises: whoever reads the log may leave, and its disk may be full. What could not
    be written is counted, and the count is the first thing that is written again.
    """

    def __init__(self, clock: Clock, style: str = "text", stream: TextIO | None = None) -> None:
        self._clock, self._style, self._stream = clock, style, stream or sys.stderr
        self._lock = threading.Lock()
        self._lost, self._why = 0, ""

    def __call__(self, event: Event) -> None:
        """Write an event, without what is secret."""
        with self._lock:
            try:
                missed = [self._missed()] if self._lost else []
                said = "\n".join([*missed, self._line(event)])
                print(said, file=self._stream, flush=True)
                self._lost = 0
            except Exception as error:  # noqa: BLE001 - the work goes on without its log
                self._lost, self._why = self._lost + 1, str(error) or type(error).__name__

    def _missed(self) -> str:
        message = f"{self._lost} events before this one could not be logged: {self._why}"
        return self._line(Event(None, "log-lost", message, "warning"))

    def _line(self, event: Event) -> str:
        facts = {name: mask(said) for name, said in event.facts.items()}
        event = replace(event, message=mask(event.message), facts=facts)
        now = self._clock.now()
        return _json(event, now) if self._style == "json" else _text(event, now)


def _json(event: Event, now: datetime) -> str:
    said = {
        "time": now.isoformat(timespec="milliseconds"),
        "severity": event.severity,
        "event": event.name,
        "key": str(event.key) if event.key else "",
        "message": event.message.rstrip(),
        **event.facts,
    }
    return json.dumps({name: value for name, value in said.items() if value})


def _text(event: Event, now: datetime) -> str:
    who = f"{event.key} " if event.key and not event.message.startswith(str(event.key)) else ""
    body = printable(event.message).rstrip().replace("\n", "\n           ")
    return f"{now:%H:%M:%S} {MARKS[event.severity]} {who}{body}"
