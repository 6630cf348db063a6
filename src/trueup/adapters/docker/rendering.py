"""A compose model as the text of a compose file, and back. Pure.

In memory every value is what a container gets. In a file `$` begins a variable, so there
it is doubled; whoever reads a file of ours or the answer of compose takes that back. The
token of a secret is the one thing that does become a variable: compose is told its value.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from trueup.model.secret import DIGITS, TOKEN, VARIABLE

# Compose reads JSON as YAML. YAML has no surrogate pairs, so that characters stay as they
# are; but it would take these for line ends or refuse them.
AWKWARD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

WRITTEN = re.compile(rf"\$\$|\$\{{{VARIABLE}({DIGITS})\}}")


STAMP = "x-trueup-digest"
STAMPED = re.compile(rf'\{{\n "{STAMP}": "([0-9a-f]{{64}})",')


def stamped(model: Mapping[str, Any]) -> str:
    """Return the compose file of a model that is not empty, with a digest of all the rest."""
    text = render(model)
    return f'{{\n "{STAMP}": "{_digest(text)}",{text[1:]}'


def parse_stamped(text: str) -> dict[str, Any]:
    """Return the model of a file that was written with a digest.

    Raises:
        ValueError: it is not as it was written.
    """
    stamp = STAMPED.match(text)
    rest = "{" + text[stamp.end() :] if stamp else ""
    if stamp is None or _digest(rest) != stamp[1]:
        raise ValueError("it is not as it was written")
    return parse_rendered(rest)


def render(model: Mapping[str, Any]) -> str:
    """Return the compose file that compose reads as exactly this model."""
    text = json.dumps(_mapped(model, _double), indent=1, ensure_ascii=False)
    return AWKWARD.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def escaped(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model as it must stand in a compose file, where `$` begins a variable."""
    return dict(_mapped(model, _double))


def parse_rendered(text: str) -> dict[str, Any]:
    """Return the model that a file of ours holds.

    Raises:
        ValueError: it is not one.
    """
    found = _mapped(json.loads(text), _single)
    if not isinstance(found, dict):
        raise ValueError("not a compose file")  # noqa: TRY004 - as for any other wrong text
    return found


def parse_answer(text: str) -> dict[str, Any]:
    """Return the model that `config --format json` printed, keys taken back as well.

    Compose doubles `$` in the whole text, but does not interpolate keys.
    """
    return dict(_mapped(json.loads(text), _single, keys=True))


def _mapped(value: Any, change: Callable[[str], str], *, keys: bool = False) -> Any:
    match value:
        case str():
            return change(value)
        case Mapping():
            return {
                change(key) if keys else key: _mapped(item, change, keys=keys)
                for key, item in value.items()
            }
        case list() | tuple():
            return [_mapped(item, change, keys=keys) for item in value]
        case _:
            return value


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _double(text: str) -> str:
    text = text.replace("$", "$$")
    return TOKEN.sub(rf"${{{VARIABLE}\1}}", text) if "trueup-secret-" in text else text


def _single(text: str) -> str:
    return WRITTEN.sub(_meant, text) if "$" in text else text


def _meant(found: "re.Match[str]") -> str:
    return f"trueup-secret-{found[1]}" if found[1] else "$"
