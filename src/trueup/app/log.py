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
    """Writes each event as one line or, for a plan, a few."""

    def __init__(self, clock: Clock, style: str = "text", stream: TextIO | None = None) -> None:
        self._clock, self._style, self._stream = clock, style, stream or sys.stderr
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Write an event, without what is secret."""
        facts = {name: mask(said) for name, said in event.facts.items()}
        event = replace(event, message=mask(event.message), facts=facts)
        now = self._clock.now()
        line = _json(event, now) if self._style == "json" else _text(event, now)
        with self._lock:
            print(line, file=self._stream, flush=True)


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
