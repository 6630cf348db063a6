"""From arguments to settings."""

import argparse
from pathlib import Path

from trueup.settings import Settings


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Return the settings that flags, environment, file and defaults give together.

    Raises:
        SpecError: there is no configuration, or something in it is wrong.
    """
    return settings_in(arguments, Path())


def settings_in(arguments: argparse.Namespace, folder: Path) -> Settings:
    """Return the settings of a folder; the errors are those of `settings_of`."""
    from trueup.documents.check import check
    from trueup.settings import load

    names = ("config", "state", "context", "concurrency", "log")
    return load(folder, check, flags={name: getattr(arguments, name) for name in names})
