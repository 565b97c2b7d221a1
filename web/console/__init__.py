"""The agents' console under /console: pages, forms and a socket; every route but the way in needs a session."""

from fastapi import APIRouter, Depends

from web.console.access import Access, Guards
from web.console.acting import add_acts, add_admin_acts, add_notes_and_tickets
from web.console.dead_letters import add_dead_letters
from web.console.files import add_files
from web.console.live import add_live
from web.console.reading import add_audit, add_pages, add_pictures, add_search
from web.console.rendering import Pages, console_route
from web.console.services import ConsoleServices
from web.console.sign_in import add_oidc, add_sign_in, add_sign_out

_PREFIX = "/console"


def console_router(services: ConsoleServices) -> APIRouter:
    """All routes of the console; who may use one is declared by the part of it that the route is in."""
    access = Access(services)
    guards, pages = Guards(access), Pages(access, services.shop_name)
    kind = console_route(pages)

    def part(*needs: object) -> APIRouter:
        dependencies = [Depends(need) for need in (guards.unforged, *needs)]  # type: ignore[arg-type]
        return APIRouter(prefix=_PREFIX, route_class=kind, dependencies=dependencies, include_in_schema=False)

    outside, inside, admins, sockets = part(), part(guards.agent), part(guards.admin), APIRouter(prefix=_PREFIX)
    add_files(outside)
    add_sign_in(outside, services, access, pages)
    add_oidc(outside, services, access, pages)
    add_sign_out(inside, services, access)
    add_pages(inside, services, guards, pages)
    add_search(inside, services, guards, pages)
    add_pictures(inside, services, guards)
    add_acts(inside, services, guards)
    add_notes_and_tickets(inside, services, guards)
    add_audit(admins, services, guards, pages)
    add_admin_acts(admins, services, guards)
    add_dead_letters(admins, services, guards, pages)
    add_live(sockets, services, access, pages)
    router = APIRouter()
    for each in (outside, inside, admins, sockets):
        router.include_router(each)
    return router
