"""`trueup init`: a repository to start from, or one for what runs already."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from trueup.app.begin import CONFIGURATION, Draft, allow, example, frame, under_git, write
from trueup.app.takeover import Takeover, takeover
from trueup.cli import show
from trueup.cli.configured import settings_in

DONE, CHANGES = 0, 2
IGNORED, SECRETS = ".gitignore", "*.secret.env"


def init(arguments: argparse.Namespace) -> int:
    """Write what is missing of a repository; overwrite nothing."""
    folder = Path(arguments.directory)
    found = _takeover(arguments, folder)
    written = _write(folder, {**frame(), **(found.drafts if found else _first(arguments, folder))})
    _warn(folder, found.notes if found else ())
    if arguments.git and under_git(folder):
        show.say("made it a git repository")
    if found:
        _allow(arguments, folder, found, new=CONFIGURATION in written)
    if found and not _adopt(arguments, folder, found):
        return CHANGES
    _next(folder)
    return DONE


def _takeover(arguments: argparse.Namespace, folder: Path) -> Takeover | None:
    """Look at the project that is to be taken over, if one was named."""
    if not arguments.from_running:
        return None
    from trueup.adapters.docker.endpoint import find_endpoint
    from trueup.adapters.docker.host import Host

    host = Host(find_endpoint(arguments.context or ""))
    try:
        return takeover(host, folder, arguments.from_running, anew=arguments.reconstruct)
    finally:
        host.close()


def _allow(arguments: argparse.Namespace, folder: Path, found: Takeover, *, new: bool) -> None:
    """Allow what runs already what it has; in a configuration that was there only say so."""
    from trueup.app.adopting import rules_for

    rules = rules_for(settings_in(arguments, folder), found.key)
    if rules and new:
        allow(folder, rules)
    for rule in rules:
        show.warn(f"trueup: {'allowed' if new else 'to allow'} in {CONFIGURATION}: {rule}")


def _adopt(arguments: argparse.Namespace, folder: Path, found: Takeover) -> bool:
    """Put on record that what runs is what is wanted, without touching it."""
    from trueup.app.adopting import adopt

    show.warn("Nothing is touched. It is watched for a moment, then put on record.")
    said = adopt(settings_in(arguments, folder), found.key, compare=found.in_place)
    for note in said.notes:
        show.warn(f"trueup: {note}")
    show.say(said.text)
    return said.done


def _warn(folder: Path, notes: tuple[str, ...]) -> None:
    for note in notes:
        show.warn(f"trueup: {note}")
    ignored = (folder / IGNORED).read_text(encoding="utf-8", errors="replace")
    if any(folder.glob(f"specs/*/{SECRETS}")) and SECRETS not in ignored:
        show.warn(f"trueup: add {SECRETS} to {folder / IGNORED}, which was there")


def _first(arguments: argparse.Namespace, folder: Path) -> Mapping[str, Draft]:
    """Return the example, unless there are documents already."""
    return {} if any((folder / "specs").glob("*")) else example(arguments.name)


def _write(folder: Path, drafts: Mapping[str, Draft]) -> list[str]:
    written, kept = write(folder, drafts)
    for name in written:
        show.say(f"wrote {folder / name}")
    for name in kept:
        show.say(f"kept  {folder / name}, which was there")
    return written


def _next(folder: Path) -> None:
    there = "" if folder.resolve() == Path.cwd() else f"cd {folder}; "
    show.say(f"Next: {there}trueup plan; trueup run")
