"""The text channels: one module each. Those that declare CHANNEL, a `ChannelPlugin`, are found by themselves."""

from functools import cache

from channels.base import ChannelPlugin
from tracking.plugins import scan


@cache
def channels() -> dict[str, ChannelPlugin]:
    """Return all channels by code. Raises DoorstepError if a module is incomplete or a code is taken twice.

    The widget's channel is not among them: it is no platform of somebody else's and needs no settings.
    """
    return scan(__name__, list(__path__), "CHANNEL", ChannelPlugin, helpers=("base", "notify", "resume", "web_chat"))
