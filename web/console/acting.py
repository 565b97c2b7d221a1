"""What agents do: take, say, give back, solve, pass on, note, change tickets; the hand-over decides who may."""

from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Request, Response

from support.agents import Account, Session
from support.handover import MESSAGE_LIMIT, NotYours
from support.inbox import NOTE_LIMIT
from support.live import TicketChanged
from support.model import Priority, TicketState
from tracking.errors import InvalidInput
from web.console.access import Guards
from web.console.rendering import done
from web.console.services import ConsoleServices

Id = Annotated[str, Path(max_length=255)]
Words = Annotated[str, Form(max_length=4 * MESSAGE_LIMIT)]
_MESSAGE_ID = r"^[A-Za-z0-9_-]{1,64}$"


def add_acts(router: APIRouter, services: ConsoleServices, guards: Guards) -> None:
    """What every agent may do with a conversation."""
    Who = Annotated[Session, Depends(guards.agent)]  # noqa: N806 - a type
    handover = services.handover

    @router.post("/conversations/{conversation}/take")
    async def take(request: Request, who: Who, conversation: Id) -> Response:
        await _kindly(services, conversation, handover.take(conversation, who.account.agent))
        return done(request, _page(conversation))

    @router.post("/conversations/{conversation}/say")
    async def say(
        request: Request,
        who: Who,
        conversation: Id,
        message_id: Annotated[str, Form(pattern=_MESSAGE_ID)],
        text: Words,
    ) -> Response:
        await _kindly(services, conversation, handover.say(conversation, who.account.id, message_id, text))
        return done(request, _page(conversation))

    @router.post("/conversations/{conversation}/give-back")
    async def give_back(request: Request, who: Who, conversation: Id) -> Response:
        await _kindly(services, conversation, handover.give_back(conversation, who.account.id))
        return done(request, _page(conversation))

    @router.post("/conversations/{conversation}/solve")
    async def solve(request: Request, who: Who, conversation: Id) -> Response:
        await _kindly(services, conversation, handover.solve(conversation, who.account.id))
        return done(request, _page(conversation))

    @router.post("/conversations/{conversation}/transfer")
    async def transfer(
        request: Request, who: Who, conversation: Id, to: Annotated[str, Form(max_length=64)]
    ) -> Response:
        colleague = await _colleague(services, to)
        await _kindly(services, conversation, handover.transfer(conversation, who.account.id, colleague.agent))
        return done(request, _page(conversation))


def add_notes_and_tickets(router: APIRouter, services: ConsoleServices, guards: Guards) -> None:
    """What every agent may write down about a conversation."""
    Who = Annotated[Session, Depends(guards.agent)]  # noqa: N806 - a type

    @router.post("/conversations/{conversation}/notes")
    async def note(
        request: Request, who: Who, conversation: Id, text: Annotated[str, Form(max_length=4 * NOTE_LIMIT)]
    ) -> Response:
        if await services.desk.conversation(conversation) is None:
            raise HTTPException(404, "There is no such conversation, or it has been erased.")
        await services.inbox.note(conversation, who.account.agent, text)
        await services.desk.live.tell(TicketChanged(conversation, ""))
        return done(request, _page(conversation))

    @router.post("/tickets/{number}")
    async def change(
        request: Request,
        who: Who,
        number: Annotated[str, Path(max_length=32)],
        state: Annotated[TicketState | None, Form()] = None,
        priority: Annotated[Priority | None, Form()] = None,
        assignee: Annotated[str | None, Form(max_length=64)] = None,
        contact: Annotated[str | None, Form(max_length=255)] = None,
    ) -> Response:
        if assignee:
            await _colleague(services, assignee)
        given = {"state": state, "priority": priority, "assignee": assignee, "contact": contact}
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        ticket = await services.tickets.update(number, changes, who.account.id)
        if ticket is None:
            raise HTTPException(404, f"There is no ticket {number}.")
        await services.desk.live.tell(TicketChanged(ticket.conversation, ticket.number))
        return done(request, _page(ticket.conversation))


def add_admin_acts(router: APIRouter, services: ConsoleServices, guards: Guards) -> None:
    """What only admins may do."""
    Who = Annotated[Session, Depends(guards.admin)]  # noqa: N806 - a type

    @router.post("/conversations/{conversation}/take-over")
    async def take_over(request: Request, who: Who, conversation: Id) -> Response:
        """Take a conversation out of a colleague's hands, for when they have gone home."""
        known = await services.desk.conversation(conversation)
        if known is None or known.agent is None:
            raise NotYours("Nobody has this conversation; take it.")
        passing = services.handover.transfer(conversation, known.agent.id, who.account.agent)
        await _kindly(services, conversation, passing)
        return done(request, _page(conversation))


async def _kindly(services: ConsoleServices, conversation: str, act: Awaitable[object]) -> None:
    """Do it; where somebody else was first, say who. Raises NotYours."""
    try:
        await act
    except NotYours as error:
        known = await services.desk.conversation(conversation)
        if known is None:
            raise HTTPException(404, "There is no such conversation, or it has been erased.") from error
        if known.agent is None:
            raise NotYours("The assistant has this conversation; take it first.") from error
        raise NotYours(f"{known.agent.name} has this conversation.") from error


async def _colleague(services: ConsoleServices, agent: str) -> Account:
    found = next((one for one in await services.agents.accounts() if one.id == agent and one.active), None)
    if found is None:
        raise InvalidInput("assignee: nobody here has that account.")
    return found


def _page(conversation: str) -> str:
    return f"/console/conversations/{conversation}"
