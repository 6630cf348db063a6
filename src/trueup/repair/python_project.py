"""Where a build takes its Python packages from, and how one is added or pinned anew there.

Knows requirements files, `pyproject.toml` and the words of a `RUN pip install`.
"""

import posixpath
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from trueup.model.repair import Edit, Files, Request
from trueup.repair import pyproject, requirements
from trueup.repair.copied import in_tree
from trueup.repair.dockerfile import Stage, splice
from trueup.repair.failing import built_stages
from trueup.repair.imported import python_imports
from trueup.repair.interpreters import python_of
from trueup.repair.pip_installs import PipInstall, package_name, package_spec, pip_installs
from trueup.repair.requirements import Requirement, includes, index_urls, listed, style
from trueup.repair.versions import same_name

PROJECT = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class PythonProject:
    """How the stage that counts gets its packages.

    Attributes:
        files: the work tree.
        context: the folder of the build context.
        path: the Dockerfile.
        dockerfile: what is in it.
        stages: the stage that counts and those below it.
        installs: its commands that install, the latest first.
        manifests: the requirements files that they name, each with what it includes.
        projects: the pyproject.toml of the folders that they install.
        interpreter: such as `3.11`; empty where nothing tells it.
        urls: the indexes that the build names.
    """

    files: Files
    context: str
    path: str
    dockerfile: str
    stages: tuple[Stage, ...]
    installs: tuple[PipInstall, ...]
    manifests: tuple[str, ...]
    projects: tuple[str, ...]
    interpreter: str
    urls: tuple[str, ...]

    def is_its_own(self, module: str) -> bool:
        """Say whether the tree itself has a module of that name."""
        below = f"{self.context}/" if self.context else ""
        programs = [path for path in self.files.paths() if path.endswith(".py")]
        inside = (path[len(below) :] for path in programs if path.startswith(below))
        return any({f"{module}.py", module} & set(path.split("/")) for path in inside)

    @property
    def own_modules(self) -> tuple[str, ...]:
        """The modules that stand in the tree itself, by their file names."""
        below = f"{self.context}/" if self.context else ""
        names = (path.rpartition("/")[2] for path in self.files.paths() if path.startswith(below))
        return tuple(name.removesuffix(".py") for name in names if name.endswith(".py"))

    @property
    def imported(self) -> frozenset[str]:
        """The modules of others that the programs of the tree import."""
        found = python_imports(self.files, self.context)
        return frozenset(
            one for one in found if not self.is_its_own(one) and not self.is_standard(one)
        )

    def is_standard(self, module: str) -> bool:
        """Say whether a module belongs to Python itself, unless it was taken out by now."""
        gone = self.interpreter.startswith("3.") and _minor(self.interpreter) >= 12  # noqa: PLR2004
        return module in sys.stdlib_module_names and not (module == "distutils" and gone)

    def lists(self, name: str) -> bool:
        """Say whether the build asks for a package already."""
        return any(same_name(one, name) for one in self._names())

    def pin(self, name: str) -> str:
        """Return the version that the build demands of a package; empty where it names none."""
        if found := self.entry(name):
            return found[1].version
        for path in self.projects:
            if version := pyproject.pin(self._text(path), name):
                return version
        words = (word.text for install in self.installs for word in install.packages)
        specs = (package_spec(one) for one in words if same_name(package_name(one), name))
        return next((spec.lstrip("=<>~!") for spec in specs if spec), "")

    def entry(self, name: str) -> tuple[str, Requirement] | None:
        """Return the requirements file that has a package, and its line."""
        for path in self.manifests:
            if found := requirements.entry(self._text(path), name):
                return path, found
        return None

    def added(self, name: str, version: str) -> tuple[Edit, ...] | None:
        """Return the edit that adds a package; None where there is no place for it."""
        if self.manifests:
            return self._in_requirements(self.manifests[0], name, version)
        if self.projects:
            return self._in_project(self.projects[0], name, version)
        return self._in_dockerfile(name, version)

    def repinned(self, name: str, version: str) -> tuple[Edit, ...] | None:
        """Return the edit that pins a package anew, wherever it is named; None: nowhere."""
        for path in self.manifests:
            text = self._text(path)
            if not requirements.is_hashed(text) and (
                new := requirements.repinned(text, name, version)
            ):
                return _edit(path, text, new)
        for path in self.projects:
            if new := pyproject.repinned(self._text(path), name, version):
                return _edit(path, self._text(path), new)
        return self._repinned_word(name, version)

    def renamed(self, name: str, right: str, version: str) -> tuple[Edit, ...] | None:
        """Return the edit that puts another package in the place of one in a requirements file."""
        if (found := self.entry(name)) is None:
            return None
        path, one = found
        text = self._text(path)
        lines = text.split("\n")
        lines[one.number] = lines[one.number].replace(one.name, right, 1)
        new = "\n".join(lines)
        if one.operator and one.version != version:
            new = requirements.repinned(new, right, version) or new
        return None if requirements.is_hashed(text) else _edit(path, text, new)

    def _names(self) -> Iterator[str]:
        for path in self.manifests:
            yield from (one.name for one in listed(self._text(path)))
        for path in self.projects:
            yield from pyproject.names(self._text(path))
        for install in self.installs:
            yield from (package_name(word.text) for word in install.packages)

    def _in_requirements(self, path: str, name: str, version: str) -> tuple[Edit, ...] | None:
        text = self._text(path)
        if requirements.is_hashed(text):
            return None
        return _edit(path, text, requirements.added(text, name, version))

    def _in_project(self, path: str, name: str, version: str) -> tuple[Edit, ...] | None:
        text = self._text(path)
        return _edit(path, text, pyproject.added(text, name, version))

    def _in_dockerfile(self, name: str, version: str) -> tuple[Edit, ...] | None:
        real = [one for one in self.installs if one.packages and not one.only_tools]
        if not real:
            return None
        words = real[0].packages
        every = tuple(
            Requirement(0, package_name(word.text), package_spec(word.text)) for word in words
        )
        pin = f"{style(every)}{version}" if style(every) else ""
        quote = '"' if ">" in pin or "<" in pin else ""
        end = words[-1].end
        new = splice(self.dockerfile, [(end, end, f" {quote}{name}{pin}{quote}")])
        return _edit(self.path, self.dockerfile, new)

    def _repinned_word(self, name: str, version: str) -> tuple[Edit, ...] | None:
        for install in self.installs:
            for word in install.packages:
                spec = package_spec(word.text)
                if spec and same_name(package_name(word.text), name):
                    at = word.start + word.text.index(spec)
                    new = splice(self.dockerfile, [(at, at + len(spec), f"=={version}")])
                    return _edit(self.path, self.dockerfile, new)
        return None

    def _text(self, path: str) -> str:
        return self.files.text(path) or ""


def python_project(request: Request, act: str = "") -> PythonProject | None:
    """Return how a build gets its Python packages; None where no Dockerfile can be read."""
    stages = built_stages(request, act)
    if not stages:
        return None
    installs = pip_installs(stages)
    manifests = tuple(dict.fromkeys(_manifests(request, stages, installs)))
    named = [url for one in installs for url in one.urls]
    named += [url for path in manifests for url in index_urls(request.files.text(path) or "")]
    known = {name: value for stage in reversed(stages) for name, value in stage.variables}
    named += [known[name] for name in ("PIP_INDEX_URL", "UV_INDEX_URL") if known.get(name)]
    return PythonProject(
        files=request.files,
        context=request.place.context.strip("/").removeprefix("./"),
        path=request.place.dockerfile,
        dockerfile=request.files.text(request.place.dockerfile) or "",
        stages=stages,
        installs=installs,
        manifests=manifests,
        projects=tuple(_projects(request, stages, installs)),
        interpreter=python_of(request, stages),
        urls=tuple(dict.fromkeys(url for url in named if "$" not in url)),
    )


def _manifests(
    request: Request, stages: tuple[Stage, ...], installs: tuple[PipInstall, ...]
) -> Iterator[str]:
    for install in installs:
        for name in install.files:
            if path := in_tree(request, stages, name):
                yield path
                yield from _included(request, path)


def _included(request: Request, path: str, depth: int = 5) -> Iterator[str]:
    for name in includes(request.files.text(path) or ""):
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        if depth and request.files.text(inside) is not None:
            yield inside
            yield from _included(request, inside, depth - 1)


def _projects(
    request: Request, stages: tuple[Stage, ...], installs: tuple[PipInstall, ...]
) -> Iterator[str]:
    for install in installs:
        for folder in install.folders:
            if path := in_tree(request, stages, posixpath.join(folder, PROJECT)):
                yield path


def _edit(path: str, before: str, after: str | None) -> tuple[Edit, ...] | None:
    return (Edit(path, before, after),) if after is not None and after != before else None


def _minor(interpreter: str) -> int:
    part = interpreter.split(".")[1]
    return int(part) if part.isdigit() else 0
