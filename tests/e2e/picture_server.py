"""The real chat with pictures on a database of its own, beside a shop page; for the browser tests of the widget."""

import argparse
import asyncio
from pathlib import Path

import uvicorn
from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from store.database import Database
from tests.pictures import picture_world


def page(port: int) -> APIRouter:
    """A shop page whose policy allows nothing but the widget's script and its connections."""
    router = APIRouter()
    chat = f"http://127.0.0.1:{port}"
    policy = f"default-src 'none'; script-src {chat}; connect-src {chat} ws://127.0.0.1:{port}"

    @router.get("/page")
    async def shop() -> HTMLResponse:
        text = f"""<!doctype html><html lang="en"><head><title>Example shop</title><meta name="viewport"
          content="width=device-width, initial-scale=1"><script src="{chat}/widget.js" defer></script></head>
          <body><main><h1>Example shop</h1></main></body></html>"""
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    return router


async def main() -> None:
    """Serve on loopback until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    chosen = parser.parse_args()
    database = Database(f"sqlite:///{chosen.file}")
    await database.migrate()
    app = picture_world(database, chosen.file.parent / "files", more=(page(chosen.port),)).app.app
    await uvicorn.Server(uvicorn.Config(app, port=chosen.port, log_level="warning")).serve()


if __name__ == "__main__":
    asyncio.run(main())
