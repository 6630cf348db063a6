"""Taking over what runs without touching it: what it takes, what is remembered, what follows."""

from dataclasses import replace

from tests.fake_container import FakeContainer
from tests.kinds.stack.builders import HERE, bind, built, document, lines, project, service
from tests.kinds.stack.world import World, here
from trueup.model.container import DIGEST, SALT, SOURCE, STACK
from trueup.model.plan import Verdict

WORKING_DIR = "com.docker.compose.project.working_dir"
OURS = (STACK, SOURCE, DIGEST, SALT)


def test_what_runs_as_it_is_wanted_is_taken_over_without_being_touched() -> None:
    world = running(World(project(web=service()), document(adopt=True)))
    assert world.text() == lines("""
        Stack/web Unverified: runs what is wanted, which was not verified yet
        1 verify   web stable for 10s within 300s
        2 seal     release
          keep     web  in sync
        """)


def test_nothing_is_left_to_do_once_it_was_taken_over() -> None:
    world = running(World(project(web=service()), document(adopt=True)))
    before = world.only()
    world.deployed()
    assert world.plan().steps == ()
    assert world.plan().verdict is Verdict.IN_SYNC
    assert world.only() == before


def test_nothing_is_taken_over_unless_the_document_says_so() -> None:
    world = running(World(project(web=service())))
    assert world.plan().verdict is Verdict.BLOCKED


def test_what_is_alike_but_names_another_source_is_not_taken_over() -> None:
    world = running(World(project(web=service()), document(adopt=True)))
    world.host.every[world.only()].config["Labels"][SOURCE] = "elsewhere"
    assert "belongs to a stack of another source" in world.plan().reason
    assert (world.plan().verdict, world.plan().steps) == (Verdict.BLOCKED, ())


def test_what_was_taken_over_stays_ours_when_the_document_no_longer_asks_for_it() -> None:
    world = running(World(project(web=service()), document(adopt=True))).deployed()
    world.wants(document())
    assert world.plan().verdict is Verdict.IN_SYNC


def test_a_field_that_differs_is_named_and_keeps_it_from_being_taken_over() -> None:
    world = running(World(project(web=service()), document(adopt=True)))
    world.says(project(web=service(environment={"A": "1"})))
    assert world.plan().services["web"].reasons == (
        "was not started by Trueup",
        "environment A is missing",
    )
    assert "web: environment A is missing; make the two agree" in world.plan().reason
    assert (world.plan().verdict, world.plan().steps) == (Verdict.BLOCKED, ())


def test_another_image_under_the_same_name_is_not_taken_over() -> None:
    world = running(World(project(web=service()), document(adopt=True)))
    world.host.images["app:1"] = "sha256:" + 64 * "e"
    assert "web: does not run what app:1 means here" in world.plan().reason
    assert (world.plan().verdict, world.plan().steps) == (Verdict.BLOCKED, ())


def test_a_container_that_is_stopped_is_not_started_to_take_it_over() -> None:
    world = running(World(project(web=service()), document(adopt=True)))
    world.host.kill("web-web-1", code=0)
    assert "web: is exited" in world.plan().reason
    assert (world.plan().verdict, world.plan().steps) == (Verdict.BLOCKED, ())


def test_what_differs_in_one_service_keeps_the_others_from_being_taken_over() -> None:
    world = World(project(web=service(), db=service("db:1")), document(adopt=True))
    running(world, "web")
    running(world, "db")
    world.host.update("web-db-1", Memory=1000)
    assert "db: memory is 1000, wants 0; make the two agree" in world.plan().reason
    assert (world.plan().verdict, world.plan().steps) == (Verdict.BLOCKED, ())


def test_an_image_that_was_built_by_hand_is_taken_over_with_its_container() -> None:
    world = World(project(web=built()), document(adopt=True))
    world.files[here("api/Dockerfile")] = "FROM scratch\n"
    world.host.images |= dict.fromkeys(
        ("web-web", world.wanted().services["web"].image), "sha256:" + 64 * "b"
    )
    running(world)
    del world.host.images[world.wanted().services["web"].image]
    world.deployed()
    assert world.plan().steps == ()
    assert "sha256:" + 64 * "b" in {
        image for tag, image in world.host.images.items() if tag.startswith("trueup/web/web:")
    }


def test_a_mounted_file_may_be_the_file_itself_where_a_release_has_a_copy() -> None:
    world = World(
        project(web=service(volumes=[bind(here("site"), "/site")])), document(adopt=True)
    )
    world.files[here("site/index.html")] = "hello"
    one = running(world).host.every[world.only()]
    one.mounts[0]["Source"] = here("site")
    assert world.plan().verdict is Verdict.UNVERIFIED
    world.deployed()
    assert world.plan().steps == ()
    one.mounts[0]["Source"] = "/elsewhere"
    assert "the mount at /site is not what the compose file says" in world.text()


def test_a_file_that_changes_later_makes_a_new_container_of_our_own() -> None:
    world = World(
        project(web=service(volumes=[bind(here("site"), "/site")])), document(adopt=True)
    )
    world.files[here("site/index.html")] = "hello"
    running(world).host.every[world.only()].mounts[0]["Source"] = here("site")
    world.deployed()
    world.files[here("site/index.html")] = "another"
    assert world.text() == lines("""
        Stack/web OutOfSync: web: file web/site/index.html changed in abc1234
        1 restart  web -> app:1  cause: file web/site/index.html changed  [undo: web -> <app:1>]
        2 verify   web stable for 10s within 300s
        3 seal     release
        """)
    world.deployed()
    assert set(OURS) <= set(world.host.every[world.only()].labels)
    assert world.plan().steps == ()


def test_drift_of_what_was_taken_over_is_corrected() -> None:
    world = running(World(project(web=service()), document(adopt=True))).deployed()
    world.host.update("web-web-1", Memory=1000)
    assert world.text() == lines("""
        Stack/web Drifted: web: memory is 1000, wants 0
        1 restart  web -> app:1  cause: memory is 1000, wants 0
        2 verify   web stable for 10s within 300s
        """)


def test_a_service_that_does_not_change_stays_taken_over_through_later_releases() -> None:
    world = World(project(web=service(), db=service("db:1")), document(adopt=True))
    running(world, "web")
    running(world, "db").deployed()
    world.says(project(web=service(environment={"A": "1"}), db=service("db:1")))
    world.deployed()
    assert world.plan().steps == ()
    assert world.status.applied is not None
    parts = world.status.applied.parts
    assert (len(parts["db"].adopted), len(parts["web"].adopted)) == (1, 0)


def test_a_container_that_a_person_starts_later_is_a_change_by_hand() -> None:
    world = running(World(project(web=service()), document(adopt=True))).deployed()
    one = world.host.every.pop(world.only())
    one.id = 64 * "f"  # docker compose up --force-recreate, by hand
    one.config["Labels"][WORKING_DIR] = HERE
    world.host.every[one.id] = one
    assert world.plan().verdict is Verdict.DRIFTED
    assert "was not started by Trueup" in world.plan().reason


def test_what_was_taken_over_leaves_with_its_document() -> None:
    world = running(World(project(web=service()), document(adopt=True))).deployed()
    world.wants(replace(world.resource, leaving=True))
    plan = world.plan()
    assert str(plan.steps[0]) == "remove   web  cause: the document is gone"
    assert plan.adopted == (world.only(),)


def running(world: World, name: str = "web") -> World:
    """Have a container run as `docker compose up` by hand would make it."""
    image = world.wanted().services[name].image
    world.host.images.setdefault(image, str(world.host.registry.get(image)))
    one = world.add(name, 1)
    _without_labels(one)
    one.start(world.host.clock.monotonic())
    return world


def _without_labels(one: FakeContainer) -> None:
    for label in OURS:
        one.config["Labels"].pop(label)
