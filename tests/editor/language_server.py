"""Speaks to yaml-language-server as an editor does: JSON-RPC over stdin and stdout."""

import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

HERE = Path(__file__).parent
SERVER = "node_modules/yaml-language-server/bin/yaml-language-server"
INSTALL_SECONDS, ANSWER_SECONDS, END_SECONDS = 240, 30, 10

OFFLINE = {"yaml": {"schemaStore": {"enable": False}, "completion": True, "hover": True}}
SNIPPETS = {"completion": {"completionItem": {"documentationFormat": ["markdown", "plaintext"]}}}


def installed() -> list[str]:
    """Return the command of the server, installing what package-lock.json says if need be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise AssertionError("npm and node are not installed. Install Node.js 18 or newer.")
    if not _is_current():
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(
            command, cwd=HERE, timeout=INSTALL_SECONDS, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"npm ci failed:\n{done.stderr[-2000:]}"
    return [node, str(HERE / SERVER), "--stdio"]


def _is_current() -> bool:
    done, wanted = HERE / "node_modules/.package-lock.json", HERE / "package-lock.json"
    return done.exists() and done.stat().st_mtime >= wanted.stat().st_mtime


class Editor:
    """One open workspace. Every answer is waited for at most half a minute."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._answers: dict[int, queue.Queue[Any]] = {}
        self._diagnostics: dict[str, queue.Queue[list[Any]]] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def open(self, file: Path, text: str) -> list[str]:
        """Open a file and return the messages of what the server finds wrong with it."""
        self._diagnostics[file.as_uri()] = queue.Queue()
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        found = self._diagnostics[file.as_uri()].get(timeout=ANSWER_SECONDS)
        return [one["message"] for one in found]

    def completions(self, file: Path, line: int, character: int) -> dict[str, str]:
        """Return what can be written at a place (from 0), each with its description."""
        answer = self.ask("textDocument/completion", _place(file, line, character))
        items = answer["items"] if isinstance(answer, dict) else answer
        return {item["label"]: _text(item.get("documentation", "")) for item in items}

    def hover(self, file: Path, line: int, character: int) -> str:
        """Return what is explained at a place (from 0)."""
        return _text(self.ask("textDocument/hover", _place(file, line, character))["contents"])

    def ask(self, method: str, params: Any) -> Any:
        """Return the answer to a request."""
        number = len(self._answers) + 1
        self._answers[number] = queue.Queue()
        self._send({"id": number, "method": method, "params": params})
        answer = self._answers[number].get(timeout=ANSWER_SECONDS)
        assert "error" not in answer, answer
        return answer["result"]

    def notify(self, method: str, params: Any) -> None:
        """Tell something that has no answer."""
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stdin = _pipe(self._process.stdin)
        stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        stdin.flush()

    def _read(self) -> None:
        stdout = _pipe(self._process.stdout)
        while header := stdout.readline():
            length = int(header.partition(b":")[2])
            while stdout.readline().strip():
                pass
            self._take(json.loads(stdout.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        method, params = message.get("method"), message.get("params", {})
        if method is None:
            self._answers[message["id"]].put(message)
        elif method == "textDocument/publishDiagnostics":
            self._diagnostics[params["uri"]].put(params["diagnostics"])
        elif "id" in message:
            items = params.get("items", ()) if method == "workspace/configuration" else ()
            result = [OFFLINE.get(item.get("section")) for item in items]
            self._send({"id": message["id"], "result": result})


@contextmanager
def editor(folder: Path) -> Iterator[Editor]:
    """Start the server for a folder, and end it afterwards."""
    process = subprocess.Popen(
        installed(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        session = Editor(process)
        root = {"uri": folder.as_uri(), "name": "tree"}
        about = {"rootUri": folder.as_uri(), "workspaceFolders": [root], "processId": None}
        capabilities = {"textDocument": SNIPPETS, "workspace": {"configuration": True}}
        session.ask("initialize", {**about, "capabilities": capabilities})
        session.notify("initialized", {})
        yield session
    finally:
        process.kill()
        process.communicate(timeout=END_SECONDS)


def _place(file: Path, line: int, character: int) -> dict[str, Any]:
    position = {"line": line, "character": character}
    return {"textDocument": {"uri": file.as_uri()}, "position": position}


def _text(said: str | dict[str, str]) -> str:
    return said if isinstance(said, str) else said["value"]


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
