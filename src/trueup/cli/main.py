"""From arguments to a command. Every error a person may cause ends in one clear message."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from trueup.cli.parser import parser
from trueup.model.errors import TrueupError

Command = Callable[[argparse.Namespace], int]

HOMES = {
    "run": "trueup.cli.acting",
    "plan": "trueup.cli.planning",
    "diff": "trueup.cli.planning",
    "validate": "trueup.cli.checking",
    "schemas": "trueup.cli.checking",
    "get": "trueup.cli.reading",
    "describe": "trueup.cli.reading",
    "explain": "trueup.cli.reading",
    "logs": "trueup.cli.reading",
    "version": "trueup.cli.reading",
    "reconcile": "trueup.cli.asking",
    "suspend": "trueup.cli.asking",
    "resume": "trueup.cli.asking",
    "completion": "trueup.cli.completion",
}
"""Where each command lives: it is imported only when it is used."""

ERROR, INTERRUPTED = 1, 130
REPORT = (
    "Nothing is lost. Please report this with what TRUEUP_DEBUG=1 shows: "
    "run the same command with it set."
)


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    arguments = parser().parse_args(argv)
    command: Command = getattr(import_module(HOMES[arguments.command]), arguments.command)
    try:
        return command(arguments)
    except TrueupError as error:
        print(f"trueup: {error.text}", file=sys.stderr)
        return ERROR
    except BrokenPipeError:
        sys.stderr.close()
        return ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        from trueup.settings import debugging

        if debugging():
            raise
        print(f"trueup: a defect: {type(error).__name__}: {error}. {REPORT}", file=sys.stderr)
        return ERROR
