"""The merchant's API under /api/v1; every route needs the bearer key."""

import hmac
from time import perf_counter
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Path, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import Field, ValidationError

from support import wording
from support.model import Inbound, SignedIdentity, Ticket, Turn
from tracking.errors import NotConfigured
from tracking.shops.phones import normal_email, normal_phone
from web.errors import problem, said
from web.fields import Number
from web.metrics import observe_turn
from web.order_view import order_view
from web.push_api import add_push
from web.schemas import (
    BatchOut,
    EventIn,
    MessageIn,
    OrderIn,
    ProblemOut,
    RowOut,
    TicketChange,
    TicketOut,
    TurnOut,
)
from web.services import WebServices

_bearer = HTTPBearer(auto_error=False, description="DOORSTEP_API_KEY")
OrderNumber = Annotated[Number, Path()]
TicketNumber = Annotated[str, Path(pattern=r"^T-[0-9]{1,15}$")]
_SCAN = {"tracking_number": "1Z999AA10123456784", "status": "in_transit", "occurred_at": "2026-11-12T08:00:00-05:00"}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Wrong or missing key"},
    503: {"description": "Not configured, or try again later"},
}
_ALL_REFUSED: dict[int | str, dict[str, Any]] = {
    422: {"model": BatchOut | ProblemOut, "description": "Every row was refused, or the request can't be read"}
}


def api_router(services: WebServices) -> APIRouter:
    """Messages, orders, tracking events, tickets and addresses for notifications."""

    # Asynchronous, as FastAPI would hand anything else to a thread and wait for it.
    async def authorised(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
        if not services.api_key:
            raise NotConfigured("The API is not configured: set DOORSTEP_API_KEY to a long random text.")
        key = given.credentials if given else ""
        if not hmac.compare_digest(key.encode("utf-8", "replace"), services.api_key.encode()):
            raise HTTPException(
                401, "Send the header Authorization: Bearer <DOORSTEP_API_KEY>.", {"WWW-Authenticate": "Bearer"}
            )
        return "api-key"

    router = APIRouter(prefix="/api/v1", dependencies=[Depends(authorised)], responses=_PROBLEMS)
    _add_messages(router, services)
    _add_orders(router, services)
    _add_tickets(router, services)
    add_push(router, services.addresses)
    return router


def _add_messages(router: APIRouter, services: WebServices) -> None:
    @router.post(
        "/messages", response_model=TurnOut, tags=["conversation"], responses={429: {"description": "Too fast"}}
    )
    async def send_message(message: MessageIn) -> Response:
        """One message of a shopper in, the replies out. The same message_id again gives the same replies."""
        if not services.limits.api.allow("api") or not services.limits.conversation.allow(message.conversation):
            return problem(429, "too_fast", wording.TOO_FAST, {"Retry-After": "5"})
        started = perf_counter()
        turn = await services.desk.handle(_inbound(message))
        observe_turn(message.channel, turn, perf_counter() - started)
        return JSONResponse(turn_view(turn))


def _inbound(message: MessageIn) -> Inbound:
    known = message.identity
    identity = SignedIdentity(normal_phone(known.phone, ""), normal_email(known.email)) if known else SignedIdentity()
    return Inbound(
        message.conversation, message.message_id, message.text, message.channel, identity, message.client_address
    )


def turn_view(turn: Turn) -> dict[str, Any]:
    """The JSON of a turn."""
    replies = [
        {"text": r.text, "buttons": [{"title": b.title, "payload": b.payload} for b in r.buttons], "card": r.card}
        for r in turn.replies
    ]
    return {
        "conversation": turn.conversation,
        # While a person is waited for, it is still the bot that answers.
        "owner": "human" if turn.owner == "human" else "bot",
        "replies": replies,
        "ticket": turn.ticket,
    }


def _add_orders(router: APIRouter, services: WebServices) -> None:
    @router.post("/orders", tags=["orders"], response_model=BatchOut, responses=_ALL_REFUSED)
    async def save_orders(
        orders: Annotated[OrderIn | Annotated[list[OrderIn], Field(min_length=1, max_length=500)], Body()],
    ) -> Response:
        """Create or update one order or a list of them; says for each what became of it."""
        now = services.clock.now()
        batch = orders if isinstance(orders, list) else [orders]
        results = await services.ingest.save_orders([order.update(now) for order in batch])
        return _batch([RowOut(row=r.row, outcome=r.outcome, error=r.error) for r in results])

    @router.get("/orders/{number}", tags=["orders"], responses={404: {"description": "No such order"}})
    async def get_order(number: OrderNumber) -> Response:
        """One order with its parcels, their folded status, delivery window, last scan, last check and all events."""
        order = await services.orders.find(number)
        if order is None:
            return problem(404, "not_found", f"There is no order {number!r}.")
        return JSONResponse(jsonable_encoder(order_view(order, services.clock.now())))

    @router.post("/tracking-events", tags=["orders"], response_model=BatchOut, responses=_ALL_REFUSED)
    async def record_events(
        events: Annotated[list[Any], Body(embed=True, min_length=1, max_length=1000, examples=[[_SCAN]])],
    ) -> Response:
        """Take in a batch of scans; a bad row is reported in its place, the good ones are kept."""
        return _batch(await _record(services, events))


async def _record(services: WebServices, events: list[Any]) -> list[RowOut]:
    now = services.clock.now()
    good, results = [], {}
    for row, event in enumerate(events):
        try:
            good.append((row, EventIn.model_validate(event).update(now)))
        except ValueError as error:
            results[row] = RowOut(row=row, outcome="refused", error=_first_error(error))
    for (row, _), result in zip(good, await services.ingest.record_events([e for _, e in good]), strict=True):
        results[row] = RowOut(row=row, outcome=result.outcome, error=result.error)
    return [results[row] for row in sorted(results)]


def _first_error(error: ValueError) -> str:
    return said(error.errors()[:1]) if isinstance(error, ValidationError) else str(error)


def _batch(results: list[RowOut]) -> Response:
    """200 if anything was taken in, 422 if every row was refused."""
    refused = all(result.outcome == "refused" for result in results)
    return JSONResponse(BatchOut(results=results).model_dump(), 422 if refused else 200)


def _ticket(ticket: Ticket) -> TicketOut:
    return TicketOut(
        number=ticket.number,
        conversation=ticket.conversation,
        reason=ticket.reason,
        summary=ticket.summary,
        state=ticket.state,
        priority=ticket.priority,
        order_number=ticket.order_number,
        opened_at=ticket.opened_at,
        details=dict(ticket.details),
        due_at=ticket.due_at,
        assignee=ticket.assignee,
        contact=ticket.contact,
        calls=ticket.calls,
        taken_at=ticket.taken_at,
        solved_at=ticket.solved_at,
        order=dict(ticket.snapshot) if ticket.snapshot else None,
    )


def _add_tickets(router: APIRouter, services: WebServices) -> None:
    missing: dict[int | str, dict[str, Any]] = {404: {"description": "No such ticket"}}

    @router.get("/tickets", tags=["tickets"])
    async def list_tickets(
        state: Annotated[str | None, Query(pattern="^(open|pending|solved)$")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        before: Annotated[str | None, Query(pattern=r"^T-[0-9]{1,15}$")] = None,
    ) -> list[TicketOut]:
        """Tickets, newest first; `before` is the last number of the page before."""
        return [_ticket(ticket) for ticket in await services.tickets.list(state, limit, before)]

    @router.get("/tickets/{number}", tags=["tickets"], response_model=TicketOut, responses=missing)
    async def get_ticket(number: TicketNumber) -> TicketOut | Response:
        """One ticket."""
        ticket = await services.tickets.get(number)
        return _ticket(ticket) if ticket else problem(404, "not_found", f"There is no ticket {number}.")

    @router.patch("/tickets/{number}", tags=["tickets"], response_model=TicketOut, responses=missing)
    async def change_ticket(number: TicketNumber, change: TicketChange) -> TicketOut | Response:
        """Set a ticket's state or priority."""
        ticket = await services.tickets.update(number, change.model_dump(exclude_none=True), "api")
        return _ticket(ticket) if ticket else problem(404, "not_found", f"There is no ticket {number}.")
