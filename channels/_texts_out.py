"""Texts on their way out: noted before they go, sent by Twilio's REST API where they answer nothing, and followed."""

from collections.abc import Sequence

import structlog
from prometheus_client import Counter

from alerts.model import NotSent, Outgoing
from channels._sms_text import texts
from channels._twilio import OPTED_OUT, Address
from channels.base import ChannelServices
from support.gsm import segments
from support.model import Message, Reply, TextState

STATES = {
    "accepted": TextState.QUEUED,
    "scheduled": TextState.QUEUED,
    "queued": TextState.QUEUED,
    "sending": TextState.QUEUED,
    "sent": TextState.SENT,
    "delivered": TextState.DELIVERED,
    "read": TextState.DELIVERED,
    "undelivered": TextState.UNDELIVERED,
    "failed": TextState.FAILED,
    "canceled": TextState.FAILED,
}
PREFIX = "sms:"
"""How the ids of this channel's conversations begin; the address as Twilio writes it follows."""
SEGMENTS = Counter("doorstep_text_segments_total", "Segments of the texts we answered with", ["medium"])
log = structlog.get_logger()


class TextsOut:
    """Notes and sends texts."""

    def __init__(self, services: ChannelServices) -> None:
        self._services = services

    async def noted(self, to: Address, key: str, replies: Sequence[Reply]) -> list[tuple[str, int]]:
        """Return the texts that say these replies, each with its note; the same key is the same texts."""
        noted = []
        for place, text in enumerate(texts(replies)):
            cost = segments(text)
            note = await self._services.texts.note(f"{key}:{place}", f"{PREFIX}{to.written()}", to.number, cost)
            SEGMENTS.labels(to.medium).inc(cost)
            log.info("text_out", segments=cost, medium=to.medium)
            noted.append((text, note))
        return noted

    def report_to(self, note: int) -> str:
        """Return the address that a text's way is to be reported to."""
        return f"{self._services.public_url.rstrip('/')}/webhooks/twilio/status?text={note}"

    async def send(self, to: Address, key: str, replies: Sequence[Reply]) -> None:
        """Send replies by the REST API; a text that Twilio has taken already is not sent again.

        Raises NotSent if Twilio refuses one for good or its reader wants none, Unavailable if it may go later.
        """
        if await self._services.consent.stopped(to.number, to.medium):
            raise NotSent("The shopper has said STOP, so they can't be texted.", OPTED_OUT)
        send = self._services.senders("sms")
        for text, note in await self.noted(to, key, replies):
            if await self._services.texts.taken(note):
                continue
            try:
                sent = await send(Outgoing(to.written(), text, str(note), report_to=self.report_to(note)))
            except NotSent as refusal:
                await self.moved(note, "failed", "", refusal.code, to)
                raise
            await self.moved(note, "queued", sent.provider_id, "", to)

    async def deliver(self, conversation: str, message: Message) -> None:
        """Text what a person of the shop said."""
        to = Address.read(conversation.removeprefix(PREFIX))
        await self.send(to, f"{conversation}#{message.number}"[-70:], (Reply(message.text),))

    async def moved(self, note: int, status: str, sid: str, error: str, to: Address) -> None:
        """Note how far a text has got; one refused because its reader told Twilio to stop opts them out here too."""
        if error == OPTED_OUT:
            await self._services.consent.change(to.number, to.medium, True)
        if status in STATES:
            await self._services.texts.moved(note, STATES[status], sid[:64], error[:16])
