"""Compose, buildx and git: whether they are there, and what is known of their versions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trueup.adapters import process
from trueup.app.doctor.engine import version_of
from trueup.app.doctor.finding import Finding, bad, doubtful, well
from trueup.model.errors import TrueupError

QUICK = 15.0
OLDEST_COMPOSE = (2, 26)
OLDEST_GIT = (2, 30)
NOTHING_BELOW: tuple[int, ...] = (0,)
NO_END: tuple[int, ...] = (10**6,)


@dataclass(frozen=True, slots=True)
class Quirk:
    """Something that holds for versions of compose from `since` on and below `until`."""

    fact: str
    consequence: str
    since: tuple[int, ...] = NOTHING_BELOW
    until: tuple[int, ...] = NO_END


QUIRKS = (
    Quirk(
        "a compose that is killed leaves containers named <hex>_NAME",
        "Trueup puts the names right before anything else",
    ),
    Quirk(
        "it ignores changed contents of configs, secrets and mounted files",
        "Trueup computes its own digest of them",
    ),
    Quirk(
        "it does not change a network or volume that is there when its definition changes",
        "remove the network once to have it made anew; volumes hold data, and are yours to move",
        until=(3,),
    ),
    Quirk(
        "it makes a network anew when its definition changes, and stops what is connected to it",
        "expect a gap for every service of the project then",
        since=(3,),
    ),
    Quirk(
        "its own digest of a service is another one than that of version 2",
        "compose by hand would make every container anew; Trueup goes by its own digest",
        since=(3,),
    ),
)
"""What is known of compose and bears on what Trueup promises."""


def about_compose(cli: Any) -> Iterator[Finding]:
    """Yield what there is to say about compose. `cli` is the docker command line."""
    try:
        said = cli.compose_version()
    except TrueupError as error:
        yield bad("compose", "does not answer", error.text, "Install docker-compose-plugin.")
        return
    if version_of(said) < OLDEST_COMPOSE:
        why = "what Trueup asks of it came with version 2.26"
        yield bad("compose", f"{said} is too old", why, "Upgrade docker-compose-plugin.")
        return
    yield well("compose", f"{said}; known of it: {'; '.join(quirks(said))}")


def quirks(version: str) -> list[str]:
    """Return what is known of a version, each with what follows from it."""
    found = version_of(version)
    return [f"{q.fact} ({q.consequence})" for q in QUIRKS if q.since <= found < q.until]


def about_buildx(cli: Any) -> Finding:
    """Return whether images can be built with BuildKit."""
    try:
        return well("buildx", str(cli.docker(["buildx", "version"])).strip())
    except TrueupError:
        why = "services with `build:` need it"
        fix = "Install docker-buildx-plugin; without `build:` nothing is missing."
        return doubtful("buildx", "not there", why, fix)


def about_git() -> Finding:
    """Return whether git can be used."""
    try:
        done = process.run(["git", "--version"], timeout=QUICK, env=process.environment())
    except TrueupError as error:
        return bad("git", "not there", error.text, "Install git.")
    said = done.out.decode(errors="replace").strip().removeprefix("git version ")
    if version_of(said) >= OLDEST_GIT:
        return well("git", said)
    why = "older ones lack protections that Trueup relies on"
    return doubtful("git", f"{said} is old", why, "Upgrade git.")
