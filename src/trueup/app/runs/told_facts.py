"""What package indexes know of the subject of a diagnosis, as sentences for a model."""

from collections.abc import Iterator, Sequence

from trueup.model.errors import TrueupError
from trueup.model.repair import Indexes, PackageFacts, Request
from trueup.repair.dockerfile import lineage, stages
from trueup.repair.imports import distribution
from trueup.repair.interpreters import node_of, python_of
from trueup.repair.versions import fitting

MOST = 8


def facts_of(request: Request, indexes: Indexes) -> tuple[str, ...]:
    """Return what is known; less where an index does not answer now."""
    try:
        return tuple(_facts(request, indexes))
    except TrueupError as error:
        return (f"the package index was asked in vain: {error.what}",)


def _facts(request: Request, indexes: Indexes) -> Iterator[str]:
    diagnosis = request.diagnosis
    if diagnosis is None:
        return
    built = lineage(
        stages(request.files.text(request.place.dockerfile) or ""), request.place.target
    )
    python, node = python_of(request, built), node_of(request, built)
    if diagnosis.cause.startswith("python"):
        yield f"python {python}" if python else "the version of python is not known"
        name = distribution(diagnosis.subject.partition(".")[0])
        yield _python(name, indexes.python(name), python)
    if diagnosis.cause.startswith("node"):
        yield f"node {node}" if node else "the version of node is not known"
        yield _node(diagnosis.subject, indexes.node(diagnosis.subject))


def _python(name: str, facts: PackageFacts | None, python: str) -> str:
    if facts is None:
        return f'"{name}": no package of this name in the index'
    return _versions(facts, [one.number for one in fitting(facts, python)], python)


def _node(name: str, facts: PackageFacts | None) -> str:
    if facts is None:
        return f'"{name}": no package of this name in the registry'
    return _versions(facts, [one.number for one in facts.versions], "")


def _versions(facts: PackageFacts, numbers: Sequence[str], interpreter: str) -> str:
    if not numbers:
        return f'"{facts.name}": no version accepts {interpreter or "this interpreter"}'
    fits = f"accept {interpreter}" if interpreter else "exist"
    return f'"{facts.name}": {", ".join(numbers[-MOST:])} {fits}'
