"""Whether an HTTP answer is the expected one. Pure: the answer comes from someone else."""

import json
import re
from dataclasses import dataclass
from typing import Any

from trueup.model.checks import Http
from trueup.model.spelled import legible

SHOWN = 80  # characters of a body in a reason
HEAD_END = re.compile(rb"\r?\n\r?\n")  # programs behind CGI often leave the \\r out
LARGEST = 1024 * 1024  # bytes of a body that are looked at


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the beginning of the body."""

    status: int
    body: str


def parse_answer(raw: bytes) -> Answer | None:
    """Return the answer that came over a connection, or None where it is not HTTP."""
    head, *rest = HEAD_END.split(raw, maxsplit=1)
    body = rest[0] if rest else b""
    lines = head.decode("latin-1").splitlines()
    words = lines[0].split(None, 2) if lines else []
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():  # noqa: PLR2004
        return None
    if any(line.lower().replace(" ", "") == "transfer-encoding:chunked" for line in lines):
        body = _dechunked(body)
    return Answer(int(words[1]), body[:LARGEST].decode(errors="replace"))


def unexpected(check: Http, url: str, answer: Answer) -> str:
    """Return why the answer is not the one that is wanted; empty where it is."""
    if answer.status != check.status:
        said = f": {shown(answer.body)}" if answer.body.strip() else ""
        return f"{url} answered {answer.status}, wants {check.status}{said}"
    if check.body and check.body not in answer.body:
        return f"{url} answered without {check.body!r}: {shown(answer.body)}"
    if check.json_path:
        return _unexpected_json(check, url, answer)
    return ""


def shown(text: str) -> str:
    """Return the beginning of a text as one printable line."""
    line = " ".join(text[: 4 * SHOWN].split())
    clean = legible(line)
    return clean[:SHOWN] + ("…" if len(clean) > SHOWN else "")


def _unexpected_json(check: Http, url: str, answer: Answer) -> str:
    try:
        found = _at(json.loads(answer.body), check.json_path)
    except (ValueError, RecursionError):
        return f"{url} did not answer with JSON: {shown(answer.body)}"
    except LookupError:
        return f"{url} has no {check.json_path}: {shown(answer.body)}"
    text = found if isinstance(found, str) else json.dumps(found)
    if text == check.json_value:
        return ""
    return f"{url} has {check.json_path} = {shown(text)}, wants {check.json_value}"


def _at(value: Any, path: str) -> Any:
    for word in path.split("."):
        if isinstance(value, list):
            value = {str(index): item for index, item in enumerate(value)}[word]
        else:
            value = (value if isinstance(value, dict) else {})[word]
    return value


def _dechunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        try:
            length = int(size.split(b";")[0], 16)
        except ValueError:
            break
        if length == 0:
            break
        whole += rest[:length]
        body = rest[length + 2 :]
    return whole
