"""Completion scripts for shells, made from the parser."""

import argparse

import shtab

from trueup.cli.parser import parser


def completion(arguments: argparse.Namespace) -> int:
    """Print a completion script."""
    print(shtab.complete(parser(), shell=arguments.shell))
    return 0
