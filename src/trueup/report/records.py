"""A status as the text of its file, and back. Pure."""

import json
from dataclasses import replace
from typing import Any

import yaml

from trueup.model.key import Key
from trueup.model.status import Status
from trueup.report.codec import decode, encode

VERSION = "trueup/v1"
DEEPEST = 50
SURELY_FLAT = 4_000


def to_text(status: Status) -> str:
    """Return the file of a status: its summary in the first line, then everything."""
    return yaml_of(document(status))


def document(status: Status) -> dict[str, Any]:
    """Return the file of a status as plain values."""
    body = {name: said for name, said in encode(status).items() if name != "key"}
    return {
        "summary": status.summary,
        "apiVersion": VERSION,
        "kind": status.key.kind,
        "metadata": {"name": status.key.name},
        "status": body,
    }


def yaml_of(value: Any) -> str:
    """Return plain values as YAML, in the order that they are in."""
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=2**20)


def json_of(value: Any) -> str:
    """Return plain values as JSON that people can read as well."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def from_text(text: str) -> Status:
    """Return the status that a file holds.

    Raises:
        ValueError: the text is not a status file; it was damaged or edited by hand.
    """
    try:
        document = _loaded(text)
        key = Key(str(document["kind"]), str(document["metadata"]["name"]))
        body = {**document["status"], "key": {"kind": key.kind, "name": key.name}}
        status: Status = decode(Status, body)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"not a status file: {type(error).__name__}") from error
    return replace(status, key=key)


def summary_of(line: str) -> str:
    """Return the summary that the first line of a status file holds."""
    try:
        said = _loaded(line)
    except (yaml.YAMLError, ValueError):
        return line
    return str(said["summary"]) if isinstance(said, dict) and "summary" in said else line


def _loaded(text: str) -> Any:
    """Return the one document of a text; its depth is counted first where it may be great.

    The C parser builds nested values by recursion, and deep enough it ends the process.
    """
    most = text.count("[") + text.count("{") + 2 * max(map(len, text.split("\n")))
    if most > SURELY_FLAT and _depth(text) > DEEPEST:
        raise ValueError("not a status file: it is nested too deep")
    return Loader(text).get_single_data()


def _depth(text: str) -> int:
    """Return how deep a text is nested, or that it is too deep."""
    depth = deepest = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        opens = isinstance(event, yaml.CollectionStartEvent)
        depth += opens - isinstance(event, yaml.CollectionEndEvent)
        deepest = max(deepest, depth)
        if deepest > DEEPEST:
            break
    return deepest


class Dumper(yaml.CSafeDumper):
    """Writes several lines as a block, so that a reader need not count backslashes."""


class Loader(yaml.CSafeLoader):
    """Reads times as text: they are only ever compared and shown."""


def _block(dumper: Dumper, text: str) -> Any:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Dumper.add_representer(str, _block)
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
