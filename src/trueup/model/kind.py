"""The contract of a kind: a frozen bundle of functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from trueup.model.bench import Bench
from trueup.model.course import Course
from trueup.model.plan import Plan
from trueup.model.ports import Looks
from trueup.model.resource import Resource
from trueup.model.status import Status

SpecT = TypeVar("SpecT")
FactsT = TypeVar("FactsT")


@dataclass(frozen=True, slots=True)
class Kind(Generic[SpecT, FactsT]):
    """Everything there is to know about one kind of resource.

    Only `observe` touches the host, through `Looks`, which cannot change anything.
    `plan` computes from its arguments alone: the same arguments give the same plan.
    `terms` gives what the engine must know of a spec of any kind.
    """

    name: str
    schema: Mapping[str, Any]
    parse: Callable[[Mapping[str, Any]], SpecT]
    observe: Callable[[Resource[SpecT], Status, Looks], FactsT]
    plan: Callable[[Resource[SpecT], FactsT, Status], Plan]
    terms: Callable[[SpecT], "Terms"]


@dataclass(frozen=True, slots=True)
class Finite(Generic[SpecT, FactsT]):
    """Everything there is to know about one kind of work that comes to an end.

    Only `observe` looks at anything, through `Bench`, which cannot change anything. `course`
    computes the next act from its arguments alone.
    """

    name: str
    schema: Mapping[str, Any]
    parse: Callable[[Mapping[str, Any]], SpecT]
    observe: Callable[[Resource[SpecT], Status, Bench], FactsT]
    course: Callable[[Resource[SpecT], FactsT, Status, "Terms"], Course]
    terms: Callable[[SpecT], "Terms"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the engine needs to know of a spec of any kind. Times are seconds.

    `suspended_until` is a UTC time in ISO 8601, or empty for no end. `revert_to` is the
    digest of the verified release that the request `requested_at` asks for, empty for what
    git says; `begin` is the step that another try begins with, empty for the first. `memory`
    is what must still be known once the document is gone.
    `protected` are the names of services, `*` for all of them.
    """

    depends_on: tuple[str, ...] = ()
    suspended: str = ""
    suspended_until: str = ""
    requested_at: str = ""
    revert_to: str = ""
    begin: str = ""
    interval: float = 600.0
    timeout: float = 300.0
    retry_limit: int = 5
    retry_backoff: float = 10.0
    protected: tuple[str, ...] = ()
    memory: Mapping[str, str] = field(default_factory=dict)
