"""The app with the console, a shop page with the widget, and a bot that repeats, as a process of its own."""

import argparse
import asyncio
from pathlib import Path

import uvicorn
from fastapi.responses import HTMLResponse

from demo.orders import demo_events, demo_orders
from store.database import Database
from support.agents import Role
from support.model import Inbound
from support.ports import BotReply
from tests.consoles import PASSWORD
from tests.fakes import World, world

SLOW_SECONDS = 4
PEOPLE: tuple[tuple[str, Role], ...] = (("Kim", "admin"), ("Sam", "agent"))
_PAGE = """<!doctype html><html lang="en"><head><title>Example shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><script src="/widget.js" defer></script></head>
<body><main><h1>Example shop</h1></main></body></html>"""


async def fill(app: World) -> None:
    """Make what isn't there yet: accounts and the demo's orders."""
    if await app.console.agents.accounts():
        return
    for name, role in PEOPLE:
        await app.console.agents.add(f"{name.lower()}@example.com", name, role, PASSWORD)
    now = app.services.clock.now()
    await app.services.ingest.save_orders(demo_orders(now))
    await app.services.ingest.record_events(demo_events(now))


def _think_when_asked_to(app: World) -> None:
    """Let the bot take its time over what says "slowly", so that somebody may come in between."""
    at_once = app.bot.respond

    async def respond(inbound: Inbound, command: bool) -> BotReply:
        if "slowly" in inbound.text:
            await asyncio.sleep(SLOW_SECONDS)
        return await at_once(inbound, command)

    app.bot.respond = respond  # type: ignore[method-assign]


async def serve(port: int, file: Path) -> None:
    """Serve until killed."""
    database = Database(f"sqlite:///{file}")
    await database.migrate()
    app = world(database, per_address=1000, per_conversation=1000, public_url=f"http://127.0.0.1:{port}")
    await fill(app)
    _think_when_asked_to(app)

    @app.app.get("/page", include_in_schema=False)
    async def page() -> HTMLResponse:
        return HTMLResponse(_PAGE)

    config = uvicorn.Config(app.app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1)
    await uvicorn.Server(config).serve()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.port, chosen.file))


if __name__ == "__main__":
    main()
