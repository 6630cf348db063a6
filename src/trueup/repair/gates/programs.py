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
DELEGATES = {
    "git": frozenset({"clone", "fetch", "pull", "submodule", "remote", "archive", "ls-remote"}),
    "npm": frozenset({"exec", "x", "init", "create"}),
    "yarn": frozenset({"dlx", "create"}),
    "pnpm": frozenset({"dlx", "create"}),
    "bun": frozenset({"x", "create"}),
    "uv": frozenset({"tool"}),
    "go": frozenset({"install", "run", "get"}),
}
"""Words that make a program fetch something and, some of them, run it."""

ELSEWHERE = {
    "pip": re.compile(r"(?![./~])[^<>=!~;]*/"),
    "npm": re.compile(r"(?![@./~])[^<>]*/|[^<>]*:"),
}
"""Packages that are no names in an index: addresses, accounts, archives."""

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
        elif strange := _elsewhere(command):
            says = f"{strange[:80]} is no name in a package index"
            yield Refusal("source", edit.path, one.line, says)
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
    found = fetching(command)
    return f"{found} fetches what is not there" if found else ""


def fetching(command: Command) -> str:
    """Return what of a command fetches; empty if nothing does."""
    names = {word.rpartition("/")[2].lower() for word in command.words} & FETCH
    verbs = DELEGATES.get(command.head, frozenset()) & {*command.words[1:]}
    if command.head == "go" and all(word[:1] in ".-" for word in command.words[2:]):
        verbs = frozenset()
    return min(names, default="") or f"{command.head} {min(verbs)}" if names or verbs else ""


def _elsewhere(command: Command) -> str:
    """Return the first package that is not taken from an index; empty if there is none."""
    places = ELSEWHERE.get(command.key.partition(" ")[0])
    strange = (word for word in command.asked if places and places.match(word))
    return next(strange, "")


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
