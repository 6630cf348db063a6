"""A compose file written from what the engine says of containers: what is said, what is not."""

from typing import Any

from trueup.adapters.docker.inspected import container_of
from trueup.adapters.docker.reconstruct import reconstruct
from trueup.model.container import Container

Model = dict[str, Any]
IMAGE: Model = {
    "Env": ["PATH=/bin", "LANG=C"],
    "Cmd": ["serve"],
    "Entrypoint": ["/entry"],
    "User": "app",
    "WorkingDir": "/app",
    "Volumes": {"/var/data": {}},
    "Labels": {"vendor": "us"},
    "Healthcheck": {"Test": ["CMD", "check"]},
}


def container(service: str = "web", number: int = 1, **more: Any) -> Container:
    """Return a container as compose makes it of an image with nothing added."""
    config = {
        "Image": "app:1",
        "Hostname": "0123456789ab",
        **{word: IMAGE[word] for word in ("Env", "Cmd", "Entrypoint", "User", "WorkingDir")},
        "Healthcheck": IMAGE["Healthcheck"],
        **more.get("config", {}),
    }
    config["Labels"] = {
        "com.docker.compose.project": "shop",
        "com.docker.compose.service": service,
        "com.docker.compose.container-number": str(number),
        "vendor": "us",
        **more.get("labels", {}),
    }
    return container_of(
        {
            "Id": more.get("id", "0123456789ab" + 52 * "0"),
            "Name": more.get("name", f"/shop-{service}-{number}"),
            "Image": "sha256:1",
            "State": {"Status": "running"},
            "Config": config,
            "HostConfig": {"NetworkMode": "shop_default", **more.get("host", {})},
            "Mounts": more.get("mounts", []),
            "NetworkSettings": {"Networks": more.get("networks", {"shop_default": {}})},
        }
    )


def written(*containers: Container) -> Model:
    return reconstruct(containers, lambda _: IMAGE)


def web(**more: Any) -> Model:
    said: Model = written(container(**more))["services"]["web"]
    return said


def test_what_the_image_brings_is_not_said_again() -> None:
    assert web() == {"image": "app:1", "networks": {"shop_default": None}}


def test_networks_and_named_volumes_are_there_already() -> None:
    mounts = [{"Type": "volume", "Name": "shop_data", "Destination": "/data", "RW": True}]
    model = written(container(mounts=mounts))
    assert model["networks"] == {"shop_default": {"name": "shop_default", "external": True}}
    assert model["volumes"] == {"shop_data": {"name": "shop_data", "external": True}}


def test_an_anonymous_volume_has_no_name_and_that_of_the_image_is_not_said() -> None:
    mounts = [
        {"Type": "volume", "Name": 64 * "a", "Destination": "/var/data", "RW": True},
        {"Type": "volume", "Name": 64 * "b", "Destination": "/cache", "RW": True},
    ]
    assert web(mounts=mounts)["volumes"] == [{"type": "volume", "target": "/cache"}]


def test_what_was_given_is_said_in_compose_s_words() -> None:
    said = web(
        config={
            "Env": ["PATH=/bin", "LANG=de", "A=b=c"],
            "Cmd": ["serve", "--fast"],
            "User": "root",
            "Hostname": "front",
            "Healthcheck": {"Test": ["NONE"]},
            "StopTimeout": 30,
        },
        host={
            "Memory": 1000,
            "MemorySwap": 2000,
            "NanoCpus": 1_500_000_000,
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
            "Devices": [
                {"PathOnHost": "/dev/a", "PathInContainer": "/dev/b", "CgroupPermissions": "rwm"}
            ],
        },
        labels={"team": "blue"},
    )
    assert said == {
        "image": "app:1",
        "environment": {"LANG": "de", "A": "b=c"},
        "command": ["serve", "--fast"],
        "user": "root",
        "hostname": "front",
        "healthcheck": {"disable": True},
        "stop_grace_period": "30s",
        "mem_limit": 1000,
        "cpus": 1.5,
        "restart": "on-failure:3",
        "logging": {"driver": "json-file", "options": {"max-size": "1m"}},
        "devices": ["/dev/a:/dev/b:rwm"],
        "labels": {"team": "blue"},
        "networks": {"shop_default": None},
    }


def test_an_entrypoint_of_one_s_own_takes_the_image_s_command_away() -> None:
    said = web(config={"Entrypoint": ["/mine"], "Cmd": ["serve"]})
    assert (said["entrypoint"], said["command"]) == (["/mine"], ["serve"])
    assert "command" not in web(config={"Entrypoint": ["/mine"], "Cmd": None})


def test_ports_are_said_with_their_addresses() -> None:
    bindings = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}], "53/udp": None}
    assert web(host={"PortBindings": bindings})["ports"] == [
        {"target": 80, "protocol": "tcp", "published": "8080", "host_ip": "127.0.0.1"}
    ]


def test_a_network_of_another_container_is_that_of_its_service() -> None:
    side = container("side", host={"NetworkMode": f"container:{container().id}"}, id=64 * "e")
    services = written(container(), side)["services"]
    assert services["side"] == {"image": "app:1", "network_mode": "service:web"}


def test_replicas_are_one_service_and_a_name_of_one_s_own_is_kept() -> None:
    services = written(container(), container(number=2, id=64 * "e"))["services"]
    assert services["web"]["scale"] == 2
    assert web(name="/front")["container_name"] == "front"


def test_addresses_and_names_on_a_network_are_kept() -> None:
    attached = {
        "Aliases": ["web", "shop-web-1", "0123456789ab", "front"],
        "IPAMConfig": {"IPv4Address": "10.1.0.9"},
    }
    assert web(networks={"shop_default": attached})["networks"] == {
        "shop_default": {"aliases": ["front"], "ipv4_address": "10.1.0.9"}
    }
