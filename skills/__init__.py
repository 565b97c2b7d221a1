"""Voice and assistants: one module or folder each, declaring CHANNEL, a `ChannelPlugin`."""

from functools import cache

from channels.base import ChannelPlugin
from tracking.plugins import scan


@cache
def skills() -> dict[str, ChannelPlugin]:
    """Return all skills by code. Raises DoorstepError if a module is incomplete or a code is taken twice."""
    return scan(__name__, list(__path__), "CHANNEL", ChannelPlugin)
