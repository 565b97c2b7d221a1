"""One route for the webhooks of all shops and aggregators: verify, parse, store once."""

import hashlib
from datetime import datetime
from typing import Any

import structlog
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from tracking.errors import InvalidInput, NotConfigured
from tracking.ingest import Delivery
from tracking.webhooks import Message, PrivacyRequest, Webhook
from web.errors import problem
from web.metrics import UNMAPPED, WEBHOOKS
from web.services import WebServices

log = structlog.get_logger()
_MOST_REASONS = 10
"""Told to the log and to the sender, of perhaps thousands."""


def webhook_router(services: WebServices) -> APIRouter:
    """POST /webhooks/{code} for every registered sender."""
    router = APIRouter(tags=["webhooks"])
    for webhook in services.webhooks.values():
        _add(router, services, webhook)
    return router


def _add(router: APIRouter, services: WebServices, webhook: Webhook) -> None:
    answers: dict[int | str, dict[str, Any]] = {
        401: {"description": "Bad signature"},
        503: {"description": "Not configured, or try again later"},
    }

    @router.post(f"/webhooks/{webhook.code}", name=f"{webhook.code}_webhook", responses=answers)
    async def receive(request: Request) -> Response:
        """A signed message of this sender; answered once it is stored."""
        try:
            body = await request.body()
        except HTTPException as error:
            log.warning("webhook_too_large", sender=webhook.code, status=error.status_code)
            raise
        response = await _receive(services, webhook, body, dict(request.headers))
        WEBHOOKS.labels(webhook.code, str(response.status_code)).inc()
        return response


async def _receive(services: WebServices, webhook: Webhook, body: bytes, headers: dict[str, str]) -> Response:
    if webhook.is_ping(body, headers):
        return JSONResponse({"status": "pong"})
    secret = services.secrets(webhook.secret_setting)
    if not secret:
        name = f"DOORSTEP_{webhook.secret_setting.upper()}"
        log.error("webhook_not_configured", sender=webhook.code, setting=name)
        raise NotConfigured(f"{webhook.name} is not configured: set {name} to the secret it signs with.")
    if not webhook.verify(body, headers, secret):
        log.warning("webhook_not_verified", sender=webhook.code)
        return problem(
            401, "bad_signature", f"The signature does not match {webhook.name}'s secret; nothing was changed."
        )
    message = _read(webhook, body, headers, services.clock.now())
    if message.privacy:
        return JSONResponse(await _obey(services, message.privacy))
    delivery = Delivery(webhook.code, message.delivery_id) if message.delivery_id else None
    receipt = await services.ingest.receive(message.orders, message.events, delivery)
    refused = [row.error for row in (*receipt.orders, *receipt.events) if row.outcome == "refused"]
    if receipt.duplicate or refused:
        log.info("webhook_stored", sender=webhook.code, duplicate=receipt.duplicate, refused=len(refused))
    status = "duplicate" if receipt.duplicate else "stored"
    return JSONResponse({"status": status, "refused": refused[:_MOST_REASONS]})


def _read(webhook: Webhook, body: bytes, headers: dict[str, str], now: datetime) -> Message:
    """Parse a message and log what could not be read of it. Raises InvalidInput."""
    try:
        message = webhook.parse(body, headers, now)
    except InvalidInput as error:
        log.warning("webhook_not_read", sender=webhook.code, reason=str(error))
        raise
    rejected, unmapped = message.rejected[:_MOST_REASONS], message.unmapped[:_MOST_REASONS]
    more = len(message.rejected) + len(message.unmapped) - len(rejected) - len(unmapped)
    if rejected or unmapped:
        log.warning("webhook_partly_read", sender=webhook.code, rejected=rejected, unmapped=unmapped, more=more)
    UNMAPPED.labels(webhook.code).inc(len(message.unmapped))
    return message


async def _obey(services: WebServices, request: PrivacyRequest) -> dict[str, object]:
    """Erase what has to be erased; an export is for a person to make, so it is logged for them."""
    erased = 0
    if request.kind == "erase_customer":
        erased = await services.ingest.erase_customer(
            request.source, request.email, request.phone, external_ids=request.order_ids
        )
    elif request.kind == "erase_shop":
        erased = await services.ingest.erase_shop(request.source)
    customer = hashlib.sha256(request.customer_id.encode()).hexdigest()[:12]
    log.info("privacy_request", kind=request.kind, source=request.source, customer=customer, erased=erased)
    return {"status": "done", "erased_orders": erased}
