"""What is done about a Python package that is missing, or that there is not as it is pinned."""

import re

from trueup.model.repair import Diagnosis, Edit, Indexes, PackageFacts, Request
from trueup.repair import requirements
from trueup.repair.dockerfile import splice
from trueup.repair.imports import COMMANDS, LIMITS, OLD, distribution, is_listed
from trueup.repair.programs import replaced, starts
from trueup.repair.python_project import PythonProject, python_project
from trueup.repair.python_trouble import Demand, conflicting, expected_hashes, named
from trueup.repair.similar import similar
from trueup.repair.versions import before_major, fitting, nearest, newest

ALL_THE_SAME = "--break-system-packages"
Edits = tuple[Edit, ...] | None


def missing_module(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Add the package that brings a module to where the build installs its packages.

    Where the command is misspelled that starts the program, it is the command that is mended.
    """
    project = python_project(request, diagnosis.stage)
    if project is None:
        return None
    module = diagnosis.subject
    if starts(project.stages, module) and (own := similar(module, project.own_modules)):
        return replaced(request, project.stages, module, own)
    return None if _is_no_package(module, project) else add_module(module, project, indexes)


def missing_command(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Add the Python package that brings a command, where it is known which one does."""
    project = python_project(request, diagnosis.stage)
    name = COMMANDS.get(diagnosis.subject.rpartition("/")[2])
    if project is None or name is None or project.lists(name) or not project.installs:
        return None
    facts = indexes.python(name, project.urls)
    version = newest(facts, project.interpreter) if facts else None
    return project.added(name, version.number) if version else None


def add_module(module: str, project: PythonProject, indexes: Indexes) -> Edits:
    """Add the newest package that this interpreter can use, if it really has the module."""
    name = distribution(module)
    facts = indexes.python(name, project.urls)
    if facts is None or project.lists(name):
        return None
    version = newest(facts, project.interpreter, LIMITS.get(module.partition(".")[0], ""))
    if version is None or not _brings(module, facts, version.number, project, indexes):
        return None
    spelled = name if is_listed(module) else facts.name
    return project.added(spelled, version.number)


def no_such_version(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Pin the version nearest to the one that is not there, or that this Python cannot use."""
    name, pin = named(diagnosis)
    return _moved(name, pin, diagnosis, request, indexes)


def _moved(name: str, pin: str, diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    project = python_project(request, diagnosis.stage)
    if project is None:
        return None
    pin = pin or project.pin(name)
    facts = indexes.python(name, project.urls)
    if facts is None:
        return _misspelled(name, pin, project, indexes)
    version = nearest(facts, project.interpreter, pin)
    return project.repinned(name, version.number) if version else None


def older_package(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Pin a package that is asked for to what this Python can use."""
    found = re.search(r"Package ['\"]([\w.-]{1,200})['\"] requires", diagnosis.line)
    return _moved(found[1], "", diagnosis, request, indexes) if found else None


def conflict(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Pin what was asked for to a version that everything else can live with."""
    project = python_project(request, diagnosis.stage)
    for demand in conflicting(request.log) if project else ():
        if project and (edits := _reconciled(demand, project, indexes)):
            return edits
    return None


def other_interface(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Go back to the major version before, whose interface the program was written for."""
    project = python_project(request, diagnosis.stage)
    if project is None or _is_no_package(diagnosis.subject, project):
        return None
    name = distribution(diagnosis.subject)
    facts = indexes.python(name, project.urls)
    latest = newest(facts, project.interpreter) if facts else None
    if facts is None or latest is None:
        return None
    version = before_major(facts, project.interpreter, project.pin(name) or latest.number)
    if version is None:
        return None
    if project.lists(name):
        return project.repinned(name, version.number)
    return project.added(name, version.number)


def other_hash(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Write the hashes of a version that was pinned anew without them.

    Only where the hashes that are there belong to another version of the same package: anything
    else may be somebody's doing, and is for a person.
    """
    project = python_project(request, diagnosis.stage)
    name, pin = named(diagnosis)
    facts = indexes.python(name, project.urls) if project else None
    if project is None or facts is None or not (found := project.entry(name)):
        return None
    now = next((one.hashes for one in facts.versions if one.number == pin), frozenset())
    others = {of for one in facts.versions for of in one.hashes if one.number != pin}
    expected, got = expected_hashes(request.log, diagnosis.subject)
    if got not in now or not expected or not expected <= others:
        return None
    path, _ = found
    text = request.files.text(path) or ""
    new = requirements.rehashed(text, name, sorted(now))
    return (Edit(path, text, new),) if new else None


def let_pip(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Let pip install all the same: in an image nobody else relies on those packages."""
    del indexes
    project = python_project(request, diagnosis.stage)
    text = project.dockerfile if project else ""
    changes = [
        (one.verb.end, one.verb.end, f" {ALL_THE_SAME}")
        for one in (project.installs if project else ())
        if ALL_THE_SAME not in one.instruction.value
    ]
    new = splice(text, changes)
    return (Edit(request.place.dockerfile, text, new),) if changes else None


def no_requirements_file(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Name the requirements file that there is, where its name is misspelled."""
    del indexes
    project = python_project(request, diagnosis.stage)
    if project is None:
        return None
    own = [path.rpartition("/")[2] for path in request.files.paths() if path.endswith(".txt")]
    wrong = diagnosis.subject.rpartition("/")[2]
    right = similar(wrong, [name for name in own if name != wrong])
    return replaced(request, project.stages, wrong, right, words=("RUN",)) if right else None


def _reconciled(demand: Demand, project: PythonProject, indexes: Indexes) -> Edits:
    facts = indexes.python(demand.name, project.urls)
    fits = facts and fitting(facts, project.interpreter, demand.others)
    if not facts or not fits:
        return None
    version = nearest(facts, project.interpreter, demand.pin, demand.others)
    return project.repinned(demand.name, version.number) if version else None


def _misspelled(name: str, pin: str, project: PythonProject, indexes: Indexes) -> Edits:
    """Put a package that the program imports in the place of a name that no index knows."""
    wanted = {distribution(module): module for module in project.imported}
    if name in project.imported and is_listed(name):
        wanted[distribution(name)] = name
    missing = {right: module for right, module in wanted.items() if not project.lists(right)}
    exact = distribution(name) if distribution(name) in missing else ""
    right = exact or similar(name, list(missing))
    facts = indexes.python(right, project.urls) if right else None
    version = nearest(facts, project.interpreter, pin) if facts else None
    if facts is None or version is None:
        return None
    if not _brings(missing[right], facts, version.number, project, indexes):
        return None
    return project.renamed(name, right, version.number)


def _is_no_package(module: str, project: PythonProject) -> bool:
    top = module.partition(".")[0]
    return top in OLD or project.is_its_own(top) or project.is_standard(top)


def _brings(
    module: str, facts: PackageFacts, version: str, project: PythonProject, indexes: Indexes
) -> bool:
    """Say whether a package is what the import means: it is known, or it has that module."""
    if is_listed(module):
        return True
    found = indexes.modules(facts.name, version, project.urls)
    return found is None or module.partition(".")[0] in found
