"""Finds where a Dockerfile installs packages of its distribution, and adds or renames one there.

Keeps the style that it finds: one line or many, sorted or not. Which package is wanted, and
whether there is one, it does not know.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trueup.repair.dockerfile import Instruction, Stage, escape_of
from trueup.repair.shell import Command, Word, commands, program

APT, APK = "apt", "apk"
PROGRAMS = {"apt-get": APT, "apt": APT, "aptitude": APT, "apk": APK}
VERBS = {APT: "install", APK: "add"}
WITH_VALUE = {
    APT: frozenset({"-t", "--target-release", "--default-release", "-o", "--option", "-c"}),
    APK: frozenset({"-t", "--virtual", "-X", "--repository", "-p", "--root", "--keys-dir"}),
}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]*")
VERSION = re.compile(r"(?::[a-z0-9-]+)?(?:[=/~<>].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Install:
    """A command that installs packages."""

    tool: str
    instruction: Instruction
    command: Command
    packages: tuple[Word, ...]

    def package(self, name: str) -> Word | None:
        """Return the word that names a package, with its version if it has one."""
        return next((one for one in self.packages if package_name(one.text) == name), None)


def package_name(word: str) -> str:
    """Return the name of `name=version`, `name/suite` or `name:arch`; empty if it is none."""
    found = NAME.match(word.strip("\"'"))
    return found[0] if found else ""


def installs(stage: Stage) -> Iterator[Install]:
    """Yield what a stage installs, in order."""
    for instruction in stage.instructions:
        for command in commands(instruction):
            if (found := _install(instruction, command)) is not None:
                yield found


def naming(every: Sequence[Stage], name: str) -> Iterator[tuple[Stage, Install, Word]]:
    """Yield every place in which a package is installed by name."""
    for stage in every:
        for one in installs(stage):
            if (word := one.package(name)) is not None:
                yield stage, one, word


def renamed(word: Word, name: str, *, keep_version: bool = False) -> tuple[int, int, str]:
    """Return the change that puts another name in the place of a package's."""
    old = package_name(word.text)
    at = word.start + word.text.index(old)
    return at, (at + len(old)) if keep_version else _unquoted_end(word), name


def added(text: str, install: Install, name: str) -> tuple[int, int, str]:
    """Return the change that adds a package to a command, in the style of its others."""
    after = _neighbour(install.packages, name)
    if after is None:
        first = install.packages[0]
        return first.start, first.start, name + _gap(text, install)
    return after.end, after.end, _gap(text, install) + name


def _install(instruction: Instruction, command: Command) -> Install | None:
    words = program(command)
    if not words or (tool := PROGRAMS.get(words[0].text.rpartition("/")[2])) is None:
        return None
    plain = list(_plain(words[1:], WITH_VALUE[tool]))
    if not plain or plain[0].text != VERBS[tool]:
        return None
    named = tuple(one for one in plain[1:] if _is_package(one.text))
    return Install(tool, instruction, command, named) if named else None


def _plain(words: Command, with_value: frozenset[str]) -> Iterator[Word]:
    rest = iter(words)
    for word in rest:
        if word.text in with_value:
            next(rest, None)
        elif not word.text.startswith(("-", "<", ">", "2>")):
            yield word


def _is_package(word: str) -> bool:
    bare = word.strip("\"'")
    name = NAME.match(bare)
    return name is not None and VERSION.fullmatch(bare, name.end()) is not None


def _unquoted_end(word: Word) -> int:
    return word.end - (len(word.text) - len(word.text.rstrip("\"'")))


def _neighbour(packages: tuple[Word, ...], name: str) -> Word | None:
    """Return the package after which a name belongs; None where it belongs first."""
    names = [one.text.strip("\"'") for one in packages]
    if len(names) == 1 or names != sorted(names):
        return packages[-1]
    before = [one for one, at in zip(packages, names, strict=True) if at < name]
    return before[-1] if before else None


def _gap(text: str, install: Install) -> str:
    """Return what stands between two packages: a blank, or the way to a line of its own."""
    last = install.packages[-1]
    if text[last.start - 1] == '"' and not last.text.startswith('"'):
        return '", "'  # between two strings of a list
    line = text.rfind("\n", 0, last.start) + 1
    indent = text[line : last.start]
    if indent.strip() or line <= install.instruction.begin:
        return " "
    within = last.start in install.instruction.said.where  # and not in a here-document
    sign = escape_of(text) if within else "\\"
    end = "\r\n" if text[:line].endswith("\r\n") else "\n"
    return f" {sign}{end}{indent}"
