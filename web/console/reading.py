"""The console's pages: lists, conversations, orders, search and the log of looks."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from support.agents import Session
from support.inbox import LONGEST_SEARCH, View
from web.console.access import Guards
from web.console.lists import Lists
from web.console.looking import Looking
from web.console.rendering import Pages
from web.console.services import ConsoleServices
from web.files import file_response

Id = Annotated[str, Path(max_length=255)]
Number = Annotated[str, Path(max_length=64)]
ChosenOrder = Annotated[str, Query(max_length=64)]
UpTo = Annotated[int | None, Query(ge=1, le=10**9)]
VIEWS: tuple[View, ...] = get_args(View)


def add_pages(router: APIRouter, services: ConsoleServices, guards: Guards, pages: Pages) -> None:
    """The pages of every agent."""
    Who = Annotated[Session, Depends(guards.agent)]  # noqa: N806 - a type
    looking, lists = Looking(services), Lists(services.inbox, services.desk.live)

    async def queue(who: Session, view: View, selected: str = "") -> dict[str, Any]:
        return {
            "rows": await lists.rows(view, who.account.id),
            "counts": await lists.counts(),
            "mine": await services.inbox.mine(who.account.id),
            "view": view,
            "views": VIEWS,
            "selected": selected,
            "now": services.clock.now(),
        }

    @router.get("")
    async def home(request: Request, who: Who, view: View = "waiting") -> Response:
        return pages.page(request, "console.html", who, talk=None, **await queue(who, view))

    @router.get("/queue")
    async def queue_part(
        request: Request, who: Who, view: View = "waiting", selected: Annotated[str, Query(max_length=255)] = ""
    ) -> Response:
        return pages.page(request, "_queue.html", who, **await queue(who, view, selected))

    @router.get("/conversations/{conversation}")
    async def conversation_page(
        request: Request,
        who: Who,
        conversation: Id,
        view: View = "waiting",
        order: ChosenOrder = "",
        up_to: UpTo = None,
    ) -> Response:
        talk = await looking.talk(who.account, conversation, order, up_to)
        if talk is None:
            raise HTTPException(404, "There is no such conversation, or it has been erased.")
        return pages.page(request, "console.html", who, talk=talk, **await queue(who, view, conversation))

    @router.get("/tickets/{number}")
    async def ticket_page(number: Number) -> Response:
        ticket = await services.tickets.get(number)
        if ticket is None or not ticket.conversation:
            raise HTTPException(404, f"There is no ticket {number}.")
        return RedirectResponse(f"/console/conversations/{ticket.conversation}", 303)


def add_pictures(router: APIRouter, services: ConsoleServices, guards: Guards) -> None:
    """The pictures that shoppers sent; seeing one is a look at its conversation."""
    Who = Annotated[Session, Depends(guards.agent)]  # noqa: N806 - a type

    @router.get("/pictures/{picture}")
    async def picture_file(who: Who, picture: Annotated[str, Path(max_length=64)]) -> Response:
        found = await services.picture(picture)
        if found is None:
            raise HTTPException(404, "There is no such picture, or it has been erased.")
        await services.inbox.looked(who.account.id, "conversation", found[0].conversation)
        return file_response(*found)


def add_search(router: APIRouter, services: ConsoleServices, guards: Guards, pages: Pages) -> None:
    """Search, and the orders that it finds, whoever they belong to."""
    Who = Annotated[Session, Depends(guards.agent)]  # noqa: N806 - a type
    looking = Looking(services)

    @router.get("/orders/{number}")
    async def order_page(request: Request, who: Who, number: Number) -> Response:
        order = await looking.order(who.account, number)
        if order is None:
            raise HTTPException(404, f"There is no order {number}.")
        return pages.page(request, "order.html", who, order=order, now=services.clock.now())

    @router.get("/search")
    async def search_page(
        request: Request, who: Who, q: Annotated[str, Query(max_length=LONGEST_SEARCH)] = ""
    ) -> Response:
        found = await services.inbox.search(q, who.account.id)
        return pages.page(request, "search.html", who, q=q, found=found, now=services.clock.now())


def add_audit(router: APIRouter, services: ConsoleServices, guards: Guards, pages: Pages) -> None:
    """The log, for admins."""
    Who = Annotated[Session, Depends(guards.admin)]  # noqa: N806 - a type

    @router.get("/audit")
    async def audit_page(
        request: Request, who: Who, before: Annotated[int | None, Query(ge=1, le=2**53)] = None
    ) -> Response:
        await services.inbox.looked(who.account.id, "audit", "")
        names = {one.id: one.name for one in await services.agents.accounts()}
        looks = await services.inbox.looks(before)
        return pages.page(request, "audit.html", who, looks=looks, names=names)
