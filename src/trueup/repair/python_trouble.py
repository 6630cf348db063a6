"""What pip says in more than one line: who wants which versions, which hashes it expected."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from trueup.model.repair import Diagnosis
from trueup.repair.logs import read
from trueup.repair.versions import is_version, joined

NAMED = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(?P<spec>.*)")
PIN = re.compile(r"(?:===?|~=|>=|<=|<|>|!=|\^)?\s*(?P<version>[0-9][\w.!+]*)")
ASKED = re.compile(r"^\s*The user requested (?:\(constraint\) )?(?P<demand>\S.{0,200})$")
DEPENDS = re.compile(r"^\s*\S{1,200} \S{1,100} depends on (?P<demand>[^;]{1,300})")
EXPECTED = re.compile(r"^\s*(?:Expected sha256|or)\s+(?P<hash>[0-9a-f]{64})$")
GOT = re.compile(r"^\s*Got\s+(?P<hash>[0-9a-f]{64})$")
LINES = 40


@dataclass(frozen=True, slots=True)
class Demand:
    """What the user pinned, and what all others want of it, as one specifier."""

    name: str
    pin: str
    others: str


def named(diagnosis: Diagnosis) -> tuple[str, str]:
    """Return the package that a diagnosis is about, and the version that was wanted, if any."""
    subject = diagnosis.subject
    found = re.search(r"depends on (\S{1,200}) \(", diagnosis.line)
    if (found and not NAMED.match(subject)) or (found and subject[:1] in "=<>~^!0123456789"):
        return found[1], _pin(subject)
    split = NAMED.match(subject)
    return (split["name"], _pin(split["spec"])) if split else (subject, "")


def conflicting(log: str) -> tuple[Demand, ...]:
    """Return the pins of the user that others do not want, in the order of the log."""
    asked: dict[str, tuple[str, str]] = {}
    wanted: dict[str, list[str]] = {}
    for line in read(log).lines:
        if found := ASKED.match(line):
            name, spec = _split(found["demand"])
            asked.setdefault(canonicalize_name(name), (name, _pin(spec)))
        elif found := DEPENDS.match(line):
            name, spec = _split(found["demand"])
            wanted.setdefault(canonicalize_name(name), []).append(spec.replace(" and ", ","))
    return tuple(
        Demand(name, pin, joined(wanted[key]))
        for key, (name, pin) in asked.items()
        if key in wanted and pin
    )


def expected_hashes(log: str, subject: str) -> tuple[frozenset[str], str]:
    """Return the hashes that were expected of a package, and the one that it has."""
    lines = list(_after(read(log).lines, subject))
    expected = frozenset(found["hash"] for line in lines if (found := EXPECTED.match(line)))
    got = next((found["hash"] for line in lines if (found := GOT.match(line))), "")
    return expected, got


def _after(lines: tuple[str, ...], subject: str) -> Iterator[str]:
    begin = f"{subject} from "
    at = next((number for number, line in enumerate(lines) if begin in line), len(lines))
    for line in lines[at + 1 : at + LINES]:
        yield line
        if GOT.match(line):
            return


def _split(demand: str) -> tuple[str, str]:
    found = NAMED.match(demand.strip())
    return (found["name"], found["spec"]) if found else (demand, "")


def _pin(spec: str) -> str:
    found = PIN.match(spec.strip())
    return found["version"] if found and is_version(found["version"]) else ""
