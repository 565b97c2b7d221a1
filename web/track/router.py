"""The routes of the tracking page; what they show and do is decided in the modules beside this one."""

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse

from support.limits import RateLimit
from support.model import ProofResult, TicketReason
from support.ratings import LONGEST_WORDS as LONGEST_RATING
from support.ratings import SCORES, Source, TooLate
from tracking.model import Order
from tracking.shops.phones import normal_email
from web.track import choosing, forms
from web.track.counting import HELP, LISTENERS, LOOKUPS, RATINGS, VIEWS
from web.track.guarding import Guard, address_of, file
from web.track.helping import LONGEST_WORDS, Call, Helping
from web.track.live import Listeners, Shown, Watch, events
from web.track.lookup import Lookup
from web.track.pages import Pages
from web.track.ports import TrackServices
from web.track.pushing import Pushing, offered
from web.track.tokens import Tracked, TrackLinks
from web.track.view import OrderView, order_view
from web.track.words import REASONS

_LOOKUP = "lookup"
_HOUR = 3600.0
_HELP_PER_HOUR, _LOST_PER_HOUR = 20, 5
_LONGEST_NUMBER, _LONGEST_PROOF, _LONGEST_EMAIL = 64, 255, 254
_LONGEST_BEACON, _LONGEST_LOOK = 16, 3600
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_NOT_FOUND = "We can't find an order with this number and this detail. Please check both, and mind the spelling."
_LOCKED = "That didn't fit too many times. Please wait 15 minutes before the next try, or write to us below."
_NO_LINK = "This link isn't good, or not any more. Find your order by its number instead."
_STALE = "This page had been open for too long. Please try again."
log = structlog.get_logger()


def track_router(services: TrackServices, links: TrackLinks) -> APIRouter:
    """Everything under /track."""
    place = _Place(services, links)
    router = APIRouter(route_class=place.guard.route_class(), include_in_schema=False)
    for path, method, answer in (
        ("/track/page.css", "GET", partial(file, place.pages.css, "text/css")),
        ("/track/page.js", "GET", partial(file, place.pages.script, "text/javascript")),
        ("/track/worker.js", "GET", place.pushing.worker),
        ("/track", "GET", place.ask),
        ("/track", "POST", place.look_up),
        ("/track/help", "POST", place.help_lost),
        ("/track/{token}", "GET", place.show),
        ("/track/{token}/live", "GET", place.live),
        ("/track/{token}/help", "POST", place.help),
        ("/track/{token}/rating", "POST", place.rate),
        ("/track/{token}/chat", "POST", place.chat),
        ("/track/{token}/seen", "POST", place.seen),
        ("/track/{token}/alerts", "POST", place.choose),
        ("/track/{token}/push", "POST", place.pushing.add),
        ("/track/{token}/push", "DELETE", place.pushing.remove),
        ("/track/{token}/push/known", "POST", place.pushing.known),
    ):
        router.add_api_route(path, _route(answer), methods=[method])
    return router


def _route(answer: Callable[[Request], Coroutine[Any, Any, Response]]) -> Callable[..., Any]:
    async def route(request: Request) -> Response:
        return await answer(request)

    return route


@dataclass(frozen=True, slots=True)
class _Opened:
    """An order that a link has opened, as it is shown now."""

    tracked: Tracked
    order: Order
    view: OrderView
    token: str


class _Place:
    """What the routes share."""

    def __init__(self, services: TrackServices, links: TrackLinks) -> None:
        self._services, self._links = services, links
        self.pages = Pages(services.look)
        self.guard = Guard(self.pages, services.limit)
        self.pushing = Pushing(services.push, links, self.pages.worker)
        self._forms = forms.FormTokens(services.secret)
        self._helping = Helping(services)
        self._lookup = Lookup(services.proofs, services.orders, services.clock)
        self._listeners = Listeners()
        self._help_limit = RateLimit(_HELP_PER_HOUR, _HOUR)
        self._lost_limit = RateLimit(_LOST_PER_HOUR, _HOUR)

    def _asking(self, status: int, problem: str = "", number: str = "", ticket: str = "") -> Response:
        return self.pages.lookup(status, self._forms.new(_LOOKUP), problem, number, ticket)

    async def ask(self, request: Request) -> Response:
        """Show the form for order number and proof."""
        ticket = request.query_params.get("ticket", "")
        return self._asking(200, ticket=ticket if re.fullmatch(r"T-[0-9]{1,15}", ticket) else "")

    async def look_up(self, request: Request) -> Response:
        """Go to the order's page if number and proof fit."""
        sent = await forms.fields(request)
        number, proof = sent.get("number", "")[:_LONGEST_NUMBER], sent.get("proof", "")[:_LONGEST_PROOF]
        if self._forms.read(sent.get("form", ""), _LOOKUP) is None:
            return self._asking(400, _STALE, number)
        if not number or not proof:
            return self._asking(400, "Please fill in both fields.", number)
        result, order = await self._lookup.find(number, proof, address_of(request))
        LOOKUPS.labels(result.value).inc()
        if order is None:
            locked = result is ProofResult.LOCKED
            return self._asking(429 if locked else 404, _LOCKED if locked else _NOT_FOUND, number)
        return _see(f"/track/{await self._links.token(order)}")

    async def help_lost(self, request: Request) -> Response:
        """Open a ticket for somebody whose order can't be found."""
        sent = await forms.fields(request)
        form = self._forms.read(sent.get("form", ""), _LOOKUP)
        if form is None:
            return self._asking(400, _STALE)
        contact = normal_email(sent.get("email", "")[:_LONGEST_EMAIL])
        if not contact:
            return self._asking(400, "Please give an e-mail address that we can answer to.")
        if not self._lost_limit.allow(address_of(request)):
            return self._asking(429, "You have written to us several times already. We will answer; please wait.")
        call = Call(form, TicketReason.LOCKED_OUT, sent.get("words", "")[:LONGEST_WORDS], address_of(request))
        ticket = await self._helping.about_none(contact, sent.get("number", "")[:_LONGEST_NUMBER], call)
        self._count_help(call)
        return _see(f"/track?ticket={ticket or ''}")

    async def _open(self, request: Request) -> _Opened | None:
        token = request.path_params["token"]
        tracked = await self._links.opened(token)
        order = await self._services.orders.find(tracked.key) if tracked else None
        if tracked is None or order is None:
            return None
        return _Opened(tracked, order, order_view(order, self._services.clock.now(), self._services.times), token)

    async def show(self, request: Request) -> Response:
        """Show the order of a link."""
        opened = await self._open(request)
        if opened is None:
            VIEWS.labels("no_such_link").inc()
            return self._asking(404, _NO_LINK)
        VIEWS.labels(opened.view.status.value).inc()
        drawn = self.pages.order(opened.view)
        return self.pages.whole(opened.view, drawn, await self._more(opened, request))

    async def _more(self, opened: _Opened, request: Request | None = None) -> dict[str, Any]:
        """What the forms need: their token, open tickets, the rating so far, and what was just done."""
        query = request.query_params if request else {}
        tickets = [t for t in await self._helping.tickets(opened.tracked) if t.state != "solved"]
        asked = query.get("rate", "")
        return {
            "token": opened.token,
            "ref": opened.tracked.ref,
            "form": self._forms.new(opened.tracked.ref),
            "tickets": tickets,
            "done": next((t.number for t in tickets if t.number == query.get("ticket")), ""),
            "rating": await self._services.ratings.of("delivery", order=opened.tracked.key),
            "rated": query.get("rated", ""),
            "asked": int(asked) if asked in map(str, SCORES) else 0,
            "push_key": offered(self._services.push, opened.order),
            "choices": await self._services.choices.of(opened.order) if self._services.choices else {},
            "chosen": query.get("alerts", ""),
        }

    async def live(self, request: Request) -> Response:
        """Stream the page's parts whenever they change."""
        opened, address = await self._open(request), address_of(request)
        if opened is None or not self._listeners.has_room(address):
            LISTENERS.labels("refused").inc()
            return Response(status_code=204)  # tells the browser not to come back
        LISTENERS.labels("listening").inc()
        seen = request.headers.get("last-event-id") or request.query_params.get("seen", "")
        watch = Watch(partial(self._services.store.stamp, opened.tracked.id), partial(self._redraw, request))
        stream = events(watch, seen, self._listeners, address)
        return StreamingResponse(stream, media_type="text/event-stream", headers=_STREAM_HEADERS)

    async def _redraw(self, request: Request) -> Shown | None:
        opened = await self._open(request)
        if opened is None:
            return None
        drawn = self.pages.order(opened.view)
        return Shown(drawn.version, drawn.html, self.pages.actions(opened.view, await self._more(opened)))

    async def help(self, request: Request) -> Response:
        """Open a ticket about the order."""
        opened, sent = await self._open(request), await forms.fields(request)
        if opened is None:
            return self._asking(404, _NO_LINK)
        form = self._forms.read(sent.get("form", ""), opened.tracked.ref)
        reason = next((reason for reason in REASONS if reason.value == sent.get("reason")), None)
        if form is None or reason is None:
            return self._stale(opened)
        if not self._help_limit.allow(address_of(request)):
            return self.guard.problem(
                429, "We have it", "You have asked for help many times already; please wait for us."
            )
        call = Call(form, reason, sent.get("words", "")[:LONGEST_WORDS], address_of(request))
        ticket = await self._helping.about_order(opened.tracked, opened.order, call)
        self._count_help(call)
        return _see(f"/track/{opened.token}?ticket={ticket or ''}#help")

    def _count_help(self, call: Call) -> None:
        HELP.labels(call.reason.value).inc()
        log.info("track_help", reason=call.reason.value)

    def _stale(self, opened: _Opened) -> Response:
        return self.pages.problem(400, "Please try again", _STALE, f"/track/{opened.token}")

    async def rate(self, request: Request) -> Response:
        """Keep a rating of the delivery."""
        opened, sent = await self._open(request), await forms.fields(request)
        if opened is None:
            return self._asking(404, _NO_LINK)
        score, words = sent.get("score", ""), sent.get("words", "")[:LONGEST_RATING]
        if self._forms.read(sent.get("form", ""), opened.tracked.ref) is None or not opened.view.may_rate:
            return self._stale(opened)
        if score not in map(str, SCORES):
            raise HTTPException(400, "Please choose from 1 to 5.")
        source: Source = "link" if sent.get("source") == "link" else "page"
        try:
            await self._services.ratings.add("delivery", int(score), source, order=opened.tracked.key, words=words)
        except TooLate:
            return _see(f"/track/{opened.token}?rated=late#rating")
        RATINGS.labels(source, score).inc()
        log.info("track_rated", score=int(score), source=source)
        return _see(f"/track/{opened.token}?rated=yes#rating")

    async def choose(self, request: Request) -> Response:
        """Keep what the order's customer wants to be told, and where."""
        opened, sent = await self._open(request), await forms.fields(request)
        if opened is None:
            return self._asking(404, _NO_LINK)
        if self._forms.read(sent.get("form", ""), opened.tracked.ref) is None or self._services.choices is None:
            return self._stale(opened)
        if not self._help_limit.allow(address_of(request)):
            return self.guard.problem(
                429, "That was quick", "You have changed this many times already; please wait a while."
            )
        await choosing.keep(self._services.choices, opened.order, sent)
        return _see(f"/track/{opened.token}?alerts=saved#alerts")

    async def chat(self, request: Request) -> Response:
        """Give the page a visitor's token for a chat that knows this order."""
        opened, sent = await self._open(request), await forms.fields(request)
        if opened is None or self._forms.read(sent.get("form", ""), opened.tracked.ref) is None:
            return JSONResponse({"error": "stale"}, 400)
        if not self._help_limit.allow(address_of(request)):
            return JSONResponse({"error": "too_fast"}, 429, {"Retry-After": "60"})
        token = await self._helping.chat(opened.tracked, opened.order, sent.get("visitor", ""), address_of(request))
        HELP.labels("chat").inc()
        return JSONResponse({"token": token}, headers={"Cache-Control": "no-store"})

    async def seen(self, request: Request) -> Response:
        """Count a look at the page, and how many seconds it lasted."""
        if forms.from_elsewhere(request) or await self._links.opened(request.path_params["token"]) is None:
            return Response(status_code=404)
        sent = await forms.body(request, _LONGEST_BEACON)
        if not re.fullmatch(rb"[0-9]{1,6}", sent):
            return Response(status_code=400)
        await self._services.store.add_view(self._services.clock.now(), min(int(sent), _LONGEST_LOOK))
        return Response(status_code=204)


def _see(where: str) -> Response:
    """Send the browser on, so that a reload repeats nothing."""
    return RedirectResponse(where, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
