"""`trueup doctor`: is this host fit, and what could Trueup destroy on it? Changes nothing."""

import argparse
from collections.abc import Iterator, Sequence

from trueup.app.doctor.examine import Report, examine
from trueup.app.doctor.finding import Finding, Level
from trueup.cli import show
from trueup.cli.configured import settings_of
from trueup.report.codec import encode
from trueup.report.records import json_of

DONE, ERROR = 0, 1


def doctor(arguments: argparse.Namespace) -> int:
    """Print every finding, the worst last."""
    report = examine(lambda: settings_of(arguments), arguments.context or "")
    if arguments.output == "json":
        show.say(json_of(_values(report)))
    else:
        show.say("\n".join(_lines(report)))
    failed = any(one.level is Level.FAIL for one in report.findings)
    return ERROR if failed else DONE


def _values(report: Report) -> dict[str, object]:
    checks = [
        {
            "check": one.check,
            "level": str(one.level),
            "what": one.what,
            "why": one.why,
            "fix": one.fix,
        }
        for one in report.findings
    ]
    return {"checks": checks, "power": encode(report.power) if report.power else None}


def _lines(report: Report) -> Iterator[str]:
    order = list(Level)
    for one in sorted(report.findings, key=lambda one: order.index(one.level)):
        yield f"{one.level:<5}{one.check}: {one.what}"
        yield from (f"     {said}" for said in (one.why, one.fix) if said)
    yield ""
    yield from _power(report)
    yield ""
    yield _sum(report.findings)


def _power(report: Report) -> Iterator[str]:
    if report.power is None:
        yield "What could be destroyed here is not known: there is no configuration, or no engine."
        return
    yield "What could be destroyed here:"
    yield from (f"  {line}" for line in report.power.lines())


def _sum(findings: Sequence[Finding]) -> str:
    counts = {level: sum(one.level is level for one in findings) for level in Level}
    return ", ".join(f"{count} {level}" for level, count in counts.items())
