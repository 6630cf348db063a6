"""Adds packages of the distribution to a Dockerfile.

They go where the stage installs some already, or into an instruction of their own before the
first files are copied in. Nothing is taken away. Which packages are wanted it does not know.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from trueup.model.repair import Edit, Request
from trueup.model.system import ALPINE, DEBIAN, Distribution
from trueup.repair.dockerfile import Instruction, Stage, failed, lineage, splice, stages
from trueup.repair.installs import APK, APT, Install, added, installs, package_name

TOOLS = {DEBIAN: APT, ALPINE: APK}
RUN = {
    DEBIAN: (
        "RUN apt-get update && apt-get install -y --no-install-recommends {} "
        "&& rm -rf /var/lib/apt/lists/*"
    ),
    ALPINE: "RUN apk add --no-cache {}",
}
AFTER_FILES = frozenset({"ADD", "COPY", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
ROOT = frozenset({"", "root", "0"})


@dataclass(frozen=True, slots=True)
class Site:
    """Where packages are missing.

    Attributes:
        text: the whole Dockerfile.
        path: where it is in the work tree.
        chain: the stage, and those it is built upon.
        failing: the instruction that failed; None for an error at run time.
    """

    text: str
    path: str
    chain: tuple[Stage, ...]
    failing: Instruction | None

    @property
    def image(self) -> str:
        """The image that it all begins with."""
        return self.chain[-1].image

    def edited(self, changes: Sequence[tuple[int, int, str]]) -> tuple[Edit, ...]:
        """Return the edit of the Dockerfile that changes make."""
        return (Edit(self.path, self.text, splice(self.text, changes)),)


def site_of(request: Request, act: str) -> Site | None:
    """Return where an instruction failed, or else the stage that is built; None without any."""
    path = request.place.dockerfile
    text = request.files.text(path) or ""
    every = stages(text)
    found = failed(every, act)
    if act and found is None:
        return None  # it failed in another Dockerfile
    target = str(found[0].index) if found else request.place.target
    chain = lineage(every, target)
    return Site(text, path, chain, found[1] if found else None) if chain else None


def lacking(site: Site, system: Distribution, names: Sequence[str]) -> tuple[str, ...]:
    """Return those of the packages that are neither in the base nor installed on it."""
    named = {package_name(word.text) for one in _before(site) for word in one.packages}
    found = dict.fromkeys(names)
    return tuple(one for one in found if one not in named and one not in system.installed)


def with_packages(site: Site, system: Distribution, names: Sequence[str]) -> tuple[Edit, ...]:
    """Return the edit that installs packages in the stage."""
    stage = site.chain[0]
    own = [one for one in _before(site) if one.instruction.begin > stage.start.begin]
    fit = [one for one in own if one.tool == TOOLS[system.family]]
    if fit:
        return (Edit(site.path, site.text, _extended(site.text, fit[0], names)),)
    return site.edited([_own_instruction(site, system, names)])


def _extended(text: str, install: Install, names: Sequence[str]) -> str:
    """Return the text with names added one by one, each beside the ones before."""
    number = install.instruction.begin
    for name in names:
        text = splice(text, [added(text, install, name)])
        found = (one for stage in stages(text) for one in installs(stage))
        same = (one for one in found if one.instruction.begin == number)
        install = next(one for one in same if one.package(name))
    return text


def _before(site: Site) -> list[Install]:
    """Return what is installed in the stages up to the instruction that failed."""
    until = site.failing.begin if site.failing else len(site.text)
    found = (one for stage in reversed(site.chain) for one in installs(stage))
    return [one for one in found if one.instruction.begin < until]


def _own_instruction(
    site: Site, system: Distribution, names: Sequence[str]
) -> tuple[int, int, str]:
    stage = site.chain[0]
    user = _inherited(site, system)
    at = _place(site, stop_at_user=user in ROOT)
    end = "\r\n" if "\r\n" in site.text else "\n"
    run = RUN[system.family].format(" ".join(sorted(names)))
    lines = [run] if _user_at(stage, at, user) in ROOT else ["USER root", run, f"USER {user}"]
    start = "" if site.text[:at].endswith("\n") else end
    return at, at, start + "".join(f"{line}{end}" for line in lines)


def _place(site: Site, *, stop_at_user: bool) -> int:
    """Return where the first files come in, or what failed stands, or another user begins."""
    stage = site.chain[0]
    words = AFTER_FILES | {"USER"} if stop_at_user else AFTER_FILES
    for one in stage.instructions:
        if one is site.failing or one.word in words:
            return _above_comments(site.text, one.begin)
    return stage.instructions[-1].end if stage.instructions else stage.start.end


def _above_comments(text: str, at: int) -> int:
    """Return where the comments begin that belong to an instruction."""
    while at and text[text.rfind("\n", 0, at - 1) + 1 : at].lstrip().startswith("#"):
        at = text.rfind("\n", 0, at - 1) + 1
    return at


def _inherited(site: Site, system: Distribution) -> str:
    """Return who the stage begins as."""
    for stage in site.chain[1:]:
        if users := [one for one in stage.instructions if one.word == "USER"]:
            return users[-1].said.text.strip()
    return system.user


def _user_at(stage: Stage, at: int, user: str) -> str:
    for one in stage.instructions:
        if one.begin < at and one.word == "USER":
            user = one.said.text.strip()
    return user.partition(":")[0]
