"""Put a verified release on record, so that it can be brought back from this host alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from trueup.engine.world import World
from trueup.model.container import Container
from trueup.model.errors import ToolError
from trueup.model.key import Key
from trueup.model.steps import Bundle, Seal

ID_LENGTH = 12


def seal(step: Seal, world: World, running: Sequence[Container]) -> dict[str, str]:
    """Pin the images of a release, write its sealed file, and return service → image id.

    What a container runs is what was verified, whatever its name means by now. A service
    without containers (scaled to nothing, or done) has no image that must be kept.
    """
    compose = world.looks.stored(step.file)
    if not compose:
        why, fix = "somebody removed or changed it", "Another look writes it anew."
        raise ToolError(f"the release file {step.file} is not as it was written", why, fix)
    runs = {one.service: one.image_id for one in running if not one.oneoff}
    found = {n: runs.get(n) or world.looks.image(image) for n, image in step.images.items()}
    ids = {name: image for name, image in found.items() if image}
    tags = {name: tag_of(step.project, name, image) for name, image in ids.items()}
    for name, image in ids.items():
        world.tools.pin(image, tags[name])
    world.tools.freeze(Bundle(step.sealed, _fixed(compose, tags)))
    return ids


def mark_of(key: Key, origin: str) -> str:
    """Return whose something on the host is; stacks of two sources may have one name."""
    return f"{key}.{origin}"


def tag_of(project: str, service: str, image: str) -> str:
    """Return our tag for one image of one service."""
    return f"trueup/{project}/{service}:{image.removeprefix('sha256:')[:ID_LENGTH]}"


def _fixed(compose: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    services = {
        name: {**said, "image": tags.get(name, said.get("image", ""))}
        for name, said in compose["services"].items()
    }
    return {**compose, "services": services}
