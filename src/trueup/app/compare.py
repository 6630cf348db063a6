"""What git wants, held against the last verified release, as text. Shows no secret.

Values of environment variables, build arguments, configs and secrets are shown as keyed
digests: whether one changed can be seen, what it is cannot.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from trueup.app.site import Site
from trueup.kinds import STANDING
from trueup.kinds.stack.digest import difference, digest
from trueup.kinds.stack.target import Target
from trueup.model.errors import SpecError
from trueup.model.key import Key
from trueup.model.release import Release, named
from trueup.report.records import yaml_of

OURS = ("trueup.", "x-trueup")
CONTENT = ("content", "x-trueup-value")
LONG = 6
"""A value of at least this length is hidden wherever it stands, not only where it is set."""


def compare(site: Site, key: Key) -> str:
    """Return the differences, and which inputs of which service changed.

    Raises:
        SpecError: what git wants cannot be told.
    """
    wanted = _wanted(site, key)
    release = site.records.read(key).applied
    old = site.looks.stored(release.file) if release else {}
    new = wanted.bundle.compose if wanted.bundle else {}
    page = Page(site.looks.salt, f"{site.state}/snapshots/", tuple(_hidden(old, new)))
    before = page.lines(old, {n: p.image for n, p in release.parts.items()} if release else {})
    after = page.lines(new, {n: one.image for n, one in wanted.services.items()})
    names = (f"verified {_name(release)}", f"wanted {_name(wanted)}")
    lines = [*unified_diff(before, after, *names, lineterm=""), *_inputs(release, wanted)]
    return "\n".join(lines) or f"{key} wants what was verified: {_name(wanted)}"


def _wanted(site: Site, key: Key) -> Target:
    resource = site.wishes[key]
    if resource is None:
        problems = "; ".join(map(str, site.wishes.wrong().get(key, ())))
        raise SpecError(f"{key} cannot be told", problems, "Correct the document.")
    if resource.leaving:
        raise SpecError(f"{key} is not wanted any more", "its document is gone")
    facts = STANDING[key.kind].observe(resource, site.records.read(key), site.looks)
    if facts.wanted is None:
        raise SpecError(f"{key} cannot be told", facts.problem)
    wanted: Target = facts.wanted
    return wanted


@dataclass(frozen=True, slots=True)
class Page:
    """How a compose model is shown. `copies` is where copies of mounted files are kept."""

    salt: str
    copies: str
    hidden: tuple[str, ...]

    def lines(self, model: Mapping[str, Any], images: Mapping[str, str]) -> list[str]:
        """Return a model as lines of YAML without what is ours; `images` as git names them."""
        if not model:
            return []
        said = {name: part for name, part in model.items() if not name.startswith(OURS)}
        said["services"] = {
            name: self._service(one, images.get(name, "")) for name, one in _of(model, "services")
        }
        if said.get("volumes"):
            said["volumes"] = {name: _plain(one) for name, one in _of(model, "volumes")}
        for kind in ("configs", "secrets"):
            if said.get(kind):
                said[kind] = {name: self._definition(one) for name, one in _of(model, kind)}
        return yaml_of(self._shown(said)).splitlines()

    def _service(self, model: Mapping[str, Any], image: str) -> dict[str, Any]:
        labels = _labels(model)
        build = dict(model.get("build") or {})
        build |= {"args": self._marks(build["args"])} if build.get("args") else {}
        more = {
            "image": image or model.get("image"),
            "labels": labels,
            "environment": self._marks(model.get("environment") or {}),
            "build": build,
        }
        said = {**model, **more}
        return {name: value for name, value in said.items() if value not in ({}, [], None)}

    def _definition(self, said: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: self._mark(value) if name in CONTENT else value for name, value in said.items()
        }

    def _marks(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._mark(value) for name, value in values.items()}

    def _mark(self, value: Any) -> str:
        return f"<{digest(value, self.salt)}>"

    def _shown(self, value: Any) -> Any:
        """Return a value in a fixed order, with every hidden text and path of ours replaced."""
        match value:
            case str() if value.startswith(self.copies):
                return f"<copy of {value.rpartition('/')[2]}>"
            case str():
                return self._without(value)
            case Mapping():
                return {name: self._shown(one) for name, one in sorted(value.items())}
            case list() | tuple():
                return [self._shown(one) for one in value]
            case _:
                return value

    def _without(self, text: str) -> str:
        for secret in self.hidden:
            text = text.replace(secret, self._mark(secret)) if secret in text else text
        return text


def _labels(model: Mapping[str, Any]) -> dict[str, Any]:
    return {n: v for n, v in (model.get("labels") or {}).items() if not n.startswith(OURS)}


def _plain(volume: Mapping[str, Any]) -> dict[str, Any]:
    """Return a volume without the labels that are ours."""
    rest = {name: value for name, value in volume.items() if name != "labels"}
    return rest | ({"labels": labels} if (labels := _labels(volume)) else {})


def _hidden(*models: Mapping[str, Any]) -> Iterator[str]:
    """Yield every value that may be secret and is long enough to be told from other words."""
    found = {value for model in models for value in _values(model)}
    yield from sorted((one for one in found if len(one) >= LONG), key=len, reverse=True)


def _values(model: Mapping[str, Any]) -> Iterator[str]:
    for _, service in _of(model, "services"):
        build = service.get("build") or {}
        for place in (service.get("environment"), build.get("args")):
            yield from (str(value) for value in (place or {}).values() if value is not None)
    for kind in ("configs", "secrets"):
        for _, said in _of(model, kind):
            yield from (str(said[name]) for name in CONTENT if name in said)
    yield from map(str, ((model.get("x-trueup") or {}).get("env") or {}).values())


def _of(model: Mapping[str, Any], kind: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(name, said or {}) for name, said in sorted((model.get(kind) or {}).items())]


def _inputs(release: Release | None, wanted: Target) -> Iterator[str]:
    parts = release.parts if release else {}
    for name in sorted(parts.keys() | wanted.services.keys()):
        if name not in wanted.services:
            yield f"{name}: is not wanted any more"
        elif name not in parts:
            yield f"{name}: is new"
        else:
            changed = difference(parts[name].components, wanted.services[name].components)
            yield from (f"{name}: {one}" for one in changed)


def _name(one: Release | Target | None) -> str:
    return named(one.revision, one.digest) if one else "nothing"
