"""The inputs of a service, one by one. Reads files through the Tree; decides nothing.

Compose ignores changed config and secret contents, files replaced by rename, build
contexts and Dockerfiles. So every one of them is listed here by name with its digest.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.kinds.stack.digest import combined, digest
from trueup.kinds.stack.secrets import FILE
from trueup.model.ports import Listing, Tree

SINGLY = 40
NOT_INPUTS = frozenset({"build", "environment", "depends_on", "profiles", "pull_policy"})


@dataclass(frozen=True, slots=True)
class Input:
    """One named input, its digest, and the file or folder it comes from, if any."""

    name: str
    digest: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one service depends on.

    `files` are the files and folders that the container mounts from this machine;
    `build` is the digest of the build inputs, empty where nothing is built.
    """

    every: tuple[Input, ...]
    files: Mapping[str, Listing] = field(default_factory=dict)
    build: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the inputs of the services of one resolved project."""

    compose: Mapping[str, Any]
    tree: Tree
    salt: str
    base_images: Mapping[str, str]

    def inputs(self, name: str) -> Inputs:
        """Return the inputs of a service."""
        service = self.compose["services"][name]
        binds, defined = dict(self._binds(service)), dict(self._definitions(service))
        built = tuple(self._build(service["build"])) if service.get("build") else ()
        every = (
            *self._said(service),
            *self._shared(service),
            *(one for path, files in binds.items() for one in self._named(path, files)),
            *built,
        )
        build = combined({one.name: one.digest for one in built}, self.salt) if built else ""
        return Inputs(every, {**binds, **defined}, build)

    def inside(self, path: str) -> bool:
        """Whether a path lies in the source's work tree."""
        return path == self.tree.root or path.startswith(self.tree.root.rstrip("/") + "/")

    def short(self, path: str) -> str:
        """Return a path as people know it: relative to the source where it lies inside."""
        return posixpath.relpath(path, self.tree.root) if self.inside(path) else path

    def _said(self, service: Mapping[str, Any]) -> Iterator[Input]:
        """Everything that the resolved compose file says of the service itself."""
        for key, value in service.items():
            built_here = key == "image" and service.get("build")
            if key not in NOT_INPUTS and value is not None and not built_here:
                yield Input(key, digest(value, self.salt))
        for variable, value in (service.get("environment") or {}).items():
            yield Input(f"environment {variable}", digest(value, self.salt))

    def _shared(self, service: Mapping[str, Any]) -> Iterator[Input]:
        """Configs, secrets, networks and volumes that are defined beside the services."""
        for kind, name, said in self._uses(service):
            path = "" if FILE in said else said.get("file", "")
            content = [said, self.tree.file(path)] if path else said
            yield Input(f"{kind} {name}", digest(content, self.salt), path)
        volumes = [one["source"] for one in service.get("volumes") or () if _is_named(one)]
        for kind, names in (("networks", service.get("networks") or ()), ("volumes", volumes)):
            for name in names:
                said = (self.compose.get(kind) or {}).get(name) or {}
                yield Input(f"{kind[:-1]} {name}", digest(said, self.salt))

    def _uses(self, service: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for kind in ("configs", "secrets"):
            for use in service.get(kind) or ():
                name = use["source"]
                yield kind[:-1], name, (self.compose.get(kind) or {}).get(name) or {}

    def _binds(self, service: Mapping[str, Any]) -> Iterator[tuple[str, Listing]]:
        for volume in service.get("volumes") or ():
            if volume.get("type") == "bind":
                path = volume["source"]
                yield path, self.tree.listing(path, writable=not volume.get("read_only", False))

    def _definitions(self, service: Mapping[str, Any]) -> Iterator[tuple[str, Listing]]:
        for _, _, said in self._uses(service):
            if said.get("file") and FILE not in said:
                yield said["file"], self.tree.listing(said["file"], writable=False)

    def _build(self, build: Mapping[str, Any]) -> Iterator[Input]:
        """The build context, the Dockerfile, its arguments and its base images."""
        context = build.get("context", "")
        dockerfile = posixpath.join(context, build.get("dockerfile", "Dockerfile"))
        text = build.get("dockerfile_inline") or self.tree.text(dockerfile)
        yield Input(self._file(dockerfile), digest(text, self.salt), dockerfile)
        said = {k: v for k, v in build.items() if k not in {"context", "args"}}
        yield Input("build", digest(said, self.salt))
        for argument, value in (build.get("args") or {}).items():
            yield Input(f"build argument {argument}", digest(value, self.salt))
        for base in base_images(text):
            yield Input(f"base image {base}", digest(self.base_images.get(base, ""), self.salt))
        listing = self.tree.context(context, dockerfile)
        yield from (one for one in self._named(context, listing) if one.path != dockerfile)

    def _named(self, path: str, listing: Listing) -> Iterator[Input]:
        """One input per file while they are few, else one per top folder."""
        groups: dict[str, dict[str, str]] = {}
        few = len(listing.files) <= SINGLY
        for name, mark in listing.files.items():
            groups.setdefault(name if few else name.partition("/")[0], {})[name] = mark
        for group, marks in groups.items():
            full = posixpath.join(path, group) if group else path
            yield Input(self._file(full), combined(marks, self.salt), full)

    def _file(self, path: str) -> str:
        return f"file {self.short(path)}"


def _is_named(volume: Mapping[str, Any]) -> bool:
    return volume.get("type") == "volume" and bool(volume.get("source"))


def base_images(dockerfile: str) -> tuple[str, ...]:
    """Return the images that a Dockerfile begins from, without its own stages.

    An image whose name is computed from an argument cannot be known here and is left out.
    """
    stages: set[str] = {"scratch"}
    found: list[str] = []
    for line in dockerfile.splitlines():
        words = [word for word in line.split() if not word.startswith("--")]
        if len(words) < 2 or words[0].upper() != "FROM":  # noqa: PLR2004 - FROM image
            continue
        if words[1].lower() not in stages and "$" not in words[1]:
            found.append(words[1])
        if len(words) > 3:  # noqa: PLR2004 - FROM image AS stage
            stages.add(words[3].lower())
    return tuple(dict.fromkeys(found))
