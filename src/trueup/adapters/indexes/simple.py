"""The simple index of Python packages, as JSON (PEP 691) or HTML (PEP 503) → files of a package.

Knows no network.
"""

import json
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

from trueup.adapters.indexes.fetch import Page
from trueup.model.repair import PackageFacts, PackageVersion

ACCEPT = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.1"
)
HASHED = "sha256="


@dataclass(frozen=True, slots=True)
class File:
    """One file of a package, as its index lists it."""

    name: str
    url: str
    needs: str = ""
    uploaded: str = ""
    sha256: str = ""
    yanked: bool = False

    @property
    def version(self) -> str:
        """The version that its name says; empty where it says none."""
        try:
            if self.name.endswith(".whl"):
                return str(parse_wheel_filename(self.name)[1])
            return str(parse_sdist_filename(self.name)[1])
        except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
            return ""


def files(page: Page) -> tuple[File, ...]:
    """Return the files of a page; what was yanked too. A page that is none has no files."""
    text = page.body.decode("utf-8", "replace")
    if "json" in page.kind or text.lstrip()[:1] == "{":
        return _from_json(text, page.url)
    links = _Links(page.url)
    links.feed(text)
    return tuple(links.files)


def facts(name: str, listed: tuple[File, ...]) -> PackageFacts:
    """Return what files say about their package."""
    versions: dict[str, list[File]] = {}
    for file in listed:
        if file.version and not file.yanked:
            versions.setdefault(file.version, []).append(file)
    found = tuple(_version(number, of) for number, of in versions.items())
    return PackageFacts(canonicalize_name(name), found)


def _version(number: str, of: list[File]) -> PackageVersion:
    return PackageVersion(
        number=number,
        needs=next((file.needs for file in of if file.needs), ""),
        uploaded=min((file.uploaded for file in of if file.uploaded), default=""),
        hashes=frozenset(file.sha256 for file in of if file.sha256),
    )


def _from_json(text: str, url: str) -> tuple[File, ...]:
    try:
        listed = json.loads(text)["files"]
        return tuple(_file(one, url) for one in listed)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()


def _file(one: dict[str, Any], url: str) -> File:
    return File(
        name=str(one["filename"]),
        url=urljoin(url, str(one["url"])),
        needs=str(one.get("requires-python") or ""),
        uploaded=str(one.get("upload-time") or ""),
        sha256=str((one.get("hashes") or {}).get("sha256", "")),
        yanked=bool(one.get("yanked")),
    )


class _Links(HTMLParser):
    """The links of a page. The text of a link is the name of its file."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.files: list[File] = []
        self._url = url
        self._open: dict[str, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._open, self._text = {name: value or "" for name, value in attrs}, ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag != "a" or self._open is None:
            return
        said, self._open = self._open, None
        try:
            url, fragment = urldefrag(urljoin(self._url, said.get("href", "")))
        except ValueError:
            return
        self.files.append(
            File(
                name=self._text.strip(),
                url=url,
                needs=said.get("data-requires-python", ""),
                uploaded=said.get("data-upload-time", ""),
                sha256=fragment.removeprefix(HASHED) if fragment.startswith(HASHED) else "",
                yanked="data-yanked" in said,
            )
        )
