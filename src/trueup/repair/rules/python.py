"""What is done about a Python package that is missing, or that there is not as it is pinned."""

from trueup.model.repair import Diagnosis, Edit, Indexes, PackageFacts, Request
from trueup.repair.imports import LIMITS, OLD, distribution, is_listed
from trueup.repair.python_project import PythonProject, python_project
from trueup.repair.versions import newest


def missing_module(
    diagnosis: Diagnosis, request: Request, indexes: Indexes
) -> tuple[Edit, ...] | None:
    """Add the package that brings a module to where the build installs its packages."""
    project = python_project(request, diagnosis.stage)
    if project is None or _is_no_package(diagnosis.subject, project):
        return None
    return add_module(diagnosis.subject, project, indexes)


def add_module(module: str, project: PythonProject, indexes: Indexes) -> tuple[Edit, ...] | None:
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
