"""Whether a range of npm accepts a major version, in its newest release. Knows no packages."""

import re

ONE = re.compile(
    r"(>=|<=|>|<|=|\^|~)?\s*v?(\d+|[x*])(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?(?:-[\w.]+)?"
)
HYPHEN = re.compile(r"v?(\d+)[\d.]*\s+-\s+v?(\d+)[\d.]*")


def node_accepts(wanted: str, major: int) -> bool:
    """Say whether a range such as `^18.17 || >=20` accepts the newest release of a major."""
    return any(_accepts_all(part.strip(), major) for part in wanted.split("||"))


def _accepts_all(part: str, major: int) -> bool:
    if between := HYPHEN.fullmatch(part):
        return int(between[1]) <= major <= int(between[2])
    return all(_accepts(one, major) for one in ONE.finditer(part))


def _accepts(one: re.Match[str], major: int) -> bool:
    if one[2] in "x*":
        return True
    number = int(one[2])
    more = any(part and part not in "x*" for part in (one[3], one[4]))
    within = {
        ">=": major >= number,
        ">": major > number or (more and major == number),
        "<=": major < number or (not more and major == number),
        "<": major < number,
        "^": major == number,
    }
    return within.get(one[1] or "", major == number and not more)
