"""Hashes and compares agents' passwords with Argon2, and knows time-based codes; keeps neither."""

import asyncio
import hmac
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2
"""One hash takes 64 MB and some 50 ms of a core."""
_STEP_SECONDS = 30
_DRIFT = 1


class Argon2:
    """Argon2id at the library's recommended cost, off the event loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """See `support.agents.Passwords.hash`."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password_hash: str, password: str) -> bool:
        """See `support.agents.Passwords.matches`."""
        async with self._turn:
            return await asyncio.to_thread(self._verify, password_hash, password)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def totp_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the 30-second step, of the present one and its neighbours, whose code this is; None for none of them."""
    given, current = code.replace(" ", ""), int(now.timestamp()) // _STEP_SECONDS
    maker = pyotp.TOTP(secret)
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        if hmac.compare_digest(maker.generate_otp(step).encode(), given.encode("utf-8", "replace")):
            return step
    return None


def new_totp(email: str, issuer: str) -> tuple[str, str]:
    """Make a secret; return it with the address that authenticator apps read."""
    secret = pyotp.random_base32()
    return secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)
