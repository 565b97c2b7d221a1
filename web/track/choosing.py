"""Takes in what an order's customer chooses to be told, and where; nothing that isn't on the page."""

from collections.abc import Mapping
from typing import cast

import structlog
from fastapi import HTTPException

from alerts.preferences import Choice, Choices
from tracking.model import Order
from web.track.counting import CHOSEN
from web.track.words import CHOICES, MEDIA

log = structlog.get_logger()


async def keep(choices: Choices, order: Order, sent: Mapping[str, str]) -> None:
    """Keep the choices of a form. Raises HTTPException 400 for a form that isn't ours; nothing is kept then."""
    chosen = {medium: choice for medium, choice in sent.items() if medium in MEDIA}
    if not chosen or not set(chosen.values()) <= set(CHOICES):
        raise HTTPException(400, "Please choose from what is on the page.")
    for medium, choice in chosen.items():
        await choices.choose(order, medium, cast("Choice", choice))
        CHOSEN.labels(medium, choice).inc()
    log.info("track_alerts_chosen", **chosen)
