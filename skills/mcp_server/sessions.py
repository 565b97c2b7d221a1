"""Names sessions without keeping any, and knows the calls that are under way in this process; serves nothing."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import anyio

_RANDOM_CHARS = 32

CallKey = tuple[str, str]
"""A session, and the id of a request in it."""


def new_session(link_id: str) -> str:
    """Name a session of this link. Any process can tell whose it is, for as long as the link lasts."""
    random = secrets.token_hex(_RANDOM_CHARS // 2)
    return random + _mark(random, link_id)


def belongs(session: str, link_id: str) -> bool:
    """Whether the session was named for this link; a name gives no rights of its own, so it needs no secret."""
    random, mark = session[:_RANDOM_CHARS], session[_RANDOM_CHARS:]
    return hmac.compare_digest(mark.encode("utf-8", "replace"), _mark(random, link_id).encode())


def _mark(random: str, link_id: str) -> str:
    return hashlib.sha256(f"{random}\n{link_id}".encode("utf-8", "replace")).hexdigest()[:32]


class Running:
    """Calls under way, so that a client can call one off."""

    def __init__(self) -> None:
        self._scopes: dict[CallKey, anyio.CancelScope] = {}

    @contextmanager
    def entered(self, key: CallKey | None) -> Iterator[anyio.CancelScope]:
        """Let the block be cancelled under this key; without a key only by its scope."""
        with anyio.CancelScope() as scope:
            if key:
                self._scopes[key] = scope
            try:
                yield scope
            finally:
                if key and self._scopes.get(key) is scope:
                    del self._scopes[key]

    def cancel(self, key: CallKey) -> None:
        """End the waiting of a call, if it is still under way here."""
        if scope := self._scopes.get(key):
            scope.cancel()
