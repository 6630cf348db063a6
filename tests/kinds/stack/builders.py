"""Words for writing tests about stacks: compose models as compose resolves them, documents."""

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

from trueup.kinds.stack.spec import ServiceSpec, StackSpec
from trueup.model.key import Key
from trueup.model.resource import Resource

KEY = Key("Stack", "web")
ROOT = "/repo"
HERE = "/repo/web"
SOURCE = "repo"
ORIGIN = "0f1e2d3c4b5a6978"

Model = dict[str, Any]


def project(**services: Model) -> Model:
    """Return what `docker compose config --format json` says of a project."""
    return {
        "name": "web",
        "services": services,
        "networks": {"default": {"name": "web_default", "ipam": {}}},
    }


def service(image: str = "app:1", **said: Any) -> Model:
    """Return one service of a resolved project."""
    return {
        "command": None,
        "entrypoint": None,
        "image": image,
        "networks": {"default": None},
        **said,
    }


def built(context: str = f"{HERE}/api", **said: Any) -> Model:
    """Return a service whose image is built from a folder."""
    model = service(build={"context": context, "dockerfile": "Dockerfile"}, **said)
    del model["image"]
    return model


def needs(**conditions: str) -> Model:
    """Return `depends_on`: `needs(db="healthy")`."""
    return {
        name: {"condition": f"service_{said}", "required": True}
        for name, said in conditions.items()
    }


def health() -> Model:
    """Return a health check that a compose file declares."""
    return {"test": ["CMD", "true"], "interval": "1s"}


def bind(source: str, target: str, *, read_only: bool = True) -> Model:
    """Return a bind mount of a path of this machine."""
    return {
        "type": "bind",
        "source": source,
        "target": target,
        "read_only": read_only,
        "bind": {"create_host_path": True},
    }


def volume(source: str, target: str) -> Model:
    """Return a named volume's mount."""
    return {"type": "volume", "source": source, "target": target, "volume": {}}


def limits(**said: Any) -> Model:
    """Return `deploy` with limits: `limits(memory="1000")`."""
    return {"resources": {"limits": said}, "placement": {}}


def document(
    *,
    origin: str = ORIGIN,
    leaving: bool = False,
    held: str = "",
    services: Mapping[str, ServiceSpec] | None = None,
    **spec: Any,
) -> Resource[StackSpec]:
    """Return the Stack `web` that lies beside its compose file in /repo/web."""
    return Resource(
        key=KEY,
        spec=StackSpec(services=services or {}, **spec),
        file="web/stack.yaml",
        source=SOURCE,
        origin=origin,
        revision="abc1234",
        leaving=leaving,
        held=held,
    )


def lines(text: str) -> str:
    """Return a plan as it is written out in a test."""
    return dedent(text).lstrip("\n")
