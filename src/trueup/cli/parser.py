"""The words of the command line. Imports nothing but argparse, so that --help is instant."""

import argparse
import sys
from collections.abc import Container
from functools import partial
from typing import NoReturn

from trueup import __version__

KEY_HELP = "Stack/web, or web for short"


class Parser(argparse.ArgumentParser):
    """Ends with exit code 1 for words that it does not know: 2 means something else here."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and end."""
        self.print_usage(sys.stderr)
        self.exit(1, f"{self.prog}: {message}\n")


def parser(words: Container[str] | None = None) -> argparse.ArgumentParser:
    """Return the parser of the whole command line, in full for the commands among the words."""
    top = Parser(
        prog="trueup",
        description="Keep plain Docker hosts true to what git says.",
        epilog="Exit codes: 0 done or nothing to do, 1 error, 2 there are changes (plan) "
        "or a stack is not ready (reconcile, get --ready).",
    )
    top.add_argument("--version", action="version", version=f"trueup {__version__}")
    _settings(top)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _beginning(commands)
    _acting(commands)
    _reading(commands)
    _asking(commands)
    _keeping(commands)
    _agreeing(commands)
    _others(commands)
    for name, command in commands.choices.items():
        if words is None or name in words:
            _settings(command, default=argparse.SUPPRESS)
    return top


def _settings(top: argparse.ArgumentParser, default: str | None = None) -> None:
    """Add the settings; they may stand before the command or, the same, after it."""
    group = top.add_argument_group("settings (flags beat TRUEUP_* beat the file)")
    add = partial(group.add_argument, default=default)
    add("-c", "--config", metavar="FILE", help="the configuration [trueup.yaml]")
    add("--state", metavar="DIR", help="the state directory [.trueup]")
    add("--context", metavar="NAME", help="the Docker context [the current one]")
    add("--concurrency", metavar="N", type=int, help="stacks at once [4]")
    add("--log", choices=("text", "json"), help="how events are written [text]")


def _beginning(commands: "argparse._SubParsersAction[Parser]") -> None:
    init = commands.add_parser("init", help="write a repository to start from")
    init.add_argument("directory", nargs="?", default=".", help="where to [.]")
    init.add_argument("--git", action="store_true", help="make it a git repository")
    init.add_argument("--name", default="hello", help="the name of the first stack [hello]")
    running = "take over a compose project that runs"
    init.add_argument("--from-running", metavar="PROJECT", help=running)
    anew = "write its compose file from what runs, though there is one"
    init.add_argument("--reconstruct", action="store_true", help=anew)
    doctor = commands.add_parser("doctor", help="is this host fit? what could be destroyed on it?")
    _output(doctor, "text", "json")


def _acting(commands: "argparse._SubParsersAction[Parser]") -> None:
    run = commands.add_parser("run", help="keep the host true until stopped")
    run.add_argument("--once", action="store_true", help="bring everything up to date, then end")


def _reading(commands: "argparse._SubParsersAction[Parser]") -> None:
    plan = commands.add_parser("plan", help="show what would be done, and why; changes nothing")
    _keys(plan)
    _output(plan, "text", "json")
    validate = commands.add_parser("validate", help="check every document of a tree")
    validate.add_argument("path", nargs="?", help="a folder or file [all sources]")
    _output(validate, "text", "json")
    get = commands.add_parser("get", help="list how everything stands")
    _keys(get)
    get.add_argument("--ready", action="store_true", help="exit 2 unless all of it is ready")
    _output(get, "text", "json", "yaml", "name")
    for name, words in (
        ("describe", "show one status in full"),
        ("explain", "say why something was, or was not, done"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("key", metavar="KEY", help=KEY_HELP)
        _output(command, "text", "json", "yaml")
    history = commands.add_parser("history", help="list what was tried, and what to go back to")
    history.add_argument("key", metavar="KEY", help=KEY_HELP)
    _output(history, "text", "json")
    logs = commands.add_parser("logs", help="show what containers, or the last steps, wrote")
    logs.add_argument("key", metavar="KEY", help=KEY_HELP)
    logs.add_argument("service", nargs="?", help="one service only")
    steps = "plan, build, restart, verify, rollback; of a run its other artifacts as well"
    logs.add_argument("--step", metavar="STEP", help=steps)
    diff = commands.add_parser("diff", help="compare what git wants with the verified release")
    diff.add_argument("key", metavar="KEY", help=KEY_HELP)


def _asking(commands: "argparse._SubParsersAction[Parser]") -> None:
    again = commands.add_parser("reconcile", help="look now, and forget past failures")
    _keys(again, needed=True)
    _timeout(again)
    retry = commands.add_parser("retry", help="try a run that has ended once more")
    retry.add_argument("key", metavar="KEY", help="Run/fix-api, or fix-api for short")
    begin = "the step to begin with; what earlier ones have found is used again [the first]"
    retry.add_argument("--from", dest="begin", default="", metavar="STEP", help=begin)
    _timeout(retry)
    suspend = commands.add_parser("suspend", help="leave a stack or run alone")
    _keys(suspend, needed=True)
    suspend.add_argument("--reason", default="suspended by an operator", help="why")
    suspend.add_argument("--until", default="", metavar="TIME", help="e.g. 2h or 2030-01-31T08:00")
    rollback = commands.add_parser("rollback", help="go back to an earlier verified release")
    rollback.add_argument("key", metavar="KEY", help=KEY_HELP)
    to = "what `trueup history` lists: a number, a digest or a commit [1, the one before]"
    rollback.add_argument("--to", default="1", metavar="N", help=to)
    _timeout(rollback)
    resume = commands.add_parser("resume", help="look after a suspended stack or run again")
    _keys(resume, needed=True)


def _keeping(commands: "argparse._SubParsersAction[Parser]") -> None:
    backup = commands.add_parser("backup", help="write all that is remembered into one file")
    backup.add_argument("file", metavar="FILE", help="the file to write, a .tar.gz")
    restore = commands.add_parser("restore", help="put back what a backup holds")
    restore.add_argument("file", metavar="FILE", help="the backup")
    aside = "move aside the state directory that is there"
    restore.add_argument("--replace", action="store_true", help=aside)
    export = commands.add_parser("export", help="write a verified release for plain compose")
    export.add_argument("key", metavar="KEY", help=KEY_HELP)
    export.add_argument("file", metavar="FILE", nargs="?", help="the file [NAME.tar.gz]")
    export.add_argument("--images", action="store_true", help="with its images")
    status = commands.add_parser("status", help="look after the status branch")
    status.add_argument("verb", choices=("compact",), help="put its history into one commit")


def _agreeing(commands: "argparse._SubParsersAction[Parser]") -> None:
    confirm = commands.add_parser("confirm", help="let a large removal go on that is held")
    confirm.add_argument("source", metavar="SOURCE", help="the source's name in trueup.yaml")
    confirm.add_argument("--revision", metavar="REV", required=True, help="as the status says it")
    for name, words in (
        ("approve", "let a plan for a protected service go on"),
        ("reject", "say that a plan for a protected service must not go on"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("key", metavar="KEY", help=KEY_HELP)
        command.add_argument("--plan", metavar="DIGEST", required=True, help="as the plan says it")
        until = "for how long it counts, e.g. 2h [as long as the plan is the same]"
        command.add_argument("--until", default="", metavar="TIME", help=until)


def _others(commands: "argparse._SubParsersAction[Parser]") -> None:
    schemas = commands.add_parser("schemas", help="write the JSON Schemas for editors")
    schemas.add_argument("directory", nargs="?", default="schemas")
    schemas.add_argument("--check", action="store_true", help="only say whether they are in step")
    completion = commands.add_parser("completion", help="print a shell completion script")
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    diagnose = commands.add_parser("diagnose", help="say what a log shows, and what would mend it")
    diagnose.add_argument("log", metavar="LOG", help="a file, or - for standard input")
    diagnose.add_argument("--dir", default=".", help="the work tree that was built [.]")
    where = "from there [Dockerfile]"
    diagnose.add_argument("--dockerfile", default="Dockerfile", metavar="FILE", help=where)
    _output(diagnose, "text", "json")
    version = commands.add_parser("version", help="show the versions of Trueup, engine, compose")
    _output(version, "text", "json")


def _keys(command: argparse.ArgumentParser, *, needed: bool = False) -> None:
    command.add_argument("key", metavar="KEY", nargs="+" if needed else "*", help=KEY_HELP)


def _timeout(command: argparse.ArgumentParser) -> None:
    command.add_argument("--timeout", type=float, default=600.0, metavar="S", help="seconds [600]")


def _output(command: argparse.ArgumentParser, *choices: str) -> None:
    command.add_argument("-o", "--output", choices=choices, default=choices[0], help="the form")
