"""A shop with account linking and the app of a client, each on a port of its own in a thread of this process."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import uvicorn

from store.database import Database
from tests.conftest import free_port
from tests.linking import Shop
from tests.scans import NOON

T = TypeVar("T")
START = '<!doctype html><title>Speaker</title><a href="{}">Link account</a>'


class App(BaseHTTPRequestHandler):
    """The client's own pages: a link to begin with, and where the shopper comes back to."""

    start = ""

    def do_GET(self) -> None:
        """Answer every address."""
        body = START.format(self.start) if self.path == "/start" else "<!doctype html><title>Back</title>Linked."
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


class Place:
    """Both, while they run. `app` and the shop are different sites to a browser."""

    def __init__(self, database_url: str) -> None:
        self._port, self._loop = free_port(), asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._port}"
        self.database = Database(database_url)
        self.shop = Shop(self.database, self.url)
        self.shop.clock.at = NOON
        config = uvicorn.Config(self.shop.app, port=self._port, log_level="critical", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._app = ThreadingHTTPServer(("127.0.0.1", 0), App)
        self.app = f"http://localhost:{self._app.server_port}"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the shop's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def start(self) -> None:
        """Serve both."""
        self.run(self.shop.sell())
        threading.Thread(target=self._app.serve_forever, daemon=True).start()
        self._serving = asyncio.run_coroutine_threadsafe(self._server.serve(), self._loop)

    def stop(self) -> None:
        """End both."""
        self._server.should_exit = True
        self._serving.result(30)
        self._app.shutdown()
        self._app.server_close()
        self.run(self.database.close())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def open_for(self, name: str = "Speaker", registered: bool = False) -> None:
        """Make a client known whose app begins at `{app}/start`."""
        back = f"{self.app}/back"
        client, _ = self.run(self.shop.clients.add(name, [back], pkce_required=False, registered=registered))
        query = f"response_type=code&client_id={client.id}&redirect_uri={back}&state=abc"
        App.start = f"{self.url}/oauth/authorize?{query}"

    def newest_code(self, count: int) -> str:
        """The newest code, once so many were sent."""

        async def wait() -> str:
            while len(self.shop.catcher.sent) < count:  # noqa: ASYNC110 - the catcher has nothing to wait for
                await asyncio.sleep(0.01)
            return self.shop.catcher.sent[-1][1]

        return self.run(asyncio.wait_for(wait(), 20))


@contextmanager
def linking_place(database_url: str) -> Iterator[Place]:
    """Run both for the block."""
    place = Place(database_url)
    place.start()
    try:
        yield place
    finally:
        place.stop()
