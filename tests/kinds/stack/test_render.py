"""The release file: what compose really gets, and what it must never depend on."""

from tests.kinds.stack.builders import (
    HERE,
    KEY,
    ORIGIN,
    bind,
    built,
    document,
    project,
    service,
    volume,
)
from tests.kinds.stack.world import World, here
from trueup.kinds.stack.inputs import base_images
from trueup.kinds.stack.spec import Checkout
from trueup.kinds.stack.target import from_release
from trueup.model.container import DIGEST, SALT, SOURCE, STACK


def test_every_service_carries_our_labels_beside_its_own() -> None:
    world = World(project(web=service(labels={"team": "shop"})))
    assert world.wanted().services["web"].model["labels"] == {
        "team": "shop",
        STACK: str(KEY),
        SOURCE: ORIGIN,
        SALT: world.host.salt,
        DIGEST: world.wanted().services["web"].digest,
    }


def test_what_the_repository_mounts_is_copied_and_what_it_does_not_is_not() -> None:
    mounts = [
        bind(here("conf"), "/conf"),
        bind(here("one.conf"), "/one", read_only=False),
        bind(here("uploads"), "/uploads", read_only=False),
        bind("/etc/localtime", "/etc/localtime"),
        volume("data", "/data"),
    ]
    world = World(project(web=service(volumes=mounts)))
    world.files.update({here("conf/a"): "1", here("one.conf"): "1", "/etc/localtime": "now"})
    world.files[here("uploads/picture")] = "1"
    sources = [one["source"] for one in world.wanted().services["web"].model["volumes"]]
    copied = [source.startswith("/state/snapshots/") for source in sources]
    assert copied == [True, True, False, False, False]


def test_the_same_content_is_copied_to_the_same_place_and_other_content_is_not() -> None:
    world = World(project(web=service(volumes=[bind(here("conf"), "/conf")])))
    places = []
    for text in ("1", "2", "1"):
        world.files[here("conf/a")] = text
        places += [world.wanted().services["web"].model["volumes"][0]["source"]]
    assert places[0] == places[2] != places[1]


def test_a_config_file_is_copied_for_all_its_users() -> None:
    uses = service(configs=[{"source": "site"}])
    compose = project(a=uses, b=uses)
    compose["configs"] = {"site": {"name": "web_site", "file": here("site.conf")}}
    world = World(compose)
    world.files[here("site.conf")] = "1"
    bundle = world.wanted().bundle
    assert bundle is not None
    ((source, copy),) = bundle.copies
    assert source == here("site.conf")
    assert bundle.compose["configs"]["site"]["file"] == f"/state/{copy}"


def test_what_git_says_later_does_not_reach_a_file_that_was_written() -> None:
    world = World(project(web=service(volumes=[bind(here("conf"), "/conf")])))
    world.files[here("conf/a")] = "1"
    world.deployed()
    before = world.host.stored(world.status.applied.file) if world.status.applied else {}
    world.files[here("conf/a")] = "2"
    assert world.plan().steps
    assert world.status.applied
    assert world.host.stored(world.status.applied.file) == before
    assert HERE not in str(before["services"])


def test_a_built_image_is_named_by_what_it_is_built_from() -> None:
    world = World(project(api=built()))
    tags = []
    for text in ("FROM a\n", "FROM b\n", "FROM a\n"):
        world.files[here("api/Dockerfile")] = text
        tags += [world.wanted().services["api"].image]
    assert tags[0] == tags[2] != tags[1]
    assert tags[0].startswith("trueup/web/api:")


def test_the_name_of_a_release_covers_everything_that_its_file_says() -> None:
    world = World(project(web=service()))
    names = {world.wanted().file}
    world.says(project(web=service(environment={"A": "1"})))
    names.add(world.wanted().file)
    world.wants(document(origin="another"))
    names.add(world.wanted().file)
    world.wants(document(origin="another", project="shop"))
    names.add(world.wanted().file)
    assert len(names) == 4


def test_a_digest_betrays_no_value_without_the_salt() -> None:
    world = World(project(web=service(environment={"PASSWORD": "1234"})))
    first = world.wanted().services["web"].components["environment PASSWORD"]
    world.host.salt = "another"
    assert world.wanted().services["web"].components["environment PASSWORD"] != first


def test_a_release_that_was_kept_is_the_target_that_it_was() -> None:
    world = World(project(web=service(), api=built()))
    world.files[here("api/Dockerfile")] = "FROM a\n"
    wanted = world.wanted()
    assert wanted.bundle is not None
    again = from_release(wanted.release({}), wanted.bundle.compose)
    assert (again.services, again.networks, again.digest) == (
        wanted.services,
        wanted.networks,
        wanted.digest,
    )


def test_the_project_is_looked_for_beside_the_document_or_where_it_says() -> None:
    world = World(project(web=service()))
    for path, directory in ((".", "/repo/web"), ("deploy", "/repo/web/deploy")):
        world.wants(document(path=path))
        world.host.projects[directory] = world.compose
        assert world.look().directory == directory


def test_a_project_of_another_repository_is_looked_for_from_its_root() -> None:
    world = World(project(web=service()))
    other = Checkout("https://git.example.org/shop.git", ref="v1")
    world.host.trees["https://git.example.org/shop.git@=v1"] = world.host.trees["repo"]
    world.host.projects["/repo/stack"] = world.compose
    world.wants(document(path="stack", repository=other))
    assert world.look().directory == "/repo/stack"


def test_base_images_are_those_that_are_no_stage_of_the_file_itself() -> None:
    text = (
        "# FROM nothing\n"
        "ARG V=1\n"
        "FROM --platform=linux/amd64 golang:1 AS Build\n"
        "FROM build AS test\n"
        "from alpine:3\n"
        "FROM scratch\n"
        "FROM app:${V}\n"
        "FROM golang:1\n"
    )
    assert base_images(text) == ("golang:1", "alpine:3")


def test_a_large_folder_is_named_by_its_top_folders() -> None:
    world = World(project(web=service(volumes=[bind(here("conf"), "/conf")])))
    for number in range(50):
        world.files[here(f"conf/part{number % 2}/{number}")] = "1"
    names = [n for n in world.wanted().services["web"].components if n.startswith("file")]
    assert names == ["file web/conf/part0", "file web/conf/part1"]
    world.deployed()
    world.files[here("conf/part1/7")] = "2"
    assert world.plan().reason == "web: file web/conf/part1 changed in abc1234"
