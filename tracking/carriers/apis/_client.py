"""The one HTTP client of all carriers' APIs: patient, bounded and polite; knows no carrier's format.

Failures end as Unavailable; their messages name the source and the status, never an address, a number or a key.
"""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from tracking.carriers.apis._limits import Breaker, Bucket
from tracking.carriers.apis._tokens import Token, Tokens
from tracking.carriers.apis.base import Answer, Call, Denied, Keys, OAuth, Rate, Slow
from tracking.errors import DoorstepError, Unavailable
from tracking.reading import obj, text

LONGEST_ANSWER = 2 * 1024 * 1024
TRIES = 3
_PIECE = 64 * 1024
_LONGEST_PAUSE, _USUAL_PAUSE = 3600.0, 30.0


@dataclass(frozen=True, slots=True)
class Tools:
    """What the client gets from outside; tests put in clocks that they move themselves. All in seconds.

    `patience` is the longest it waits before one request, for its turn or because it was told to.
    """

    connect: float = 3.0
    total: float = 10.0
    patience: float = 10.0
    first_pause: float = 0.5
    now: Callable[[], float] = time.monotonic
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


class _Passing(Unavailable):
    """A failure that may be over at the next try, in `seconds` if the source said so."""

    def __init__(self, message: str, seconds: float | None = None, broken: bool = True) -> None:
        super().__init__(message)
        self.seconds, self.broken = seconds, broken


class _Denied(Unavailable):
    """The source did not let us in."""


class Client:
    """One source's API at `address`. Close it when done."""

    def __init__(self, name: str, address: str, auth: Keys | OAuth, rate: Rate, tools: Tools | None = None) -> None:
        self._name, self._address, self._auth = name, address.rstrip("/"), auth
        self._tools = tools or Tools()
        self._bucket = Bucket(rate, self._tools.now, self._tools.patience)
        self._breaker = Breaker(self._tools.now)
        self._tokens = Tokens(self._fetch_token, self._tools.now)
        self._kept: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close its connections."""
        if self._kept is not None:
            await self._kept.close()
            self._kept = None

    @property
    def wait(self) -> float:
        """Seconds until the next request could be sent."""
        return self._bucket.wait

    def drain(self) -> None:
        """Let no request through at once that the rate alone wouldn't: somebody else may just have sent some."""
        self._bucket.drain()

    async def send(self, call: Call) -> Answer:
        """Send one request, again where that may help. Raises Unavailable, or Slow with how long to leave it alone."""
        if isinstance(self._auth, Keys):
            return await self._try(call, self._auth)
        token = await self._tokens.get()
        try:
            return await self._try(call, _bearer(token))
        except Denied:
            self._tokens.forget(token)
        return await self._try(call, _bearer(await self._tokens.get()))

    async def _try(self, call: Call, keys: Keys) -> Answer:
        for left in range(TRIES - 1, -1, -1):
            self._enter()
            try:
                answer = await self._once(call, keys)
            except _Passing as error:
                self._note(error)
                await self._tools.sleep(self._pause(error, TRIES - 1 - left, left))
            except Slow:
                self._breaker.leave()
                raise
            except DoorstepError:
                self._breaker.succeed()
                raise
            except BaseException:
                self._breaker.leave()
                raise
            else:
                self._breaker.succeed()
                return answer
        raise AssertionError("the last try returns or raises")

    def _enter(self) -> None:
        try:
            self._breaker.enter()
        except Slow as error:
            raise Slow(f"{self._name} is left alone: {error}.", error.seconds) from error

    def _note(self, error: _Passing) -> None:
        self._bucket.rest(error.seconds or 0.0)
        if error.broken:
            self._breaker.fail()
        else:
            self._breaker.leave()

    def _pause(self, error: _Passing, tried: int, left: int) -> float:
        """Seconds before the next try, longer each time and never the same for all callers.

        A pause that the source asked for is kept by the bucket, for all callers.
        """
        if error.seconds is not None and error.seconds > self._tools.patience:
            raise Slow(f"{self._name} asks for a pause ({error}).", error.seconds) from error
        if not left or self._breaker.open:
            if error.seconds is not None:
                raise Slow(f"{self._name} asks for a pause ({error}).", error.seconds) from error
            raise Unavailable(f"{self._name} did not answer ({error}).") from error
        return self._tools.first_pause * float(2**tried) * (0.5 + self._tools.chance())

    async def _once(self, call: Call, keys: Keys) -> Answer:
        try:
            wait = self._bucket.take()
        except Slow as error:
            raise Slow(f"{self._name} is left alone: {error}.", error.seconds) from error
        if wait:
            await self._tools.sleep(wait)
        try:
            async with self._request(call, keys) as response:
                self._check(response)
                return Answer(response.status, await self._body(response))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _Passing(type(error).__name__) from error

    def _request(self, call: Call, keys: Keys) -> Any:
        return self._session.request(
            call.method,
            self._address + call.path,
            params={**call.params, **keys.params},
            headers={"Accept": "application/json", **keys.headers, **call.headers},
            json=call.json,
            data=call.form,
            allow_redirects=False,
        )

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._kept is None:
            limits = aiohttp.ClientTimeout(total=self._tools.total, sock_connect=self._tools.connect)
            self._kept = aiohttp.ClientSession(timeout=limits, cookie_jar=aiohttp.DummyCookieJar())
        return self._kept

    def _check(self, response: aiohttp.ClientResponse) -> None:
        status, told = response.status, response.headers.get("Retry-After", "")
        if status == 429:
            raise _Passing("429", pause_of(told, self._tools.wall()), broken=False)
        if status >= 500:
            raise _Passing(str(status), pause_of(told, self._tools.wall()) if told else None)
        if status in {401, 403}:
            raise Denied(f"{self._name} did not let us in ({status}); check its key and its address.")
        if 300 <= status < 400:
            raise Unavailable(f"{self._name} sent us elsewhere ({status}); check its address.")

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for piece in response.content.iter_chunked(_PIECE):
            body += piece
            if len(body) > LONGEST_ANSWER:
                raise Unavailable(f"{self._name} answered more than {LONGEST_ANSWER} bytes.")
        return bytes(body)

    async def _fetch_token(self) -> Token:
        if not isinstance(self._auth, OAuth):
            raise AssertionError("only OAuth needs a token")
        answer = await self._try(*_token_request(self._auth))
        return _token(self._name, answer)


def _token_request(auth: OAuth) -> tuple[Call, Keys]:
    form = {"grant_type": "client_credentials"}
    keys = Keys()
    if auth.basic:
        keys = Keys({"Authorization": aiohttp.encode_basic_auth(auth.client_id, auth.client_secret)})
    else:
        form |= {"client_id": auth.client_id, "client_secret": auth.client_secret}
    return Call(auth.path, "POST", form=form), keys


def _token(name: str, answer: Answer) -> Token:
    if answer.status >= 400:
        raise Denied(f"{name} did not accept our client id and secret ({answer.status}).")
    try:
        data = obj(json.loads(answer.body))
    except ValueError as error:
        raise Unavailable(f"{name} answered without a token.") from error
    found, lasts = data.get("access_token"), data.get("expires_in")
    if not isinstance(found, str) or not found.isascii() or not found.isprintable() or not 0 < len(found) < 8000:
        raise Unavailable(f"{name} answered without a token.")
    return Token(found, _seconds(lasts))


def _seconds(value: object) -> float:
    """How long a token is good for; ten minutes where the source doesn't say. Some write the number as text."""
    try:
        return float(text(value) or value or 600)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 600.0


def _bearer(token: str) -> Keys:
    return Keys({"Authorization": f"Bearer {token}"})


def pause_of(told: str, now: datetime) -> float:
    """Seconds to wait, from a Retry-After in seconds or as a date; within reason, 30 when it says nothing."""
    try:
        wait = float(told)
    except ValueError:
        wait = _until(told, now)
    return min(max(wait, 0.0), _LONGEST_PAUSE) if wait == wait else _USUAL_PAUSE


def _until(told: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(told)
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, TypeError):
        return _USUAL_PAUSE
