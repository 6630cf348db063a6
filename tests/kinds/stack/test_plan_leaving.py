"""A document that is gone: what is removed, in which order, and what stays."""

from typing import Any

from tests.kinds.stack.builders import KEY, document, lines, needs, project, service
from tests.kinds.stack.world import World
from trueup.model.container import SOURCE, STACK


def leaving(**spec: Any) -> World:
    """Return a verified stack of three services whose document is gone."""
    world = World(
        project(
            a=service("a:1"),
            b=service("b:1", depends_on=needs(a="started")),
            c=service("c:1", depends_on=needs(b="started")),
        )
    ).deployed()
    world.wants(document(leaving=True, **spec))
    return world


def test_dependants_are_removed_first_and_networks_last() -> None:
    world = leaving()
    assert world.text() == lines("""
        Stack/web Leaving: the document is gone; volumes stay
        1 remove   c  cause: the document is gone
        2 remove   b  cause: the document is gone
        3 remove   a  cause: the document is gone
        4 sweep    networks of project web
        """)
    assert world.plan().gone
    world.deployed()
    assert (world.host.names, world.host.networks) == ([], {})


def test_a_removal_that_was_cut_short_goes_on_where_it_was() -> None:
    world = leaving()
    for name in ("web-c-1", "web-b-1"):
        world.host.delete(name)
    assert world.text() == lines("""
        Stack/web Leaving: the document is gone; volumes stay
        1 remove   a  cause: the document is gone
        2 sweep    networks of project web
        """)
    world.host.delete("web-a-1")
    assert "1 sweep    networks of project web\n" in world.text()


def test_an_orphaned_stack_keeps_running() -> None:
    world = leaving(delete=False)
    assert world.text() == (
        "Stack/web Leaving: the document is gone; deletionPolicy is orphan, "
        "so its containers stay\n"
    )
    assert world.plan().gone


def test_only_what_carries_our_labels_is_removed() -> None:
    world = leaving()
    world.stray("x", "web-x-1")
    world.stray("y", "web-y-1", **{STACK: str(KEY), SOURCE: "elsewhere"})
    world.stray("z", "web-z-1", **{STACK: "Stack/shop", SOURCE: "elsewhere"})
    world.deployed()
    assert world.host.names == ["web-x-1 running", "web-y-1 running", "web-z-1 running"]


def test_what_never_ran_leaves_nothing_to_do() -> None:
    world = World(project(web=service()), document(leaving=True))
    assert world.plan().steps == ()
    assert world.plan().gone


def test_a_removal_that_is_held_keeps_the_verified_release_up_whatever_the_files_say() -> None:
    world = leaving()
    world.wants(document(held="commit 2 removes 3 of 4"))
    world.says(project(a=service("a:2")))
    assert world.text() == lines("""
        Stack/web Held: the document is gone, and its removal is held
          keep     a  in sync
          keep     b  in sync
          keep     c  in sync
        """)
    world.host.delete("web-b-1")
    assert world.text() == lines("""
        Stack/web Drifted: b: is missing
        1 restart  b -> <b:1>  cause: is missing
        2 verify   a stable for 10s, b stable for 10s, c stable for 10s within 300s
          keep     a  in sync
          keep     c  in sync
        """)
