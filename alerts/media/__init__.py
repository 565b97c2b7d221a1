"""The media we start messages on: one module each, declaring MEDIUM, a `Medium`."""

from functools import cache

from alerts.media.base import Medium
from tracking.plugins import scan


@cache
def media() -> dict[str, Medium]:
    """Return all media by code. Raises DoorstepError if a module is incomplete or a code is taken twice."""
    return scan(__name__, list(__path__), "MEDIUM", Medium, helpers=("base",))
