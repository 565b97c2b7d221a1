"""Who may enter the agents' console: accounts, sign-in with lock-out, and sessions; hashes no password itself."""

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from support.cleaning import clean
from support.model import Agent
from tracking.errors import DoorstepError, InvalidInput
from tracking.ports import Clock

Role = Literal["agent", "admin"]
WRONG_TRIES = 5
WINDOW = timedelta(minutes=15)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
_TOUCH = timedelta(minutes=1)
_EMAIL = re.compile(r"[^\s@,;<>]{1,64}@[^\s@,;<>]{1,190}")
_REFUSED = "That did not work. Check the e-mail address, the password and, if you use one, the code."
_LOCKED = "Too many wrong tries. Wait 15 minutes, then try again."


class SignInRefused(DoorstepError):
    """Wrong e-mail, password or code, or too many of them; the words don't say which."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the shop. `name` is what shoppers see; `totp` says that signing in takes a code."""

    id: str
    email: str
    name: str
    role: Role
    active: bool = True
    totp: bool = False

    @property
    def agent(self) -> Agent:
        """The person as conversations know them."""
        return Agent(self.id, self.name)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an account is proven by; the secret is empty where no code is asked for."""

    account: Account
    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. `key` names the session in the store; the token itself is only with the browser."""

    key: str
    account: Account
    seen_at: datetime


class AgentStore(Protocol):
    """Accounts and sessions."""

    async def add(self, account: Account, password_hash: str, now: datetime) -> bool:
        """Keep a new account; False, changing nothing, where the e-mail has one."""
        ...

    async def credentials(self, email: str) -> Credentials | None:
        """An account, active or not, with what proves it."""
        ...

    async def accounts(self) -> tuple[Account, ...]:
        """All accounts by name."""
        ...

    async def set_password(self, agent: str, password_hash: str) -> None:
        """Replace the password and end all sessions."""
        ...

    async def set_totp(self, agent: str, secret: str) -> None:
        """Ask for codes of this secret from now on, for none if it is empty."""
        ...

    async def set_active(self, agent: str, active: bool) -> None:
        """Let in or shut out; shutting out ends all sessions."""
        ...

    async def use_step(self, agent: str, step: int) -> bool:
        """Note that the code of this time step was used; False where it, or a later one, has been used before."""
        ...

    async def open(self, key: str, agent: str, now: datetime, expires_at: datetime) -> None:
        """Begin a session."""
        ...

    async def session(self, key: str, now: datetime, idle_since: datetime) -> Session | None:
        """The session of an active account, if it has neither expired nor been idle since then."""
        ...

    async def touch(self, key: str, now: datetime) -> None:
        """Note a sign of life."""
        ...

    async def close(self, key: str) -> None:
        """End one session."""
        ...

    async def close_all(self, agent: str) -> None:
        """End all sessions of an account."""
        ...


class Tries(Protocol):
    """Wrong tries by scope, as `support.ports.Proofs` keeps them."""

    async def add_try(self, scopes: Sequence[str], now: datetime) -> int:
        """Note a try before its outcome is known."""
        ...

    async def remove_try(self, try_id: int) -> None:
        """Take back a try that turned out right."""
        ...

    async def newest_tries(self, scope: str, limit: int, before: int | None) -> tuple[datetime, ...]:
        """When the newest tries noted before `before` were made, newest first."""
        ...


class Passwords(Protocol):
    """Slow, salted hashes."""

    async def hash(self, password: str) -> str:
        """Make one."""
        ...

    async def matches(self, password_hash: str, password: str) -> bool:
        """Compare; takes as long for a wrong password as for the right one."""
        ...


Codes = Callable[[str, str, datetime], int | None]
"""Gives the time step at which a secret makes this code, around now; None for a wrong code."""


class Agents:
    """Accounts and sessions. Five wrong tries in 15 minutes, per account and per address, close the door for 15."""

    def __init__(
        self,
        store: AgentStore,
        tries: Tries,
        passwords: Passwords,
        codes: Codes,
        clock: Clock,
        lasting: timedelta = timedelta(hours=12),
        idle: timedelta = timedelta(minutes=30),
    ) -> None:
        self._store, self._tries, self._passwords, self._codes, self._clock = store, tries, passwords, codes, clock
        self._lasting, self._idle = lasting, idle
        self._decoy = ""

    async def sign_in(self, email: str, password: str, code: str, address: str) -> str:
        """Return the token of a new session. Raises SignInRefused, in the same words and time whatever was wrong."""
        now, wanted = self._clock.now(), email.strip().lower()
        scopes = [_scope("account", wanted), _scope("address", address)]
        attempt = await self._tries.add_try(scopes, now)
        if await self._closed(scopes, attempt, now):
            await self._tries.remove_try(attempt)
            raise SignInRefused(_LOCKED)
        known = await self._store.credentials(wanted)
        if not await self._proven(known, password, code, now):
            raise SignInRefused(_REFUSED)
        assert known
        await self._tries.remove_try(attempt)
        return await self._open(known.account)

    async def _proven(self, known: Credentials | None, password: str, code: str, now: datetime) -> bool:
        if not self._decoy:
            self._decoy = await self._passwords.hash(secrets.token_urlsafe())
        right = await self._passwords.matches(known.password_hash if known else self._decoy, password)
        if not right or known is None or not known.account.active:
            return False
        if not known.totp_secret:
            return True
        step = self._codes(known.totp_secret, code, now)
        return step is not None and await self._store.use_step(known.account.id, step)

    async def _closed(self, scopes: list[str], attempt: int, now: datetime) -> bool:
        for scope in scopes:
            tries = await self._tries.newest_tries(scope, WRONG_TRIES, attempt)
            if len(tries) >= WRONG_TRIES and tries[0] - tries[-1] <= WINDOW and now - tries[0] < WINDOW:
                return True
        return False

    async def vouched(self, email: str) -> str | None:
        """Return the token of a new session for an address that an identity provider vouches for; None if unknown."""
        known = await self._store.credentials(email.strip().lower())
        return await self._open(known.account) if known and known.account.active else None

    async def _open(self, account: Account) -> str:
        token, now = secrets.token_urlsafe(32), self._clock.now()
        await self._store.open(_key(token), account.id, now, now + self._lasting)
        return token

    async def session(self, token: str) -> Session | None:
        """Who a token stands for; None once it has expired, was idle too long or the account was shut out."""
        now = self._clock.now()
        return await self._store.session(_key(token), now, now - self._idle) if token else None

    async def awake(self, session: Session) -> None:
        """Note that the person did something."""
        now = self._clock.now()
        if now - session.seen_at >= _TOUCH:
            await self._store.touch(session.key, now)

    async def sign_out(self, token: str) -> None:
        """End the session of a token."""
        await self._store.close(_key(token))

    async def sign_out_everywhere(self, agent: str) -> None:
        """End all sessions of an account."""
        await self._store.close_all(agent)

    async def accounts(self) -> tuple[Account, ...]:
        """All accounts by name."""
        return await self._store.accounts()

    async def add(self, email: str, name: str, role: Role, password: str) -> Account:
        """Make an account. Raises InvalidInput for a taken or malformed e-mail, no name, or a short password."""
        wanted, called = email.strip().lower(), clean(name)
        if not _EMAIL.fullmatch(wanted):
            raise InvalidInput("email: that is no e-mail address.")
        if not 1 <= len(called) <= 60:
            raise InvalidInput("name: write between 1 and 60 characters; shoppers see it.")
        account = Account(secrets.token_hex(6), wanted, called, role)
        hashed = await self._passwords.hash(_checked(password))
        if not await self._store.add(account, hashed, self._clock.now()):
            raise InvalidInput(f"email: {wanted} has an account already.")
        return account

    async def find(self, email: str) -> Account:
        """The account of an e-mail. Raises InvalidInput where there is none."""
        known = await self._store.credentials(email.strip().lower())
        if known is None:
            raise InvalidInput(f"email: nobody has an account with {email.strip().lower()}.")
        return known.account

    async def set_password(self, agent: str, password: str) -> None:
        """Replace a password; all sessions end. Raises InvalidInput for a short one."""
        await self._store.set_password(agent, await self._passwords.hash(_checked(password)))

    async def set_totp(self, agent: str, secret: str, code: str = "") -> None:
        """Ask for codes of this secret, once `code` shows that they come; an empty secret asks for none any more.

        Raises InvalidInput for a wrong code.
        """
        if secret and self._codes(secret, code, self._clock.now()) is None:
            raise InvalidInput("code: that is not the code of this secret now; is the phone's clock right?")
        await self._store.set_totp(agent, secret)

    async def set_active(self, agent: str, active: bool) -> None:
        """Let in or shut out; shutting out ends all sessions."""
        await self._store.set_active(agent, active)


def _checked(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(f"password: between {SHORTEST_PASSWORD} and {LONGEST_PASSWORD} characters, please.")
    return password


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _scope(kind: str, value: str) -> str:
    return f"agent-{kind}:{hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest()[:32]}"
