"""GET and POST /account/links: a shopper signs in by a code, sees who is linked, and ends links."""

import structlog
from fastapi import APIRouter, Request, Response

from tracking.errors import InvalidInput
from web.oauth.asking import address_of, read_form
from web.oauth.authorize import check_ready
from web.oauth.pages import Pages, first_values, page_route, redirect
from web.oauth.services import LinkingServices
from web.oauth.signing_in import ACTIONS, Problem, step
from web.oauth.visit import Visit, Visits

_HERE = "links"
_ENDED = {"one": "The link has ended.", "all": "All links have ended."}
log = structlog.get_logger()


def add_account(router: APIRouter, services: LinkingServices) -> None:
    """Add the page."""
    pages = Pages(services)
    page, account = APIRouter(route_class=page_route(pages)), _Account(services, pages)

    @page.get("/account/links")
    async def show(request: Request) -> Response:
        check_ready(services)
        return await account.show(request)

    @page.post("/account/links")
    async def act(request: Request) -> Response:
        check_ready(services)
        return await account.act(request)

    router.include_router(page)


class _Account:
    """The page of one shopper's links."""

    def __init__(self, services: LinkingServices, pages: Pages) -> None:
        self._services, self._pages = services, pages
        self._visits = Visits(services, "account")

    async def show(self, request: Request) -> Response:
        """Show the sign-in, or the links of who is signed in."""
        visit = self._visits.of(request) or self._visits.new()
        ended = _ENDED.get(request.query_params.get("ended", ""), "")
        return self._visits.keep(await self._page(visit, None, ended), visit)

    async def act(self, request: Request) -> Response:
        """Take one step, or end links."""
        form, visit = first_values(await read_form(request)), self._visits.of(request)
        if visit is None or not self._visits.is_ours(visit, form.get("token", "")):
            return self._pages.sorry(403, "This page has expired. Please open it again.")
        action = form.get("action", "")
        if action == "leave":
            return self._visits.end(redirect(_HERE))
        if action in {"remove", "remove_all"} and visit.proven:
            return await self._end(visit, form.get("link", "") if action == "remove" else "")
        if action not in ACTIONS:
            raise InvalidInput("The form says nothing that can be done here.")
        after, problem = await step(self._services, visit, form, address_of(request))
        if problem:
            return await self._page(after, problem)
        return self._visits.keep(redirect(_HERE), after)

    async def _end(self, visit: Visit, link: str) -> Response:
        links = self._services.links
        count = int(await links.end(link, visit.contact)) if link else await links.end_all(visit.contact)
        log.info("links_ended", count=count)
        return redirect(f"{_HERE}?ended={'one' if link else 'all'}")

    async def _page(self, visit: Visit, problem: Problem | None, ended: str = "") -> Response:
        linked = await self._services.links.of(visit.contact) if visit.proven else ()
        return self._pages.show(
            "links" if visit.proven else "code" if visit.named else "contact",
            problem.status if problem else 200,
            action=_HERE,
            token=self._visits.form_token(visit),
            client="",
            contact=visit.named,
            linked=linked,
            ended=ended if visit.proven else "",
            problem=problem,
        )
