"""From arguments to settings."""

import argparse

from trueup.settings import Settings


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Return the settings that flags, environment, file and defaults give together.

    Raises:
        SpecError: there is no configuration, or something in it is wrong.
    """
    from trueup.documents.check import check
    from trueup.settings import load

    names = ("config", "state", "context", "concurrency", "log")
    return load(".", check, flags={name: getattr(arguments, name) for name in names})
