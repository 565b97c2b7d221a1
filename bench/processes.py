"""Starts, measures and stops the process trees under test; knows nothing of what they answer."""

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

READY_SECONDS = 300
STOP_SECONDS = 10


class Server:
    """One command and all its children, with its output in a file."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path, cwd: Path) -> None:
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command, env={**os.environ, **env}, cwd=cwd, stdout=output, stderr=output, start_new_session=True
            )

    def tree(self) -> list[psutil.Process]:
        """The process and its children, as far as they are still there."""
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(self._process.pid)
            return [root, *root.children(recursive=True)]
        return []

    def check(self) -> None:
        """Raise with the end of the log if the process has ended."""
        if self._process.poll() is not None:
            raise RuntimeError(f"{self._log.name}: ended early\n{self._log.read_text()[-3000:]}")

    def megabytes(self) -> float:
        """Memory of the tree, counting pages that several processes share once (PSS)."""
        return sum(process.memory_full_info().pss for process in self.tree()) / 1e6

    def pin(self, core: int) -> None:
        """Keep every process and thread of the tree on one core."""
        for process in self.tree():
            for thread in process.threads():
                with suppress(psutil.NoSuchProcess, ProcessLookupError):
                    psutil.Process(thread.id).cpu_affinity([core])

    def unpin(self) -> None:
        """Let the tree use all cores again."""
        for process in self.tree():
            for thread in process.threads():
                with suppress(psutil.NoSuchProcess, ProcessLookupError):
                    psutil.Process(thread.id).cpu_affinity([])

    def stop(self) -> None:
        """End the tree, by force if it must be."""
        tree = self.tree()
        for process in tree:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        _, alive = psutil.wait_procs(tree, STOP_SECONDS)
        for process in alive:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()


def wait_until(ready: Callable[[], bool], servers: list[Server]) -> float:
    """Seconds until `ready()`; raises when a server ends first or after five minutes."""
    started = time.monotonic()
    while not ready():
        for server in servers:
            server.check()
        if time.monotonic() - started > READY_SECONDS:
            raise TimeoutError("not ready after five minutes")
        time.sleep(0.05)
    return time.monotonic() - started
