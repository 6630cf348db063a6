"""Frozen dataclasses as plain values and back, with camelCase names. Pure.

Empty values are left out, so that a file says only what there is to say.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


def encode(value: Any) -> Any:
    """Return a dataclass, or anything inside one, as mappings, lists and scalars."""
    if is_dataclass(value):
        pairs = ((camel(one.name), getattr(value, one.name)) for one in fields(value))
        return {name: encode(said) for name, said in pairs if not _is_empty(said)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): encode(said) for name, said in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [encode(said) for said in value]
    return value


def _is_empty(value: Any) -> bool:
    """Whether a value says nothing. A dataclass that is there says at least that."""
    return value in ("", None, 0) or (isinstance(value, Mapping | list | tuple) and not value)


def decode(wanted: Any, value: Any) -> Any:
    """Return plain values as the type that is wanted.

    Raises:
        ValueError: the value does not fit the type.
    """
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in {Union, types.UnionType}:
        wanted = next(one for one in inner if one is not type(None))
        return None if value is None else decode(wanted, value)
    if origin is tuple:
        return tuple(decode(inner[0], one) for one in _expect(value, list))
    if origin is not None and issubclass(origin, Mapping):
        said = _expect(value, dict)
        return {str(name): decode(inner[1], one) for name, one in said.items()}
    if is_dataclass(wanted):
        return _instance(wanted, _expect(value, dict))
    if isinstance(wanted, type) and issubclass(wanted, Enum | str | int | float):
        return wanted(_scalar(value))
    return value


def camel(name: str) -> str:
    """Return `observed_digest` as `observedDigest`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _instance(wanted: Any, value: dict[str, Any]) -> Any:
    said = {}
    for name, kind, required in _shape(wanted):
        if camel(name) in value:
            said[name] = decode(kind, value[camel(name)])
        elif required:
            said[name] = _empty(kind)
    return wanted(**said)


@cache
def _shape(wanted: Any) -> tuple[tuple[str, Any, bool], ...]:
    hints = get_type_hints(wanted)
    return tuple(
        (one.name, hints[one.name], one.default is MISSING and one.default_factory is MISSING)
        for one in fields(wanted)
    )


def _empty(kind: Any) -> Any:
    """A required field that was left out because it was empty."""
    origin = get_origin(kind)
    if kind in {str, int, float}:
        return kind()
    if origin is tuple:
        return ()
    if origin is not None and issubclass(origin, Mapping):
        return {}
    raise ValueError(f"{kind} is missing")


def _scalar(value: Any) -> Any:
    if isinstance(value, list | dict):
        raise ValueError("one value is expected here")  # noqa: TRY004 - bad data, not a bad call
    return value


def _expect(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"{value!r} is not a {kind.__name__}")  # noqa: TRY004 - bad data, not a bad call
    return value
