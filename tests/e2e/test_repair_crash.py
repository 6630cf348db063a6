"""Trueup is killed at every step of every attempt of a Run; the next one goes on from there."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.repairs import ENDED, GOOD, HAS, WRONG, RepairHome, diff
from tests.e2e.scenario import tended

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

PATIENCE = 120.0
MODES = ("direct", "preview")
MOMENTS = 11
"""At least that many different moments there are in two attempts."""
Moment = tuple[Any, ...]


def test_a_run_that_is_killed_at_every_moment_of_two_attempts_ends_as_if_nothing_had_been(
    tmp_path: Path,
) -> None:
    with ThreadPoolExecutor(len(MODES)) as pool:
        lived = list(pool.map(lambda mode: lives(tmp_path, mode), MODES))
    for mode, moments in zip(MODES, lived, strict=True):
        assert len(moments) >= MOMENTS, (mode, moments)


def lives(folder: Path, mode: str) -> list[Moment]:
    """Have a Run that is killed whenever something new begins; return these moments."""
    home = RepairHome(folder / mode)
    with tended(home, lambda: False):
        home.service(HAS, GOOD)
        home.run(diff(HAS, WRONG), diff(HAS, GOOD), mode=mode)
        home.commit()
        home.start()
        seen: list[Moment] = []
        home.wait_until(lambda: over(home, seen), f"the run in mode {mode} ends", PATIENCE)
        print(*seen, sep="\n")
        home.wait_ready("web")
        sound(home, seen)
        home.stop()
        return seen


def over(home: RepairHome, seen: list[Moment]) -> bool:
    """Kill and start Trueup where something has begun that was not seen before."""
    now = moment(home)
    if now and now not in seen:
        seen.append(now)
        home.kill()
        home.start()
    return bool(now) and now[0] in ENDED


def moment(home: RepairHome) -> Moment:
    """Return where a Run is; empty before it has the stack."""
    work = home.work()
    if not work.get("holds") and work.get("phase") not in ENDED:
        return ()
    fields = ("attempt", "stage", "handed", "previewed", "commit")
    said = (bool(work.get(one)) if n > 1 else work.get(one, 0) for n, one in enumerate(fields))
    phase = work["phase"] if work["phase"] in ENDED else "Running"
    return phase, *said, home.doing(), bool(work.get("handed")) and home.status("web").step


def sound(home: RepairHome, seen: list[Moment]) -> None:
    """See that everything was done once, and that nothing is left over."""
    work = home.work()
    assert (work["phase"], work["attempt"], len(work["tries"])) == ("Succeeded", 2, 1), work
    assert home.repairs == ["Repair api: python-module milk"]
    assert home.file().splitlines()[1:] == GOOD
    assert home.says()[-2:] == GOOD
    assert [one["Name"] for one in home.engine.containers()] == [f"/{home.project('web')}-api-1"]
    assert home.engine.networks() == [f"{home.project('web')}_default"]
    assert home.workplaces == []
    cut = sum("build" in one[6] for one in seen)
    assert sum(builds(home).values()) <= len(builds(home)) + cut, (builds(home), seen)


def builds(home: RepairHome) -> Counter[str]:
    """Return image → how often the Run has begun to build it."""
    said = home.trueup.log.read_text()
    return Counter(re.findall(r"Run/fix apply \S+ build +api -> (\w+)", said))
