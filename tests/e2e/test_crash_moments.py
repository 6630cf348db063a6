"""A hundred moments of a deploy at which something is killed. All of them are made good."""

import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.engine import arguments
from tests.e2e.scenario import Home
from tests.e2e.services import IMAGE, Service, sleeping
from tests.e2e.soundness import settled, step_of, told, working, wrongs

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

MOMENTS, HOMES, SEED = 100, 5, 20
PATIENCE = 60.0
QUIET = 5.0
MIDDLE = 30
"""At least that many of the moments must have been in the middle of a step."""
WHO = ("Trueup alone", "Trueup and its programs", "its programs alone")


def services(text: str, *, built: bool) -> dict[str, Service]:
    """Return two services: one that changes, one that must not be touched."""
    api = sleeping(environment={"TEXT": text})
    if built:
        file = f"FROM {IMAGE}\nENV BUILT={text}\n"
        api["build"] = {"context": "./image", "dockerfile_inline": file}
        del api["image"]
    return {"api": api, "other": sleeping()}


def test_whatever_is_killed_at_a_hundred_moments_of_a_deploy_is_made_good(
    tmp_path: Path,
) -> None:
    with ThreadPoolExecutor(HOMES) as pool:
        lived = list(pool.map(lambda number: moments(tmp_path, number), range(HOMES)))
    failed = [one for each in lived for one in each.failed]
    assert not failed, f"{len(failed)} of {MOMENTS}:\n" + "\n".join(failed)
    assert sum(each.in_the_middle for each in lived) >= MIDDLE


def moments(folder: Path, number: int) -> "Moments":
    """Live through the moments of one of the homes."""
    home = Home(folder / f"home{number}")
    try:
        lived = Moments(home, number)
        lived.failed = list(lived.failures())
    finally:
        home.close()
    return lived


class Moments:
    """One home that lives through every fifth of the moments. Every second one builds."""

    def __init__(self, home: Home, number: int) -> None:
        self.home, self.number, self.built = home, number, number % 2 == 1
        self.runs = "start"
        self.failed: list[str] = []
        self.in_the_middle = 0

    def failures(self) -> Iterator[str]:
        lasts = self._begin()
        other = self.home.id("web", "other")
        dice = random.Random(SEED + self.number)  # noqa: S311 - the same moments every time
        for moment in range(self.number, MOMENTS, HOMES):
            delay = lasts * (moment + dice.random()) / MOMENTS
            who = WHO[moment // HOMES % len(WHO)]
            said = self._live_through(f"v{moment}", delay, who)
            if self.home.id("web", "other") != other:
                said.append("the other service was touched")
            if said:
                yield f"moment {moment}, {delay:.2f}s of {lasts:.2f}s, {who}: {said}"
                return

    def _begin(self) -> float:
        """Deploy twice; return how long the second took, from the change to the status."""
        home = self.home
        home.write(home.place("web") / "image" / "any", "")
        home.stack("web", self._services("start"), stable="100ms", retry={"backoff": "1s"})
        home.start()
        good = home.wait_ready("web", timeout=PATIENCE).applied
        begun = time.monotonic()
        self._change("second")
        home.wait_ready("web", other_than=good, timeout=PATIENCE)
        return time.monotonic() - begun

    def _live_through(self, text: str, delay: float, who: str) -> list[str]:
        """Have a deploy in which something is killed; return what is wrong in the end."""
        home, good, old = self.home, self.home.status("web").applied, self.runs
        self._change(text)
        time.sleep(delay)
        self.in_the_middle += bool(step_of(home.status_file("web"))[1])
        self._kill(who)
        try:
            home.wait_until(lambda: settled(home.status("web"), good, text), who, PATIENCE)
        except AssertionError as error:
            return [str(error)]
        self.runs = told(home.status("web"), old, text)
        said = list(wrongs(home, "web", {"api": self.runs, "other": ""}))
        return [*said, *self._doubled(), *([home.report()] if said else [])]

    def _change(self, text: str) -> None:
        self.home.compose("web", self._services(text))
        self.runs = text

    def _services(self, text: str) -> dict[str, Service]:
        return services(text, built=self.built)

    def _kill(self, who: str) -> None:
        home = self.home
        programs = working(home)
        if "Trueup" in who:
            home.kill()
        if "programs" in who:
            for pid in programs:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if "Trueup" in who:
            home.start()

    def _doubled(self) -> list[str]:
        """Return the programs that do not end, though there is nothing left to do."""
        until = time.monotonic() + QUIET
        while (left := working(self.home)) and time.monotonic() < until:
            time.sleep(0.05)
        return [f"still at work: {arguments(pid)}" for pid in left]
