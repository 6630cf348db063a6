"""From compose's resolved model to a target and its release file. Pure but for the Reader.

The release file is what `docker compose up` really gets: the resolved model with our
labels, images under content-addressed tags, and mounted repository files replaced by
copies, so that a later commit cannot change what a running container sees.
"""

import posixpath
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from trueup.kinds.stack.digest import combined, digest
from trueup.kinds.stack.inputs import Inputs, Reader
from trueup.kinds.stack.kept import plain
from trueup.kinds.stack.secrets import Supply, used
from trueup.kinds.stack.spec import ServiceSpec, StackSpec
from trueup.kinds.stack.target import (
    EXTENSION,
    Service,
    Target,
    build_file,
    host_names,
    release_file,
)
from trueup.model.container import DIGEST, SALT, SOURCE, STACK
from trueup.model.key import Key
from trueup.model.ports import Project
from trueup.model.secret import Revealed, as_words, encrypted, tokens
from trueup.model.steps import Bundle

RECREATE = "recreate"
ENDS = "service_completed_successfully"


@dataclass(frozen=True, slots=True)
class Rendering:
    """Everything that rendering one stack needs. `state` is an absolute path.

    `network` is the shared network that must be there; empty for none. `trial` is the Run
    whose candidate the tree shows.
    """

    key: Key
    spec: StackSpec
    origin: str
    revision: str
    state: str
    project: Project
    reader: Reader
    network: str = ""
    supply: Supply = field(default_factory=Supply)
    trial: str = ""

    def target(self) -> Target:
        """Return what the stack should run, with the files of the release."""
        compose = self.reader.compose
        inputs = {name: self.reader.inputs(name) for name in compose.get("services") or {}}
        services = {name: self._service(name, one) for name, one in inputs.items()}
        total = self._total(services)
        file = release_file(self.key, total)
        copies = set(self._copies(inputs))
        secrets = {d: self._secret(one) for d, one in used(compose, self.supply).items()}
        bundle = self._bundle(file, services, inputs, copies, secrets)
        apart = self._built_apart(bundle.compose) if self.trial else {}
        built_by = build_file(self.key, total) if apart else ""
        return Target(
            project=self.project.name,
            digest=total,
            revision=self.revision,
            file=file,
            services=services,
            networks=host_names(compose, "networks"),
            volumes=host_names(compose, "volumes"),
            copied=self._copied_from(copies),
            bundle=replace(bundle, others={built_by: apart}) if apart else bundle,
            secrets=secrets,
            built_by=built_by,
            trial=self.trial,
        )

    def _total(self, services: Mapping[str, Service]) -> str:
        """Return the digest of all that the release file says and copies.

        The checks are part of it: where they change, what runs must pass the new ones.
        """
        marks = [
            [n, one.digest, one.components, plain(self.spec.service(n))]
            for n, one in sorted(services.items())
        ]
        return digest([self.project.name, marks], self.reader.salt)

    def _service(self, name: str, inputs: Inputs) -> Service:
        soft = dict(self._soft(name, inputs))
        components = {one.name: one.digest for one in inputs.every}
        components["source"] = digest(self.origin, self.reader.salt)
        hard = {one: mark for one, mark in components.items() if one not in soft}
        mark = combined({**hard, "service": name}, self.reader.salt)
        said = self.reader.compose["services"][name]
        image = self._image(name, inputs, said)
        model = {
            **said,
            "image": image,
            "labels": {**(said.get("labels") or {}), **self._labels(mark)},
            "volumes": [self._volume(name, one, inputs) for one in said.get("volumes") or ()],
        }
        return Service(name, mark, image, model, components, soft, self._said(name))

    def _image(self, name: str, inputs: Inputs, said: Mapping[str, Any]) -> str:
        image = said["image"] if not inputs.build else ""
        if not isinstance(image, str):
            raise TypeError(f"the image of {name} is no name")
        return image or f"trueup/{self.project.name}/{name}:{inputs.build}"

    def _said(self, name: str) -> ServiceSpec:
        """Return what is said of a service; one whose end others wait for is a one-shot."""
        said = self.spec.service(name)
        others = self.reader.compose["services"].values()
        ends = any(
            (one.get("depends_on") or {}).get(name, {}).get("condition") == ENDS for one in others
        )
        return replace(said, one_shot=said.one_shot or ends)

    def _labels(self, mark: str) -> dict[str, str]:
        return {
            STACK: str(self.key),
            SOURCE: self.origin,
            DIGEST: mark,
            SALT: self.reader.salt,
        }

    def _soft(self, name: str, inputs: Inputs) -> Iterator[tuple[str, str]]:
        """The inputs whose change does something gentler than a new container."""
        for path, act in self._gentle(name).items():
            for one in inputs.every:
                if one.path == path or one.path.startswith(path + "/"):
                    yield one.name, act

    def _gentle(self, name: str) -> dict[str, str]:
        said = self.spec.service(name).on_change
        return {
            posixpath.normpath(posixpath.join(self.project.directory, path)): act
            for path, act in said.items()
            if act != RECREATE
        }

    def _snapshot(self, name: str, path: str, inputs: Inputs, *, writable: bool = False) -> str:
        """Return where the copy of a mounted path is kept; empty where there is none.

        What a container may write to is a copy of its own, so that nobody else sees it.
        """
        listing = inputs.files.get(path)
        live = any(_overlap(path, gentle) for gentle in self._gentle(name))
        if listing is None or not listing.exists or live or not self.reader.inside(path):
            return ""
        own = {"": listing.files[""], "owner": f"{self.key}/{name}"} if writable else listing.files
        return f"snapshots/{combined(own, self.reader.salt)}/{posixpath.basename(path)}"

    def _volume(self, name: str, volume: Mapping[str, Any], inputs: Inputs) -> Mapping[str, Any]:
        copy = self._copy(name, volume, inputs)
        return {**volume, "source": posixpath.join(self.state, copy)} if copy else volume

    def _copy(self, name: str, volume: Mapping[str, Any], inputs: Inputs) -> str:
        if volume.get("type") != "bind" or not _is_fixed(volume, inputs):
            return ""
        writable = not volume.get("read_only", False)
        return self._snapshot(name, volume["source"], inputs, writable=writable)

    def _copied_from(self, copies: AbstractSet[tuple[str, str]]) -> dict[str, str]:
        return {posixpath.join(self.state, copy): path for path, copy in sorted(copies)}

    def _bundle(
        self,
        file: str,
        services: Mapping[str, Service],
        inputs: Mapping[str, Inputs],
        copies: AbstractSet[tuple[str, str]],
        secrets: Mapping[str, Mapping[str, str]],
    ) -> Bundle:
        """Return the release file and the copies that it mounts."""
        compose = dict(self.reader.compose)
        compose["services"] = {name: one.model for name, one in services.items()}
        for kind in ("configs", "secrets"):
            if compose.get(kind):
                compose[kind] = {n: self._copied(d, inputs) for n, d in compose[kind].items()}
        if compose.get("volumes"):
            compose["volumes"] = {n: self._owned(one) for n, one in compose["volumes"].items()}
        compose[EXTENSION] = {
            "directory": self.project.directory,
            "components": {name: dict(one.components) for name, one in services.items()},
            "env": {n: said for n, said in self.project.env.items() if not any(tokens(said))},
            "soft": {name: dict(one.soft) for name, one in services.items() if one.soft},
            "said": {name: plain(one.said) for name, one in services.items()},
            "network": self.network,
            "copied": self._copied_from(copies),
        }
        if secrets:
            compose[EXTENSION]["secrets"] = dict(secrets)
            sealed = {encrypted(one.origin) for one in self.supply.of(secrets).values()}
            copies = copies | {(path, self._sealed_copy(path)) for path in sealed if path}
        place = self.reader.tree.place
        return Bundle(file, compose, tuple(sorted((place(path), copy) for path, copy in copies)))

    def _built_apart(self, compose: Mapping[str, Any]) -> dict[str, Any]:
        """Return the release file with builds that read what is on trial; empty for none."""
        services = {
            name: {**said, "build": self._placed(said["build"])}
            for name, said in compose["services"].items()
            if said.get("build")
        }
        return {**compose, "services": {**compose["services"], **services}} if services else {}

    def _placed(self, build: Mapping[str, Any]) -> dict[str, Any]:
        placed = dict(build)
        for field_ in ("context", "dockerfile"):
            if field_ in build:
                placed[field_] = self._place(build[field_])
        if others := build.get("additional_contexts"):
            placed["additional_contexts"] = {n: self._place(one) for n, one in others.items()}
        return placed

    def _place(self, path: str) -> str:
        """Return where a path is read; what is relative to something else stays so."""
        return self.reader.tree.place(path) if posixpath.isabs(path) else path

    def _owned(self, volume: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """Return a volume that says whose it is once its containers are gone."""
        if volume is not None and volume.get("external"):
            return volume
        said = volume or {}
        ours = {STACK: str(self.key), SOURCE: self.origin}
        return {**said, "labels": {**(said.get("labels") or {}), **ours}}

    def _secret(self, one: Revealed) -> dict[str, str]:
        """Return where a secret is from, in words that a release file keeps.

        An encrypted file is copied like any other, so that the way back needs no git.
        """
        said = {
            "owner": f"{self.key.kind}.{self.key.name}",
            "name": one.name,
            **as_words(one.origin),
        }
        if path := encrypted(one.origin):
            copy = self._sealed_copy(path)
            said["copy"] = posixpath.join(self.state, copy)
        return said

    def _sealed_copy(self, path: str) -> str:
        mark = combined({"": self.reader.tree.file(path)}, self.reader.salt)
        return f"snapshots/{mark}/{posixpath.basename(path)}"

    def _copied(self, said: Any, inputs: Mapping[str, Inputs]) -> Any:
        path = (said or {}).get("file", "")
        users = [name for name, one in inputs.items() if path in one.files]
        copies = [self._snapshot(name, path, inputs[name]) for name in users]
        if not copies or not all(copies):
            return said
        return {**said, "file": posixpath.join(self.state, copies[0])}

    def _copies(self, inputs: Mapping[str, Inputs]) -> Iterator[tuple[str, str]]:
        for name, one in inputs.items():
            for path in one.files:
                if copy := self._snapshot(name, path, one):
                    yield path, copy
            for volume in self.reader.compose["services"][name].get("volumes") or ():
                if copy := self._copy(name, volume, one):
                    yield volume["source"], copy


def _is_fixed(volume: Mapping[str, Any], inputs: Inputs) -> bool:
    """Whether a bind mount is configuration: one file, or a folder nobody writes to."""
    listing = inputs.files[volume["source"]]
    return bool(volume.get("read_only")) or "" in listing.files


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")
