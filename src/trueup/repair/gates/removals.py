"""Refuses that something is taken out and nothing of its name put in its place.

A build that no longer asks for what it needs, or no longer checks, is not repaired.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches

from trueup.model.repair import Edit, Place, Refusal, Request
from trueup.repair.diagnose import diagnose
from trueup.repair.gates.dropped import dropped, restarted
from trueup.repair.gates.filetypes import Type, is_lock, is_test, type_of
from trueup.repair.gates.manifests import Dependencies, canonical, dependencies, leaves
from trueup.repair.lines import fresh

RENAMED = frozenset(
    {
        ("sklearn", "scikit-learn"),
        ("pil", "pillow"),
        ("bs4", "beautifulsoup4"),
        ("cv2", "opencv-python-headless"),
        ("opencv-python", "opencv-python-headless"),
        ("psycopg2", "psycopg2-binary"),
        ("mysql-python", "mysqlclient"),
        ("pycrypto", "pycryptodome"),
        ("dotenv", "python-dotenv"),
        ("yaml", "pyyaml"),
        ("node-sass", "sass"),
    }
)
"""The same thing under another name, where the old one is no longer to be had."""

STRONGER = {
    "devDependencies": ("dependencies",),
    "peerDependencies": ("dependencies",),
    "optionalDependencies": ("dependencies",),
}
"""Sections of package.json to which a dependency may move."""

HASH = "--hash="

ALIKE = 0.75
"""How much a name must be like the one that no index knows, to be what was meant."""

CHECKS = ("test", "lint", "check", "typecheck", "audit", "verify")


def removed(edit: Edit, request: Request) -> Iterator[Refusal]:
    """Yield a refusal for everything that is gone."""
    place = request.place
    if edit.before is None or is_lock(edit.path):
        return
    match type_of(edit.path, place):
        case Type.DOCKERFILE:
            yield from dropped(edit)
            if not _about_command(request):
                yield from restarted(edit)
        case Type.REQUIREMENTS:
            yield from _dependencies(edit, request)
        case Type.JSON | Type.TOML:
            yield from _dependencies(edit, request)
            yield from _fields(edit, place)
        case Type.YAML | Type.OTHER:
            yield from _fewer(edit)
    if is_test(edit.path, place) and any(
        line.strip() for _, line in fresh(edit.after, edit.before)
    ):
        yield Refusal("removed", edit.path, 0, "lines of a test may be added, not changed")


def _fewer(edit: Edit) -> Iterator[Refusal]:
    """Yield a refusal if less is put in than is taken out, where nothing says what it means."""
    out, put = (
        sum(1 for _, line in fresh(*texts) if line.strip())
        for texts in ((edit.after, edit.before or ""), (edit.before or "", edit.after))
    )
    if out > put:
        says = f"{out} lines are taken out, and only {put} put in"
        yield Refusal("removed", edit.path, 0, says)


def _dependencies(edit: Edit, request: Request) -> Iterator[Refusal]:
    before = dependencies(edit.path, edit.before, request.place)
    after = dependencies(edit.path, edit.after, request.place)
    wrong = _misspelled(request, before, after)
    for key, asked in before.items():
        section, _, name = key.partition("/")
        if key not in after and name not in wrong and not _moved(section, name, after):
            yield Refusal("removed", edit.path, 0, f'"{name}" is removed and not replaced')
        elif ";" not in asked and ";" in after.get(key, ""):
            says = f'"{name}" is asked for under a condition only, which may remove it'
            yield Refusal("removed", edit.path, 0, says)
        elif HASH in asked and HASH not in after.get(key, HASH):
            yield Refusal("removed", edit.path, 0, f'the digest of "{name}" is removed')


def _misspelled(request: Request, before: Dependencies, after: Dependencies) -> frozenset[str]:
    """Return names that an error is about, if one much like each has taken its place."""
    gone = {key.partition("/")[2] for key in before if key not in after}
    new = {key.partition("/")[2] for key in after if key not in before}
    names = {canonical(name) for name in _missed(request)} if gone and new else set()
    missed = {name for name in gone if canonical(name) in names}
    return frozenset(name for name in missed if get_close_matches(name, new, cutoff=ALIKE))


def _about_command(request: Request) -> bool:
    given = (request.diagnosis,) if request.diagnosis else ()
    return any(one.cause.startswith("startup") for one in (*given, *diagnose(request.log)))


def _missed(request: Request) -> Iterator[str]:
    """Yield what the log says is missing, without versions."""
    given = (request.diagnosis,) if request.diagnosis else ()
    for diagnosis in (*given, *diagnose(request.log)):
        yield re.split(r"[\s=<>~!\[]|(?<=.)@", diagnosis.subject, maxsplit=1)[0]


def _moved(section: str, name: str, after: Dependencies) -> bool:
    names = [name, *(new for old, new in RENAMED if old == name)]
    sections = (section, *STRONGER.get(section, ()))
    keys = {f"{where}/{new}" for where in sections for new in names}
    return bool(keys & {*after})


def _fields(edit: Edit, place: Place) -> Iterator[Refusal]:
    """Yield a refusal for every field that is gone, and every check that is another."""
    before, after = (_leaves(edit, text, place) for text in (edit.before or "", edit.after))
    for path in before:
        gone = path not in after and not path.endswith("/")
        if gone and _parent(path) not in _NAMED:
            says = f"{path.lstrip('/')} is removed and not replaced"
            yield Refusal("removed", edit.path, 0, says)
    for path, said in before.items():
        if _checks(path) and after.get(path, said) != said:
            yield Refusal("removed", edit.path, 0, f"the check {path.lstrip('/')} is changed")


_NAMED = frozenset(
    {
        *("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"),
        *("overrides", "resolutions", "packages", "dev-packages", "dev-dependencies"),
    }
)
"""Tables whose keys are names of dependencies, which are compared by name."""


def _parent(path: str) -> str:
    parts = path.split("/")
    return next((part for part in reversed(parts[:-1]) if part in _NAMED), parts[-2])


def _checks(path: str) -> bool:
    parts = path.split("/")
    return "scripts" in parts and any(parts[-1].startswith(check) for check in CHECKS)


def _leaves(edit: Edit, text: str, place: Place) -> dict[str, str]:
    read = tomllib.loads if type_of(edit.path, place) is Type.TOML else json.loads
    try:
        return dict(leaves(read(text or "{}" if read is json.loads else text)))
    except (ValueError, RecursionError):
        return {}
