"""What was given up for good, for admins: a list, and two buttons that the log keeps; names no shopper."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response

from support.agents import Session
from support.inbox import Look
from web.console.access import Guards
from web.console.rendering import Pages, done
from web.console.services import ConsoleServices

_SHOWN = 200
_PAGE = "/console/given-up"
Letter = Annotated[str, Path(pattern=r"^(?:job|alert)-[0-9]{1,18}$")]


def add_dead_letters(router: APIRouter, services: ConsoleServices, guards: Guards, pages: Pages) -> None:
    """The page and its buttons."""
    letters = services.dead_letters
    Who = Annotated[Session, Depends(guards.admin)]  # noqa: N806 - a type

    @router.get("/given-up")
    async def shown(request: Request, who: Who) -> Response:
        await services.inbox.looked(who.account.id, "given up", "")
        found, counts = await letters.newest(_SHOWN), await letters.counts(services.clock.now())
        return pages.page(request, "given_up.html", who, letters=found, counts=counts)

    @router.post("/given-up/{letter}/again")
    async def again(request: Request, who: Who, letter: Letter) -> Response:
        return await _noted(request, who, "tried again", letter, await letters.again(letter, services.clock.now()))

    @router.post("/given-up/{letter}/let-go")
    async def let_go(request: Request, who: Who, letter: Letter) -> Response:
        return await _noted(request, who, "let go", letter, await letters.let_go(letter, services.clock.now()))

    async def _noted(request: Request, who: Session, what: Look, letter: str, worked: bool) -> Response:
        if not worked:
            raise HTTPException(404, "It is not on the list any more: somebody was faster, or it was erased.")
        await services.inbox.looked(who.account.id, what, letter)
        return done(request, _PAGE)
