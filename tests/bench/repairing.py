"""How many broken projects are repaired, by kind of breakage and by author, and how quickly.

Healthy projects are broken by one mutation each, proven to be broken, and repaired by the real
product on the real engine with the real package indexes. `BENCH_SEED` picks other mutations
and `BENCH_EACH` more of each kind; `BENCH_PROJECTS`, `BENCH_KINDS` and `BENCH_AUTHORS` leave only
some, such as `rules,scripted`. `BENCH_PROVIDERS` is a file with `providers` as in trueup.yaml,
without which no model is asked; `BENCH_KEEP` a folder where what a case has left stays.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.bench.cases import Case, Outcome, files, names
from tests.bench.mutations import Mutation, chosen
from tests.bench.oracle import answer
from tests.bench.row import Row
from tests.e2e.program import SRC
from tests.llm import llm

RULES, SCRIPTED, MODEL = AUTHORS = ("rules", "scripted", "model")
SEED, EACH = int(os.environ.get("BENCH_SEED", "1")), int(os.environ.get("BENCH_EACH", "1"))
PROVIDERS = os.environ.get("BENCH_PROVIDERS", "")
KEEP = os.environ.get("BENCH_KEEP", "")
IMAGES = ("python", "old-python", "node", "old-node")
MISSED = {RULES: 0.2, SCRIPTED: 0.0, MODEL: 0.4}
"""Which part of the cases an author may leave broken: what nobody can know from a log."""

Picked = list[tuple[str, Mutation]]


def rows() -> Iterator[Row]:
    """Repair everything by each author; a row for each kind, and one for all."""
    subprocess.run([SRC.parent / "deploy/images", *IMAGES], check=True, timeout=1800)
    for author in authors():
        outcomes = [said(one, author) for one in repaired(author)]
        proven = [one for one in outcomes if one.broken]
        for kind in dict.fromkeys(one.mutation.kind for one in proven):
            yield row(
                f"{author}, {kind}", [one for one in proven if one.mutation.kind == kind], author
            )
        yield row(f"{author}, all", proven, author)


def authors() -> list[str]:
    """Return who is measured."""
    asked = [one for one in AUTHORS if one in _named("BENCH_AUTHORS", AUTHORS)]
    return [one for one in asked if one != MODEL or PROVIDERS]


def picked() -> Picked:
    """Return the projects with the mutations that break them."""
    kinds = os.environ.get("BENCH_KINDS")
    return [
        (project, one)
        for project in _named("BENCH_PROJECTS", names())
        for one in chosen(files(project), EACH, SEED)
        if not kinds or one.kind in kinds.split(",")
    ]


def repaired(author: str) -> Iterator[Outcome]:
    """Yield what becomes of each case."""
    for project, mutation in picked():
        name = f"{author}-{project}-{str(mutation).replace(' ', '-').replace(':', '-')}"
        with place(name) as folder, asked(author, project, mutation) as providers:
            by = RULES if author == RULES else MODEL
            yield Case(folder, project, mutation, by, providers).outcome()


def row(figure: str, proven: list[Outcome], author: str) -> Row:
    """Return how many were fixed, and how long that took."""
    fixed = [one for one in proven if one.fixed]
    took = f" in {statistics.median(one.seconds for one in fixed):.1f} s each" if fixed else ""
    left = len(proven) - len(fixed)
    physics = "the ratio is what stays broken; seconds are a median, with builds and downloads"
    against = f"{len(proven)} that were proven broken"
    ratio = left / len(proven) if proven else 0.0
    return Row(
        f"repaired by {figure}", f"{len(fixed)}{took}", against, ratio, MISSED[author], physics
    )


@contextmanager
def asked(
    author: str, project: str, mutation: Mutation
) -> Iterator[tuple[Mapping[str, Any], ...]]:
    """Yield the providers of an author; what is scripted is a server that is asked over HTTP."""
    if author == RULES:
        yield ()
    elif author == MODEL:
        yield tuple(yaml.safe_load(Path(PROVIDERS).read_text())["providers"])
    else:
        right = answer(mutation.files, files(project), "specs/web/api")
        with llm(lambda _: right) as served:
            yield ({"name": "scripted", "baseUrl": served.url, "model": "oracle"},)


@contextmanager
def place(name: str) -> Iterator[Path]:
    """Yield the folder of a case."""
    if KEEP:
        yield Path(KEEP) / f"{name}-{time.time():.0f}"
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def said(outcome: Outcome, author: str) -> Outcome:
    """Tell a case as it ends: it takes half an hour until all have."""
    print(f"     {author} {outcome}", file=sys.stderr, flush=True)
    return outcome


def _named(variable: str, default: Any) -> list[str]:
    said_ = os.environ.get(variable)
    return said_.split(",") if said_ else list(default)
