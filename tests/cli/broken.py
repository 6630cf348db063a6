"""A command with a defect."""

import argparse


def version(arguments: argparse.Namespace) -> int:
    """Fail as no command should."""
    return 1 // len(arguments.output[:0])
