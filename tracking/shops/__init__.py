"""The shops that tell us about orders: one module each, declaring SHOP, a `Webhook`.

Shops speak in any order: a parcel's message may come before its order's. Each OrderUpdate therefore carries the shop's
own id (`external_id`), and a parcel's message carries it too; whoever stores them matches by (source, external_id)
first and by number second. `number` may be empty only where `external_id` is not: then the shop didn't say it.
"""

from functools import cache

from tracking.plugins import scan
from tracking.webhooks import Webhook


@cache
def shops() -> dict[str, Webhook]:
    """Return all shops by code. Raises DoorstepError if a module is incomplete or a code is taken twice."""
    return scan(__name__, list(__path__), "SHOP", Webhook, helpers=("phones",))
