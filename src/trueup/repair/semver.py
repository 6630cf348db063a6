"""Versions and ranges as npm understands them. What it cannot read fits nothing."""

import re
from collections.abc import Iterator

from trueup.model.repair import PackageFacts, PackageVersion

Number = tuple[int, int, int]

VERSION = re.compile(r"[v=\s]*(\d{1,9})\.(\d{1,9})\.(\d{1,9})(-[0-9A-Za-z.-]+)?(?:\+[\w.-]+)?")
PART = r"(?:\d{1,9}|[xX*])"
SIMPLE = re.compile(
    rf"(?P<sign>\^|~>?|>=|<=|>|<|=)?\s*v?(?P<numbers>{PART}(?:\.{PART}){{0,2}})?(?:[-+][\w.+-]+)?"
)
HYPHEN = re.compile(r"(?P<low>\S+)\s+-\s+(?P<high>\S+)")
SIGN = re.compile(r"(\^|~>?|>=|<=|>|<|=)\s+")
WIDEST = (10**9, 0, 0)


def parsed(text: str) -> Number | None:
    """Return the three numbers of a release; None for anything else."""
    found = VERSION.fullmatch(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found and not found[4] else None


def satisfies(number: Number, wanted: str) -> bool:
    """Say whether a version is in a range."""
    return any(
        low <= number < high for part in wanted.split("||") if (span := _span(part))
        for low, high in (span,)
    )  # fmt: skip


def releases(facts: PackageFacts, node: str = "", wanted: str = "*") -> tuple[PackageVersion, ...]:
    """Return the releases in a range that a version of Node (empty: any) accepts, oldest first."""
    engine = _engine(node)
    found = [
        (number, one)
        for one in facts.versions
        if (number := parsed(one.number)) and satisfies(number, wanted)
        if engine is None or not one.needs or satisfies(engine, one.needs)
    ]
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def nearest(
    facts: PackageFacts, pin: str, node: str = "", wanted: str = "*"
) -> PackageVersion | None:
    """Return the release nearest to a pin: of its minor, its major, else the newest below it."""
    found = releases(facts, node, wanted)
    aim = parsed(_lowest(pin))
    if not found or aim is None:
        return found[-1] if found else None
    numbers = [parsed(one.number) or (0, 0, 0) for one in found]
    near = (
        [one for one in numbers if one[:2] == aim[:2]]
        or [one for one in numbers if one[0] == aim[0]]
        or [one for one in numbers if one < aim]
    )
    return found[numbers.index(max(near) if near else min(numbers))]


def prefix(wanted: str) -> str:
    """Return the sign that a range begins with, such as `^`."""
    found = re.match(r"\s*(\^|~)", wanted)
    return found[1] if found else ""


def _lowest(wanted: str) -> str:
    found = re.search(rf"{PART}(?:\.{PART}){{0,2}}", wanted)
    numbers = re.findall(r"\d+", found[0]) if found else []
    return ".".join([*numbers, "0", "0", "0"][:3]) if numbers else ""


def _engine(node: str) -> Number | None:
    """Return a version of Node; a part that is not known stands for the newest."""
    numbers = [int(one) for one in re.findall(r"\d{1,9}", node)][:3]
    if not numbers:
        return None
    full = [*numbers, 10**6, 10**6][:3]
    return (full[0], full[1], full[2])


def _span(part: str) -> tuple[Number, Number] | None:
    """Return a range of one alternative: from a version on, to before another."""
    part = SIGN.sub(r"\1", part.strip())
    if between := HYPHEN.fullmatch(part):
        part = f">={between['low']} <={between['high']}"
    low, high = (0, 0, 0), WIDEST
    for word in part.split():
        span = next(_simple(word), None)
        if span is None:
            return None
        low, high = max(low, span[0]), min(high, span[1])
    return low, high


def _simple(word: str) -> Iterator[tuple[Number, Number]]:
    found = SIMPLE.fullmatch(word)
    if found is None:
        return
    given = [int(one) for one in (found["numbers"] or "").split(".") if one.isdigit()]
    low, after = _filled(given), _after(given, len(given))
    match found["sign"] or "":
        case ">=":
            yield low, WIDEST
        case ">":
            yield after, WIDEST
        case "<":
            yield (0, 0, 0), low
        case "<=":
            yield (0, 0, 0), after
        case "^":
            yield (
                low,
                _after(given, _first(given)),
            )
        case "~" | "~>":
            yield low, _after(given, min(2, len(given)))
        case _:
            yield low, after


def _first(given: list[int]) -> int:
    """Return how many numbers there are up to the first that is not 0."""
    return next((at + 1 for at, one in enumerate(given) if one), len(given))


def _filled(given: list[int]) -> Number:
    full = [*given, 0, 0, 0]
    return full[0], full[1], full[2]


def _after(given: list[int], length: int) -> Number:
    """Return the first version that differs in one of the first numbers."""
    if not length:
        return WIDEST
    return _filled([*given[: length - 1], given[length - 1] + 1])
