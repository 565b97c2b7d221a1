"""What all helpdesks' clients share: JSON over HTTP, with every failure told as later, slower or never."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from support.helpdesks.base import Refused, Slow
from tracking.errors import Unavailable
from tracking.reading import text

_SECONDS = 15.0
_LONGEST_ANSWER = 4 * 1024 * 1024
_LONGEST_PAUSE, _USUAL_PAUSE = 3600.0, 30.0
# A wrong key is put right by a person, who would not want to lose what was said until then.
_LATER = frozenset({401, 403, 408, 409, 425})


def basic(user: str, password: str) -> dict[str, str]:
    """The header of HTTP basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def answered_id(value: object) -> str:
    """The id in an answer. Raises Unavailable where there is none: what was sent is then looked for next time."""
    found = text(value, 60)
    if not found:
        raise Unavailable("The helpdesk answered without an id.")
    return found


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending a PUT again by itself when its answer is lost: with Zendesk it would comment twice."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError("The connection ended before the answer.") from error


class Http:
    """One account's API at `url`; `name` is the helpdesk's, for messages."""

    def __init__(self, name: str, url: str, headers: Mapping[str, str], seconds: float = _SECONDS) -> None:
        self._name, self._url, self._headers = name, url.rstrip("/"), {"Accept": "application/json", **headers}
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._kept: aiohttp.ClientSession | None = None

    async def get(self, path: str, **params: str) -> Any:
        """Read. Raises Slow, Unavailable or Refused."""
        return await self.ask("GET", path, params=params)

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send one request and return the JSON that is answered. Raises Slow, Unavailable or Refused."""
        asked = {"json": body, "params": params, "headers": headers, "allow_redirects": False}
        try:
            async with self._session.request(method, self._url + path, **asked) as response:  # type: ignore[arg-type]
                self._check(response, method)
                return await self._read(response)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable(f"{self._name} did not answer a {method} ({type(error).__name__}).") from error

    async def close(self) -> None:
        """Close its connections."""
        if self._kept is not None:
            await self._kept.close()

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._kept is None:
            session = aiohttp.ClientSession(headers=self._headers, timeout=self._timeout, middlewares=(_once,))
            self._kept = session
        return self._kept

    async def _read(self, response: aiohttp.ClientResponse) -> Any:
        if (response.content_length or 0) > _LONGEST_ANSWER:
            raise Unavailable(f"{self._name} answered more than can be read.")
        return await response.json(content_type=None)

    def _check(self, response: aiohttp.ClientResponse, method: str) -> None:
        status = response.status
        if status < 300:
            return
        if status in {429, 503}:
            raise Slow(f"{self._name} asks for a pause ({status}).", _pause(response.headers.get("Retry-After", "")))
        if status in {401, 403}:
            raise Unavailable(f"{self._name} did not let us in ({status}); check its address, user and key.")
        if status >= 500 or status in _LATER:
            raise Unavailable(f"{self._name} could not take a {method} ({status}).")
        raise Refused(f"{self._name} refused a {method} for good ({status}).", status)


def _pause(written: str) -> float:
    """Seconds to wait, from a Retry-After in seconds or as a date; within reason."""
    try:
        wait = float(written)
    except ValueError:
        wait = _until(written)
    return min(max(wait, 1.0), _LONGEST_PAUSE) if wait == wait else _USUAL_PAUSE


def _until(written: str) -> float:
    try:
        return (parsedate_to_datetime(written) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return _USUAL_PAUSE
