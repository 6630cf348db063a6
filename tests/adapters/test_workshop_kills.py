"""A process is killed at random moments while it opens a tree, edits it and publishes."""

import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.adapters.repos import ENV, git
from tests.adapters.yards import GitYard, patch
from trueup.model.key import Key
from trueup.model.repair import Edit
from trueup.model.workshop import PublishMode

ROUNDS = 6
SEED = 11
HERE = Path(__file__).parents[2]


def main() -> None:
    """Do the whole of one Run's work: PLACE BASE NUMBER."""
    place, base, number = sys.argv[1:]
    yard = GitYard(Path(place))
    yard.source.resume()
    run, edit = Key("Run", f"fix-{number}"), Edit(f"file-{number}", "before\n", "after\n")
    yard.workshop.open(run, "here")
    yard.workshop.apply(run, (edit,))
    for mode, branch in ((PublishMode.BRANCH, f"trueup/{number}"), (PublishMode.COMMIT, "")):
        said = replace(patch(base, edit, mode=mode, run=run), branch=branch)
        assert yard.workshop.arrived(yard.workshop.publish("here", said))
    yard.workshop.close(run)


def start(place: Path, base: str, number: int) -> "subprocess.Popen[bytes]":
    code = "from tests.adapters.test_workshop_kills import main; main()"
    argv = (sys.executable, "-c", code, str(place), base, str(number))
    path = {"PYTHONPATH": f"{HERE}/src:{HERE}"}
    return subprocess.Popen(argv, env=ENV | path, cwd=HERE, stderr=subprocess.PIPE)


@pytest.mark.thorough
def test_a_process_killed_at_any_moment_publishes_once_in_the_end(tmp_path: Path) -> None:
    yard, dice = GitYard(tmp_path), random.Random(SEED)  # noqa: S311 - the same moments each time
    yard.push({f"file-{number}": "before\n" for number in range(ROUNDS + 1)})
    base = yard.sync()
    began = time.monotonic()
    assert finished(start(tmp_path, base, ROUNDS)) == ""
    whole, killed = time.monotonic() - began, 0
    for number in range(ROUNDS):
        worker = start(tmp_path, base, number)
        try:
            worker.wait(whole * dice.uniform(0.2, 1.0))
        except subprocess.TimeoutExpired:
            worker.kill()
            killed += 1
        worker.communicate(timeout=30)
        assert finished(start(tmp_path, base, number)) == ""
    assert killed, "it was always done before it was killed"
    assert yard.count("main") == 1 + ROUNDS + 1
    for number in range(ROUNDS + 1):
        assert yard.read("main", f"file-{number}") == "after\n"
        assert git(yard.origin.path, "rev-parse", f"trueup/{number}^") == base
    assert yard.workshop.leftovers(()) == ()


def finished(worker: "subprocess.Popen[bytes]") -> str:
    """Return what a process wrote when it failed; empty if it did not."""
    _, said = worker.communicate(timeout=60)
    return said.decode() if worker.returncode else ""
