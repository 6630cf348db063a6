"""Where a Dockerfile installs Python packages: the files, packages and indexes it names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trueup.repair.dockerfile import Instruction, Stage
from trueup.repair.shell import Command, Word, commands, program

PROGRAM = re.compile(r"(?:.*/)?(?:pip[\d.]*|uv|python[\d.]*|pipenv|poetry|pdm)")
WITH_VALUE = frozenset(
    {
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "-c",
        "--constraint",
        "-t",
        "--target",
        "--prefix",
        "--root",
        "--python",
        "-p",
        "--trusted-host",
        "--timeout",
        "--retries",
        "--cert",
        "--platform",
        "--cache-dir",
        "--index",
        "--default-index",
        "--progress-bar",
        "--proxy",
        "--no-binary",
        "--only-binary",
        "--python-version",
        "--upgrade-strategy",
        "--config-settings",
        "--group",
        "--log",
    }
)
REQUIREMENT = ("-r", "--requirement", "--requirements")
EDITABLE = ("-e", "--editable")
INDEX = ("-i", "--index-url", "--extra-index-url", "--index", "--default-index")
PACKAGE = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?(?P<spec>(?:[=~<>!].*)?)"
)
TOOLS = frozenset({"pip", "setuptools", "wheel", "uv", "poetry", "pipenv", "pdm"})


@dataclass(frozen=True, slots=True)
class PipInstall:
    """One command that installs.

    Attributes:
        instruction: the RUN that it is in.
        verb: the word `install`.
        files: the requirements files, as paths in the image.
        packages: the words that name packages.
        folders: the projects that it installs, as paths in the image.
        urls: the indexes that it names.
    """

    instruction: Instruction
    verb: Word
    files: tuple[str, ...]
    packages: tuple[Word, ...]
    folders: tuple[str, ...]
    urls: tuple[str, ...]

    @property
    def only_tools(self) -> bool:
        """Whether it installs nothing but pip itself and the like."""
        names = {package_name(one.text) for one in self.packages}
        return not self.files and not self.folders and names <= TOOLS


def pip_installs(stages: tuple[Stage, ...]) -> tuple[PipInstall, ...]:
    """Return what some stages install, the first stage's last command first."""
    return tuple(
        found
        for stage in stages
        for instruction in reversed(stage.instructions)
        for command in reversed(commands(instruction))
        if (found := _install(instruction, program(command)))
    )


def package_name(word: str) -> str:
    """Return the name in a word such as `"flask>=2"`; empty where it is no package."""
    found = PACKAGE.fullmatch(word.strip("\"'"))
    return found["name"] if found else ""


def package_spec(word: str) -> str:
    """Return what a word demands of its package, such as `>=2`."""
    found = PACKAGE.fullmatch(word.strip("\"'"))
    return found["spec"] if found else ""


def _install(instruction: Instruction, command: Command) -> PipInstall | None:
    whole = _from_install(command)
    if not whole:
        return None
    verb, rest = whole[0], whole[1:]
    files, folders, urls, packages = [], [], [], []
    for option, word in _arguments(rest):
        bare = word.text.strip("\"'")
        if option in REQUIREMENT:
            files.append(bare)
        elif option in INDEX:
            urls.append(bare)
        elif option in EDITABLE or (not option and _is_folder(bare)):
            folders.append(bare.partition("[")[0])
        elif not option and package_name(word.text):
            packages.append(word)
    if not files and not folders and not packages:
        return None
    named = tuple(files), tuple(packages), tuple(folders), tuple(urls)
    return PipInstall(instruction, verb, *named)


def _from_install(command: Command) -> Command:
    """Return `install` and what follows it, however pip is called; nothing if it is not."""
    if not command or not PROGRAM.fullmatch(command[0].text):
        return ()
    words = [word.text for word in command]
    if "install" not in words[:5] or ("python" in words[0] and words[1:3] != ["-m", "pip"]):
        return ()
    if words[0].startswith(("poetry", "pdm", "pipenv")) or (
        words[0] == "uv" and words[1] != "pip"
    ):
        return ()
    return command[words.index("install") :]


def _arguments(words: Command) -> Iterator[tuple[str, Word]]:
    """Yield each argument with the option that it is the value of; empty for none."""
    rest = iter(words)
    for word in rest:
        name, joined, value = word.text.partition("=")
        if not word.text.startswith("-"):
            yield "", word
        elif joined and name in (*WITH_VALUE, *REQUIREMENT, *EDITABLE):
            yield name, Word(value, word.start + len(name) + 1, word.end)
        elif word.text in (*WITH_VALUE, *REQUIREMENT, *EDITABLE):
            if (following := next(rest, None)) is not None:
                yield word.text, following
        elif (found := re.fullmatch(r"(-[re])(\S+)", word.text)) is not None:
            yield found[1], Word(found[2], word.start + 2, word.end)


def _is_folder(bare: str) -> bool:
    return bare.startswith((".", "/")) and not bare.endswith((".whl", ".tar.gz", ".zip"))
