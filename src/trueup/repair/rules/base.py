"""What is done about a base image that is too old: another tag of it, which exists and serves."""

import re
from collections.abc import Callable, Iterator

from trueup.model.errors import ToolError, TransientError
from trueup.model.repair import Diagnosis, Edit, Request
from trueup.model.system import Bases
from trueup.repair.dockerfile import Instruction, instructions, splice, stages
from trueup.repair.placing import Site, site_of
from trueup.repair.semver import satisfies
from trueup.repair.versions import accepts

Edits = tuple[Edit, ...] | None
Piece = tuple[str, str]

DEBIAN = ("jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky")
UBUNTU = ("14.04", "16.04", "18.04", "20.04", "22.04", "24.04", "26.04")
PYTHON = re.compile(r"^(?:.*/)?python:(3\.(\d{1,2})(?:\.\d{1,3})?)(?![\w.])")
NODE = re.compile(r"^(?:.*/)?node:((\d{1,2})(?:\.\d{1,3}){0,2})(?![\w.])")
UBUNTU_TAG = re.compile(r"^(?:.*/)?ubuntu:((\d\d)\.\d\d)(?![\w.])")
NEWEST_PYTHON, NEWEST_NODE = 20, 40
NEWEST = 10**6  # a tag of a major stands for its newest release


def python_version(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Begin with the next Python that is accepted, and whose image exists."""

    def wanted(image: str) -> Iterator[Piece]:
        if found := PYTHON.match(image):
            for minor in range(int(found[2]) + 1, NEWEST_PYTHON):
                if accepts(diagnosis.subject, f"3.{minor}"):
                    yield found[1], f"3.{minor}"

    return _rebased(diagnosis, request, wanted, bases.has_image, passing=True)


def node_version(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Begin with the next Node that is accepted and kept for long, and whose image exists."""

    def wanted(image: str) -> Iterator[Piece]:
        if found := NODE.match(image):
            for major in range(int(found[2]) // 2 * 2, NEWEST_NODE, 2):
                if (
                    satisfies((major, NEWEST, NEWEST), diagnosis.subject)
                    and f"{major}" != found[1]
                ):
                    yield found[1], f"{major}"

    return _rebased(diagnosis, request, wanted, bases.has_image, passing=True)


def served_suite(diagnosis: Diagnosis, request: Request, bases: Bases) -> Edits:
    """Begin with the next suite whose image exists, and whose index still answers."""

    def wanted(image: str) -> Iterator[Piece]:
        tag = image.partition("@")[0].rpartition(":")[2]
        if diagnosis.subject in DEBIAN and diagnosis.subject in re.split(r"[-_.]", tag):
            later = DEBIAN[DEBIAN.index(diagnosis.subject) + 1 :]
            yield from ((diagnosis.subject, one) for one in later)
        elif found := UBUNTU_TAG.match(image):
            yield from ((found[1], one) for one in UBUNTU if one > found[1])

    return _rebased(diagnosis, request, wanted, lambda image: _serves(image, bases))


def _serves(image: str, bases: Bases) -> bool:
    if not bases.has_image(image):
        return False
    try:
        system = bases.system(image)
        return system is not None and bool(system.names())
    except ToolError:
        return False  # its suite is gone as well


def _rebased(
    diagnosis: Diagnosis,
    request: Request,
    wanted: Callable[[str], Iterator[Piece]],
    fits: Callable[[str], bool],
    *,
    passing: bool = False,
) -> Edits:
    """Put the first tag that fits in the place of the one that there is.

    `passing` passes over what nobody answers for: the engine may have a later one itself.

    Raises:
        TransientError: nobody answers, and nothing else fits.
    """
    site = site_of(request, diagnosis.stage)
    if site is None:
        return None
    silent: TransientError | None = None
    for old, new in wanted(site.image):
        image = _with(site.image, old, new)
        try:
            if fits(image):
                return _put(site, old, new, image)
        except TransientError as error:
            if not passing:
                raise
            silent = silent or error
    if silent is not None:
        raise silent
    return None


def _put(site: Site, old: str, new: str, image: str) -> Edits:
    """Change the tag where it is written: in the FROM, or in the argument that it takes.

    An image with a digest is what a person chose: no other tag is the same with another number.
    """
    index = site.chain[-1].index
    for one in (site.chain[-1].start, *_arguments(site.text)):
        for match in _piece(old).finditer(one.said.text):
            at = one.said.where[match.start()]
            text = splice(site.text, [(at, at + len(old), new)])
            if stages(text)[index].image == image:
                return (Edit(site.path, site.text, text),)
    return None


def _arguments(text: str) -> Iterator[Instruction]:
    for one in instructions(text):
        if one.word == "FROM":
            return
        yield one


def _with(image: str, old: str, new: str) -> str:
    name, _, tag = image.rpartition(":")
    return f"{name}:{_piece(old).sub(new, tag, count=1)}"


def _piece(old: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){re.escape(old)}(?![\w]|\.\d)")
