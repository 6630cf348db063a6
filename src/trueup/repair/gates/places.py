"""Which files may be edited: inside, allowed, and never one of a closed list.

What is allowed is said by patterns; what is forbidden holds whatever they say. Paths are judged
as text, however they are spelled; links are for whoever writes files.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from pathspec import GitIgnoreSpec

from trueup.model.repair import Edit, Files, Place, Refusal, Request

MANIFESTS = (
    *("Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile"),
    *("requirements*.txt", "constraints*.txt", "requirements/*.txt"),
    *("pyproject.toml", "poetry.lock", "uv.lock", "Pipfile", "Pipfile.lock"),
    *("package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"),
    *(".python-version", ".node-version", ".nvmrc"),
)

ODD = re.compile(r"[\\:\x00-\x1f\x7f]|^[~/]|(?:^|/)(?:\.{0,2}|[^/]*[. ]| [^/]*)(?:/|$)")
"""What no path of an edit may have: other separators, drives, empty or dotted names, spaces
or dots that some systems drop at the end of a name."""

LONGEST = 255

FORBIDDEN = (
    ("a compose file", r".*compose.*\.(ya?ml|json)|docker-stack.*|stack\.ya?ml"),
    ("a file of environment variables", r"\.env.*|.*\.env|env_file.*"),
    (
        "a secret",
        (
            r".*\.(pem|key|p12|pfx|jks|keystore|kdbx|age|gpg|asc|enc|crt|cer|der|ppk|ovpn)"
            r"|id_.*|.*sops.*|.*secrets?|secrets?[._-].*|.*[._-]secrets?[._-].*|.*credentials?.*"
            r"|\.(netrc|npmrc|yarnrc.*|pypirc|pgpass|htpasswd|dockercfg|vault.*)|pip\.(conf|ini)"
            r"|\.(ssh|aws|azure|kube|docker|gnupg|gcloud)|age\.txt|keys\.txt"
        ),
    ),
    (
        "part of what checks this repository",
        (
            r"\.ci|\.(circleci|buildkite|drone|travis|appveyor|tekton|teamcity|azure.*)"
            r"(\.ya?ml)?|\.woodpecker.*|jenkinsfile.*|.*\.jenkinsfile|\.husky|codeowners"
            r"|(azure|bitbucket)-pipelines.*|appveyor\.ya?ml|cloudbuild.*\.ya?ml|buildspec\.ya?ml"
            r"|\.pre-commit.*|renovate.*\.json5?|\.renovaterc.*|\.git.*|\.forgejo"
        ),
    ),
    ("Trueup's own", r"trueup\.ya?ml|\.trueup"),
)
"""Names that are never edited, as folders or as files, in small letters."""

NEVER = tuple((what, re.compile(rf"(?:{names})", re.DOTALL)) for what, names in FORBIDDEN)


def default_patterns(place: Place) -> tuple[str, ...]:
    """Return what may be edited where nobody says more: the Dockerfile, and manifests by it."""
    folders = dict.fromkeys((place.context, place.dockerfile.rpartition("/")[0]))
    exact = f"/{_literal(place.dockerfile)}"
    return exact, *(f"{_folder(folder)}{name}" for folder in folders for name in MANIFESTS)


def may_edit(path: str, allowed: tuple[str, ...]) -> bool:
    """Say whether a file may be edited at all."""
    return not (_spelled(path) or forbidden(path)) and _patterns(allowed).match_file(path)


@lru_cache(maxsize=16)
def _patterns(allowed: tuple[str, ...]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(allowed)


def misplaced(edits: tuple[Edit, ...], request: Request) -> Iterator[Refusal]:
    """Yield a refusal for every file that is not to be edited."""
    known = frozenset(request.files.paths())
    allowed = _patterns(request.allowed)
    for edit in edits:
        path = edit.path
        if why := _spelled(path) or forbidden(path):
            yield Refusal("forbidden-file", _shown(path), 0, why)
        elif not allowed.match_file(path):
            why = "this file is not among those that may be edited"
            yield Refusal("not-allowed", path, 0, why)
        elif why := _unlike(edit, request.files, known):
            yield Refusal("not-as-said", path, 0, why)
    yield from _twice(edits)


def forbidden(path: str) -> str:
    """Return why a path is never edited, whatever patterns allow it; empty if it may be."""
    parts = unicodedata.normalize("NFKC", path).casefold().split("/")
    if parts[0] == "status" and len(parts) > 1:
        return "this is a status, which only Trueup writes"
    for what, names in NEVER:
        if any(names.fullmatch(part) for part in parts):
            return f"this file is {what}, which is never edited"
    return ""


def _spelled(path: str) -> str:
    plain = unicodedata.normalize("NFKC", path)
    if ODD.search(path) or plain != path or len(path) > LONGEST:
        return "this is not the plain path of a file below the root of the work tree"
    if any(unicodedata.category(letter)[0] in "CZ" and letter != " " for letter in path):
        return "there are characters in this path that nobody can see"
    return ""


def _unlike(edit: Edit, files: Files, known: frozenset[str]) -> str:
    """Say why an edit does not begin with what is there."""
    if edit.before is not None:
        same = edit.path in known and files.text(edit.path) == edit.before
        return "" if same else "this file is not there, is a link, or has another content"
    folder = edit.path.rpartition("/")[0]
    if edit.path in known or files.text(edit.path) is not None:
        return "this file is there already"
    if folder and not any(path.startswith(f"{folder}/") for path in known):
        return "a file is only created in a folder that is there"
    return ""


def _twice(edits: tuple[Edit, ...]) -> Iterator[Refusal]:
    seen: set[str] = set()
    for edit in edits:
        if edit.path.casefold() in seen:
            yield Refusal("not-as-said", _shown(edit.path), 0, "this file is edited twice")
        seen.add(edit.path.casefold())


def _shown(path: str) -> str:
    return path if path.isprintable() else ascii(path)


def _folder(path: str) -> str:
    return f"/{_literal(path)}/" if path else "/"


def _literal(path: str) -> str:
    return re.sub(r"([\\*?\[\]!# ])", r"\\\1", path)
