"""Opens the tracking page of any order of the demo, without proof: its customers are made up. Never part of a shop."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse

from tracking.orders import Orders
from web.track.tokens import TrackLinks


def tracking_router(orders: Orders, links: TrackLinks) -> APIRouter:
    """GET /demo/track/{number}."""
    router = APIRouter()

    @router.get("/demo/track/{number}", include_in_schema=False)
    async def show(number: str) -> RedirectResponse:
        order = await orders.find(number)
        if order is None:
            raise HTTPException(404, "The demo has no such order.")
        return RedirectResponse(await links.url(order), 303)

    return router
