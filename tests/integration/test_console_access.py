"""Who may use which route of the console; the routes are found in the app, so that a new one is tested by itself."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from fastapi.routing import iter_route_contexts
from websockets.exceptions import InvalidStatus

from channels._frames import Visitors
from store.database import Database
from tests.consoles import COOKIE, Browser, agent, browser, screen, waiting
from tests.fakes import World, world
from tests.served import served

OPEN_TO_ALL = {("GET", "/console/sign-in"), ("POST", "/console/sign-in"), ("GET", "/console/static/{name}")}
FOR_ADMINS = {
    ("GET", "/console/audit"),
    ("GET", "/console/given-up"),
    ("POST", "/console/given-up/{letter}/again"),
    ("POST", "/console/given-up/{letter}/let-go"),
    ("POST", "/console/conversations/{conversation}/take-over"),
}
SOCKETS = {"/console/live"}


def console_paths(app: World) -> list[tuple[set[str], str]]:
    """Methods (none for a socket) and path of every route of the app that lies under /console."""
    found = [(context.methods or set(), context.path or "") for context in iter_route_contexts(app.app.routes)]
    return [(methods, path) for methods, path in found if path.startswith("/console")]


def console_routes(app: World) -> set[tuple[str, str]]:
    return {(method, path) for methods, path in console_paths(app) for method in methods}


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


@pytest.fixture
async def people(app: World) -> AsyncIterator[dict[str, Browser]]:
    """Nobody, a shopper with a visitor's token in every place, an agent and an admin."""
    async with AsyncExitStack() as stack:
        found = {
            "nobody": await stack.enter_async_context(browser(app)),
            "shopper": await stack.enter_async_context(browser(app)),
            "agent": await stack.enter_async_context(agent(app)),
            "admin": await stack.enter_async_context(agent(app, "Ada", "admin")),
        }
        token = Visitors("test-visitors").new()[1]
        found["shopper"].client.cookies.set(COOKIE, token)
        found["shopper"].client.headers["Authorization"] = f"Bearer {token}"
        yield found


async def ask(who: Browser, method: str, path: str) -> int:
    """The status of a request that is well-formed as far as access goes: a form carries this browser's own token."""
    address = re.sub(r"\{\w+\}", "c1", path).removeprefix("/console")
    if method == "GET":
        return (await who.get(address, **{"x-doorstep": "act"})).status_code
    token = await who.token()
    headers = {"x-doorstep": "act", "x-form-token": token}
    return (await who.client.post(f"/console{address}", headers=headers)).status_code


def test_there_are_routes_to_try(app: World) -> None:
    routes = console_routes(app)
    assert len(routes) > 15
    assert routes >= OPEN_TO_ALL | FOR_ADMINS
    assert {path for methods, path in console_paths(app) if not methods} == SOCKETS


async def test_every_route_lets_in_those_it_is_for_and_nobody_else(app: World, people: dict[str, Browser]) -> None:
    await waiting(app)
    for method, path in sorted(console_routes(app) - OPEN_TO_ALL, key=lambda route: "sign-out" in route[1]):
        for name in ("nobody", "shopper"):
            assert await ask(people[name], method, path) == 401, (name, method, path)
        if "sign-out" in path:
            continue
        refused = await ask(people["agent"], method, path)
        assert (refused == 403) is ((method, path) in FOR_ADMINS), ("agent", method, path)
        assert await ask(people["admin"], method, path) not in (401, 403), ("admin", method, path)


async def test_tickets_are_given_to_the_merchants_key_alone(app: World, people: dict[str, Browser]) -> None:
    number = await waiting(app)
    for name, who in people.items():
        for method, path in (("GET", ""), ("GET", f"/{number}"), ("PATCH", f"/{number}")):
            answer = await who.client.request(method, f"/api/v1/tickets{path}", json={"state": "solved"})
            assert answer.status_code == 401, (name, method, path)
    ticket = await app.services.tickets.get(number)
    assert ticket
    assert ticket.state == "open"


async def test_nobody_is_led_to_the_way_in(people: dict[str, Browser]) -> None:
    for name in ("nobody", "shopper"):
        answer = await people[name].get("/conversations/c1")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/console/sign-in?next=/console/conversations/c1"


async def test_a_form_without_its_token_or_from_another_site_changes_nothing(
    app: World, people: dict[str, Browser]
) -> None:
    await waiting(app)
    sam, ada = people["agent"], people["admin"]
    token, foreign = await sam.token(), await ada.token()
    posts = [path for method, path in console_routes(app) if method == "POST"]
    for path in posts:
        address = re.sub(r"\{\w+\}", "c1", path)
        for headers in (
            {},
            {"x-form-token": foreign},
            {"x-form-token": "é"},
            {"x-form-token": token, "origin": "https://evil.example.com"},
            {"x-form-token": token, "origin": "null"},
        ):
            answer = await sam.client.post(address, headers=[(k, v.encode()) for k, v in headers.items()])
            assert answer.status_code == 403, (path, headers)
    known = await app.services.desk.conversation("c1")
    assert known
    assert known.owner == "waiting"
    assert (await sam.get()).status_code == 200


async def test_the_socket_is_for_agents_on_our_own_pages(app: World, people: dict[str, Browser]) -> None:
    async with served(app.app) as address:
        for name, origin in (
            ("nobody", None),
            ("shopper", None),
            ("agent", "https://evil.example.com"),
            ("agent", ""),
        ):
            with pytest.raises(InvalidStatus):
                async with screen(address, people[name], origin):
                    pass
        for name in ("agent", "admin"):
            async with screen(address, people[name]) as page:
                await page.send(type="awake")
