"""What git says of a stack, as a target. Reads the source and compose's answer."""

import posixpath
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from trueup.kinds.stack.inputs import Reader, base_images
from trueup.kinds.stack.reach import Ground, NotAllowedError, permit, refuse
from trueup.kinds.stack.render import Rendering
from trueup.kinds.stack.secrets import Reading, Supply
from trueup.kinds.stack.shared import network_of, shared, uses
from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.target import Target
from trueup.kinds.stack.unedited import unedited
from trueup.kinds.stack.volumes import refuse_other_volumes, refuse_strange_volumes
from trueup.model.errors import SpecError
from trueup.model.ports import Looks, Project, Tree
from trueup.model.resource import Resource
from trueup.model.status import Status

SHOWN = 200  # characters of what is wrong with a model


@dataclass(frozen=True, slots=True)
class Said:
    """What git says of a stack: a target, or the problem that stands in the way of one.

    `directory` is the project's; `violations` and `rules` say what `trueup.yaml` does not
    allow, and what would allow it.
    """

    directory: str = ""
    wanted: Target | None = None
    problem: str = ""
    violations: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


def said_of(resource: Resource[StackSpec], name: str, status: Status, looks: Looks) -> Said:
    """Return what git says of a stack whose project is called `name` on the host."""
    if resource.leaving or resource.held:
        return Said()
    try:
        _refuse_another_name(resource, asked_name(resource, status), name)
        with _understood(resource.file):
            directory, wanted = _wanted(resource, name, looks)
            _refuse_other_volumes(resource, wanted, status, looks)
    except NotAllowedError as error:
        return Said(problem=error.text, violations=error.violations, rules=error.rules)
    except SpecError as error:
        return Said(problem=error.text)
    return Said(directory, wanted)


def asked_name(resource: Resource[StackSpec], status: Status) -> str:
    """Return what a stack's project is to be called."""
    return resource.spec.project or status.spec.get("project") or resource.key.name


def _refuse_another_name(resource: Resource[StackSpec], asked: str, name: str) -> None:
    """Refuse to leave the containers of a project behind under a name that nobody follows."""
    if asked != name:
        raise SpecError(
            f"{resource.file} spec.project: {asked}",
            f"the stack runs as project {name}, and a project cannot be renamed",
            f"Write {name}; or delete the document, let it be removed, then add it anew.",
        )


@contextmanager
def _understood(file: str) -> Iterator[None]:
    """Refuse a model of a shape that nobody here has seen: what it means is not known.

    Raises:
        SpecError: it is one.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        what = f"what compose makes of the project of {file} has a shape that is not known here"
        fix = "Simplify the compose file, or use a version of Compose that is older."
        raise SpecError(what, f"{type(error).__name__}: {error}"[:SHOWN], fix) from error


def _wanted(resource: Resource[StackSpec], name: str, looks: Looks) -> tuple[str, Target]:
    tree = looks.tree(tree_name(resource), resource.candidate)
    with tree.reading():
        reading = Reading(resource.key, tree.root, looks.secrets)
        said = project_of(resource, name, tree)
        project, supply = reading.informed(said, resource.spec.secrets)
        ground = Ground(tree.root, name, tree.real, looks.allowances)
        allowed = permit(ground, resource.source, resource.key.name)
        resolved = looks.resolve(project, unedited(allowed, resource.candidate, tree))
        refuse(resolved, ground, resource.source, resource.key.name)
        placed, supply = reading.placed(resolved, said, supply)
        compose = shared(placed, network_of(resource.spec, looks.shared_network))
        found = _target(resource, project, compose, supply, tree, looks)
        _refuse_another(resource, found)
        return project.directory, found


def _refuse_another(resource: Resource[StackSpec], found: Target) -> None:
    """Refuse a candidate that a commit has made into another one: nobody has built that."""
    one = resource.candidate
    if one is not None and one.digest not in {"", found.digest}:
        what = f"the candidate of {one.run} was made for commit {one.revision[:12]}"
        why = f"{found.revision[:12]} changes the stack as well"
        raise SpecError(what, why, "The Run begins anew from what the source says now.")


def _target(  # noqa: PLR0913, PLR0917 - all that a rendering is made of
    resource: Resource[StackSpec],
    project: Project,
    compose: Mapping[str, Any],
    supply: Supply,
    tree: Tree,
    looks: Looks,
) -> Target:
    network = network_of(resource.spec, looks.shared_network)
    reader = Reader(compose, tree, looks.salt, _bases(compose, tree, looks))
    return Rendering(
        key=resource.key,
        spec=resource.spec,
        origin=resource.origin,
        revision=tree.revision,
        state=looks.state,
        project=project,
        reader=reader,
        network=network if uses(compose, network) else "",
        supply=supply,
        trial=resource.candidate.run if resource.candidate else "",
    ).target()


def _bases(compose: Mapping[str, Any], tree: Tree, looks: Looks) -> dict[str, str]:
    """Return the ids of the images that this project's builds begin from."""
    found: dict[str, str] = {}
    for service in (compose.get("services") or {}).values():
        build = service.get("build") or {}
        if build:
            path = posixpath.join(build.get("context", ""), build.get("dockerfile", "Dockerfile"))
            text = build.get("dockerfile_inline") or tree.text(path)
            found |= {base: looks.image(base) for base in base_images(text) if base not in found}
    return found


def _refuse_other_volumes(
    resource: Resource[StackSpec], wanted: Target, status: Status, looks: Looks
) -> None:
    verified = looks.stored(status.applied.file) if status.applied else {}
    compose = wanted.bundle.compose if wanted.bundle else {}
    refuse_other_volumes(compose, verified, looks)
    if status.applied is None and not resource.spec.adopt:
        refuse_strange_volumes(compose, resource.origin, wanted.project, looks)


def project_of(resource: Resource[StackSpec], name: str, tree: Tree) -> Project:
    """Return the compose project that a stack's document points at.

    Raises:
        SpecError: the path leaves the source.
    """
    spec = resource.spec
    start = "" if spec.repository else posixpath.dirname(resource.file)
    directory = posixpath.normpath(posixpath.join(tree.root, start, spec.path))
    if not f"{directory}/".startswith(f"{tree.root.rstrip('/')}/"):
        raise SpecError(
            f"{resource.file} spec.path: {spec.path} leaves the source",
            "a stack is made of files of its own source only",
            "Move the compose project into the source, or name its git repository.",
        )
    return Project(
        name=name,
        directory=directory,
        files=tuple(posixpath.join(directory, file) for file in spec.files),
        profiles=spec.profiles,
        env=spec.env,
        env_files=tuple(posixpath.join(directory, file) for file in spec.env_files),
        fixed=tree.fixed,
    )


def tree_name(resource: Resource[StackSpec]) -> str:
    """Return the name of the source that the compose project lies in.

    Another repository is named `url@branch`, or `url@=ref` for a tag or a commit.
    """
    other = resource.spec.repository
    if other is None:
        return resource.source
    return f"{other.url}@{'=' + other.ref if other.ref else other.branch}"
