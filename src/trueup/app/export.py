"""The last verified release of a stack as one file that plain `docker compose` can bring up.

For the day on which neither Trueup nor git nor a registry is there.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trueup.adapters.disk.archive import pack
from trueup.adapters.docker.rendering import render
from trueup.adapters.docker.resolver import VALUE
from trueup.app.site import Site
from trueup.kinds.stack.secrets import FILE as SECRET_FILE
from trueup.kinds.stack.target import EXTENSION
from trueup.model.errors import SpecError
from trueup.model.key import Key
from trueup.model.ports import Task
from trueup.model.release import Release, named
from trueup.model.secret import VARIABLE
from trueup.report.align import aligned

SNAPSHOTS, IMAGES = "snapshots", "images.tar"
SAVING = 600.0
HOW = """{key}, release {release}, verified at {at}.

Bring it up with nothing but Docker, in this folder:

{load}    docker compose --project-name {project} --file compose.json up --detach

Images:
{images}
{secrets}It may hold secrets: whoever can read it can read what the containers were given.
Named volumes and folders that containers write to are not in it.
"""


def export(site: Site, key: Key, target: Path, *, images: bool) -> int:
    """Write the last verified release into one file that only we may read.

    Args:
        site: where the stack is known.
        key: the stack.
        target: the file to write, a compressed tar.
        images: whether the images are to be in it.

    Returns:
        How many bytes the file has.

    Raises:
        SpecError: nothing was verified yet, or the release's file is gone.
        ToolError: an image is gone, or the file cannot be written.
    """
    release = _release(site, key)
    compose = dict(site.docker.releases.stored(release.file))
    if not compose:
        fix = "It comes back with the next release that is verified."
        raise SpecError(f"the release of {key} is gone", f"{release.file} is not there", fix)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if images:
            _save(site, compose, place / IMAGES)
        values = dict(_values(compose))
        texts = {
            "README.txt": _readme(key, release, compose, images=images),
            "compose.json": _relative(_asking(render(_with_files(compose)), compose), site.state),
            **values,
        }
        return pack(target, _folders(site, compose, place), texts, lambda _: False)


def _release(site: Site, key: Key) -> Release:
    applied = site.records.read(key).applied
    if applied is None:
        raise SpecError(f"no release of {key} was verified yet", "", "Deploy it first.")
    return applied


def _folders(site: Site, compose: Mapping[str, Any], place: Path) -> Iterator[tuple[str, Path]]:
    text = json.dumps(compose)
    for copy in sorted((site.state / SNAPSHOTS).glob("*")):
        if f"{copy}/" in text:
            yield f"{SNAPSHOTS}/{copy.name}", copy
    if (place / IMAGES).exists():
        yield IMAGES, place / IMAGES


def _relative(text: str, state: Path) -> str:
    return text.replace(f"{state}/{SNAPSHOTS}/", f"./{SNAPSHOTS}/")


def _asking(text: str, compose: Mapping[str, Any]) -> str:
    """Return the file with variables by their own names where secrets were."""
    for mark, said in _referred(compose).items():
        text = text.replace(f"${{{VARIABLE}{mark}}}", f"${{{said['name']}:?}}")
    return text


def _referred(compose: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Return the secrets that are references, by digest. Their values are not exported."""
    found: Mapping[str, Any] = (compose.get(EXTENSION) or {}).get("secrets") or {}
    return found


def _values(compose: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the secrets and configs that were environment variables, as files."""
    for kind in ("secrets", "configs"):
        for name, said in (compose.get(kind) or {}).items():
            if VALUE in said:
                yield f"values/{kind}/{name}", said[VALUE]


def _with_files(compose: Mapping[str, Any]) -> dict[str, Any]:
    found = {**compose}
    for kind in ("secrets", "configs"):
        if kind in found:
            found[kind] = {n: _with_file(kind, n, said) for n, said in found[kind].items()}
    return found


def _with_file(kind: str, name: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
    if SECRET_FILE in said:
        return {**said, "file": f"./secrets/{said['file'].rpartition('/')[2]}"}
    if VALUE not in said:
        return said
    rest = {key: value for key, value in said.items() if key not in {VALUE, "environment"}}
    return {**rest, "file": f"./values/{kind}/{name}"}


def _save(site: Site, compose: Mapping[str, Any], target: Path) -> None:
    names = sorted({str(one["image"]) for one in compose["services"].values() if "image" in one})
    task = Task(SAVING, lambda _: None, lambda: False)
    site.docker.cli.docker(["image", "save", "--output", str(target), "--", *names], task)


def _readme(key: Key, release: Release, compose: Mapping[str, Any], *, images: bool) -> str:
    rows = [(name, one.image, one.image_id) for name, one in sorted(release.parts.items())]
    return HOW.format(
        key=key,
        release=named(release.revision, release.digest),
        at=release.verified_at,
        project=compose["name"],
        secrets=_missing(compose),
        load=f"    docker load --input {IMAGES}\n" if images else "",
        images="".join(f"{line}\n" for line in aligned(rows, "  ")),
    )


def _missing(compose: Mapping[str, Any]) -> str:
    """Say which secrets are to be given: they are kept in memory only, and so not in here."""
    names = sorted({said["name"] for said in _referred(compose).values()})
    if not names:
        return ""
    said = "Secrets that are not in it; set each as a variable, and write it to secrets/NAME:\n"
    return said + "".join(f"  {name}\n" for name in names) + "\n"
