"""Takes secrets out of text: values that were revealed, and what looks like a secret.

A value is recognised as it is, quoted for JSON and URLs, in base64 and hexadecimal, and
split over lines. Pure but for the one list of values that this process has revealed, for
nobody who makes a sentence can be relied on to know which secrets may be part of it. Where
text comes from and goes to it does not know.
"""

import re
import threading
from collections.abc import Iterator
from functools import cache

MASK = "***"
LEAST = 4
"""A shorter value would mask half of every text; it is not looked for."""

SAFE = 8
"""A value of at least this length is looked for in every form, a shorter one as a word."""

GAP = re.compile(r"\\?\s+(?:[\w.-]+ +\| )?")
"""What may stand where a value was split: white space, and what prefixes lines of a log."""

PATTERNS = (
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s\\:,]*"
    r"(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
    r"|\bAGE-SECRET-KEY-1[0-9A-Z]{50,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}"
    r"|\bxox[abeoprs]-[\w-]{10,}|\bsk-[\w-]{20,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*"
    r"|(?<=://)[^\s/:@\"']{0,200}:[^\s/@\"']{1,200}(?=@)"
)

ARMOUR = "-----"

NAMES = r"(?:passw(?:or)?d|secret|token|(?:api|access|private)[_-]?key|credential)"
"""What the name of a variable has in it where its value is nobody's business."""

NAMED = (
    rf"(?i:({NAMES}[\w-]{{0,40}}(?:\\?[\"'])?[ \t]{{0,3}}(?:=(?!=)|:(?!=))[ \t]{{0,3}}"
    r"(?:(?:bearer|basic)[ \t]+)?)"
    r"(?!(?:bearer|basic)[ \t])(?!(?:\\?[\"'])?[~^<>=v]*\d+(?:\.\d+)+(?![\w.]))"
    r"(?:\\?\"[^\"\n]{4,}\"|'[^'\n]{4,}'|[^\s\"',;&}\])]{4,}))"
)
"""`NAME=value`, `NAME: value` and `"name": "value"`; a version is a package's, and no secret."""


class Redactor:
    """Knows every secret that was revealed. Safe to use from every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: frozenset[bytes] = frozenset()
        self._forms: tuple[str, ...] = ()
        self._short: frozenset[str] = frozenset()
        self._words: re.Pattern[str] | None = None

    def add(self, value: str | bytes) -> None:
        """Mask a value from now on, and each line of it that is long enough."""
        data = value.encode() if isinstance(value, str) else value
        with self._lock:
            if data not in self._seen:
                self._add(data)

    def _add(self, data: bytes) -> None:
        self._seen |= {data}
        self._forms = (*self._forms, *{*_forms(data)}.difference(self._forms))
        if self._short.issuperset(_words(data)):
            return
        self._short |= {*_words(data)}
        said = "|".join(map(re.escape, sorted(self._short, key=len, reverse=True)))
        self._words = re.compile(rf"(?<!\w)(?:{said})(?!\w)")

    def mask(self, text: str) -> str:
        """Return a text with `***` in place of every secret."""
        text = self._without_values(text) if self._forms else text
        text = self._words.sub(MASK, text) if self._words else text
        return _patterns().sub(MASK, text)

    def mask_bytes(self, data: bytes) -> bytes:
        """Return what a program printed with `***` in place of every secret."""
        return self.mask(data.decode(errors="surrogateescape")).encode(errors="surrogateescape")

    def _without_values(self, text: str) -> str:
        flat = GAP.sub("", text)
        found = [form for form in self._forms if form in flat]
        if not found:
            return text
        at = _positions(text)
        hidden = bytearray(len(text))
        for form in found:
            for start in _starts(form, flat):
                first, last = at[start], at[start + len(form) - 1] + 1
                hidden[first:last] = b"\1" * (last - first)
        return _covered(text, hidden)


REDACTOR = Redactor()
"""What this process has revealed. One for all: a secret must not depend on who was told."""

mask = REDACTOR.mask
mask_bytes = REDACTOR.mask_bytes
know = REDACTOR.add


def mask_named(text: str) -> str:
    """Return a log without the values of what is named like a secret, known or not."""
    return _named().sub(rf"\1{MASK}", text)


def is_secretive(name: str) -> bool:
    """Whether a variable is named like a secret."""
    return re.search(NAMES, name, re.IGNORECASE) is not None


@cache
def _named() -> re.Pattern[str]:
    return re.compile(NAMED)


@cache
def _patterns() -> re.Pattern[str]:
    return re.compile(PATTERNS)


def _positions(text: str) -> list[int]:
    """Return where in the text each character is that is left without its gaps."""
    at: list[int] = []
    end = 0
    for gap in GAP.finditer(text):
        at += range(end, gap.start())
        end = gap.end()
    return [*at, *range(end, len(text))]


def _starts(form: str, flat: str) -> Iterator[int]:
    start = flat.find(form)
    while start >= 0:
        yield start
        start = flat.find(form, start + 1)


def _covered(text: str, hidden: bytearray) -> str:
    parts, at = [], 0
    for run in re.finditer(b"\1+", bytes(hidden)):
        parts += [text[at : run.start()], MASK]
        at = run.end()
    return "".join([*parts, text[at:]])


def _words(data: bytes) -> Iterator[str]:
    text = data.decode(errors="ignore").strip()
    if LEAST <= len(text) < SAFE:
        yield text


def _forms(data: bytes) -> Iterator[str]:
    """Yield a value in every form that is looked for, without white space."""
    every = [data, data.strip(), *(line for line in data.split(b"\n") if b"\n" in data.strip())]
    for one in every:
        if len(one.strip()) >= SAFE and not one.startswith(ARMOUR.encode()):
            for form in (*_binary(one), *_written(one)):
                flat = GAP.sub("", form)
                if len(flat) >= SAFE:
                    yield flat


def _written(data: bytes) -> Iterator[str]:
    import json  # noqa: PLC0415 - everything imports this module, and --help needs no secret
    from urllib.parse import quote, quote_plus  # noqa: PLC0415

    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    quoted = (quote(text, safe=""), quote(text), quote_plus(text))
    yield text
    yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    yield from (repr(text)[1:-1], text.replace("$", "$$"), text.replace("'", "'\\''"))
    yield from quoted
    yield from (re.sub("%..", lambda code: code[0].lower(), one) for one in quoted)


def _binary(data: bytes) -> Iterator[str]:
    import base64  # noqa: PLC0415 - see above

    yield from (data.hex(), data.hex().upper())
    for offset, skipped in ((0, 0), (1, 2), (2, 3)):
        coded = base64.b64encode(b"\0" * offset + data).decode()
        whole = coded[skipped : (offset + len(data)) * 8 // 6]
        yield from (whole, whole.replace("+", "-").replace("/", "_"))
