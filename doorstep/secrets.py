"""Secrets that nobody has to choose: made once, kept readable by their owner only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def _token() -> str:
    return secrets.token_urlsafe(32)


def kept_secret(path: Path, make: Callable[[], str] = _token) -> str:
    """Read the secret at `path`, making it (mode 600) when it isn't there; safe when two processes start at once.

    `make` gives a secret that has to be of a certain form, such as a key.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(make())
        try:
            os.link(draft, path)  # all or nothing: whoever comes second finds a whole secret
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
