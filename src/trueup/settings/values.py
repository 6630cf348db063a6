"""What is configured, as frozen values. Secrets are only references here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trueup.model.allowance import Allowance
from trueup.model.guard import Guard
from trueup.model.provider import Provider

SPECS = "specs"
DIRECTORY_INTERVAL = 30.0
"""How often a folder is looked at in seconds, should all its events be lost."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is: an environment variable, or else a file."""

    env: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A login with a token over HTTPS."""

    secret: Secret
    user: str = "git"


@dataclass(frozen=True, slots=True)
class SshKey:
    """A login with a private key over SSH. Both are absolute paths of files."""

    file: str
    known_hosts: str


@dataclass(frozen=True, slots=True)
class Verify:
    """Whose signature a commit needs. `mode` is head, tag or every; paths are absolute."""

    mode: str = "head"
    allowed_signers: str = ""
    revoked_keys: str = ""
    gpg_keys: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that is read."""
        return tuple(filter(None, (self.allowed_signers, self.revoked_keys, *self.gpg_keys)))


@dataclass(frozen=True, slots=True)
class GitSettings:
    """A git repository to follow. `path` is inside it; `interval` is in seconds.

    A `ref` (a tag, commit or branch) beats `branch`. Patches are pushed with `push_auth`, or
    else with `auth`. More than `max_files` files, or
    `max_size` bytes of them, are refused.
    """

    url: str
    branch: str = "main"
    ref: str = ""
    path: str = SPECS
    interval: float = 60.0
    auth: Token | SshKey | None = None
    push_auth: Token | SshKey | None = None
    submodules: bool = False
    lfs: bool = False
    verify: Verify | None = None
    max_files: int = 100_000
    max_size: int = 4 << 30


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """A source: either a folder on this machine (absolute) or a git repository."""

    name: str
    directory: Path | None = None
    git: GitSettings | None = None
    guard: Guard = field(default_factory=Guard)

    @property
    def documents(self) -> str:
        """Where the documents are, relative to the root of the source's files."""
        return self.git.path if self.git else "."

    @property
    def interval(self) -> float:
        """How often to look when nothing else asks for it, in seconds."""
        return self.git.interval if self.git else DIRECTORY_INTERVAL


@dataclass(frozen=True, slots=True)
class StatusSettings:
    """Where status goes. `directory` is absolute, `interval` is in seconds.

    `name` and `email` are the author of the status commits.
    """

    directory: Path
    branch: str = "trueup/status"
    interval: float = 2.0
    name: str = "Trueup"
    email: str = "trueup@localhost"
    push: bool = True


@dataclass(frozen=True, slots=True)
class PublishSettings:
    """How patches are published: `to` is branch or commit where a Run does not say.

    `name` and `email` are who commits; `key` is the absolute path of the SSH key that signs.
    """

    to: str = "branch"
    name: str = "Trueup"
    email: str = "trueup@localhost"
    key: str = ""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What is kept of Runs that have ended: papers of so many attempts, for so many days."""

    keep: int = 5
    days: int = 30


@dataclass(frozen=True, slots=True)
class SecretSettings:
    """What documents may use as secrets, and the age keys that decrypt. Paths are absolute.

    `env` are patterns of names in Trueup's own environment, `files` directories. Without a
    `directory`, the first usual one that is in memory is taken.
    """

    keys: tuple[Secret, ...] = ()
    env: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    directory: Path | None = None


@dataclass(frozen=True, slots=True)
class HeaderSettings:
    """What a header says: a text, and after it perhaps a secret."""

    text: str = ""
    secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """A provider of models, and where its key and the secrets in its headers are."""

    provider: Provider
    key: Secret | None = None
    headers: Mapping[str, HeaderSettings] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that holds a secret of it."""
        secrets = [self.key, *(one.secret for one in self.headers.values())]
        return tuple(one.file for one in secrets if one is not None and one.file)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is configured. Paths are absolute; an empty context is the current one.

    An empty `shared_network` means that stacks have networks of their own. `providers` are
    in the order in which they are asked.
    `file` is the configuration file itself, `allow` what compose files may reach.
    """

    folder: Path
    sources: tuple[SourceSettings, ...]
    state: Path
    status: StatusSettings
    context: str = ""
    concurrency: int = 4
    log: str = "text"
    probe_image: str = "busybox:stable"
    shared_network: str = ""
    file: Path = Path()
    allow: tuple[Allowance, ...] = ()
    secrets: SecretSettings = SecretSettings()
    publish: PublishSettings = PublishSettings()
    runs: RunSettings = RunSettings()
    providers: tuple[ProviderSettings, ...] = ()

    def source(self, name: str) -> SourceSettings:
        """Return what is configured of a source."""
        return next(one for one in self.sources if one.name == name)

    @property
    def guarded(self) -> tuple[Path, ...]:
        """The files and folders that no container may have, even where they are in a source."""
        repositories = [one.git for one in self.sources if one.git]
        logins = [login for one in repositories for login in (one.auth, one.push_auth)]
        keys = [Path(one.file) for one in logins if isinstance(one, SshKey)]
        tokens = [Path(t.secret.file) for t in logins if isinstance(t, Token) and t.secret.file]
        keys += [Path(one.file) for one in self.secrets.keys if one.file]
        keys += [Path(self.publish.key)] if self.publish.key else []
        keys += [Path(file) for one in self.providers for file in one.files]
        keys += [self.secrets.directory] if self.secrets.directory else []
        return (self.file, self.state, self.status.directory, *keys, *tokens)
