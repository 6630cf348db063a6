"""Ten thousand documents: read by a process that knows none of them, and one that changes."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.row import Row
from trueup.app.foresee import foresee
from trueup.app.site import Site
from trueup.cli.configured import settings_of
from trueup.cli.parser import parser
from trueup.model.key import Key

DOCUMENTS = 10_000
FOLDERS = 100
SETTLED = 2.5
"""Seconds after which a file counts as written to its end, and is not read again."""

COMPOSE = "services: {api: {image: 'busybox:stable', network_mode: none}}\n"
DOCUMENT = """apiVersion: trueup/v1
kind: Stack
metadata:
  name: s%d
  labels: {team: web, tier: front}
spec:
  path: ../app
  project: bench-documents-%d
  timeout: 60s
  env:
    A: one
  services:
    api:
      stable: 10s
      verify:
        - http: {url: "http://api:8080/health", status: 200}
"""


def rows() -> Iterator[Row]:
    """Measure on files in a temporary folder; no container is started."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        written = _write(root)
        site = _site(root)
        (source,) = site.sources.values()
        cold = _seconds(source.look)
        yield Row(
            f"{DOCUMENTS} documents read and checked", f"{cold:.2f} s", "1 s", cold, 3,
            f"writing the files took {written:.2f} s",
        )  # fmt: skip
        yield _changed(root, site)


def _changed(root: Path, site: Site) -> Row:
    key = Key("Stack", "s7")
    foresee(site, [key])
    (source,) = site.sources.values()
    time.sleep(SETTLED)
    found, planned = [], []
    for seconds in (61, 62, 63, 64, 65):
        path = root / "specs" / "d7" / "s7.yaml"
        path.write_text((DOCUMENT % (7, 7)).replace("60s", f"{seconds}s"))
        found.append(_seconds(lambda: source.look(poked=True)))
        planned.append(_seconds(lambda: foresee(site, [key])))
    both = min(a + b for a, b in zip(found, planned, strict=True))
    return Row(
        f"one of {DOCUMENTS} documents changed: found and planned",
        f"{both:.3f} s ({min(found):.3f} s to find it)",
        "1 s",
        both,
        0.05,
        f"asking the system when each file was written takes {_stats(root):.3f} s",
    )


def _write(root: Path) -> float:
    (root / "trueup.yaml").write_text("sources: [{name: apps, directory: specs}]\n")
    (root / "specs" / "app").mkdir(parents=True)
    (root / "specs" / "app" / "compose.yaml").write_text(COMPOSE)
    for number in range(FOLDERS):
        (root / "specs" / f"d{number}").mkdir()

    def write() -> None:
        for number in range(DOCUMENTS):
            path = root / "specs" / f"d{number % FOLDERS}" / f"s{number}.yaml"
            path.write_text(DOCUMENT % (number, number))

    return _seconds(write)


def _site(root: Path) -> Site:
    arguments = parser().parse_args(["--config", str(root / "trueup.yaml"), "plan"])
    return Site(settings_of(arguments), lambda _: None, read_only=True)


def _stats(root: Path) -> float:
    paths = [str(path) for path in root.rglob("*.yaml")]
    return min(_seconds(lambda: [Path(path).lstat() for path in paths]) for _ in range(3))


def _seconds(act: object) -> float:
    assert callable(act)
    begun = time.monotonic()
    act()
    return time.monotonic() - begun
