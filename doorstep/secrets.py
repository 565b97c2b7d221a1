"""Secrets that nobody has to choose: made once, kept readable by their owner only."""

import os
import secrets
from pathlib import Path


def kept_secret(path: Path) -> str:
    """Read the secret at `path`, making it (mode 600) when it isn't there; safe when two processes start at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32))
        try:
            os.link(draft, path)  # all or nothing: whoever comes second finds a whole secret
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
