"""The helpdesks that a shop's people may work in: one module each, declaring HELPDESK, a `Helpdesk`."""

from functools import cache

from support.helpdesks.base import Helpdesk
from tracking.plugins import scan


@cache
def helpdesks() -> dict[str, Helpdesk]:
    """Return all helpdesks by code. Raises DoorstepError if a module is incomplete or a code is taken twice."""
    return scan(__name__, list(__path__), "HELPDESK", Helpdesk, helpers=("base", "incoming", "outgoing", "ports"))
