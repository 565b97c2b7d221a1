"""The programs that shoppers may link their account to: who they are and where they may be answered."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from tracking.errors import InvalidInput
from tracking.ports import Clock

MOST_REDIRECTS = 5
LONGEST_REDIRECT = 512
LONGEST_NAME = 80
# No quotes, blanks, backslashes or fragments: browsers and servers read those in different ways.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9\-._~:/?&=%+,;@!$()*]*)?")
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True)
class Client:
    """A program that may be linked. `secret_hash` is empty for one that can't keep a secret (public).

    `pkce_required` is always true for those. `registered` ones told us of themselves: nobody vouches for their name.
    """

    id: str
    name: str
    redirect_uris: tuple[str, ...]
    made_at: datetime
    secret_hash: str = ""
    pkce_required: bool = True
    registered: bool = False

    @property
    def public(self) -> bool:
        """Whether it has no secret."""
        return not self.secret_hash

    def knows(self, secret: str) -> bool:
        """Whether this is its secret; takes the same time for every wrong one."""
        given = hashlib.sha256(secret.encode(errors="replace")).hexdigest()
        return not self.public and hmac.compare_digest(given, self.secret_hash)


class ClientStore(Protocol):
    """Clients. Every method is one transaction."""

    async def add(self, client: Client) -> None:
        """Keep a new client."""
        ...

    async def get(self, client: str) -> Client | None:
        """The client with this id."""
        ...

    async def all(self) -> tuple[Client, ...]:
        """All of them, oldest first."""
        ...

    async def remove(self, client: str) -> bool:
        """Forget a client with all its links, tokens and codes; False if there is none."""
        ...


class Clients:
    """Knows clients. Every method raises Unavailable when the store doesn't answer."""

    def __init__(self, store: ClientStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def add(
        self,
        name: str,
        redirect_uris: Sequence[str],
        public: bool = False,
        pkce_required: bool = True,
        registered: bool = False,
    ) -> tuple[Client, str]:
        """Make a client; return it with its secret, which is told only now and empty for a public one.

        Raises InvalidInput where a name or an address can't be taken.
        """
        if public and not pkce_required:
            raise InvalidInput("A public client has no secret, so PKCE can't be optional for it.")
        secret = "" if public else secrets.token_urlsafe(32)
        made = Client(
            id=secrets.token_hex(12),
            name=checked_name(name),
            redirect_uris=checked_redirects(redirect_uris),
            made_at=self._clock.now(),
            secret_hash=hashlib.sha256(secret.encode()).hexdigest() if secret else "",
            pkce_required=pkce_required,
            registered=registered,
        )
        await self._store.add(made)
        return made, secret

    async def get(self, client: str) -> Client | None:
        """The client with this id."""
        return await self._store.get(client)

    async def all(self) -> tuple[Client, ...]:
        """All of them, oldest first."""
        return await self._store.all()

    async def remove(self, client: str) -> bool:
        """Forget a client and end its links at once; False if there is none."""
        return await self._store.remove(client)


def checked_name(name: str) -> str:
    """Return a client's name, tidied. Raises InvalidInput."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST_NAME or not tidy.isprintable():
        raise InvalidInput(f"The client's name needs 1 to {LONGEST_NAME} printable characters.")
    return tidy


def checked_redirects(uris: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses that a client may be answered at, each once. Raises InvalidInput."""
    once = tuple(dict.fromkeys(uris))
    if not 1 <= len(once) <= MOST_REDIRECTS:
        raise InvalidInput(f"A client needs 1 to {MOST_REDIRECTS} redirect URIs.")
    for uri in once:
        _check_redirect(uri)
    return once


def _check_redirect(uri: str) -> None:
    if len(uri) > LONGEST_REDIRECT or not _ADDRESS.fullmatch(uri):
        raise InvalidInput(
            f"A redirect URI is an address with https, without fragment, at most {LONGEST_REDIRECT} characters long."
        )
    parts = urlsplit(uri)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise InvalidInput("A redirect URI needs https; plain http goes to 127.0.0.1 or localhost only.")
