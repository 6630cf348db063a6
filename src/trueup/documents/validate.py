"""All that a schema finds wrong with a document, each with its place, reason and remedy.

The remedy is the `description` of the field in the schema: to describe a field well is to
write its errors.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from trueup.documents.raw import Fault, Path, Raw
from trueup.documents.sentences import guess, listed, misspelt, mistyped, outside

Kind = ValidationErrorKind
Branches = Sequence[Sequence[ValidationError]]
Found = tuple[Path, str, str]

HIDDEN = "***"


class Checker:
    """One schema, compiled once."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = dict(schema)
        self._validator = Draft202012Validator(
            self._schema, formats=FORMATS, validate_formats=True
        )

    def faults(self, raw: Raw) -> tuple[Fault, ...]:
        """Return everything that is wrong with a document, in the order of its lines."""
        if self._validator.is_valid(raw.body):
            return ()
        found = self._all(self._validator.iter_errors(raw.body))
        faults = {Fault(raw.line_of(path), path, why, fix.strip()) for path, why, fix in found}
        return tuple(sorted(faults, key=lambda fault: (fault.line, str(fault.path))))

    def _all(self, errors: Iterable[ValidationError]) -> Iterator[Found]:
        for error in errors:
            yield from self._one(error)

    def _one(self, error: ValidationError) -> Iterator[Found]:
        path = tuple(error.instance_path)
        schema, help_ = self._explained(error)
        match error.kind:
            case Kind.AdditionalProperties(names):
                yield from (_unknown((*path, name), schema) for name in names)
            case Kind.Required(name):
                field = schema.get("properties", {}).get(name, {})
                yield (*path, name), "the field is missing", field.get("description", help_)
            case Kind.PropertyNames(inner):
                name = str(inner.instance)
                yield (*path, name), "this name cannot stand here", help_
            case Kind.AnyOf(branches) if meant := _meant(error, branches):
                yield from self._all(meant)
            case Kind.AnyOf(branches):
                yield _none_of(path, error.instance, branches, help_)
            case Kind.OneOfNotValid() | Kind.OneOfMultipleValid():
                if isinstance(error.instance, dict):
                    yield path, _not_exactly_one(error.instance, schema["oneOf"]), help_
            case _:
                value = HIDDEN if schema.get("writeOnly") else error.instance
                yield path, *_plain(error.kind, value, help_)

    def _explained(self, error: ValidationError) -> tuple[dict[str, Any], str]:
        """Return the schema that an error comes from, and the description nearest to it.

        What a field says of itself goes before what a shared definition says.
        """
        node: Any
        schema, node, help_ = self._schema, self._schema, ""
        for step in error.evaluation_path:
            own = step == "$ref" and "description" in schema
            node = self._referred(node[step]) if step == "$ref" else node[step]
            if isinstance(node, dict) and step != "dependentRequired":
                text = node.get("description")
                schema, help_ = node, text if isinstance(text, str) and not own else help_
        return schema, help_

    def _referred(self, reference: str) -> Any:
        node: Any = self._schema
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        return node


def _unknown(path: Path, schema: Mapping[str, Any]) -> Found:
    names = list(schema.get("properties", {}))
    near = guess(path[-1], names)
    fix = near or f"Known here: {', '.join(names)}; notes of your own begin with x-."
    return path, "this field is not known", fix


def _plain(kind: ValidationErrorKind, value: Any, help_: str) -> tuple[str, str]:
    match kind:
        case Kind.Type(types):
            return mistyped(value, types), help_
        case Kind.Enum(options):
            return misspelt(value, options), guess(value, options) + help_
        case Kind.Format(name):
            return outside(name, value, name), help_
        case _:
            return outside(kind.name, value, kind.value), help_


def _meant(error: ValidationError, branches: Branches) -> Sequence[ValidationError]:
    """Return the errors of the one alternative that fits the type of the value."""
    level = len(error.instance_path)
    fitting = [errors for errors in branches if not any(_misses(e, level) for e in errors)]
    return fitting[0] if len(fitting) == 1 and isinstance(error.instance, dict) else ()


def _misses(error: ValidationError, level: int) -> bool:
    return len(error.instance_path) == level and error.kind.name in {"type", "enum"}


def _none_of(path: Path, value: Any, branches: Branches, help_: str) -> Found:
    kinds = [error.kind for errors in branches for error in errors]
    options = [option for kind in kinds if isinstance(kind, Kind.Enum) for option in kind.options]
    types = [name for kind in kinds if isinstance(kind, Kind.Type) for name in kind.types]
    if options:
        return path, misspelt(value, options), guess(value, options) + help_
    return path, mistyped(value, types), help_


def _not_exactly_one(value: Any, alternatives: Iterable[Mapping[str, Any]]) -> str:
    names = [name for alternative in alternatives for name in alternative["required"]]
    given = [name for name in names if name in value]
    if given:
        return f"{' and '.join(given)} cannot stand together"
    return f"{listed(names)} is missing"


def _in_utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment


def _succeeds(parse: Callable[[str], Any], text: str) -> bool:
    try:
        parse(text)
    except (ValueError, re.error, OverflowError, RecursionError):
        return False
    return True


FORMATS: dict[str, Callable[[str], bool]] = {
    "regex": lambda text: _succeeds(re.compile, text),
    "timestamp": lambda text: _succeeds(_in_utc, text),
}
