"""Accounts linked to speakers and assistants: who may ask, what was allowed, and for how long; speaks no OAuth itself.

Codes and tokens are 256 random bits made by whoever speaks OAuth; only their SHA-256 is kept.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from support.clients import Client
from support.model import Link, SignedIdentity
from tracking.ports import Clock

SCOPES: Mapping[str, str] = {
    "orders:read": "see your orders and where they are",
    "orders:help": "report a problem or ask for a person for you",
}
"""What may be allowed, in the words that a shopper is shown."""
CODE_LIFE = timedelta(minutes=5)
ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=90)
REPEAT_WITHIN = timedelta(seconds=30)
"""How long a refresh token that was used may be used once more, because the answer to its first use got lost.

A client whose connection broke holds nothing but the old token and asks again at once; without this it would lose its
link. It costs little: the new tokens become siblings of the lost ones, the first of them to be used ends the others,
and whoever comes second, thief or owner, ends the whole link.
"""
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code: what was allowed to which client, and where it was sent; `link` is set once it was used.

    `challenge` is the S256 challenge that its taker has to answer, empty where none was given.
    """

    client: str
    identity: SignedIdentity
    scopes: frozenset[str]
    redirect_uri: str
    expires_at: datetime
    challenge: str = ""
    resource: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A stored token: what it stands for, its kind, its end, and when its link was last used."""

    link: Link
    kind: Literal["access", "refresh"]
    expires_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewTokens:
    """Hashes of an access and a refresh token that are issued together; `scopes` are the access token's."""

    access: str
    refresh: str
    scopes: frozenset[str]
    access_until: datetime
    refresh_until: datetime


@dataclass(frozen=True, slots=True)
class LinkedClient:
    """A link as its shopper sees it: which client, since when, and when it last did something (times aware)."""

    id: str
    name: str
    scopes: frozenset[str]
    since: datetime
    last_used_at: datetime | None = None


class LinkStore(Protocol):
    """Codes, links and their tokens, all by hash. Every method is one transaction."""

    async def add_code(self, hashed: str, code: Code) -> None:
        """Keep a new code."""
        ...

    async def code(self, hashed: str) -> Code | None:
        """The code, used and expired ones too."""
        ...

    async def exchange(self, hashed: str, link: str, tokens: NewTokens, now: datetime) -> bool:
        """Turn a code into a link with its first tokens. False for one that is unknown, expired or used.

        Of several uses at the same moment one comes first; each other one ends the link that came of it.
        """
        ...

    async def token(self, hashed: str) -> Token | None:
        """The token, used and expired ones too, in one read."""
        ...

    async def rotate(self, hashed: str, tokens: NewTokens, now: datetime, repeat_since: datetime) -> bool:
        """Use a refresh token up for new ones. False for one that is unknown or expired; also for one used before.

        That ends the whole link, unless it was used after `repeat_since`, for the first time once more, and none of
        its successors has been used. Where a token is used, the siblings issued for the same one are used up with it.
        """
        ...

    async def note_use(self, link: str, now: datetime, before: datetime) -> None:
        """Note that a link was used, unless that has been noted since `before`."""
        ...

    async def of(self, identity: SignedIdentity) -> tuple[LinkedClient, ...]:
        """The links of this phone or this e-mail address, newest first."""
        ...

    async def end_token(self, hashed: str) -> None:
        """Forget one token."""
        ...

    async def end(self, link: str, identity: SignedIdentity | None) -> bool:
        """Forget a link with all its tokens; only one of this identity, where it is given. False if there is none."""
        ...

    async def end_all(self, identity: SignedIdentity) -> int:
        """Forget all links of this phone or e-mail address with their tokens and unused codes; count the links."""
        ...


def hashed(token: str) -> str:
    """What is kept of a code, a token or a client's secret."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class Links:
    """Links and what they may do. Every method raises Unavailable when the store doesn't answer."""

    def __init__(self, store: LinkStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def by_token(self, token: str) -> Link | None:
        """What a live access token stands for; None for any other. The link's last use is noted once a minute."""
        found, now = await self._store.token(hashed(token)), self._clock.now()
        if found is None or found.kind != "access" or found.expires_at <= now:
            return None
        if found.last_used_at is None or now - found.last_used_at >= _NOTED_EVERY:
            await self._store.note_use(found.link.id, now, now - _NOTED_EVERY)
        return found.link

    async def allow(
        self,
        code: str,
        client: Client,
        identity: SignedIdentity,
        scopes: frozenset[str],
        redirect_uri: str,
        challenge: str,
        resource: str,
    ) -> None:
        """Keep what a shopper has allowed, to be fetched with this code within five minutes."""
        until = self._clock.now() + CODE_LIFE
        kept = Code(client.id, identity, scopes, redirect_uri, until, challenge, resource)
        await self._store.add_code(hashed(code), kept)

    async def code(self, code: str) -> Code | None:
        """The code if it may still be used, or was used already: its second use must be noticed, see `exchange`."""
        found = await self._store.code(hashed(code))
        return found if found and (found.link or found.expires_at > self._clock.now()) else None

    async def exchange(self, code: str, access: str, refresh: str, scopes: frozenset[str]) -> bool:
        """Make a link of a code, with its first tokens. False if it can't be; a second use ends what the first made."""
        now = self._clock.now()
        return await self._store.exchange(hashed(code), secrets.token_hex(16), _new(access, refresh, scopes, now), now)

    async def token(self, token: str) -> Token | None:
        """The access or refresh token if it has not expired; a refresh token that was used is one still."""
        found = await self._store.token(hashed(token))
        return found if found and found.expires_at > self._clock.now() else None

    async def rotate(self, old: str, access: str, refresh: str, scopes: frozenset[str]) -> bool:
        """Replace a refresh token. False if it can't be; using one a second time ends the link (see REPEAT_WITHIN)."""
        now = self._clock.now()
        return await self._store.rotate(hashed(old), _new(access, refresh, scopes, now), now, now - REPEAT_WITHIN)

    async def revoke(self, token: str) -> None:
        """End an access token alone, or with a refresh token its whole link."""
        found = await self._store.token(hashed(token))
        if found and found.kind == "refresh":
            await self._store.end(found.link.id, None)
        elif found:
            await self._store.end_token(hashed(token))

    async def of(self, identity: SignedIdentity) -> Sequence[LinkedClient]:
        """The links of a shopper who proved this phone or e-mail address, newest first."""
        return await self._store.of(identity)

    async def end(self, link: str, identity: SignedIdentity) -> bool:
        """End one of this shopper's links at once; False if it isn't theirs."""
        return await self._store.end(link, identity)

    async def end_all(self, identity: SignedIdentity) -> int:
        """End all of this shopper's links at once and return how many."""
        return await self._store.end_all(identity)


def _new(access: str, refresh: str, scopes: frozenset[str], now: datetime) -> NewTokens:
    return NewTokens(hashed(access), hashed(refresh), scopes, now + ACCESS_LIFE, now + REFRESH_LIFE)
