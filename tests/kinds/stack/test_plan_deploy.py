"""What is planned where nothing runs, where all is well, and where something was cut short."""

from dataclasses import replace

from tests.kinds.stack.builders import (
    HERE,
    KEY,
    built,
    document,
    health,
    lines,
    needs,
    project,
    service,
)
from tests.kinds.stack.world import World, here
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.checks import Command, Http, Log, Tcp
from trueup.model.errors import SpecError
from trueup.model.plan import Health, Sync, Verdict
from trueup.model.status import Status
from trueup.model.steps import Restart


def test_a_first_deploy_fetches_everything_before_it_starts_anything() -> None:
    world = World(project(api=built(), db=service("db:1")))
    world.files[here("api/Dockerfile")] = "FROM base:1\n"
    assert world.text() == lines("""
        Stack/web Absent: nothing runs yet; wanted by abc1234
        1 build    api -> #1  cause: is new
        2 pull     db db:1  cause: is new
        3 restart  api -> #1  cause: is new
          restart  db -> db:1  cause: is new
        4 verify   api stable for 10s, db stable for 10s within 300s
        5 seal     release
        """)


def test_an_image_that_is_there_is_not_fetched_again() -> None:
    world = World(project(db=service("db:1")))
    world.host.images["db:1"] = "sha256:" + "5" * 64
    assert world.text() == lines("""
        Stack/web Absent: nothing runs yet; wanted by abc1234
        1 restart  db -> db:1  cause: is new
        2 verify   db stable for 10s within 300s
        3 seal     release
        """)


def test_an_image_is_fetched_again_where_the_compose_file_says_always() -> None:
    world = World(project(db=service("db:1", pull_policy="always"))).deployed()
    world.says(project(db=service("db:1", pull_policy="always", hostname="db")))
    assert world.text() == lines("""
        Stack/web OutOfSync: db: hostname added in abc1234
        1 pull     db db:1  cause: hostname added
        2 restart  db -> db:1  cause: hostname added  [undo: db -> <db:1>]
        3 verify   db stable for 10s within 300s
        4 seal     release
        """)


def test_what_runs_as_wanted_and_was_verified_needs_nothing() -> None:
    world = World(project(db=service("db:1"), web=service())).deployed()
    assert world.text() == lines("""
        Stack/web InSync: runs what is wanted, and it was verified
          keep     db  in sync
          keep     web  in sync
        """)


def test_in_sync_is_synced_and_as_healthy_as_what_was_declared() -> None:
    world = World(project(web=service())).deployed()
    assert (world.plan().sync, world.plan().health) == (Sync.SYNCED, Health.UNVERIFIED)
    world = World(project(web=service(healthcheck=health()))).deployed()
    assert (world.plan().sync, world.plan().health) == (Sync.SYNCED, Health.HEALTHY)


def test_every_declared_check_is_part_of_the_verification() -> None:
    every = (
        Http("web", "http://web:80/health", body="ok"),
        Tcp("web", "web", 80),
        Command("web", ("true",)),
        Log("web", "panic", absent=True),
    )
    said = document(services={"web": ServiceSpec(verify=every, stable=3)}, timeout=60.0)
    world = World(project(web=service(healthcheck=health())), said)
    assert (
        "verify   web is healthy, http://web:80/health is 200 with body 'ok', "
        "web:80 accepts a connection, web: true exits 0, web log lacks /panic/, "
        "web stable for 3s within 60s\n"
    ) in world.text()


def test_what_was_started_but_not_verified_is_verified() -> None:
    world = World(project(web=service())).deployed()
    world.status = Status(KEY)
    assert world.text() == lines("""
        Stack/web Unverified: runs what is wanted, which was not verified yet
        1 verify   web stable for 10s within 300s
        2 seal     release
          keep     web  in sync
        """)


def test_a_service_that_is_scaled_to_nothing_is_neither_started_nor_verified() -> None:
    none = service("db:1", deploy={"replicas": 0})
    world = World(project(db=none, web=service()))
    assert world.text() == lines("""
        Stack/web Absent: nothing runs yet; wanted by abc1234
        1 pull     web app:1  cause: is new
        2 restart  web -> app:1  cause: is new
        3 verify   web stable for 10s within 300s
        4 seal     release
          keep     db  in sync
        """)
    assert "InSync" in world.deployed().text()


def test_services_that_do_not_wait_for_each_other_are_started_in_one_step() -> None:
    world = World(project(a=service(), b=service(depends_on=needs(a="started")), c=service()))
    assert world.text() == lines("""
        Stack/web Absent: nothing runs yet; wanted by abc1234
        1 pull     a app:1  cause: is new
        2 pull     b app:1  cause: is new
        3 pull     c app:1  cause: is new
        4 restart  a -> app:1  cause: is new
          restart  c -> app:1  cause: is new
        5 restart  b -> app:1  cause: is new
        6 verify   a stable for 10s, b stable for 10s, c stable for 10s within 300s
        7 seal     release
        """)


def test_a_service_starts_when_what_it_waits_for_is_healthy_or_has_ended() -> None:
    world = World(
        project(
            db=service("db:1", healthcheck=health()),
            migrate=service(depends_on=needs(db="healthy")),
            web=service(depends_on=needs(db="healthy", migrate="completed_successfully")),
        ),
        document(
            services={
                "db": ServiceSpec(stable=5),
                "migrate": ServiceSpec(one_shot=True),
                "web": ServiceSpec(stable=5),
            }
        ),
    )
    assert world.text() == lines("""
        Stack/web Absent: nothing runs yet; wanted by abc1234
        1 pull     db db:1  cause: is new
        2 pull     migrate app:1  cause: is new
        3 pull     web app:1  cause: is new
        4 restart  db -> db:1  cause: is new
        5 verify   db is healthy within 300s
        6 restart  migrate -> app:1  cause: is new
        7 verify   migrate exits 0 within 300s
        8 restart  web -> app:1  cause: is new
        9 verify   db is healthy, migrate exits 0, db stable for 5s, web stable for 5s within 300s
        10 seal     release
        """)


def test_a_project_that_compose_refuses_is_left_as_it_is() -> None:
    world = World(project(web=service())).deployed()
    world.host.projects[HERE] = SpecError("compose refuses /repo/web", "no such field", "Edit it.")
    assert world.text() == lines("""
        Stack/web Blocked: compose refuses /repo/web: no such field. Edit it.
          keep     web  in sync
        """)


def test_what_runs_is_still_repaired_while_compose_refuses_what_git_says() -> None:
    world = World(project(web=service())).deployed()
    world.host.projects[HERE] = SpecError("compose refuses /repo/web", "no such field", "Edit it.")
    world.host.kill("web-web-1", 1)
    assert world.text() == lines("""
        Stack/web Drifted: web: is exited with code 1
        1 restart  web -> <app:1>  cause: is exited with code 1
        2 verify   web stable for 10s within 300s
        """)
    world.deployed()
    assert world.plan().verdict is Verdict.BLOCKED


def test_a_first_project_that_compose_refuses_starts_nothing() -> None:
    world = World(project(web=service()))
    world.host.projects[HERE] = SpecError("compose refuses /repo/web", "no such field", "Edit it.")
    assert world.text() == (
        "Stack/web Blocked: compose refuses /repo/web: no such field. Edit it.\n"
    )


def test_after_an_interrupted_deploy_the_way_back_is_still_the_whole_one() -> None:
    world = World(
        project(db=service("db:1"), web=service(depends_on=needs(db="started"))),
    ).deployed()
    world.says(project(db=service("db:2"), web=service("app:2", depends_on=needs(db="started"))))
    todo = world.plan()
    world.apply(replace(todo, steps=todo.steps[:3]))
    again = world.plan()
    assert "restart  db" not in str(again)
    assert [str(undo).split("  cause")[0] for undo in again.ahead] == [
        "restart  db -> " + world.host.image("db:1")[7:15]
    ]
    world.apply(replace(again, steps=again.steps[:1]))
    named = [undo.services for undo in world.plan().ahead if isinstance(undo, Restart)]
    assert named == [("db",), ("web",)]
