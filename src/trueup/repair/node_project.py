"""Where a build takes its Node packages from, and how one is added or pinned anew there.

A lock that npm wrote is made anew by npm itself, through the port.
"""

import posixpath
import re
from dataclasses import dataclass

from trueup.model.repair import Edit, Files, Indexes, Request
from trueup.repair import package_json
from trueup.repair.copied import in_tree
from trueup.repair.dockerfile import Stage
from trueup.repair.failing import built_stages
from trueup.repair.imported import node_imports
from trueup.repair.interpreters import node_of

MANIFEST, RC = "package.json", ".npmrc"
LOCKS = ("package-lock.json", "npm-shrinkwrap.json")
OTHER_LOCKS = ("yarn.lock", "pnpm-lock.yaml", "bun.lockb", "bun.lock")
REGISTRY = re.compile(r"^\s*registry\s*=\s*(\S+)", re.MULTILINE)
OPTION = re.compile(r"--registry[= ](\S+)")


@dataclass(frozen=True, slots=True)
class NodeProject:
    """How the stage that counts gets its packages.

    Attributes:
        files: the work tree.
        folder: where package.json stands.
        stages: the stage that counts and those below it.
        node: the version of Node, such as `20`; empty where nothing tells it.
        urls: the registry that the build names, if it does.
        image: the base of the build.
    """

    files: Files
    folder: str
    stages: tuple[Stage, ...]
    node: str
    urls: tuple[str, ...]
    image: str

    @property
    def manifest(self) -> str:
        """The text of package.json."""
        return self.text(MANIFEST) or ""

    @property
    def scripts(self) -> tuple[str, ...]:
        """The names of its scripts."""
        said = package_json.read(self.manifest).get("scripts")
        return tuple(map(str, said)) if isinstance(said, dict) else ()

    @property
    def wanted(self) -> dict[str, str]:
        """The packages that it asks for, with their ranges."""
        return package_json.dependencies(self.manifest)

    @property
    def imported(self) -> frozenset[str]:
        """The packages that its programs import."""
        return node_imports(self.files, self.folder)

    def text(self, name: str) -> str | None:
        """Return a file that stands beside package.json."""
        return self.files.text(posixpath.join(self.folder, name))

    def edited(self, manifest: str | None, indexes: Indexes) -> tuple[Edit, ...] | None:
        """Return the edits that give package.json a new text, and the lock with it.

        None where another tool's lock would be out of step, or npm finds no solution.
        """
        if manifest is None or manifest == self.manifest or self._locked_otherwise():
            return None
        first = Edit(self._path(MANIFEST), self.manifest, manifest)
        locks = self.relocked(manifest, indexes)
        return None if locks is None else (first, *locks)

    def relocked(
        self, manifest: str, indexes: Indexes, *, missing: bool = False
    ) -> tuple[Edit, ...] | None:
        """Return the edit that makes the lock anew; nothing where none is needed.

        None where npm finds no solution. `missing` makes a lock where there is none.
        """
        there = [name for name in LOCKS if self.text(name) is not None]
        if not there and not missing:
            return ()
        given = {MANIFEST: manifest} | {name: self.text(name) or "" for name in there}
        given[RC] = self._settings()
        made = indexes.node_lock(given, self.image)
        if made is None:
            return None
        name = there[0] if there else LOCKS[0]
        before = self.text(name)
        return () if made == before else (Edit(self._path(name), before, made),)

    def _settings(self) -> str:
        """Return .npmrc, with the registry that the build names elsewhere."""
        said = self.text(RC) or ""
        named = [] if REGISTRY.search(said) else [f"registry={url}" for url in self.urls]
        return "\n".join([*filter(None, [said.rstrip("\n")]), *named, ""])

    def _locked_otherwise(self) -> bool:
        return any(self.text(name) is not None for name in OTHER_LOCKS)

    def _path(self, name: str) -> str:
        return posixpath.join(self.folder, name)


def node_project(request: Request, act: str = "") -> NodeProject | None:
    """Return how a build gets its Node packages; None where there is no package.json."""
    stages = built_stages(request, act)
    path = in_tree(request, stages, MANIFEST) if stages else None
    if path is None:
        return None
    folder = posixpath.dirname(path)
    return NodeProject(
        files=request.files,
        folder=folder,
        stages=stages,
        node=node_of(request, stages),
        urls=tuple(_registry(request, folder, stages)),
        image=stages[-1].image,
    )


def _registry(request: Request, folder: str, stages: tuple[Stage, ...]) -> list[str]:
    rc = request.files.text(posixpath.join(folder, RC)) or ""
    acts = " ".join(one.value for stage in stages for one in stage.instructions)
    known = {name: value for stage in stages for name, value in stage.variables}
    named = [found for text, of in ((acts, OPTION), (rc, REGISTRY)) for found in of.findall(text)]
    named += [known[name] for name in known if name.lower() == "npm_config_registry"]
    return [url for url in named if "$" not in url][:1]
