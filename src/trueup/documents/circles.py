"""Which names wait for themselves, in a graph of who waits for whom."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]

MOST_NAMES = 8


def circles(graph: Graph) -> Mapping[str, str]:
    """Return each name that is on a circle with a circle as text: `web -> db -> web`.

    Names that nothing is known of count as free.
    """
    rest = _waiting_for_ever(graph)
    found: dict[str, str] = {}
    for name in rest:
        if name not in found:
            found.update(_told(_circle(rest, name)))
    return found


def _waiting_for_ever(graph: Graph) -> Graph:
    """Return the part of the graph that is left when all who can go on have gone."""
    missing = {name: {need for need in needs if need in graph} for name, needs in graph.items()}
    free = deque(name for name, needs in missing.items() if not needs)
    behind: dict[str, list[str]] = {}
    for name, needs in missing.items():
        for need in needs:
            behind.setdefault(need, []).append(name)
    while free:
        done = free.popleft()
        del missing[done]
        free.extend(name for name in behind.get(done, ()) if _freed(missing[name], done))
    return {name: [need for need in graph[name] if need in missing] for name in missing}


def _freed(needs: set[str], done: str) -> bool:
    needs.discard(done)
    return not needs


def _circle(graph: Graph, start: str) -> tuple[str, ...]:
    """Return the names on the shortest way from a name back to itself, if there is one."""
    came_from: dict[str, str] = {}
    ahead = deque([start])
    while ahead:
        name = ahead.popleft()
        for need in graph[name]:
            if need == start:
                return _way(came_from, start, name)
            if need not in came_from:
                came_from[need] = name
                ahead.append(need)
    return ()


def _way(came_from: Mapping[str, str], start: str, end: str) -> tuple[str, ...]:
    way = [end]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return tuple(reversed(way))


def _told(circle: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield every name on a circle with the circle as seen from there, cut where it is long."""
    twice = circle + circle
    for position, name in enumerate(circle):
        shown = twice[position : position + min(len(circle), MOST_NAMES)]
        dots = ("…",) if len(circle) > MOST_NAMES else ()
        yield name, " -> ".join((*shown, *dots, name))
