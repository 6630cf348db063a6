"""`backup`, `restore`, `export`, `status compact`: keeping what is remembered."""

import argparse
from pathlib import Path

from trueup.app import keeping
from trueup.app.glance import readable
from trueup.app.keys import keys_of
from trueup.cli import show
from trueup.cli.configured import settings_of

DONE = 0
MEGABYTE = 1_000_000


def backup(arguments: argparse.Namespace) -> int:
    """Write everything that Trueup remembers into one file."""
    target = Path(arguments.file).absolute()
    size = keeping.backup(settings_of(arguments), target)
    show.say(f"wrote {target}, {size / MEGABYTE:.1f} MB; it holds what containers are given")
    return DONE


def restore(arguments: argparse.Namespace) -> int:
    """Put back what a backup holds."""
    settings = settings_of(arguments)
    keeping.restore(settings, Path(arguments.file).absolute(), replace=arguments.replace)
    show.say(f"put back {settings.state}; `trueup plan` shows what differs since")
    return DONE


def status(arguments: argparse.Namespace) -> int:
    """Put the history of the status branches together."""
    settings = settings_of(arguments)
    found = keeping.compact(settings)
    for name, count in found.items():
        show.say(f"source {name}: {count} commits of {settings.status.branch} are one now")
    if not found:
        show.warn("trueup: no source has a status branch")
    return DONE


def export(arguments: argparse.Namespace) -> int:
    """Write the last verified release as a file that plain docker compose can bring up."""
    from trueup.app.export import export as write

    site = readable(settings_of(arguments))
    (key,) = keys_of([arguments.key], site.records.known())
    target = Path(arguments.file or f"{key.name}.tar.gz").absolute()
    size = write(site, key, target, images=arguments.images)
    show.say(f"wrote {target}, {size / MEGABYTE:.1f} MB; it holds what the containers are given")
    return DONE
