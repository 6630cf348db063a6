"""Where a repository is, who may read it, and what git is told so that it does no harm.

Nothing here starts a process. A token travels in git's environment only: never in an
argument, a URL or a configuration file.
"""

import base64
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from trueup.model.errors import SpecError

SCHEMES = ("https", "http", "ssh", "git", "file")
SCP_LIKE = re.compile(r"[\w.][\w.-]*(@[\w.][\w.-]*)?:[^:\s-][^\s]*\Z")
BAD_IN_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|\Z)|\A[-./]|[/.]\Z")

# What hardens git against the repositories it reads: they can start nothing here.
HARDENED = (
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.symlinks", "false"),
    ("core.askPass", "true"),
    ("credential.helper", ""),
    ("safe.directory", "*"),
    # Packs only, so that their number says when to put them together.
    ("fetch.unpackLimit", "1"),
    ("fastimport.unpackLimit", "1"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("advice.graftFileDeprecated", "false"),
    ("protocol.ext.allow", "never"),
    ("transfer.fsckObjects", "true"),
    # Few bytes of a pack may stand for very many: memory must not grow with what they say.
    ("core.bigFileThreshold", "16m"),
    ("core.deltaBaseCacheLimit", "64m"),
    ("pack.deltaCacheSize", "64m"),
    ("pack.windowMemory", "64m"),
    ("pack.threads", "2"),
    # Blemishes of old but harmless histories that would otherwise end every fetch.
    ("fetch.fsck.badTimezone", "ignore"),
    ("fetch.fsck.missingSpaceBeforeDate", "ignore"),
    ("fetch.fsck.zeroPaddedFilemode", "ignore"),
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token for HTTP, read anew at each use so that a rotated one is taken up.

    `user` is what the server wants beside it; most take anything.
    """

    read: Callable[[], str]
    user: str = "x-access-token"


@dataclass(frozen=True, slots=True)
class SshKey:
    """A private key, and the file of host keys that are trusted. Absolute paths."""

    file: str
    known_hosts: str


Auth = Token | SshKey | None


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository somewhere else. Talk with it ends as soon as `ended` says so.

    Raises:
        SpecError: the URL has a password, an option or a protocol that is not allowed.
    """

    url: str
    auth: Auth = field(default=None, repr=False)
    ended: Callable[[], bool] = field(default=lambda: False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if why := _refused(self.url):
            fix = "Write it as https://…, ssh://…, git@host:path, file:///… or /an/absolute/path."
            raise SpecError("the URL of a git repository is refused", why, fix)

    @property
    def local(self) -> bool:
        """Whether it is on this machine's own disk."""
        return self.url.startswith(("/", "file:"))

    def environment(
        self, *, reach: bool, config: Sequence[tuple[str, str]] = ()
    ) -> dict[str, str]:
        """Return what git's environment needs to be safe, and to `reach` the remote."""
        config = [*HARDENED, *config, *(self._token() if reach else ())]
        env = {
            **FIXED,
            "GIT_ALLOW_PROTOCOL": ":".join(self._protocols()),
            "GIT_CONFIG_COUNT": str(len(config)),
        }
        for number, (key, value) in enumerate(config):
            env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return env | {"GIT_SSH_COMMAND": shlex.join(self._ssh())}

    def redact(self, text: str) -> str:
        """Return the text without what must not be seen."""
        text = re.sub(r"(\w+://)[^/@\s]*@", r"\1", text)
        for secret in self._secrets():
            text = text.replace(secret, "***")
        return text

    def _protocols(self) -> Sequence[str]:
        """What git may speak: what the URL says, and nothing else that it may be led to."""
        scheme = self.url.partition("://")[0] if "://" in self.url else ""
        if not scheme:
            return ("file",) if self.local else ("ssh",)
        return ("http", "https") if scheme == "http" else (scheme,)

    def _secrets(self) -> Iterator[str]:
        if isinstance(self.auth, Token) and (token := self.auth.read().strip()):
            yield token
            yield _basic(self.auth.user, token)

    def _token(self) -> Iterator[tuple[str, str]]:
        if isinstance(self.auth, Token) and self.url.startswith(("http://", "https://")):
            parts = urlsplit(self.url)
            host = f"http.{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
            basic = _basic(self.auth.user, self.auth.read().strip())
            yield f"{host}.extraHeader", f"Authorization: Basic {basic}"
            # git would take the header along to wherever a redirect leads.
            yield f"{host}.followRedirects", "false"

    def _ssh(self) -> Iterator[str]:
        yield from ("ssh", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes")
        yield from ("-o", "ConnectTimeout=15")
        if isinstance(self.auth, SshKey):
            yield from ("-i", self.auth.file, "-o", "IdentitiesOnly=yes")
            # ssh takes an unquoted blank for the end of one of several files.
            yield from ("-o", f'UserKnownHostsFile="{self.auth.known_hosts}"')


FIXED: Mapping[str, str] = {
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    # Both put other content under the name of a commit, whoever signed that.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PROTOCOL_FROM_USER": "1",
    "GIT_SSH_VARIANT": "ssh",
    "LC_ALL": "C",
}


def checked_ref(name: str, what: str) -> str:
    """Return the name of a branch or tag, as it is.

    Raises:
        SpecError: git would not take it for a name, or would take it for an option.
    """
    if not name or BAD_IN_REF.search(name):
        raise SpecError(f"{what} {name!r} is refused", "it is not a name that git allows")
    return name


def _basic(user: str, token: str) -> str:
    return base64.b64encode(f"{user}:{token}".encode()).decode()


def _refused(url: str) -> str:
    if not url or url.startswith("-") or re.search(r"[\x00-\x20\x7f]|::", url):
        return "it has characters that a URL must not have"
    if url.startswith("/") or ("://" not in url and SCP_LIKE.match(url)):
        return ""
    parts = urlsplit(url)
    if parts.netloc.startswith("-") or "@-" in parts.netloc:
        return "its host begins with a dash"
    if parts.scheme not in SCHEMES or "://" not in url:
        return "its protocol is not one of " + ", ".join(SCHEMES)
    if parts.password is not None:
        return "it has a password in it, which would be seen by everybody; use auth"
    return ""
