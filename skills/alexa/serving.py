"""Serves the skill with Alexa's Flask adapter inside our app; verifies nothing, that is done before it gets here."""

import asyncio
import re
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn, TypeVar

from a2wsgi import WSGIMiddleware
from flask import Flask
from starlette.types import ASGIApp, Receive, Scope, Send
from werkzeug.exceptions import HTTPException

from channels.base import Linked, Speakers
from skills.alexa.asking import Asking
from skills.alexa.hearing import Heard
from skills.alexa.linking import Accounts
from skills.alexa.skill import skill
from skills.alexa.talking import Talk
from skills.alexa.telling import AccountEvent, Telling
from support.model import Link, Turn
from tracking.errors import InvalidInput

# The SDK is synchronous: each request in progress holds a thread, for as long as the desk takes.
MOST_AT_ONCE = 64
_ROUTE = "/webhooks/alexa"
_NARROW = r"\b(\d\.\d\.\d[a-z]*)\b"
_WIDE = r"\b(\d+\.\d+\.\d+[a-z]*)\b"
T = TypeVar("T")
_loop: ContextVar[asyncio.AbstractEventLoop] = ContextVar("loop")


@contextmanager
def _any_openssl() -> Iterator[None]:
    """Let oscrypto, which the adapter's own verifier imports, read OpenSSL versions such as 3.0.15.

    Its pattern allows one digit a part and fails the import for others. Nothing else is touched, and only meanwhile.
    """
    search = re.search

    def widened(pattern: Any, string: Any, flags: int = 0) -> Any:
        return search(_WIDE if pattern == _NARROW else pattern, string, flags)

    re.search = widened
    try:
        yield
    finally:
        re.search = search


with _any_openssl():
    from flask_ask_sdk import skill_adapter


class SkillApp:
    """The skill as an ASGI app, for requests that are known to be Alexa's.

    The adapter's own checks are off. They would come after it has parsed a stranger's body, in a thread that a slow
    certificate server could hold; ours (see verifying.py) come first, and on the event loop.
    """

    def __init__(self, asking: Asking, linked: Linked, linking_offered: bool, speakers: Speakers | None = None) -> None:
        self._asking, self._linked, self._offered = asking, linked, linking_offered
        self._telling = Telling(speakers, linked) if speakers else None
        self._app: ASGIApp = WSGIMiddleware(self._flask(), workers=MOST_AT_ONCE)  # type: ignore[assignment,arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, in a thread that knows the loop to ask the desk on."""
        _loop.set(asyncio.get_running_loop())
        await self._app(scope, receive, send)

    def _flask(self) -> Flask:
        app = Flask(__name__)
        app.config[skill_adapter.VERIFY_SIGNATURE_APP_CONFIG] = False
        app.config[skill_adapter.VERIFY_TIMESTAMP_APP_CONFIG] = False
        # Our errors go through to our own app, which answers them; Flask's log would quote the request.
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.logger.disabled = True
        app.register_error_handler(HTTPException, _unreadable)
        ours = skill(Talk(self._ask), Accounts(self._account, self._offered, self._spoke), self._told)
        adapter = skill_adapter.SkillAdapter(ours, skill_id=1, app=app)
        adapter.register(app, _ROUTE)
        return app

    def _ask(self, heard: Heard, message_id: str, text: str) -> Turn | None:
        return _on_loop(self._asking.ask(heard, message_id, text))

    def _account(self, token: str) -> Link | None:
        return _on_loop(self._linked(token))

    def _spoke(self, user: str, link: str) -> None:
        if self._telling:
            _on_loop(self._telling.spoke(user, link))

    def _told(self, event: AccountEvent) -> None:
        if self._telling:
            _on_loop(self._telling.told(event))


def _on_loop(work: Coroutine[Any, Any, T]) -> T:
    """Do it on the app's loop, while this thread waits."""
    return asyncio.run_coroutine_threadsafe(work, _loop.get()).result()


def _unreadable(_: HTTPException) -> NoReturn:
    raise InvalidInput("This is no request that an Alexa skill can read.")
