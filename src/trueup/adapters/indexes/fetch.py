"""GET from a package index, within limits of time and size. Says no credential in any error."""

import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from trueup.model.errors import ToolError, TransientError

SECONDS = 20.0
LARGEST = 32 * 1024 * 1024
REDIRECTS = 5
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Page:
    """What an index answered: its type, its bytes, where it came from in the end."""

    kind: str
    body: bytes
    url: str
    partial: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Fetch:
    """Asks over HTTP. `bundles` are files of certificates to trust beside the system's own."""

    bundles: tuple[str, ...] = ()
    seconds: float = SECONDS

    def get(
        self, url: str, accept: str = "*/*", *, span: str = "", largest: int = LARGEST
    ) -> Page | None:
        """Return a page; None where there is none at that address.

        Args:
            url: an http or https address, with credentials if it needs any.
            accept: the types that are understood.
            span: a range of bytes, such as `-65536`; the answer may be the whole all the same.
            largest: how many bytes are taken at most.

        Raises:
            TransientError: it does not answer now.
            ToolError: it refuses, or its answer is too large.
        """
        import httpx

        headers = {"Accept": accept} | ({"Range": f"bytes={span}"} if span else {})
        if urlsplit(url).scheme not in {"http", "https"}:
            raise _refused(url, "only http and https can be asked")
        try:
            with self._client() as client, client.stream("GET", url, headers=headers) as answer:
                return _page(answer, url, largest)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
            why = f"{type(error).__name__}"
            raise TransientError(f"{shown(url)} did not answer", why, FIX) from None

    def _client(self) -> Any:
        import httpx

        return httpx.Client(
            verify=self._trust,
            timeout=self.seconds,
            follow_redirects=True,
            max_redirects=REDIRECTS,
        )

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        for bundle in self.bundles:
            with suppress(OSError):  # a file that is gone is no reason not to ask
                context.load_verify_locations(bundle)
        return context


FIX = "Try again later, or look at the network and the configuration of the index."


def shown(url: str) -> str:
    """Return an address without credentials and without what follows a question mark."""
    try:
        parts = urlsplit(url)
        place = f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        return "the package index"
    return f"{parts.scheme}://{place}{parts.path}"


def _page(answer: Any, url: str, largest: int) -> Page | None:
    if answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return None
    if answer.status_code in PASSING:
        raise TransientError(f"{shown(url)} did not answer", f"HTTP {answer.status_code}", FIX)
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise _refused(url, f"HTTP {answer.status_code}")
    partial = answer.status_code == HTTPStatus.PARTIAL_CONTENT
    kind = str(answer.headers.get("content-type", "")).partition(";")[0].strip().lower()
    body = _body(answer, url, largest)
    return Page(kind, body, str(answer.url), partial, dict(answer.headers))


def _body(answer: Any, url: str, largest: int) -> bytes:
    body = bytearray()
    for part in answer.iter_bytes():
        body += part
        if len(body) > largest:
            raise _refused(url, f"its answer has more than {largest} bytes")
    return bytes(body)


def _refused(url: str, why: str) -> ToolError:
    fix = "Look at the address of the index, and at the credentials that it needs."
    return ToolError(f"{shown(url)} cannot be asked", why, fix)
