"""Whose containers these are: what is refused, what is taken over, what is removed."""

from tests.kinds.stack.builders import HERE, KEY, ORIGIN, document, lines, project, service
from tests.kinds.stack.world import World
from trueup.model.container import SOURCE, STACK
from trueup.model.plan import Verdict

WORKING_DIR = "com.docker.compose.project.working_dir"
REFUSED = (
    "Stack/web Blocked: compose project web belongs to {} (container web-web-1); "
    "give this stack another spec.project, or remove that container\n"
)


def test_a_project_that_somebody_else_started_is_refused() -> None:
    world = World(project(web=service()))
    world.stray("db", "web-db-1")
    assert world.text() == (
        "Stack/web Blocked: compose project web belongs to somebody who did not start it through "
        "Trueup (container web-db-1); give this stack another spec.project, or set "
        "spec.adopt: true to take the project over\n"
    )


def test_a_project_of_another_stack_is_refused() -> None:
    world = World(project(web=service()))
    world.stray("db", "web-db-1", **{STACK: "Stack/shop", SOURCE: ORIGIN})
    assert "belongs to Stack/shop (container web-db-1)" in world.plan().reason


def test_a_project_of_this_stack_in_another_repository_is_refused() -> None:
    world = World(project(web=service()))
    world.stray("web", "web-web-1", **{STACK: str(KEY), SOURCE: "elsewhere"})
    assert "belongs to Stack/web of another source" in world.plan().reason
    assert world.plan().verdict is Verdict.BLOCKED


def test_a_project_that_differs_is_not_taken_over_and_every_difference_is_named() -> None:
    world = World(project(web=service()), document(adopt=True))
    world.stray("web", "web-web-1")
    assert world.text() == lines("""
        Stack/web Blocked: compose project web is not what the document wants, so nothing of it \
is taken over: web: does not run what app:1 means here; make the two agree, or give this stack \
another spec.project
          keep     web  was not started by Trueup; does not run what app:1 means here
        """)


def test_the_container_of_another_trueups_stack_is_never_taken_over() -> None:
    world = World(project(web=service()), document(adopt=True))
    world.stray("web", "web-web-1", **{STACK: "Stack/shop", SOURCE: "elsewhere"})
    assert world.text() == REFUSED.format("Stack/shop")


def test_the_container_of_a_stack_of_the_same_name_elsewhere_is_never_taken_over() -> None:
    world = World(project(web=service()), document(adopt=True))
    world.stray("web", "web-web-1", **{STACK: str(KEY), SOURCE: "elsewhere"})
    assert world.text() == REFUSED.format("Stack/web of another source")


def test_the_container_of_another_stack_of_the_same_source_is_never_taken_over() -> None:
    world = World(project(web=service()), document(adopt=True))
    world.stray("web", "web-web-1", **{STACK: "Stack/shop", SOURCE: ORIGIN})
    assert world.text() == REFUSED.format("Stack/shop")


def test_a_label_of_a_source_alone_keeps_a_container_from_being_taken_over() -> None:
    world = World(project(web=service()), document(adopt=True))
    world.stray("web", "web-web-1", **{SOURCE: "elsewhere"})
    assert world.plan().verdict is Verdict.BLOCKED
    assert world.plan().steps == ()


def test_another_owner_is_refused_after_a_first_release_too() -> None:
    world = World(project(web=service()), document(adopt=True)).deployed()
    world.stray("db", "web-db-1", **{STACK: "Stack/shop", SOURCE: ORIGIN})
    assert "belongs to Stack/shop (container web-db-1)" in world.plan().reason
    assert world.plan().steps == ()


def test_a_container_of_a_service_that_the_project_lacks_keeps_all_of_it_as_it_is() -> None:
    world = World(project(web=service()), document(adopt=True))
    world.stray("precious", "web-precious-1")
    assert world.text() == lines("""
        Stack/web Blocked: compose project web is not what the document wants, so nothing of it \
is taken over: web-precious-1 is of precious, which is not in the project; make the two agree, or \
give this stack another spec.project
          keep     web  is new
        """)


def test_adopt_gives_no_leave_to_touch_strangers_once_a_release_is_verified() -> None:
    world = World(project(web=service()), document(adopt=True)).deployed()
    world.stray("web", "web-web-9", **{WORKING_DIR: "/home/somebody"})
    assert world.text() == (
        "Stack/web Blocked: compose project web belongs to somebody who did not start it through "
        "Trueup (container web-web-9); give this stack another spec.project, or remove that "
        "container\n"
    )


def test_a_compose_up_by_hand_in_the_projects_folder_is_drift() -> None:
    world = World(project(web=service())).deployed()
    world.host.delete("web-web-1")
    world.stray("web", "web-web-1", **{WORKING_DIR: HERE})
    assert world.text() == lines("""
        Stack/web Drifted: web: was not started by Trueup
        1 restart  web -> app:1  cause: was not started by Trueup
        2 verify   web stable for 10s within 300s
        """)


def test_a_compose_up_by_hand_before_the_first_deploy_is_somebody_elses() -> None:
    world = World(project(web=service()))
    world.stray("web", "web-web-1", **{WORKING_DIR: HERE})
    assert world.plan().verdict is Verdict.BLOCKED


def test_a_compose_up_in_another_folder_is_refused_even_beside_our_own_containers() -> None:
    world = World(project(web=service())).deployed()
    world.stray("db", "web-db-1", **{WORKING_DIR: "/home/somebody"})
    assert world.plan().verdict is Verdict.BLOCKED
    assert world.plan().steps == ()


def test_a_service_that_left_the_compose_file_is_removed_and_can_come_back() -> None:
    world = World(project(web=service(), old=service("old:1"))).deployed()
    world.says(project(web=service()))
    assert world.text() == lines("""
        Stack/web OutOfSync: old is not in the compose file in abc1234
        1 remove   old  cause: is not in the compose file  [undo: old comes back]
        2 verify   web stable for 10s within 300s
        3 seal     release
          keep     web  in sync
        """)


def test_a_service_that_left_the_compose_file_stays_where_nothing_is_pruned() -> None:
    world = World(project(web=service(), old=service("old:1")), document(prune=False)).deployed()
    world.says(project(web=service()))
    assert world.text() == lines("""
        Stack/web Unverified: runs what is wanted, which was not verified yet
        1 verify   web stable for 10s within 300s
        2 seal     release
          keep     old  is not in the compose file
          keep     web  in sync
        """)
    world.deployed()
    assert world.text() == lines("""
        Stack/web InSync: runs what is wanted, and it was verified
          keep     old  is not in the compose file
          keep     web  in sync
        """)


def test_a_container_of_ours_that_no_release_has_is_removed_as_drift() -> None:
    world = World(project(web=service())).deployed()
    world.stray("ghost", "web-ghost-1", **{STACK: str(KEY), SOURCE: ORIGIN})
    assert world.text() == lines("""
        Stack/web Drifted: ghost is not in the compose file
        1 remove   ghost  cause: is not in the compose file
        2 verify   web stable for 10s within 300s
          keep     web  in sync
        """)
