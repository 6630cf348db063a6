"""Backup and restore of all that Trueup remembers.

A backup holds the statuses, the releases with copies of what they mount, the last good
documents and what a person asked for. Copies of git repositories are not in it: they are
fetched again. Images are not in it either; `export` has them.
"""

import contextlib
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from trueup import __version__
from trueup.adapters.disk.archive import pack, read_text, unpack
from trueup.app.lock import locked
from trueup.app.trees import remote_of
from trueup.model.errors import SpecError, ToolError
from trueup.settings import Settings

LABEL = "backup.json"
STATE, ANSWERS = "state", "status"
COMPACT = "trueup: status\n\nEarlier commits were put together into this one.\n"
FETCHED = ("sources", "repositories", "publish")
"""What of the state directory can be had again."""


def backup(settings: Settings, target: Path) -> int:
    """Write everything that is remembered into one file; Trueup may run meanwhile.

    The statuses come first: what they name was written before them and is not removed soon.

    Returns:
        How many bytes the file has.

    Raises:
        SpecError: there is nothing to back up.
        ToolError: something cannot be read or written.
    """
    if not settings.state.is_dir():
        fix = "Is this the right trueup.yaml? --state names another directory."
        raise SpecError(f"there is no state directory {settings.state}", "", fix)
    said = {"version": 1, "trueup": __version__, "state": str(settings.state)}
    label = {LABEL: json.dumps(said, indent=1) + "\n"}
    return pack(target, _folders(settings), label, _left_out(settings.state))


def restore(settings: Settings, source: Path, *, replace: bool) -> None:
    """Put back what a backup holds.

    Args:
        settings: where the state directory and the status files are to be.
        source: the backup.
        replace: whether a state directory that is there is moved aside.

    Raises:
        SpecError: the file is no backup, or one of another place; or there is state already.
        ToolError: another process works on the state directory.
    """
    _check(settings, source)
    with contextlib.ExitStack() as held:
        if settings.state.exists():
            held.enter_context(locked(settings.state, patience=0))
            _must_be_free(settings.state, replace=replace)
        part = settings.state.parent / f".{settings.state.name}.{secrets.token_hex(4)}"
        unpack(source, part)
        _swap(part, settings)


def compact(settings: Settings) -> dict[str, int]:
    """Put the history of every status branch into one commit, whether Trueup runs or not.

    Returns:
        How many commits there were, by source.

    Raises:
        TransientError: a remote does not answer.
        ToolError: it refuses.
    """
    from trueup.adapters.git.mirror import Author
    from trueup.adapters.git.squash import squash

    said = settings.status
    author = Author(said.name, said.email)
    remotes = {one.name: remote_of(one.git) for one in settings.sources if one.git and said.push}
    return {name: squash(one, said.branch, author, COMPACT) for name, one in remotes.items()}


def _folders(settings: Settings) -> Iterator[tuple[str, Path]]:
    yield ANSWERS, settings.status.directory
    yield STATE, settings.state


def _left_out(state: Path) -> Callable[[Path], bool]:
    gone = {state / name for name in FETCHED} | {state / "lock"}
    return lambda path: path in gone or path.name.startswith(".part-")


def _check(settings: Settings, source: Path) -> None:
    try:
        said = json.loads(read_text(source, LABEL))
        made_of = str(said["state"])
    except (ValueError, KeyError, TypeError) as error:
        raise SpecError(f"{source} is not a backup of Trueup", str(error)) from error
    if made_of != str(settings.state):
        raise SpecError(
            f"{source} is a backup of {made_of}, not of {settings.state}",
            "releases name their files by where they are",
            f"Restore it with --state {made_of}.",
        )


def _must_be_free(state: Path, *, replace: bool) -> None:
    if replace or not any(path.name != "lock" for path in state.iterdir()):
        return
    fix = "Add --replace: what is there is moved aside, not deleted."
    raise SpecError(f"{state} is in use", "it holds what Trueup remembers", fix)


def _swap(part: Path, settings: Settings) -> None:
    """Put the unpacked folders where they belong; what was there is kept beside them."""
    try:
        for name, place in ((ANSWERS, settings.status.directory), (STATE, settings.state)):
            if (part / name).exists():
                if place.exists():
                    place.rename(place.with_name(f"{place.name}.before-{secrets.token_hex(4)}"))
                place.parent.mkdir(parents=True, exist_ok=True)
                (part / name).rename(place)
        (part / LABEL).unlink(missing_ok=True)
        part.rmdir()
    except OSError as error:
        fix = f"What the backup holds is in {part}."
        raise ToolError(f"{settings.state} cannot be put back", str(error), fix) from error
