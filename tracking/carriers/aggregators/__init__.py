"""The services that report the scans of many carriers: one module each, declaring AGGREGATOR, a `Webhook`.

Apart from the couriers, because these need the vocabulary and run in the app only.
"""

from functools import cache

from tracking.plugins import scan
from tracking.webhooks import Webhook


@cache
def aggregators() -> dict[str, Webhook]:
    """Return all aggregators by code. Raises DoorstepError if a module is incomplete or a code is taken twice."""
    return scan(__name__, list(__path__), "AGGREGATOR", Webhook)
