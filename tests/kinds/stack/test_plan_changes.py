"""Each input of a service, changed alone: exactly that service, with the input named."""

from collections.abc import Callable

import pytest

from tests.fake_host import image_id
from tests.kinds.stack.builders import (
    Model,
    bind,
    built,
    document,
    lines,
    project,
    service,
    volume,
)
from tests.kinds.stack.world import World, here
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.checks import Http

Edit = Callable[[World], None]


def _with(model: Model, **top: Model) -> Model:
    """Return a project of `web` and of a bystander that nothing here concerns."""
    return {**project(bystander=service("other:1"), web=model), **top}


def _file(path: str, text: str) -> Edit:
    return lambda world: world.files.update({here(path): text})


def _compose(model: Model, **top: Model) -> Edit:
    return lambda world: world.says(_with(model, **top))


def _image(reference: str, becomes: str) -> Edit:
    return lambda world: world.host.images.update({reference: image_id(becomes)})


SITE: Model = {"configs": [{"source": "site"}]}
KEY: Model = {"secrets": [{"source": "key"}]}
INLINE: Model = {"site": {"name": "web_site", "content": "one"}}
FILE: Model = {"site": {"name": "web_site", "file": here("site.conf")}}
SECRET: Model = {"key": {"name": "web_key", "file": here("key.txt")}}
TOKEN: Model = {"key": {"name": "web_key", "environment": "TOKEN", "x-trueup-value": "one"}}
NETWORKS = {"default": {"name": "web_default", "ipam": {}}}
DATA = [volume("data", "/data")]
BIND = [bind(here("conf"), "/conf")]
ONE_FILE = [bind(here("conf/a"), "/a", read_only=False)]

CHANGES: dict[str, tuple[Model, Edit, str]] = {
    "a variable": (
        _with(service(environment={"A": "1", "B": "2"})),
        _compose(service(environment={"A": "1", "B": "3"})),
        "environment B changed",
    ),
    "a variable that is gone": (
        _with(service(environment={"A": "1", "B": "2"})),
        _compose(service(environment={"A": "1"})),
        "environment B removed",
    ),
    "a field": (_with(service()), _compose(service(hostname="www")), "hostname added"),
    "the command": (
        _with(service(command=["serve"])),
        _compose(service(command=["serve", "-v"])),
        "command changed",
    ),
    "an inline config": (
        _with(service(**SITE), configs=INLINE),
        _compose(service(**SITE), configs={"site": {**INLINE["site"], "content": "two"}}),
        "config site changed",
    ),
    "a config file": (
        _with(service(**SITE), configs=FILE),
        _file("site.conf", "two"),
        "config site changed",
    ),
    "a secret file": (
        _with(service(**KEY), secrets=SECRET),
        _file("key.txt", "two"),
        "secret key changed",
    ),
    "a secret from the environment": (
        _with(service(**KEY), secrets=TOKEN),
        _compose(service(**KEY), secrets={"key": {**TOKEN["key"], "x-trueup-value": "two"}}),
        "secret key changed",
    ),
    "a mounted folder's file": (
        _with(service(volumes=BIND)),
        _file("conf/a", "two"),
        "file web/conf/a changed",
    ),
    "a mounted file, written or replaced": (
        _with(service(volumes=ONE_FILE)),
        _file("conf/a", "two"),
        "file web/conf/a changed",
    ),
    "a new file of a mounted folder": (
        _with(service(volumes=BIND)),
        _file("conf/c", "new"),
        "file web/conf/c added",
    ),
    "a volume's definition": (
        _with(service(volumes=DATA), volumes={"data": {"name": "web_data"}}),
        _compose(
            service(volumes=DATA), volumes={"data": {"name": "web_data", "labels": {"a": "b"}}}
        ),
        "volume data changed",
    ),
    "a network's definition": (
        _with(service(networks={"back": None}), networks={**NETWORKS, "back": {"name": "back"}}),
        _compose(
            service(networks={"back": None}),
            networks={**NETWORKS, "back": {"name": "back", "internal": True}},
        ),
        "network back changed",
    ),
    "the image's name": (_with(service()), _compose(service("app:2")), "image changed"),
    "the image that a name means": (
        _with(service()),
        _image("app:1", "app:1 of today"),
        "app:1 is another image now",
    ),
    "a file that the image is built from": (
        _with(built()),
        _file("api/app.py", "two"),
        "file web/api/app.py changed",
    ),
    "the Dockerfile": (
        _with(built()),
        _file("api/Dockerfile", "FROM base:1\nRUN make\n"),
        "file web/api/Dockerfile changed",
    ),
    "a build argument": (
        _with(built()),
        _compose({**built(), "build": {**built()["build"], "args": {"V": "2"}}}),
        "build argument V added",
    ),
    "the base image": (_with(built()), _image("base:1", "base:1 patched"), "base image base:1"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_input_recreates_its_service_and_no_other(change: str) -> None:
    before, edit, cause = CHANGES[change]
    world = World(before)
    world.files.update({here("site.conf"): "one", here("key.txt"): "one"})
    world.files.update({here("conf/a"): "one", here("conf/b"): "one"})
    world.files.update({here("api/Dockerfile"): "FROM base:1\n", here("api/app.py"): "one"})
    world.host.images["base:1"] = image_id("base:1")
    world.deployed()
    assert world.plan().steps == ()
    edit(world)
    todo = world.plan()
    assert [s.services for s in todo.steps if hasattr(s, "services")] == [("web",)]
    assert todo.reason.startswith(f"web: {cause}")
    assert str(todo).endswith("  keep     bystander  in sync\n")
    world.apply(todo)
    assert world.plan().steps == ()


def test_several_changes_are_counted_and_the_first_is_named() -> None:
    world = World(project(web=service())).deployed()
    world.says(project(web=service("app:2", environment={"A": "1"}, hostname="www")))
    assert world.text() == lines("""
        Stack/web OutOfSync: web: environment A added (and 2 more) in abc1234
        1 pull     web app:2  cause: environment A added (and 2 more)
        2 restart  web -> app:2  cause: environment A added (and 2 more)  [undo: web -> <app:1>]
        3 verify   web stable for 10s within 300s
        4 seal     release
        """)


def test_what_is_built_again_is_built_before_anything_is_touched() -> None:
    world = World(project(api=built(), db=service("db:1")))
    world.files[here("api/Dockerfile")] = "FROM base:1\n"
    world.deployed()
    world.files[here("api/main.py")] = "new"
    assert world.text() == lines("""
        Stack/web OutOfSync: api: file web/api/main.py added in abc1234
        1 build    api -> #1  cause: file web/api/main.py added
        2 restart  api -> #1  cause: file web/api/main.py added  [undo: api -> #2]
        3 verify   api stable for 10s, db stable for 10s within 300s
        4 seal     release
          keep     db  in sync
        """)


def test_an_image_that_was_built_from_the_same_files_before_is_not_built_again() -> None:
    world = World(project(api=built()))
    world.files[here("api/Dockerfile")] = "FROM base:1\n"
    world.deployed()
    world.files[here("api/main.py")] = "new"
    world.deployed()
    del world.files[here("api/main.py")]
    assert "build " not in world.text()
    assert "restart  api" in world.text()


def test_a_container_that_is_gone_does_not_hide_what_git_changed() -> None:
    world = World(project(web=service())).deployed()
    world.host.delete("web-web-1")
    world.says(project(web=service(environment={"A": "1"})))
    assert world.text() == lines("""
        Stack/web OutOfSync: web: environment A added (and 1 more) in abc1234
        1 restart  web -> app:1  cause: environment A added (and 1 more)  [undo: web -> <app:1>]
        2 verify   web stable for 10s within 300s
        3 seal     release
        """)


def test_a_source_that_is_another_now_gives_its_label_to_every_container() -> None:
    world = World(project(web=service())).deployed()
    world.wants(document(origin="another"))
    assert "of another source" in world.plan().reason
    assert "set spec.adopt: true" in world.plan().reason
    world.wants(document(origin="another", adopt=True))
    assert world.text() == lines("""
        Stack/web OutOfSync: web: source changed in abc1234
        1 restart  web -> app:1  cause: source changed  [undo: web -> <app:1>]
        2 verify   web stable for 10s within 300s
        3 seal     release
        """)


def test_a_new_service_is_started_and_its_undo_removes_it() -> None:
    world = World(project(web=service())).deployed()
    world.says(project(web=service(), cache=service("cache:1")))
    assert world.text() == lines("""
        Stack/web OutOfSync: cache: is new in abc1234
        1 pull     cache cache:1  cause: is new
        2 restart  cache -> cache:1  cause: is new  [undo: cache is removed]
        3 verify   cache stable for 10s, web stable for 10s within 300s
        4 seal     release
          keep     web  in sync
        """)


def test_two_plans_of_the_same_look_are_the_same() -> None:
    world = World(project(web=service(environment={"A": "1"}), db=service("db:1")))
    assert world.plan() == world.plan()
    world.deployed()
    world.says(project(web=service(environment={"A": "2"}), db=service("db:2")))
    assert world.plan() == world.plan()


def test_a_changed_check_is_verified_without_touching_anything() -> None:
    world = World(project(web=service())).deployed()
    check = Http("web", "http://web:8080/", body="colour")
    world.wants(document(services={"web": ServiceSpec(verify=(check,))}))
    assert world.text() == lines("""
        Stack/web Unverified: runs what is wanted, which was not verified yet
        1 verify   http://web:8080/ is 200 with body 'colour', web stable for 10s within 300s
        2 seal     release
          keep     web  in sync
        """)


def test_a_file_whose_name_has_lines_of_its_own_gives_none_to_the_plan() -> None:
    mounted = project(web=service(volumes=[bind(here("site"), "/site")]))
    world = World(mounted)
    world.files[here("site/a")] = "1"
    world.deployed()
    world.files[here("site/b\n2 remove   db  cause: \x1b[1m\u2028")] = "1"
    assert world.text() == lines(r"""
        Stack/web OutOfSync: web: file web/site/b\x0a2 remove   db  cause: \x1b[1m\u2028 added \
        in abc1234
        1 restart  web -> app:1  cause: file web/site/b\x0a2 remove   db  cause: \x1b[1m\u2028 \
        added  [undo: web -> <app:1>]
        2 verify   web stable for 10s within 300s
        3 seal     release
        """).replace("\\\n", "")


def test_a_mount_whose_place_has_lines_of_its_own_gives_none_to_the_plan() -> None:
    mounted = project(web=service(volumes=[bind(here("site"), "/site\n2 remove   db")]))
    world = World(mounted)
    world.files[here("site/a")] = "1"
    world.deployed()
    world.host.every[world.only()].mounts.clear()
    assert r"the mount at /site\x0a2 remove   db is not what" in world.plan().reason
    assert len(world.text().splitlines()) == 1 + len(world.plan().steps)
