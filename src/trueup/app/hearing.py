"""One turn of a thread that listens for ever: whatever fails in it is told, and it goes on.

A moment without file descriptors must not make Trueup deaf. Knows nothing of what is heard.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from trueup.model.errors import TrueupError, defect
from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.ports import Emit
from trueup.model.shortage import shortage


@dataclass(slots=True)
class Hearing:
    """Tells of a failure as the event `name`, once until it has worked again.

    `after` is what people read behind the error: what it means, and when it is tried again.
    """

    emit: Emit
    name: str
    after: str
    key: Key | None = None
    failing: bool = False

    def attempt(self, turn: Callable[[], None]) -> bool:
        """Do one turn, and return whether it went well. Never raises."""
        try:
            turn()
        except Exception as error:  # noqa: BLE001 - a thread that listens must not end
            if not self.failing:
                self._tell(error)
            self.failing = True
            return False
        self.works()
        return True

    def works(self) -> None:
        """Note in the middle of a long turn that it goes well, so that its end is told."""
        self.failing = False

    def _tell(self, error: Exception) -> None:
        known = error if isinstance(error, TrueupError) else shortage(error) or defect(error)
        with suppress(Exception):  # nobody is left to tell it to
            self.emit(Event(self.key, self.name, f"{known.text} {self.after}", "warning"))
