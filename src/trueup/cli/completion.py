"""Completion scripts for shells, made from the parser; keys are asked of `trueup get`."""

import argparse
from collections.abc import Iterator

import shtab

from trueup.cli.parser import parser

KEYS = {"bash": "_trueup_keys", "zsh": "_trueup_keys"}
FILES = {
    "path": shtab.FILE,
    "config": shtab.FILE,
    "file": shtab.FILE,
    "directory": shtab.DIRECTORY,
}
PREAMBLE = {
    "bash": r"""
_trueup_keys() {
  local keys
  keys="$(trueup get -o name 2>/dev/null)"
  compgen -W "$keys $(printf '%s\n' $keys | cut -d/ -f2)" -- "$1"
}
""",
    "zsh": """
_trueup_keys() {
  local -a keys
  keys=(${(f)"$(trueup get -o name 2>/dev/null)"})
  compadd -a keys
  compadd -- ${keys#*/}
}
""",
}


def completion(arguments: argparse.Namespace) -> int:
    """Print a completion script."""
    top = parser()
    for action in _actions(top):
        if action.metavar == "KEY":
            action.complete = KEYS  # type: ignore[attr-defined]
        elif action.dest in FILES:
            action.complete = FILES[action.dest]  # type: ignore[attr-defined]
    words = PREAMBLE.get(arguments.shell, "")
    print(shtab.complete(top, shell=arguments.shell, preamble=words))
    return 0


def _actions(command: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield every argument of a command and of the commands below it."""
    for action in command._actions:  # noqa: SLF001 - argparse shows them in no other way
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - likewise
            for below in dict.fromkeys(action.choices.values()):
                yield from _actions(below)
