"""What kind of file a path is, by its name."""

import re
from enum import Enum, auto

from trueup.model.repair import Place

LOCKS = frozenset(
    {
        *("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"),
        *("poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock"),
        *("cargo.lock", "composer.lock", "gemfile.lock", "go.sum"),
    }
)

TEST = re.compile(
    r"(?:^|/)(?:tests?|spec|__tests__)/|(?:^|/)(?:test_|conftest)[^/]*$|[._-](?:test|spec)\.\w+$"
)


class Type(Enum):
    """What a gate has to know to read a file."""

    DOCKERFILE = auto()
    REQUIREMENTS = auto()
    JSON = auto()
    TOML = auto()
    YAML = auto()
    OTHER = auto()


NAMES = (
    (r"(dockerfile|containerfile)(\..*)?|.*\.(dockerfile|containerfile)", Type.DOCKERFILE),
    (r".*(requirements|constraints).*\.(txt|in)", Type.REQUIREMENTS),
    (r".*\.json|pipfile\.lock", Type.JSON),
    (r".*\.toml|pipfile|(poetry|uv|pdm|cargo)\.lock", Type.TOML),
    (r".*\.ya?ml", Type.YAML),
)


def type_of(path: str, place: Place) -> Type:
    """Return the type of a file. The Dockerfile of the place may have any name."""
    if path == place.dockerfile:
        return Type.DOCKERFILE
    folder, _, name = path.casefold().rpartition("/")
    if name.endswith(".txt") and folder.endswith("requirements"):
        return Type.REQUIREMENTS
    found = (kind for names, kind in NAMES if re.fullmatch(names, name, re.DOTALL))
    return next(found, Type.OTHER)


def is_lock(path: str) -> bool:
    """Say whether a file is written by a tool that resolves dependencies."""
    return path.casefold().rpartition("/")[2] in LOCKS


def is_test(path: str, place: Place) -> bool:
    """Say whether a file is there to check others; the folders above a service tell nothing."""
    above = (place.context, place.dockerfile.rpartition("/")[0])
    below = min((path.removeprefix(f"{folder}/") for folder in above), key=len)
    return TEST.search(below.casefold()) is not None
