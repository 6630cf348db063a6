"""`trueup init`: a repository to start from, or one for what runs already."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from trueup.app.begin import Draft, example, frame, under_git, write
from trueup.cli import show

DONE = 0
IGNORED = ".gitignore"


def init(arguments: argparse.Namespace) -> int:
    """Write what is missing of a repository; overwrite nothing."""
    folder = Path(arguments.directory)
    _write(folder, {**frame(), **_first(arguments, folder)})
    if arguments.git and under_git(folder):
        show.say("made it a git repository")
    _next(folder)
    return DONE


def _first(arguments: argparse.Namespace, folder: Path) -> Mapping[str, Draft]:
    """Return the example, unless there are documents already."""
    return {} if any((folder / "specs").glob("*")) else example(arguments.name)


def _write(folder: Path, drafts: Mapping[str, Draft]) -> None:
    written, kept = write(folder, drafts)
    for name in written:
        show.say(f"wrote {folder / name}")
    for name in kept:
        show.say(f"kept  {folder / name}, which was there")


def _next(folder: Path) -> None:
    there = "" if folder.resolve() == Path.cwd() else f"cd {folder}; "
    show.say(f"Next: {there}trueup plan; trueup run")
