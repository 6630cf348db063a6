"""Networks that cannot be made, and the one that stacks share."""

from tests.kinds.stack.builders import document, project, service
from tests.kinds.stack.world import World
from trueup.model.plan import Verdict

LAN = "trueup-lan"


def test_a_stack_whose_network_cannot_be_made_says_so_before_anything_is_done() -> None:
    world = World(project(web=service()))
    world.host.ranges = 0
    assert world.plan().lacks.startswith("no address range is left for network web_default: all 0")
    world.host.ranges = 1
    assert world.plan().lacks == ""


def test_a_network_that_is_there_already_needs_no_range() -> None:
    world = World(project(web=service()))
    world.host.networks["web_default"] = "web"
    world.host.ranges = 1
    assert world.plan().lacks == ""


def test_what_runs_in_its_network_is_changed_though_no_range_is_left() -> None:
    world = World(project(web=service())).deployed()
    world.host.ranges = 0
    world.says(project(web=service(environment={"A": "1"})))
    assert world.plan().steps
    assert world.plan().lacks == ""


def test_networks_that_are_external_or_have_addresses_of_their_own_need_no_range() -> None:
    model = project(web=service(networks={"lan": None, "own": None}))
    model["networks"] = {
        "lan": {"name": "lan", "external": True},
        "own": {"name": "web_own", "ipam": {"config": [{"subnet": "10.9.0.0/24"}]}},
    }
    world = World(model)
    world.host.ranges = 0
    assert world.plan().lacks == ""


def test_a_stack_that_asks_for_it_uses_the_shared_network_in_place_of_its_own() -> None:
    world = World(project(web=service()), document(network="shared"))
    bundle = world.wanted().bundle
    assert bundle is not None
    assert bundle.compose["networks"] == {"default": {"name": "trueup", "external": True}}
    world.deployed()
    assert world.host.networks == {"trueup": "web"}
    assert world.plan().steps == ()


def test_the_host_may_have_all_stacks_share_a_network_but_those_that_say_own() -> None:
    world = World(project(web=service()))
    world.host.shared_network = LAN
    assert world.wanted().networks == {"default": LAN}
    world.wants(document(network="own"))
    assert world.wanted().networks == {"default": "web_default"}


def test_going_over_to_the_shared_network_names_the_cause() -> None:
    world = World(project(web=service())).deployed()
    world.host.shared_network = LAN
    assert "network default changed" in world.text()
    world.deployed()
    assert world.plan().verdict is Verdict.IN_SYNC


def test_a_default_network_that_the_compose_file_describes_stays_as_it_is() -> None:
    model = project(web=service())
    model["networks"]["default"]["internal"] = True
    world = World(model, document(network="shared"))
    assert world.wanted().networks == {"default": "web_default"}


def test_a_service_name_that_another_project_has_on_the_shared_network_is_refused() -> None:
    world = World(project(web=service()), document(network="shared"))
    other = world.host.every[world.host.stray("shop", "web", "shop-web-1")]
    other.networks["trueup"] = "10.0.0.2"
    assert world.plan().verdict is Verdict.BLOCKED
    assert "service web is on the shared network trueup in project shop" in world.plan().reason
    world.says(project(front=service()))
    assert world.plan().verdict is Verdict.ABSENT
