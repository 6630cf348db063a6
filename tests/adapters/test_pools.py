"""How many more networks there is room for."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from trueup.adapters.docker.docker_cli import failure
from trueup.adapters.docker.pools import room
from trueup.model.errors import TransientError

NOT = "non-overlapping IPv4 address pool among the defaults to assign"
NEWER = "all predefined address pools have been fully subnetted"
SMALL = {"DefaultAddressPools": [{"Base": "10.1.0.0/22", "Size": 24}]}


def network(*subnets: str) -> dict[str, Any]:
    return {"Name": "some", "IPAM": {"Config": [{"Subnet": one} for one in subnets]}}


def test_an_engine_that_names_no_pools_has_the_usual_31() -> None:
    assert room({}, []) == (31, 31)


def test_a_network_takes_the_range_that_it_was_given() -> None:
    assert room(SMALL, [network("10.1.2.0/24")]) == (3, 4)


def test_two_small_networks_in_one_range_take_one() -> None:
    assert room(SMALL, [network("10.1.2.0/28"), network("10.1.2.64/28")]) == (3, 4)


def test_a_network_that_is_larger_than_the_ranges_takes_several() -> None:
    assert room(SMALL, [network("10.1.2.0/23")]) == (2, 4)
    assert room(SMALL, [network("10.0.0.0/8")]) == (0, 4)


def test_networks_elsewhere_or_without_addresses_take_nothing() -> None:
    without: dict[str, Any] = {"Name": "host", "IPAM": {"Config": None}}
    assert room(SMALL, [network("192.168.1.0/24", "fd00::/64"), without]) == (4, 4)


def test_a_route_of_the_machine_makes_a_range_unfit() -> None:
    assert room(SMALL, [], [IPv4Network("10.1.0.0/24")]) == (3, 4)


@pytest.mark.parametrize(
    "said",
    [
        f"Error response from daemon: could not find an available, {NOT} to the network",
        f"failed to create network web_default: Error response from daemon: {NEWER}",
    ],
)
def test_no_range_left_passes_once_something_is_removed(said: str) -> None:
    error = failure(["docker", "compose", "up"], said)
    assert isinstance(error, TransientError)
    assert "no address range is left" in error.what
