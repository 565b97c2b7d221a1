"""Finds an order by number and proof, under the same rules and limits as the chat; the link is the only thing kept."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from support.identity import Identity
from support.model import ProofResult, Standing
from support.ports import Proofs
from tracking.model import Order
from tracking.orders import Orders
from tracking.ports import Clock


class _Unkept:
    """Wrong tries count, but what was proven is not remembered: there is no conversation to remember it for."""

    def __init__(self, proofs: Proofs) -> None:
        self._proofs = proofs

    async def standing(self, conversation: str) -> Standing:  # noqa: ARG002
        return Standing()

    async def add_verified(self, conversation: str, order_key: str, how: str, now: datetime) -> None:
        """Keep nothing."""

    async def add_try(self, scopes: Sequence[str], now: datetime) -> int:
        return await self._proofs.add_try(scopes, now)

    async def remove_try(self, try_id: int) -> None:
        await self._proofs.remove_try(try_id)

    async def newest_tries(self, scope: str, limit: int, before: int | None) -> tuple[datetime, ...]:
        return await self._proofs.newest_tries(scope, limit, before)


class Lookup:
    """Proof without a conversation: tries count per order number and client address."""

    def __init__(self, proofs: Proofs, orders: Orders, clock: Clock) -> None:
        self._orders, self._identity = orders, Identity(_Unkept(proofs), orders, clock)

    async def find(self, number: str, proof: str, address: str) -> tuple[ProofResult, Order | None]:
        """Return the order if the proof is right, else why not; wrong number and wrong proof look alike."""
        asking = f"track-{secrets.token_hex(8)}"
        with self._identity.asked_from(asking, address):
            result = await self._identity.prove(asking, number, proof)
        return result, await self._orders.find(number) if result is ProofResult.VERIFIED else None
