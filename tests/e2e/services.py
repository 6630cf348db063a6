"""Compose services that tests are made of: small, quick to start, quick to stop."""

from typing import Any

IMAGE = "busybox:stable"
Service = dict[str, Any]
HEALTHY = {
    "test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1/"],
    "interval": "1s",
    "timeout": "2s",
    "retries": 3,
    "start_period": "10s",
    "start_interval": "200ms",
}


def sleeping(**more: Any) -> Service:
    """Return a service that does nothing and stops at once."""
    return {
        "image": IMAGE,
        "command": ["sleep", "3600"],
        "stop_signal": "SIGKILL",
        "restart": "unless-stopped",
        **more,
    }


def serving(text: str, port: int = 0, **more: Any) -> Service:
    """Return a service that answers with a text on port 80, published where a port is given."""
    script = 'mkdir -p /www && echo "$$TEXT" >/www/index.html && exec httpd -f -p 80 -h /www'
    published = {"ports": [f"127.0.0.1:{port}:80"]} if port else {}
    return sleeping(
        command=["sh", "-c", script],
        environment={"TEXT": text},
        healthcheck=HEALTHY,
        **published,
        **more,
    )


def serving_folder(port: int = 0, **more: Any) -> Service:
    """Return a service that serves the folder /www, for what is mounted there."""
    published = {"ports": [f"127.0.0.1:{port}:80"]} if port else {}
    return sleeping(command=["httpd", "-f", "-p", "80", "-h", "/www"], **published, **more)


def crashing(**more: Any) -> Service:
    """Return a service that ends at once, again and again; compose calls it healthy."""
    return sleeping(command=["sh", "-c", "echo about to crash; exit 3"], **more)
