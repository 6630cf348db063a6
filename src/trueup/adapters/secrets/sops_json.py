"""A SOPS file in JSON, binary ones included, as leaves in their order."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from trueup.adapters.secrets.sealed import DEEPEST, Leaf, Place, UnreadableError


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON with its order, and what it says twice."""


def leaves(text: str) -> Iterator[Leaf]:
    """Yield every value.

    Raises:
        UnreadableError: it is not JSON, or says something twice.
    """
    try:
        found = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("it is not correct JSON") from error
    if not isinstance(found, _Pairs):
        raise UnreadableError("it is not an object of JSON")
    yield from _walk(found, ())


def _walk(value: Any, place: Place) -> Iterator[Leaf]:
    if len(place) > DEEPEST:
        raise UnreadableError(f"it is nested more than {DEEPEST} deep")
    match value:
        case _Pairs():
            if len({name for name, _ in value}) < len(value):
                raise UnreadableError("it has a key twice")
            for name, one in value:
                yield from _walk(one, (*place, name))
        case list():
            for number, one in enumerate(value):
                yield from _walk(one, (*place, number))
        case None:
            return
        case _:
            yield _leaf(value, place)


def _leaf(value: str | bool | float, place: Place) -> Leaf:  # noqa: FBT001 - a value of JSON
    match value:
        case str():
            return Leaf(place, value, value.encode(errors="surrogatepass"))
        case bool():
            return Leaf(place, str(value).lower(), str(value).encode())
        case _:
            said = number(float(value))
            return Leaf(place, said, said.encode())


def number(value: float) -> str:
    """Return a number as SOPS writes it: no exponent, no zeros at the end."""
    said = format(Decimal(repr(value)), "f")
    return said.removesuffix(".0")


def _refuse(name: str) -> None:
    raise UnreadableError(f"{name} is not JSON")
