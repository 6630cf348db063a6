"""Which version of a Python package fits: an interpreter, a pin, what other packages demand."""

from collections.abc import Iterable

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from trueup.model.repair import PackageFacts, PackageVersion


def same_name(one: str, other: str) -> bool:
    """Say whether two spellings name the same Python package."""
    return canonicalize_name(one) == canonicalize_name(other)


def fitting(
    facts: PackageFacts, interpreter: str, wanted: str = "", *, early: bool = False
) -> tuple[PackageVersion, ...]:
    """Return the versions that an interpreter (empty: any) can use, oldest first.

    Args:
        facts: what the index has.
        interpreter: such as `3.11`.
        wanted: a specifier that they must satisfy as well.
        early: whether versions before a release count too.
    """
    specifier = _specifier(wanted)
    found = [
        (number, one)
        for one in facts.versions
        if (number := _version(one.number)) is not None
        and (early or not number.is_prerelease)
        and accepts(one.needs, interpreter)
        and specifier.contains(number, prereleases=True)
    ]
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def newest(facts: PackageFacts, interpreter: str, wanted: str = "") -> PackageVersion | None:
    """Return the newest release that fits; one before a release where there is no other."""
    found = fitting(facts, interpreter, wanted) or fitting(facts, interpreter, wanted, early=True)
    return found[-1] if found else None


def nearest(
    facts: PackageFacts, interpreter: str, pin: str, wanted: str = ""
) -> PackageVersion | None:
    """Return the version nearest to a pin: the same major and minor first, else the newest below.

    Nearest in the order of what there is; of two as near, the older, which promises less.
    """
    aim = _version(pin)
    found = fitting(facts, interpreter, wanted)
    if aim is None or not found:
        return newest(facts, interpreter, wanted)
    numbers = [Version(one.number) for one in found]
    same = [one for one in numbers if one.release[:2] == aim.release[:2]]
    major = [one for one in numbers if one.release[:1] == aim.release[:1]]
    below = [one for one in numbers if one < aim]
    choice = max(same or major or below, default=min(numbers))
    return found[numbers.index(choice)]


def accepts(needs: str, interpreter: str) -> bool:
    """Say whether an interpreter satisfies a `requires-python`; what is not known does."""
    if not interpreter or not needs:
        return True
    version = _version(interpreter)
    # `3.11` stands for its newest release, or `>=3.11.2` would refuse it.
    whole = version and Version(f"{version}.99") if interpreter.count(".") == 1 else version
    return whole is None or _specifier(needs).contains(whole, prereleases=True)


def before_major(facts: PackageFacts, interpreter: str, pin: str) -> PackageVersion | None:
    """Return the newest version of an earlier major than a pin's."""
    aim = _version(pin)
    if aim is None or not aim.major:
        return None
    return newest(facts, interpreter, f"<{aim.major}")


def is_version(text: str) -> bool:
    """Say whether a text is the number of a version."""
    return _version(text) is not None


def joined(specifiers: Iterable[str]) -> str:
    """Return one specifier for all; what is none counts for nothing."""
    return ",".join(str(_specifier(one)) for one in specifiers if str(_specifier(one)))


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _specifier(text: str) -> SpecifierSet:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return SpecifierSet()
