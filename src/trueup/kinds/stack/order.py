"""The order of services: who must run before whom. Pure."""

from collections.abc import Iterable, Mapping


def waves(names: Iterable[str], needs: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return names in groups, each of which needs only members of earlier groups.

    Needs outside `names` do not count. Compose refuses cycles; should one get here, its
    members form the last group.
    """
    left = set(names)
    groups: list[list[str]] = []
    while left:
        ready = sorted(n for n in left if not left & set(needs.get(n, ())) - {n}) or sorted(left)
        groups.append(ready)
        left -= set(ready)
    return groups
