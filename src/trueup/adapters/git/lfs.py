"""Files that git keeps elsewhere (Git LFS): pointers in, paths of the real contents out.

No filter of git is used, so a repository cannot name a command to run.
"""

import re
import shutil
from pathlib import Path

from trueup.adapters.git.repository import Repository
from trueup.adapters.process import environment
from trueup.model.errors import ToolError, TransientError

POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize [0-9]+\n\Z"
)
LONGEST = 1024


def download(repository: Repository, commit: str) -> None:
    """Fetch what the pointers of a commit stand for.

    Raises:
        ToolError: git-lfs is not installed, or the remote refuses.
        TransientError: the remote does not answer.
    """
    if not shutil.which("git-lfs", path=environment().get("PATH")):
        fix = "Install it, for example with: apt-get install git-lfs; or set lfs: false."
        raise ToolError("git-lfs is not installed", "the source asks for LFS files", fix)
    repository.reach("lfs", "fetch", repository.remote.url, commit)


def content_of(content: bytes, repository: Repository) -> bytes | Path:
    """Return the file that a pointer stands for, or the content as it is.

    Raises:
        TransientError: the file was not downloaded.
    """
    found = POINTER.match(content) if len(content) < LONGEST else None
    if found is None:
        return content
    oid = found[1].decode()
    file = repository.directory / "lfs" / "objects" / oid[:2] / oid[2:4] / oid
    if not file.is_file():
        raise TransientError(f"the LFS file {oid[:12]} is missing", "its remote did not give it")
    return file
