"""Looks orders up; decides nothing about who may see them."""

from tracking.keys import order_key, tracking_key
from tracking.model import Order
from tracking.ports import OrderRepository


class Orders:
    """Finds orders however their number is spelt. Every method raises Unavailable when the store doesn't answer."""

    def __init__(self, repository: OrderRepository) -> None:
        self._repository = repository

    async def find(self, number: str) -> Order | None:
        """Return the order with this number: case, spaces and a leading "#" make no difference."""
        key = order_key(number)
        return await self._repository.by_key(key) if key else None

    async def find_by_tracking_number(self, tracking_number: str) -> Order | None:
        """Return the order the parcel belongs to, the newest where a parcel holds several; None for a stray parcel."""
        key = tracking_key(tracking_number)
        return await self._repository.by_tracking_key(key) if key else None

    async def for_contact(self, phone: str | None, email: str | None) -> list[Order]:
        """Return the orders of this phone (E.164) or this e-mail address, newest first."""
        wanted_phone, wanted_email = (phone or "").strip(), (email or "").strip().lower()
        if not wanted_phone and not wanted_email:
            return []
        return await self._repository.by_contact(wanted_phone, wanted_email)
