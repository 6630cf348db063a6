"""`trueup run`: the one command that acts."""

import argparse
import gc
import signal
from types import FrameType

from trueup.app.log import LineLog
from trueup.cli.configured import settings_of

NOT_READY = 2


def run(arguments: argparse.Namespace) -> int:
    """Keep the host true until a signal comes, or once."""
    from trueup.adapters.clock import SystemClock
    from trueup.app.daemon import Daemon

    gc.freeze()  # what was imported stays
    gc.enable()
    settings = settings_of(arguments)
    daemon = Daemon(settings, LineLog(SystemClock(), settings.log))

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        daemon.stop()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    daemon.run(once=arguments.once)
    return 0 if not arguments.once or daemon.ready() else NOT_READY
