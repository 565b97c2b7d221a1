"""A Doorstep without a bot box, holding the demo's orders, for browser tests of the tracking page; run as a process."""

import argparse
import asyncio
from datetime import timedelta

import uvicorn
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import SecretStr

from demo.orders import demo_events, demo_orders
from doorstep.settings import Settings
from doorstep.tracking_page import track_links
from doorstep.web import Doorstep, doorstep_app
from store.track import TrackTable
from tracking.model import EventUpdate, Status, TrackingEvent

SECRET = "browser-tests"


def control(doorstep: Doorstep, settings: Settings) -> APIRouter:
    """Lets tests ask for links and move parcels on."""
    router, links = APIRouter(prefix="/control"), track_links(settings, doorstep.tracking, SECRET)

    @router.get("/link/{number}")
    async def link(number: str) -> JSONResponse:
        order = await doorstep.tracking.orders.find(number)
        assert order is not None
        return JSONResponse({"url": await links.url(order)})

    @router.post("/deliver/{number}")
    async def deliver(number: str) -> JSONResponse:
        order, now = await doorstep.tracking.orders.find(number), doorstep.tracking.clock.now()
        assert order is not None
        scan = TrackingEvent(Status.DELIVERED, now - timedelta(minutes=1), now, "test", description="Left on the porch")
        updates = [EventUpdate(shipment.tracking_number, scan) for shipment in order.shipments]
        await doorstep.tracking.ingest.record_events(updates)
        return JSONResponse({})

    @router.get("/views")
    async def views() -> JSONResponse:
        today = doorstep.tracking.clock.now().date()
        found = await TrackTable(doorstep.tracking.database).views(today)
        return JSONResponse(sum(views for views, _ in found.values()))

    @router.get("/tickets")
    async def tickets() -> JSONResponse:
        found = await doorstep.support.tickets.list()
        return JSONResponse([{"number": t.number, "reason": t.reason, "order": t.order_number} for t in found])

    return router


async def serve(port: int, folder: str) -> None:
    """Serve until killed."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=f"sqlite:///{folder}/track.db",
        public_url=f"http://127.0.0.1:{port}",
        secret_key=SecretStr(SECRET),
        public_per_minute=10_000,
        shop_name="Lantern & Loom",
        brand_color="#a8481f",
        alerts=True,
        twilio_account_sid="AC00000000000000000000000000000000",
        twilio_auth_token=SecretStr(SECRET),
        twilio_from="+12025550100",
        smtp_url=SecretStr("smtp://127.0.0.1:9"),
        mail_from="Lantern & Loom <orders@example.com>",
        log_level="warning",
    )
    async with doorstep_app(settings) as doorstep:
        now = doorstep.tracking.clock.now()
        await doorstep.tracking.ingest.save_orders(demo_orders(now))
        await doorstep.tracking.ingest.record_events(demo_events(now))
        doorstep.app.include_router(control(doorstep, settings))
        await uvicorn.Server(uvicorn.Config(doorstep.app, port=port, log_level="critical")).serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.folder))
