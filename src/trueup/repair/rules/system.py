"""What is done about packages, headers, libraries and commands of the distribution."""

import re
from collections.abc import Callable, Sequence

from trueup.model.errors import ToolError
from trueup.model.repair import Diagnosis, Edit, Request
from trueup.model.system import DEBIAN, Bases, Distribution
from trueup.repair import providers
from trueup.repair.installs import installs, naming, renamed
from trueup.repair.known_packages import COMMANDS
from trueup.repair.placing import Site, lacking, site_of, with_packages
from trueup.repair.renames import today
from trueup.repair.shell import commands, program

Edits = tuple[Edit, ...] | None
PYTHON_BUILD = re.compile(r"\bpip3?\b|\buv\b|setup\.py|\bpoetry\b|\bpdm\b")
SCRIPT = re.compile(r"^\s*sh: (?:\d{1,5}: )?[\w.+-]+: not found")
NODE = re.compile(r"\b(?:npm|npx|yarn|pnpm|node)\b")
OF_SYSTEM = frozenset({*COMMANDS, "git", "make", "curl", "wget", "bash", "python3"})
COMPILED = ("pg_config", "mysql_config")
DISTRIBUTIONS_PYTHON = "python3-pip"


def renamed_package(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Put today's name in the place of a package's, or fetch the lists that it would be in."""
    if (looked := _look(diagnosis, request, bases)) is None:
        return None
    site, system = looked
    if system.package(diagnosis.subject):
        return _with_lists(site, system)
    new = today(diagnosis.subject, system)
    return _replaced(site, diagnosis.subject, new) if new else None


def other_version(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Put the version that there is in the place of one that there is no more."""
    looked = _look(diagnosis, request, bases)
    offer = looked[1].package(diagnosis.subject) if looked else None
    if looked is None or offer is None:
        return None
    site = looked[0]
    changes = [
        renamed(word, f"{offer.name}={offer.version}")
        for _, _, word in naming(site.chain, diagnosis.subject)
        if word.text.strip("\"'") != diagnosis.subject
    ]
    return site.edited(changes) if changes else None


def missing_command(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Install what brings a command, and for a build in C what it will ask for next."""
    if _is_of_npm(diagnosis, request):
        return None
    return _installed(diagnosis, request, bases, providers.for_command)


def missing_header(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Install the development package that brings a header."""
    return _installed(diagnosis, request, bases, providers.for_header)


def missing_library(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Install the package that brings a shared library."""
    return _installed(diagnosis, request, bases, providers.for_library)


def missing_link(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Install the development package that the linker lacks."""
    return _installed(diagnosis, request, bases, providers.for_linking)


def missing_pkg_config(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Install the development package that pkg-config lacks."""
    return _installed(diagnosis, request, bases, providers.for_pkg_config)


def missing_development(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Install the development packages that a build asks for by their names."""
    return _installed(diagnosis, request, bases, providers.for_development)


def missing_certificates(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Install the certificates, where the image has none."""
    return _installed(diagnosis, request, bases, lambda _, __: ("ca-certificates",))


def _is_of_npm(diagnosis: Diagnosis, request: Request) -> bool:
    """Say whether a script of package.json lacks a program that npm has to install."""
    site = site_of(request, diagnosis.stage)
    if site is None or not SCRIPT.match(diagnosis.line) or diagnosis.subject in OF_SYSTEM:
        return False
    return bool(NODE.search(f"{diagnosis.stage} {site.image}"))


def _look(
    diagnosis: Diagnosis, request: Request, bases: Bases
) -> tuple[Site, Distribution] | None:
    """Return where it failed, and what is in its base image; None where that cannot be known."""
    site = site_of(request, diagnosis.stage)
    try:
        system = bases.system(site.image) if site else None
    except ToolError:
        return None
    return (site, system) if site and system else None


def _installed(
    diagnosis: Diagnosis,
    request: Request,
    bases: Bases,
    find: Callable[[str, Distribution], Sequence[str]],
) -> Edits:
    if (looked := _look(diagnosis, request, bases)) is None:
        return None
    site, system = looked
    found = find(diagnosis.subject, system)
    wanted = lacking(site, system, found)
    if not wanted:
        return None  # it is there already: something else is wrong
    ahead = lacking(site, system, _ahead(diagnosis, site, system))
    return with_packages(site, system, tuple(dict.fromkeys((*wanted, *ahead))))


def _ahead(diagnosis: Diagnosis, site: Site, system: Distribution) -> Sequence[str]:
    """Return what the same build will ask for next: a compiler, and the headers of Python."""
    compiler = providers.for_command("gcc", system)
    of_python = site.failing is not None and PYTHON_BUILD.search(site.failing.value)
    is_compiler = diagnosis.subject in ("gcc", "cc", "g++", "c++")
    needs_compiler = diagnosis.subject in COMPILED or diagnosis.cause == "development"
    if not of_python or not (is_compiler or needs_compiler):
        return ()
    headers = ("python3-dev",) if DISTRIBUTIONS_PYTHON in system.installed else ()
    return headers if is_compiler else (*compiler, *headers)


def _replaced(site: Site, old: str, new: str) -> Edits:
    """Rename a package wherever the stages name it; where both are named, that is no repair."""
    words = [word for _, one, word in naming(site.chain, old) if one.package(new) is None]
    return site.edited([renamed(word, new) for word in words]) if words else None


def _with_lists(site: Site, system: Distribution) -> Edits:
    """Fetch apt's lists in the command that had none."""
    if system.family != DEBIAN or site.failing is None:
        return None
    spoken = [[word.text for word in program(one)] for one in commands(site.failing)]
    if any("update" in words[1:] for words in spoken if words):
        return None
    for one in installs(site.chain[0]):
        at = one.command[0].start
        if one.instruction is site.failing and site.text[at - 1] != '"':
            return site.edited([(at, at, "apt-get update && ")])
    return None
