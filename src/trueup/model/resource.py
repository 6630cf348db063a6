"""One validated document, and where it was said."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from trueup.model.errors import Problem
from trueup.model.key import Key
from trueup.model.trial import Candidate

SpecT = TypeVar("SpecT")


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML document of ours that passed its schema.

    `file` is relative to the root of its source; `body` is the document as plain values.
    """

    key: Key
    body: dict[str, Any]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a source cannot be followed now: a reason in one word, and in a sentence."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Resource(Generic[SpecT]):
    """What is wanted under one key.

    Attributes:
        file: the document's path, relative to the source's root.
        source: the name of the source that says so.
        origin: a digest of the source's identity; containers carry it as their owner.
        revision: what people read: a commit, or a digest of a directory's documents.
        problems: what is wrong with a newer version of the document; while there are
            problems this resource is the last good version.
        leaving: the document is gone; `spec` is the last that was in force.
        held: why the resource stays although its document is gone; empty where it is there.
        guarded: the services that only an approved plan may touch, whatever `spec` says.
        agreed: the digests of the plans that its source agrees to.
        trouble: why newer versions of the document cannot be had, if there are any.
        candidate: edited files that take the place of the source's, for a trial.
        leased: the Run that works on it; changes of git's wait for its end.
        superseded: why work on it is given up, for something newer is wanted; empty where not.
        unrepaired: why its failures make no Run any more; empty where they may.
        proposed: the branch on which what was tried last waits for a person to merge it.
    """

    key: Key
    spec: SpecT
    file: str
    source: str
    origin: str
    revision: str
    problems: tuple[Problem, ...] = ()
    leaving: bool = False
    held: str = ""
    guarded: tuple[str, ...] = ()
    agreed: frozenset[str] = frozenset()
    trouble: Trouble | None = None
    candidate: Candidate | None = None
    leased: str = ""
    proposed: str = ""
    superseded: str = ""
    unrepaired: str = ""
