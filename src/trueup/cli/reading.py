"""`get`, `describe`, `explain`, `logs`, `version`: how things stand. They change nothing."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from trueup.app.glance import readable
from trueup.app.keys import keys_of
from trueup.app.site import Site
from trueup.cli import show
from trueup.cli.configured import settings_of
from trueup.kinds import FINITE
from trueup.model.container import STACK, Container
from trueup.model.errors import SpecError
from trueup.model.key import Key
from trueup.model.redaction import mask
from trueup.model.status import Status
from trueup.report.described import described
from trueup.report.explained import as_text, explained
from trueup.report.listed import HEADER, rows
from trueup.report.records import document, json_of, yaml_of

DONE, NOT_READY = 0, 2


def get(arguments: argparse.Namespace) -> int:
    """List how everything stands."""
    site = readable(settings_of(arguments))
    keys = keys_of(arguments.key, site.records.shown())
    statuses = [site.records.read(key) for key in keys]
    match arguments.output:
        case "json":
            show.say(json_of([document(one) for one in statuses]))
        case "yaml":
            show.say("---\n".join(yaml_of(document(one)) for one in statuses))
        case "name":
            show.say("\n".join(map(str, keys)))
        case _:
            show.table(HEADER, rows(statuses, _now(site), longest=show.room()))
    if not statuses:
        show.warn("trueup: there is no status yet; `trueup run` writes them")
    ready = bool(statuses) and all(one.ready for one in statuses)
    return NOT_READY if arguments.ready and not ready else DONE


def describe(arguments: argparse.Namespace) -> int:
    """Show one status in full."""
    site, status = _one(arguments)
    if arguments.output == "text":
        papers = [str(one) for one in _artifacts(site, status.key)]
        show.say(described(status, papers, _now(site)) + _made(site, status.key))
    else:
        _dump(arguments.output, document(status))
    return DONE


def explain(arguments: argparse.Namespace) -> int:
    """Say why something was, or was not, done."""
    site, status = _one(arguments)
    reasons = explained(status, _artifact(site, status.key, "plan.txt"), _now(site))
    if arguments.output == "text":
        show.say(as_text(status, reasons))
    else:
        said = {heading: list(lines) for heading, lines in reasons.items()}
        _dump(arguments.output, {"key": str(status.key), **said})
    return DONE


def logs(arguments: argparse.Namespace) -> int:
    """Show what containers, or the last steps, wrote."""
    site, status = _one(arguments)
    if arguments.step:
        show.say(_step(site, status.key, arguments.step))
    elif status.key.kind in FINITE:
        there = ", ".join(path.stem for path in _artifacts(site, status.key)) or "none"
        fix = f"Say which artifact, with --step. There are: {there}."
        raise SpecError(f"{status.key} has no containers", "it is a run", fix)
    else:
        show.say("\n".join(_container_lines(site, status, arguments.service)))
    return DONE


def version(arguments: argparse.Namespace) -> int:
    """Show the versions of Trueup and of everything that it works with."""
    from trueup.app.versions import versions
    from trueup.model.errors import TrueupError

    try:
        context = settings_of(arguments).context
    except TrueupError:
        context = arguments.context or ""
    found = versions(context)
    if arguments.output == "json":
        show.say(json_of(found))
    else:
        show.say("\n".join(f"{name:<8} {said}" for name, said in found.items()))
    return DONE


def _one(arguments: argparse.Namespace) -> tuple[Site, Status]:
    site = readable(settings_of(arguments))
    (key,) = keys_of([arguments.key], site.records.shown())
    return site, site.records.read(key)


def _made(site: Site, key: Key) -> str:
    """Return the document of a Run that nobody has written; empty for any other."""
    one = site.made[key]
    if one is None:
        return ""
    lines = yaml_of(one.body).splitlines()
    head = f"\nDOCUMENT, made of a failure ({one.trigger}) of Stack/{one.stack} at {one.at}\n"
    return head + "".join(f"  {line}\n" for line in lines)


def _dump(form: str, value: Any) -> None:
    show.say(json_of(value) if form == "json" else yaml_of(value))


def _now(site: Site) -> datetime:
    now: datetime = site.clock.now()
    return now


def _artifacts(site: Site, key: Key) -> list[Path]:
    folder = site.records.files(key).folder(key)
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _artifact(site: Site, key: Key, name: str) -> str:
    try:
        path = site.records.files(key).folder(key) / name
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _step(site: Site, key: Key, step: str) -> str:
    every = _artifacts(site, key)
    found = [path for path in every if step in {path.stem, path.name}]
    if found and (text := _artifact(site, key, found[0].name)):
        return text
    there = ", ".join(path.stem for path in every) or "none"
    raise SpecError(f"{key} has no log of the step {step}", "", f"There are: {there}.")


def _container_lines(site: Site, status: Status, service: str | None) -> Iterator[str]:
    """Yield what the containers of a stack wrote, each line with its service's name."""
    found = _containers(site, status)
    names = sorted({one.service for one in found})
    if service and service not in names:
        known = ", ".join(names) or "none"
        raise SpecError(f"{status.key} has no container of {service}", "", f"There are: {known}.")
    if not found:
        fix = f"See `trueup logs {status.key.name} --step restart` for what was tried last."
        raise SpecError(f"{status.key} has no containers", "", fix)
    mine = [one for one in found if service in {None, one.service}]
    width = max(len(one.service) for one in mine)
    for one in mine:
        for line in mask(site.docker.host.logs(one.id)).splitlines():
            yield line if service else f"{one.service:<{width}} | {line}"


def _containers(site: Site, status: Status) -> list[Container]:
    project = status.spec.get("project") or status.key.name
    found: tuple[Container, ...] = site.docker.host.containers(project)
    return [one for one in found if one.labels.get(STACK) == str(status.key)]
