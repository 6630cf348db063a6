"""Keep the images of the way back from every prune, and let them go again.

Acts through the engine's API: a program of its own for each of these would cost more than
the act. Touches tags and containers of ours only, and decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from docker.errors import APIError

from trueup.adapters.docker.sdk import Sdk
from trueup.model.container import ADOPTER, PROJECT, SERVICE, marker_of
from trueup.model.errors import ToolError

HOLD = "trueup.hold"
UNFIT = re.compile(r"[^A-Za-z0-9_.-]")
UNCLAIM = "Give this stack another spec.project, or remove that volume if it is out of date."
GONE, BUSY = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT


class Keeping:
    """Pins and holds images of one engine."""

    def __init__(self, sdk: Sdk) -> None:
        self._sdk = sdk

    def pin(self, image: str, reference: str) -> None:
        """Keep an image under a tag of ours."""
        repository, _, tag = reference.rpartition(":")
        with self._sdk.asking() as client:
            client.tag(image, repository, tag)

    def claim(self, project: str, owner: str) -> None:
        """Mark a project as taken over; of several who try at once the engine lets one."""
        name = marker_of(project)
        with self._sdk.asking() as client:
            found = client.create_volume(name, labels={ADOPTER: owner})
        has = (found.get("Labels") or {}).get(ADOPTER, "")
        if has != owner:
            why = f"volume {name} says that {has or 'somebody'} did"
            raise ToolError(f"project {project} was taken over already", why, UNCLAIM)

    def unclaim(self, project: str) -> None:
        """Let go of a project that nothing is left of."""
        with self._sdk.asking() as client, _unless(GONE, BUSY):
            client.remove_volume(marker_of(project))

    def hold(self, images: Sequence[str], mark: str) -> None:
        """Keep images in use, by containers that never start."""
        # An image that compose built says whose it is, and its containers would say so too.
        labels = {HOLD: mark, PROJECT: "", SERVICE: ""}
        with self._sdk.asking() as client:
            for image in images:
                name = f"trueup-hold-{UNFIT.sub('-', mark)}-{image.removeprefix('sha256:')[:12]}"
                with _unless(GONE, BUSY):
                    client.create_container(
                        image,
                        name=name,
                        entrypoint=["/held"],
                        labels=labels,
                        host_config=client.create_host_config(network_mode="none"),
                    )

    def let_go(self, mark: str) -> None:
        """Remove every container that holds an image under a mark, with what it made."""
        with self._sdk.asking() as client:
            for held in client.containers(all=True, filters={"label": f"{HOLD}={mark}"}):
                with _unless(GONE, BUSY):
                    client.remove_container(held["Id"], v=True, force=True)

    def keep(self, references: Sequence[str], prefix: str) -> None:
        """Drop our tags that begin with a prefix and are not among the references.

        A tag that a container still needs stays until the next time.
        """
        with self._sdk.asking() as client:
            tags = [tag for image in client.images() for tag in image.get("RepoTags") or ()]
            for reference in tags:
                if reference.startswith(prefix) and reference not in references:
                    with _unless(GONE, BUSY):
                        client.remove_image(reference, noprune=True)


@contextmanager
def _unless(*codes: HTTPStatus) -> Iterator[None]:
    """Take a refusal as success where its code says that nothing is left to do."""
    try:
        yield
    except APIError as error:
        if error.status_code not in codes:
            raise
