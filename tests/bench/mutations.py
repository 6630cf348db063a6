"""Ways to break a healthy project, by what people do: each is one small change of its files.

Pure: files in, files out. Whether a project is really broken by one is for others to find out.
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Files = Mapping[str, str]
"""Path → text."""

REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z][\w.-]*)==(?P<version>[\d.]+)\n", re.MULTILINE)
LISTED = re.compile(r'^ +"(?P<name>[A-Za-z][\w.-]*)==(?P<version>[\d.]+)",\n', re.MULTILINE)
PYTHON = (("requirements.txt", REQUIREMENT), ("pyproject.toml", LISTED))
INSTALL = re.compile(
    r"apt-get install -y --no-install-recommends(?P<names>(?:\s+\\?\n?\s*[a-z][\w.+-]*)+)"
)
NAME = re.compile(r"[a-z][\w.+-]+")
BEFORE = {
    "fonts-freefont-ttf": "ttf-freefont",
    "libtiff6": "libtiff5",
    "netcat-openbsd": "netcat",
    "python3-dev": "python-dev",
}
"""What packages were called in an earlier release of the distribution."""
BACK = {"python:3.11-slim": "python:3.9-slim", "node:20-slim": "node:18-slim"}
"""The base images of one suite earlier."""
LAST_PART = re.compile(r"(\d+)$")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to break a project: what was done to what, and the files that are others then."""

    kind: str
    subject: str
    files: Files

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


def mutations(files: Files) -> Iterator[Mutation]:
    """Yield all ways to break a project."""
    for way in (dropped, bumped, renamed, moved_back, out_of_step):
        yield from way(files)


def chosen(files: Files, each: int, seed: int) -> list[Mutation]:
    """Return at most so many mutations of each kind: the same for the same seed."""
    found: dict[str, list[Mutation]] = {}
    for one in mutations(files):
        found.setdefault(one.kind, []).append(one)
    pick = random.Random(seed)  # noqa: S311 - nothing that is to be hidden
    return [one for many in found.values() for one in pick.sample(many, min(each, len(many)))]


def dropped(files: Files) -> Iterator[Mutation]:
    """Forget a package that is needed."""
    for path, match in _pinned(files):
        yield Mutation("drop", match["name"], {path: _without(files[path], match)})
    for name in _dependencies(files):
        yield Mutation("drop", name, _unasked(files, name))
    for name, text in _installs(files, lambda _: ""):
        yield Mutation("drop-apt", name, text)


def bumped(files: Files) -> Iterator[Mutation]:
    """Pin the next major version, of which nobody knows whether there is one."""
    for path, match in _pinned(files):
        start, end = match.span("version")
        text = files[path]
        after = f"{text[:start]}{_next_major(match['version'])}{text[end:]}"
        yield Mutation("pin", match["name"], {path: after})
    for name, version in _dependencies(files).items():
        yield Mutation("pin", name, _asked(files, name, _next_major(version)))


def renamed(files: Files) -> Iterator[Mutation]:
    """Call a package of the distribution by its name of before."""
    for name, text in _installs(files, lambda name: BEFORE.get(name, name)):
        if name in BEFORE:
            yield Mutation("rename", name, text)


def moved_back(files: Files) -> Iterator[Mutation]:
    """Begin with the base image of one suite earlier."""
    text = files["Dockerfile"]
    for image, older in BACK.items():
        if f"FROM {image}\n" in text:
            yield Mutation("base", image, {"Dockerfile": text.replace(image, older)})


def out_of_step(files: Files) -> Iterator[Mutation]:
    """Ask for another version than the lock has: an earlier one, which there is."""
    for name, version in _dependencies(files).items():
        earlier = LAST_PART.sub(lambda part: str(int(part[1]) - 1), version)
        if not version.endswith("0"):
            yield Mutation("lock", name, _asked(files, name, earlier))


def _pinned(files: Files) -> Iterator[tuple[str, re.Match[str]]]:
    for path, pattern in PYTHON:
        for match in pattern.finditer(files.get(path, "")):
            yield path, match


def _without(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + text[match.end() :]


def _next_major(version: str) -> str:
    return f"{int(version.partition('.')[0]) + 1}.0.0"


def _installs(files: Files, new: Callable[[str], str]) -> Iterator[tuple[str, Files]]:
    """Yield each package that apt installs, with the files in which its name is another."""
    text = files["Dockerfile"]
    install = INSTALL.search(text)
    for one in NAME.finditer(text, *install.span("names")) if install else ():
        start = one.start() if new(one[0]) else _with_blanks(text, one.start())
        after = text[:start] + new(one[0]) + text[one.end() :]
        yield one[0], {"Dockerfile": after}


def _with_blanks(text: str, at: int) -> int:
    """Return where the blanks begin that end somewhere, with the line that is continued there."""
    return len(text[:at].rstrip().removesuffix("\\").rstrip())


def _dependencies(files: Files) -> Mapping[str, str]:
    found: Mapping[str, str] = json.loads(files.get("package.json", "{}")).get("dependencies", {})
    return found


def _asked(files: Files, name: str, version: str) -> Files:
    """Return package.json with another version of a package; the lock is forgotten."""
    body = json.loads(files["package.json"])
    body["dependencies"][name] = version
    return {"package.json": _json(body)}


def _unasked(files: Files, name: str) -> Files:
    """Return package.json and its lock without a package."""
    body, lock = json.loads(files["package.json"]), json.loads(files["package-lock.json"])
    del body["dependencies"][name]
    del lock["packages"][""]["dependencies"][name]
    del lock["packages"][f"node_modules/{name}"]
    return {"package.json": _json(body), "package-lock.json": _json(lock)}


def _json(body: object) -> str:
    return json.dumps(body, indent=2) + "\n"
