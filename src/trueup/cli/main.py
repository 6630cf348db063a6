"""From arguments to a command. Every error a person may cause ends in one clear message."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from trueup.cli.parser import parser

Command = Callable[[argparse.Namespace], int]

HOMES = {
    "init": "trueup.cli.beginning",
    "doctor": "trueup.cli.doctoring",
    "diagnose": "trueup.cli.diagnosing",
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
    "retry": "trueup.cli.asking",
    "suspend": "trueup.cli.asking",
    "resume": "trueup.cli.asking",
    "history": "trueup.cli.returning",
    "rollback": "trueup.cli.returning",
    "backup": "trueup.cli.keeping",
    "restore": "trueup.cli.keeping",
    "status": "trueup.cli.keeping",
    "export": "trueup.cli.keeping",
    "confirm": "trueup.cli.agreeing",
    "approve": "trueup.cli.agreeing",
    "reject": "trueup.cli.agreeing",
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
    arguments = parser(argv).parse_args(argv)
    from trueup.model.errors import TrueupError  # --help needs no dataclasses

    try:
        command: Command = getattr(import_module(HOMES[arguments.command]), arguments.command)
        code = command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR
    except TrueupError as error:
        _complain(error.text)
        return ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - told without what is secret
        _complain(_defect(error))
        return ERROR
    finally:
        _let_go_of_stderr()
    return code


def _complain(text: str) -> None:
    from trueup.model.redaction import mask
    from trueup.report.printable import printable

    with contextlib.suppress(OSError):  # whoever read it may have left
        print(f"trueup: {printable(mask(text))}", file=sys.stderr)


def _let_go_of_stderr() -> None:
    """Drop what could not be written, or Python ends with a code of its own for it."""
    try:
        if sys.stderr is not None:
            sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _defect(error: Exception) -> str:
    """Return what to say of a defect: all that led to it where somebody hunts for it."""
    from trueup.settings import debugging

    if debugging():
        import traceback

        return "".join(traceback.format_exception(error)).rstrip()
    return f"a defect: {type(error).__name__}: {error}. {REPORT}"
