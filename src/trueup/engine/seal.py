"""Put a verified release on record, so that it can be brought back from this host alone."""

from collections.abc import Mapping
from typing import Any

from trueup.engine.world import World
from trueup.model.errors import ToolError
from trueup.model.steps import Bundle, Seal

ID_LENGTH = 12


def seal(step: Seal, world: World) -> dict[str, str]:
    """Pin the images of a release, write its sealed file, and return service → image id.

    Raises:
        ToolError: an image that was verified a moment ago is gone.
    """
    compose = world.looks.stored(step.file)
    ids = {name: _image(reference, world) for name, reference in step.images.items()}
    tags = {name: tag_of(step.project, name, image) for name, image in ids.items()}
    for name, image in ids.items():
        world.tools.pin(image, tags[name])
    world.tools.freeze(Bundle(step.sealed, _fixed(compose, tags)))
    return ids


def tag_of(project: str, service: str, image: str) -> str:
    """Return our tag for one image of one service."""
    return f"trueup/{project}/{service}:{image.removeprefix('sha256:')[:ID_LENGTH]}"


def _image(reference: str, world: World) -> str:
    if image := world.looks.image(reference):
        return image
    raise ToolError(
        f"image {reference} is gone although it was just verified",
        "something removed it from the host",
        "Look for a prune job; the next look will bring it back.",
    )


def _fixed(compose: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    services = {
        name: {**said, "image": tags.get(name, said.get("image", ""))}
        for name, said in compose["services"].items()
    }
    return {**compose, "services": services}
