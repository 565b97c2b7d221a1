"""Makes and reads the signed links of the tracking page; shows nothing."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from itsdangerous import BadData, TimestampSigner, base64_decode, base64_encode
from itsdangerous.encoding import int_to_bytes
from itsdangerous.signer import HMACAlgorithm

from tracking.errors import InvalidInput
from tracking.keys import order_key
from tracking.model import Order
from tracking.ports import Clock

_SIGNATURE_BYTES = 16
_LONGEST_TOKEN = 64
_ROW_BYTES = 7
"""More than a database will ever count to, and less than it could not take."""
_DAY_SECONDS = 24 * 60 * 60


class OrderIds(Protocol):
    """The rows of orders."""

    async def id_of(self, key: str) -> int | None: ...

    async def key_of(self, order_id: int) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Tracked:
    """The order that a link opens: its row, its `order_key`, and a name for it that tells nothing to outsiders."""

    id: int
    key: str
    ref: str


class _Short(HMACAlgorithm):
    """HMAC-SHA-256 cut to 128 bits, so that a link fits in a text; nobody guesses that either."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:_SIGNATURE_BYTES]


class _DaySigner(TimestampSigner):
    """Signs with the day instead of the second: shorter, and the same link all day."""

    def __init__(self, secret: str, key: str, now: datetime) -> None:
        # The number is signed along though it isn't in the link: a row's id may be given to another order one day.
        super().__init__(
            secret, f"doorstep-track:{key}", digest_method=hashlib.sha256, algorithm=_Short(hashlib.sha256)
        )
        self._now = now

    def get_timestamp(self) -> int:
        return int(self._now.timestamp()) // _DAY_SECONDS


class TrackLinks:
    """One link per order, good for `days` after the day it is made; whoever has it sees that order and no other."""

    def __init__(self, secret: str, public_url: str, days: int, ids: OrderIds, clock: Clock) -> None:
        self._secret, self._days, self._ids, self._clock = secret, days, ids, clock
        self._public_url = public_url.rstrip("/")

    async def url(self, order: Order) -> str:
        """The link to an order's page. Raises InvalidInput for an order that isn't stored."""
        return f"{self._public_url}/track/{await self.token(order)}"

    async def token(self, order: Order) -> str:
        """The last part of the link: at most 40 characters, made of the order's row, the day and a signature."""
        key = order_key(order.number)
        row = await self._ids.id_of(key)
        if row is None:
            raise InvalidInput("There is no such order to make a link for.")
        return self._signed(row, key)

    async def opened(self, token: str) -> Tracked | None:
        """What a link opens; None if it is forged, expired, or its order is gone."""
        row = _row(token) if len(token) <= _LONGEST_TOKEN and token.isascii() else None
        if row is None:
            return None
        key = await self._ids.key_of(row)
        try:
            self._signer(key or "").unsign(token, max_age=self._days)
        except BadData:
            return None
        # Base64 has several spellings of the same bytes; only ours is a link.
        return Tracked(row, key, self._ref(key)) if key and _is_spelt_as_ours(token) else None

    def _signed(self, row: int, key: str) -> str:
        return self._signer(key).sign(base64_encode(int_to_bytes(row))).decode()

    def _signer(self, key: str) -> _DaySigner:
        return _DaySigner(self._secret, key, self._clock.now())

    def _ref(self, key: str) -> str:
        return hashlib.blake2b(key.encode(), key=self._secret.encode()[:64], digest_size=8).hexdigest()


def _row(token: str) -> int | None:
    try:
        row = base64_decode(token.split(".")[0])
    except BadData:
        return None
    return int.from_bytes(row) if len(row) <= _ROW_BYTES else None


def _is_spelt_as_ours(token: str) -> bool:
    signature = token.rsplit(".", 1)[-1]
    return base64_encode(base64_decode(signature)).decode() == signature
