"""Takes a visitor's words to the desk and brings what is said to every open connection; knows no transport."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from time import perf_counter

import structlog

from channels._frames import Frame, error_frame, event_frames, message_frame, typing_frame
from channels._frames import Said as Heard
from channels._lines import Line, Lines
from support import wording
from support.cleaning import clean
from support.desk import MESSAGE_LIMIT, Desk
from support.limits import RateLimit
from support.live import Event, Live, Said
from support.model import Inbound, Message, Turn
from tracking.errors import Unavailable

Observer = Callable[[Turn, float], None]
Seen = Callable[[str, int], Awaitable[None]]
"""Is told up to which message a shopper has been shown what a person said."""
log = structlog.get_logger()


class Chat:
    """One for all visitors. `public_limit` counts by client address, `observe` is told of each turn and its seconds."""

    def __init__(
        self,
        desk: Desk,
        conversation_limit: RateLimit,
        public_limit: RateLimit,
        observe: Observer,
        seen: Seen,
        notify_key: str = "",
    ) -> None:
        self._desk, self._conversation_limit, self._public_limit = desk, conversation_limit, public_limit
        self._observe, self._seen, self._lines, self._notify_key = observe, seen, Lines(), notify_key
        self._answering: dict[tuple[str, str], asyncio.Task[Frame | None]] = {}

    @property
    def live(self) -> Live:
        """Where all that happens is told."""
        return self._desk.live

    def may_enter(self, address: str) -> bool:
        """Whether this address may say hello once more; counted apart from its messages."""
        return self._public_limit.allow(f"hello:{address}")

    def refusal(self, conversation: str, said: Heard, address: str) -> Frame | None:
        """The error frame for a message that we don't take, None for one that we do."""
        text = clean(said.text)
        if len(text) > MESSAGE_LIMIT:
            return error_frame("too_long", wording.TOO_LONG.format(limit=MESSAGE_LIMIT), said.id)
        if not text:
            return error_frame("bad_request", wording.EMPTY, said.id)
        if not self._public_limit.allow(address) or not self._conversation_limit.allow(conversation):
            return error_frame("too_fast", wording.TOO_FAST, said.id)
        return None

    def say(self, inbound: Inbound) -> asyncio.Task[Frame | None]:
        """Answer in the background, so that a connection that breaks doesn't break the answer.

        The task gives an error frame, or None when all went well. The same message twice is one task.
        """
        key = inbound.conversation, inbound.message_id
        if key not in self._answering:
            task = self._answering[key] = asyncio.create_task(self._answer(inbound))
            task.add_done_callback(lambda _: self._answering.pop(key, None))
        return self._answering[key]

    async def _answer(self, inbound: Inbound) -> Frame | None:
        started = perf_counter()
        self._lines.tell(inbound.conversation, typing_frame(True))
        try:
            turn = await self._desk.handle(inbound)
        except Unavailable:
            return error_frame("unavailable", wording.TROUBLE, inbound.message_id)
        except Exception:
            log.exception("chat_answer_failed")
            return error_frame("unavailable", wording.TROUBLE, inbound.message_id)
        finally:
            self._lines.tell(inbound.conversation, typing_frame(False))
        self._observe(turn, perf_counter() - started)
        return None

    async def stored(self, inbound: Inbound) -> Frame | None:
        """Like `say`, but wait only until the message is stored; the error frame if it can't be."""
        heard = asyncio.Event()

        async def told(event: Event) -> None:
            if isinstance(event, Said) and any(m.message_id == inbound.message_id for m in event.messages):
                heard.set()

        async with self._desk.listening(inbound.conversation, told):
            answering, hearing = self.say(inbound), asyncio.create_task(heard.wait())
            try:
                await asyncio.wait({answering, hearing}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                hearing.cancel()
        return answering.result() if answering.done() else None

    async def welcome(self, conversation: str, token: str, after: int) -> Frame:
        """The first frame: who owns the conversation, and what was said after `after`."""
        known = await self._desk.conversation(conversation)
        messages = await self._since(conversation, after)
        if known and known.owner != "human":
            await self._take_up(conversation, after, messages)
        return {
            "type": "welcome",
            "token": token,
            "owner": known.owner if known else "bot",
            "name": known.agent.name if known and known.agent else "",
            "messages": [message_frame(message) for message in messages],
            **({"notify": self._notify_key} if self._notify_key else {}),
        }

    async def _since(self, conversation: str, after: int) -> list[Message]:
        messages: list[Message] = []
        while page := await self._desk.history(conversation, messages[-1].number if messages else after):
            messages += page
        return messages

    async def _take_up(self, conversation: str, after: int, messages: list[Message]) -> None:
        """Answer what was left unanswered when a process died: a shopper's message that nothing follows."""
        last = messages[-1:] or await self._desk.history(conversation, max(after - 1, 0), 1)
        if last and last[0].author == "shopper" and last[0].message_id:
            self.say(Inbound(conversation, last[0].message_id, last[0].text))

    async def frames(self, conversation: str, token: str, after: int, line: Line) -> AsyncGenerator[Frame]:
        """The welcome, then all that is said, each message once, until the line is cut off.

        Listens before it reads, so nothing falls between; a message missing in between is read from the store.
        """

        async def told(event: Event) -> None:
            for frame in event_frames(event):
                line.send(frame)

        with self._lines.opened(conversation, line):
            async with self._desk.listening(conversation, told):
                first = await self.welcome(conversation, token, after)
                seen = max([after, *(message["number"] for message in first["messages"])])
                yield first
                await self._shown(conversation, first["messages"])
                if any(busy == conversation for busy, _ in self._answering):
                    yield typing_frame(True)
                while (frame := await line.next()) is not None:
                    if frame["type"] != "message":
                        yield frame
                        continue
                    for message in await self._until(conversation, seen, frame):
                        seen = message["number"]
                        yield message
                        await self._shown(conversation, [message])

    async def _shown(self, conversation: str, messages: list[Frame]) -> None:
        """Note what a person said once it is on the shopper's screen: it needn't be sent to them by another way."""
        numbers = [message["number"] for message in messages if message["author"] == "agent"]
        if numbers:
            await self._seen(conversation, max(numbers))

    async def _until(self, conversation: str, seen: int, frame: Frame) -> list[Frame]:
        """The frames of all messages after `seen`, up to and with this one; none if it has been seen."""
        if frame["number"] <= seen + 1:
            return [frame] if frame["number"] == seen + 1 else []
        return [{"type": "message", **message_frame(m)} for m in await self._since(conversation, seen)]
