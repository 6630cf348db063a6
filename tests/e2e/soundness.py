"""What must hold once a crash was made good, whatever was killed and when.

Says everything that is wrong, so that a test of many moments can tell all of it.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.answer import Answer
from tests.e2e.engine import SERVICE, name_of, processes, service_of
from tests.e2e.scenario import Home

SOURCE, STACK = "trueup.source", "trueup.stack"
HOLD, PROBE = "trueup.hold", "trueup.probe"
GOES = 20.0
"""Seconds in which a probe under way has started or is gone, on a busy machine too."""
UNFINISHED = (".part-", ".new-", ".tmp", ".lock")


def settled(said: Answer, good: str, new: str) -> bool:
    """Whether a status says which release runs: the new one, or the last verified one."""
    if said.step or said.condition("Reconciling").get("status") == "True":
        return False
    verified = said.ready == "True" and said.sync == "Synced" and said.applied not in {"", good}
    return verified or (said.reason == "RolledBack" and said.applied == good and new != good)


def told(said: Answer, old: str, new: str) -> str:
    """Return which text a settled status says that the service answers with."""
    return new if said.ready == "True" else old


def wrongs(home: Home, name: str, services: dict[str, str]) -> Iterator[str]:
    """Yield what is not as it has to be: `services` are service → the text that it runs."""
    project = home.project(name)
    every = home.containers(name)
    wanted = sorted(f"{project}-{service}-1" for service in services)
    if (found := [name_of(one) for one in every]) != wanted:
        yield f"containers {found}, wants {wanted}"
    for one in every:
        service, state = service_of(one), one["State"]["Status"]
        if state != "running":
            yield f"{service} is {state}"
        if service in services and text_of(one) != services[service]:
            yield f"{service} runs {text_of(one)}, wants {services[service]}"
    yield from leftovers(home, name)


def leftovers(home: Home, name: str) -> Iterator[str]:
    """Yield what a crash has left: containers, networks, files and processes."""
    project = home.project(name)
    if (networks := home.engine.networks(project)) != [f"{project}_default"]:
        yield f"networks {networks}"
    ours = {one["Config"]["Labels"].get(SOURCE, "?") for one in home.containers(name)}
    marks = {f"Stack/{name}.{source}" for source in ours}
    yield from (f"{names} is left of a probe" for names in probes(home))
    for one in home.engine.api.containers(all=True):
        labels, names = one["Labels"] or {}, one["Names"]
        if labels.get(HOLD) in marks:
            yield f"{names} holds an image"
        if any(project in it for it in names) and labels.get(SERVICE) is None:
            yield f"{names} is nobody's"
    yield from (f"file {one}" for one in unfinished(home))


def probes(home: Home) -> list[str]:
    """Return the probes that do not run and do not go; others on the engine may be at work."""

    def down() -> set[str]:
        every = home.engine.api.containers(all=True, filters={"label": PROBE})
        return {str(one["Names"]) for one in every if one["State"] != "running"}

    found, until = down(), time.monotonic() + GOES
    while found and time.monotonic() < until:
        time.sleep(0.2)
        found &= down()
    return sorted(found)


def unfinished(home: Home) -> list[str]:
    """Return the files that somebody began to write and did not rename."""
    places = (home.answers, home.folder / ".trueup")
    return sorted(
        str(path.relative_to(home.folder))
        for place in places
        for path in place.rglob(".*")
        if path.is_file() and any(mark in path.name for mark in UNFINISHED)
    )


def text_of(container: dict[str, object]) -> str:
    """Return the variable TEXT of a container."""
    config = container["Config"]
    assert isinstance(config, dict)
    said = dict(one.partition("=")[::2] for one in config["Env"] or ())
    return str(said.get("TEXT", ""))


def working(home: Home) -> list[int]:
    """Return the programs that work on a home's projects, whoever started them."""
    return list(processes(home.prefix))


def step_of(path: Path) -> tuple[str, int]:
    """Return phase and number of the step under way, read as cheaply as can be."""
    try:
        text = path.read_text()
    except OSError:
        return "", 0
    _, _, journal = text.partition("\n  journal:\n")
    if not journal:
        return "", 0
    fields = {
        key.strip(): said.strip()
        for line in journal.splitlines()
        for key, _, said in [line.partition(":")]
    }
    return fields.get("phase", ""), int(fields.get("number") or 0)
