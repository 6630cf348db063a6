"""Refuses commands in a Dockerfile that fetch, or whose name is hidden, and files from outside."""

import re
from collections import Counter
from collections.abc import Iterator

from trueup.model.repair import Edit, Refusal
from trueup.repair.gates.commands import Command, commands
from trueup.repair.gates.instructions import Instruction, Malformed, instructions
from trueup.repair.gates.mounts import exposed

FETCH = frozenset(
    {
        *("curl", "wget", "wget2", "aria2c", "axel", "fetch", "http", "https", "lynx", "nc"),
        *("ncat", "netcat", "socat", "telnet", "ssh", "scp", "sftp", "rsync", "ftp", "tftp"),
        *("docker", "podman", "nsenter", "kubectl", "aws", "gsutil", "s3cmd", "rclone", "svn"),
        *("hg", "npx", "pipx", "uvx", "easy_install", "gem", "cpan", "cpanm", "bunx"),
    }
)
GIT = frozenset({"git clone", "git fetch", "git pull", "git submodule"})
RUNS = ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK")
LOCAL = re.compile(r"(?:https?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::|/|$)")
OUTSIDE = re.compile(r"\w+://|git@|\$|\.\.(?:/|$)")


def run_anew(edit: Edit) -> Iterator[Refusal]:
    """Yield a refusal for every such command that was not there before."""
    try:
        before = instructions(edit.before or "")
    except Malformed:
        before = ()
    after = instructions(edit.after)
    known = Counter(command.words for _, command in _all(before))
    for one, command in _all(after):
        if known[command.words]:
            known[command.words] -= 1
        elif why := _unwanted(one, command):
            yield Refusal("download", edit.path, one.line, why)
    yield from _added(edit.path, before, after)
    yield from exposed(edit.path, before, after)


def _all(parsed: tuple[Instruction, ...]) -> Iterator[tuple[Instruction, Command]]:
    for one in parsed:
        if one.keyword in RUNS:
            yield from ((one, command) for command in commands(one))


def _unwanted(one: Instruction, command: Command) -> str:
    if "$" in command.words[0].rpartition("/")[2] or "$" in command.head:
        return f'it cannot be seen what "{command.words[0][:40]}" runs'
    if command.packages or (one.keyword == "HEALTHCHECK" and _asks_itself(command)):
        return ""
    names = {word.rpartition("/")[2].lower() for word in command.words}
    found = names & FETCH or ({command.key} & GIT)
    return f"{min(found)} fetches what is not there" if found else ""


def _asks_itself(command: Command) -> bool:
    """Say whether a check of health asks nobody but its own container."""
    said = [word for word in command.words[1:] if not word.startswith("-") and "." in word]
    said += [word for word in command.words[1:] if "://" in word or word.startswith("localhost")]
    places = [word for word in said if not word.startswith("/dev/")]
    return bool(places) and all(LOCAL.match(word) for word in places)


def _added(
    path: str, before: tuple[Instruction, ...], after: tuple[Instruction, ...]
) -> Iterator[Refusal]:
    """Yield a refusal for each ADD of an address, and each file that is written here."""
    known = {one.text for one in before}
    for one in after:
        if one.keyword not in ("ADD", "COPY") or one.text in known:
            continue
        if one.body or any(source.startswith("<<") for source in one.words):
            says = "a file of the image is not to be written into a Dockerfile"
            yield Refusal("inline-code", path, one.line, says)
        elif one.keyword == "ADD" and any(OUTSIDE.search(word) for word in one.words[:-1]):
            yield Refusal("download", path, one.line, "ADD is not to fetch anything new")
