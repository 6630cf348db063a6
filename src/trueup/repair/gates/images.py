"""Refuses images of other repositories, and other languages to read a Dockerfile in.

The same repository with another tag is a repair; another repository is another publisher.
"""

import re
from collections.abc import Iterator

from trueup.model.repair import Edit, Place, Refusal
from trueup.repair.gates.dropped import stage_name
from trueup.repair.gates.filetypes import Type, type_of
from trueup.repair.gates.instructions import Instruction, Malformed, directives, instructions
from trueup.repair.gates.mounts import mount

VARIABLE = re.compile(r"\$(?:\{(\w+)(?::[-+][^}]*)?\}|(\w+))")


def rebased(edit: Edit, place: Place) -> Iterator[Refusal]:
    """Yield a refusal for every image that the Dockerfile did not use before."""
    if type_of(edit.path, place) is not Type.DOCKERFILE or edit.before is None:
        return
    if directives(edit.before) != directives(edit.after):
        says = "the parser directives (# syntax, # escape, # check) are others than before"
        yield Refusal("syntax", edit.path, 1, says)
    known = {repository for _, repository in _used(edit.before)}
    for line, repository in _used(edit.after) if known else ():
        if repository not in known:
            says = f"{repository or 'what cannot be read'} is not a repository it used before"
            yield Refusal("base-image", edit.path, line, says)


def _used(text: str) -> Iterator[tuple[int, str]]:
    """Yield the repositories that a Dockerfile takes images from, with lines."""
    try:
        parsed = instructions(text)
    except Malformed:
        return
    arguments = {name: said for one in parsed if one.stage < 0 for name, said in _arguments(one)}
    stages: set[str] = set()
    for one in parsed:
        for image in _images(one):
            if not (image.lower() in stages or image.isdigit()):
                yield one.line, repository(_filled(image, arguments))
        if one.keyword == "FROM":
            stages.add(stage_name(one))


def _arguments(one: Instruction) -> Iterator[tuple[str, str]]:
    for word in one.words:
        name, _, said = word.partition("=")
        yield name, said.strip("\"'")


def _images(one: Instruction) -> Iterator[str]:
    if one.keyword == "FROM":
        yield from one.words[:1]
    for flag in one.flags:
        yield from re.findall(r"^--from=[\"']?([^,\"'\s]+)", flag)
        if image := mount(flag).get("from"):
            yield image


def _filled(image: str, arguments: dict[str, str]) -> str:
    """Return an image with the defaults of its arguments; what has none stays as it is."""
    return VARIABLE.sub(lambda found: arguments.get(found[1] or found[2]) or found[0], image)


def repository(image: str) -> str:
    """Return the repository of an image in full, without tag and digest."""
    name = image.split("@", maxsplit=1)[0]
    head, slash, tail = name.rpartition("/")
    name = f"{head}{slash}{tail.split(':', maxsplit=1)[0]}"
    first = name.split("/", maxsplit=1)[0]
    if name == "scratch" or ("/" in name and ("." in first or ":" in first)):
        return name.replace("index.docker.io/", "docker.io/")
    return f"docker.io/{name}" if "/" in name else f"docker.io/library/{name}"
