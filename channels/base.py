"""What channels and skills share: how they are declared, and how they ask the desk within a time; no wire format."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol, TypeVar

import structlog
from fastapi import APIRouter

from alerts.model import Outgoing, Sent
from support import wording
from support.delivery import Deliver
from support.desk import Desk, Instead
from support.limits import RateLimit
from support.model import Channel as Kind
from support.model import Inbound, Link, Reply, Turn
from support.pictures import Pictures
from support.texting import Consent, TextLog
from support.tickets import Tickets
from tracking.errors import DoorstepError, NotConfigured
from tracking.orders import Orders
from tracking.ports import Clock

Observer = Callable[[Kind, Turn, float], None]
Late = Callable[[Turn], Awaitable[None]]
Linked = Callable[[str], Coroutine[Any, Any, Link | None]]
"""Gives what an access token of a linked account stands for, None for one that isn't ours or is no longer good."""
Senders = Callable[[str], Callable[[Outgoing], Awaitable[Sent]]]
"""Gives the way out by a medium's code. Raises NotConfigured naming what the medium lacks; what it gives raises NotSent
when a message never will go, Unavailable when it may go later."""
log = structlog.get_logger()
T = TypeVar("T")


class Speakers(Protocol):
    """Which users of a speaker may be told things. Every method raises Unavailable."""

    async def linked(self, user: str, link: str) -> None:
        """Note that a user speaks for a link."""
        ...

    async def subscribed(self, user: str, wanted: bool) -> None:
        """Note whether a user allows to be told things."""
        ...


class Answering:
    """Takes messages to the desk. A platform that can't wait is told in time that the answer is still to come."""

    def __init__(self, desk: Desk, limit: RateLimit, observe: Observer) -> None:
        self._desk, self._limit, self._observe = desk, limit, observe
        self._running: set[asyncio.Task[Any]] = set()

    async def answer(
        self, inbound: Inbound, seconds: float, late: Late | None = None, instead: Instead | None = None
    ) -> Turn | None:
        """Return what came of the message, or None when that takes longer than `seconds`.

        The desk then goes on, and `late` is given what comes of it. `instead` answers in place of the bot, see
        `Desk.handle`; words that must be obeyed are never too fast. Raises Unavailable when the database is down.
        """
        if instead is None and not self._limit.allow(inbound.conversation):
            return Turn(inbound.conversation, "bot", (Reply(wording.TOO_FAST),))
        asking = self._keep(self._ask(inbound, instead))
        await asyncio.wait({asking}, timeout=seconds)
        if asking.done():
            return asking.result()
        if late:
            self._keep(self._tell_late(asking, late))
        return None

    async def _ask(self, inbound: Inbound, instead: Instead | None) -> Turn:
        started = perf_counter()
        turn = await self._desk.handle(inbound, instead)
        self._observe(inbound.channel, turn, perf_counter() - started)
        return turn

    async def _tell_late(self, asking: "asyncio.Task[Turn]", late: Late) -> None:
        try:
            await late(await asking)
        except DoorstepError as error:
            log.warning("late_answer_lost", error=type(error).__name__)

    def _keep(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Run it as a task that isn't forgotten when nobody waits for it any more."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


@dataclass(frozen=True, slots=True)
class ChannelServices:
    """What a channel's router may use. `secrets` gives a setting by its name, None when it is unset.

    `orders` finds orders whoever asks: a channel shows one only to the identity that a token of `linked` stands for.
    """

    desk: Desk
    answering: Answering
    orders: Orders
    tickets: Tickets
    linked: Linked
    consent: Consent
    texts: TextLog
    senders: Senders
    clock: Clock
    secrets: Callable[[str], str | None]
    public_url: str
    pictures: Pictures | None = None
    speakers: Speakers | None = None

    def secret(self, name: str, of: str) -> str:
        """Return a setting that `of` can't do without. Raises NotConfigured, naming it."""
        value = self.secrets(name)
        if not value:
            log.error("channel_not_configured", channel=of, setting=f"DOORSTEP_{name.upper()}")
            raise NotConfigured(f"{of} is not configured: set DOORSTEP_{name.upper()}.")
        return value


@dataclass(frozen=True, slots=True)
class Way:
    """How a channel is written to without having asked: what its conversations' ids begin with, and how to open it."""

    prefix: str
    open: Callable[[ChannelServices], Deliver] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChannelPlugin:
    """One channel or skill: its code, its name for people, the settings without which it answers 503, its routes.

    `way` is for those that a person's answer can be sent to at any time.
    """

    code: str
    name: str
    settings: tuple[str, ...]
    router: Callable[[ChannelServices], APIRouter] = field(repr=False)
    way: Way | None = None
