"""What can be verified about a service, and how each check reads in a plan."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Healthy:
    """Docker's own health check says healthy."""

    service: str

    def __str__(self) -> str:
        return f"{self.service} is healthy"


@dataclass(frozen=True, slots=True)
class Completed:
    """A one-shot service ended with exit code 0."""

    service: str

    def __str__(self) -> str:
        return f"{self.service} exits 0"


@dataclass(frozen=True, slots=True)
class Stable:
    """Every container of the service runs, and none restarted, for `seconds` on end."""

    service: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.service} stable for {self.seconds:g}s"


@dataclass(frozen=True, slots=True)
class Http:
    """A GET answers with an expected status, and body or JSON value where given.

    `json_path` is dotted (`status` or `checks.0.state`); its value, as text, must equal
    `json_value`. A host in `url` that names a service of the stack means its container.
    """

    service: str
    url: str
    status: int = 200
    body: str = ""
    json_path: str = ""
    json_value: str = ""

    def __str__(self) -> str:
        extra = f" with body {self.body!r}" if self.body else ""
        extra += f" with {self.json_path} = {self.json_value}" if self.json_path else ""
        return f"{self.url} is {self.status}{extra}"


@dataclass(frozen=True, slots=True)
class Tcp:
    """A TCP connection to a port of the service is accepted."""

    service: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port} accepts a connection"


@dataclass(frozen=True, slots=True)
class Command:
    """A command in the container exits 0. Never a shell string: always an argument list."""

    service: str
    argv: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.service}: {' '.join(self.argv)} exits 0"


@dataclass(frozen=True, slots=True)
class Log:
    """A regular expression is found in the container's log, or is not (`absent`)."""

    service: str
    pattern: str
    absent: bool = False

    def __str__(self) -> str:
        return f"{self.service} log {'lacks' if self.absent else 'has'} /{self.pattern}/"


Check = Healthy | Completed | Stable | Http | Tcp | Command | Log
Probed = Http | Tcp | Command | Log
