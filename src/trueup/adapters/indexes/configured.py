"""Which indexes and certificates this machine's own pip and npm are configured with.

Reads their files and variables in their order; starts neither of them.
"""

import configparser
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PYPI = "https://pypi.org/simple"
NPM = "https://registry.npmjs.org"
CERTIFICATES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
ASSIGNED = re.compile(r"^\s*(?P<name>[\w:@/.-]+)\s*=\s*(?P<value>.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Configured:
    """What this machine would ask: simple indexes, the npm registry, bundles of certificates."""

    python: tuple[str, ...]
    node: str
    certificates: tuple[str, ...]


def configured(environ: Mapping[str, str], home: Path, etc: Path = Path("/etc")) -> Configured:
    """Return the configuration of one machine, for one user."""
    pip, npm = dict(_pip(environ, home, etc)), dict(_npm(environ, home, etc))
    index = pip.get("index-url") or PYPI
    extra = pip.get("extra-index-url", "").split()
    bundles = [environ.get(name, "") for name in CERTIFICATES]
    bundles += [pip.get("cert", ""), npm.get("cafile", "")]
    return Configured(
        python=tuple(dict.fromkeys((index.strip(), *extra))),
        node=(npm.get("registry") or NPM).rstrip("/"),
        certificates=tuple(dict.fromkeys(filter(None, bundles))),
    )


def _pip(environ: Mapping[str, str], home: Path, etc: Path) -> Iterator[tuple[str, str]]:
    """Yield settings, the stronger ones later."""
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    named = [Path(environ["PIP_CONFIG_FILE"])] if environ.get("PIP_CONFIG_FILE") else []
    places = [etc / "xdg/pip/pip.conf", etc / "pip.conf", home / ".pip/pip.conf"]
    for path in (*places, config / "pip/pip.conf", *named):
        yield from _section(path)
    for name, value in environ.items():
        if name.startswith("PIP_") and value:
            yield name.removeprefix("PIP_").lower().replace("_", "-"), value


def _section(path: Path) -> Iterator[tuple[str, str]]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(path.read_text("utf-8"))
    except (OSError, configparser.Error, UnicodeDecodeError):
        return
    for section in ("global", "install"):
        if parser.has_section(section):
            yield from ((name.replace("_", "-"), value) for name, value in parser.items(section))


def _npm(environ: Mapping[str, str], home: Path, etc: Path) -> Iterator[tuple[str, str]]:
    own = Path(environ.get("NPM_CONFIG_USERCONFIG") or home / ".npmrc")
    for path in (etc.parent / "usr/etc/npmrc", etc / "npmrc", own):
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        yield from ((one["name"], one["value"].strip("\"'")) for one in ASSIGNED.finditer(text))
    for name, value in environ.items():
        if name.lower().startswith("npm_config_") and value:
            yield name[len("npm_config_") :].lower().replace("_", "-"), value
