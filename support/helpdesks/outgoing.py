"""Follows conversations into helpdesks: tickets, later messages and their ends, in order and each of them once."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from support.helpdesks.base import Case, Client, Line, Requester, Seen, short_hash
from support.helpdesks.incoming import Incoming
from support.helpdesks.ports import HelpdeskStore, Thread
from support.jobs import Job
from support.model import Conversation, Ticket
from support.ports import Conversations
from support.tickets import Tickets
from support.watching import is_ours
from tracking.errors import DoorstepError
from tracking.ports import Clock

_LONGEST_SUBJECT = 120
_CHANNELS = {"web": "web chat", "sms": "text message", "voice": "voice"}


class Outgoing:
    """Does the jobs of kind "helpdesk". A job done twice does nothing twice, whenever the first time was cut short."""

    def __init__(
        self,
        clients: Mapping[str, Client],
        store: HelpdeskStore,
        conversations: Conversations,
        tickets: Tickets,
        incoming: Incoming,
        clock: Clock,
    ) -> None:
        self._clients, self._store, self._conversations = clients, store, conversations
        self._tickets, self._incoming, self._clock = tickets, incoming, clock
        self._does = {"open": self._open, "say": self._say, "state": self._state, "look": self._look}

    async def __call__(self, job: Job) -> None:
        """Do one job. Raises Unavailable to be called again later, another DoorstepError when it never can be done."""
        helpdesk, about = str(job.payload["helpdesk"]), str(job.payload["about"])
        client = self._clients.get(helpdesk)
        if client is None:
            raise DoorstepError(f"The helpdesk {helpdesk!r} is not configured any more.")
        await self._does[job.payload["do"]](client, helpdesk, str(job.payload["conversation"]), about)

    async def _open(self, client: Client, helpdesk: str, conversation: str, number: str) -> None:
        ticket, talk = await self._tickets.get(number), await self._conversations.get(conversation)
        if ticket is None or talk is None:
            return  # erased meanwhile
        thread = await self._store.newest(helpdesk, conversation)
        if thread is None or (thread.state == "solved" and thread.ticket != number):
            begun = await self._store.begin(helpdesk, conversation, number, self._clock.now())
            if begun is None:
                return
            thread = Thread(helpdesk, await client.open(_case(ticket, talk), begun.again), conversation, number, "open")
            await self._store.opened(thread, self._clock.now())
        line = Line(_key(conversation, number), "note", _facts(ticket, talk))
        await self._append(client, thread, line, await client.look(thread.id))
        if thread.state == "bot":  # a person is wanted again
            await client.set_state(thread.id, "open")
            await self._store.set_state(thread, "open")

    async def _say(self, client: Client, helpdesk: str, conversation: str, number: str) -> None:
        thread = await self._store.newest(helpdesk, conversation)
        messages = await self._conversations.messages(conversation, int(number) - 1, 1)
        if thread is None or not messages:
            return
        message = messages[0]
        seen = await client.look(thread.id)
        if message.author == "shopper":
            await self._append(client, thread, Line(_key(conversation, number), "shopper", message.text), seen)
            return
        await self._incoming.saw(thread, seen)
        if seen.state == "open":
            await self._append(client, thread, Line(_key(conversation, number), message.author, message.text), seen)

    async def _append(self, client: Client, thread: Thread, line: Line, seen: Seen) -> None:
        begun = await self._store.begin(thread.helpdesk, thread.conversation, line.key, self._clock.now())
        if begun is None or begun.external_id:
            return
        external_id = await client.append(thread.id, seen, line, begun.again)
        await self._store.sent(thread.helpdesk, thread.conversation, line.key, external_id)
        if line.author == "shopper" and seen.state != "open":
            await self._store.set_state(thread, "open")

    async def _state(self, client: Client, helpdesk: str, conversation: str, _about: str) -> None:
        thread = await self._store.newest(helpdesk, conversation)
        wanted = _wanted(await self._tickets.of(conversation))
        if thread is None or thread.state == wanted or (thread.state, wanted) == ("bot", "open"):
            return
        if (await client.look(thread.id)).state != wanted:
            await client.set_state(thread.id, wanted)
        await self._store.set_state(thread, wanted)

    async def _look(self, client: Client, helpdesk: str, _conversation: str, about: str) -> None:
        thread = await self._store.find(helpdesk, about.partition(":")[0])
        if thread is not None:
            await self._incoming.saw(thread, await client.look(thread.id))


def _wanted(tickets: Iterable[Ticket]) -> Literal["open", "solved"]:
    return "solved" if all(ticket.state == "solved" for ticket in tickets) else "open"


def _key(conversation: str, about: str) -> str:
    return f"doorstep-{short_hash(conversation)}-{about}"


def _case(ticket: Ticket, talk: Conversation) -> Case:
    who = talk.identity.email or talk.identity.phone or talk.id
    tags = ["doorstep", f"doorstep_{ticket.reason.value}"]
    tags += [f"order_{_plain(ticket.order_number)}"] if ticket.order_number else []
    fields = {"reason": ticket.reason.value, "ticket": ticket.number, "channel": talk.channel}
    fields |= {"order_number": ticket.order_number} if ticket.order_number else {}
    return Case(
        key=f"doorstep-{ticket.number}",
        subject=" ".join(ticket.summary.split())[:_LONGEST_SUBJECT] or ticket.number,
        requester=Requester(
            f"doorstep-{short_hash(who)}",
            _name(talk),
            talk.identity.email,
            talk.identity.phone,
        ),
        transcript=_transcript(ticket),
        tags=tuple(tags),
        priority=ticket.priority,
        fields=fields,
    )


def _name(talk: Conversation) -> str:
    """Who asks. The order's customer is no requester before they have asked: helpdesks write to requesters."""
    return "Nobody has asked yet" if is_ours(talk.id) else f"Shopper by {_CHANNELS[talk.channel]}"


def _plain(text: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in text.lower()).strip("_")


def _transcript(ticket: Ticket) -> str:
    names = {"shopper": "Shopper", "bot": "Assistant", "agent": "Colleague"}
    said = [f"{names.get(str(m.get('author')), '?')}: {m.get('text', '')}" for m in ticket.transcript]
    return "\n".join(said) or ticket.summary or ticket.number


def _facts(ticket: Ticket, talk: Conversation) -> str:
    """What the agent needs to know beside what was said, for a note that only agents see."""
    facts: dict[str, Any] = {
        "Ticket": ticket.number,
        "Reason": ticket.reason.value,
        "Priority": ticket.priority,
        "Summary": ticket.summary,
        "Order": ticket.order_number,
        "Channel": None if is_ours(talk.id) else _CHANNELS[talk.channel],
        "Verified e-mail": talk.identity.email,
        "Verified phone": talk.identity.phone,
        "Contact given": ticket.contact,
        "Solve by": ticket.due_at.isoformat() if ticket.due_at else None,
        **{str(name): value for name, value in ticket.details.items()},
        **{f"Order's {name}": value for name, value in (ticket.snapshot or {}).items()},
    }
    return "\n".join(f"{name}: {_written(value)}" for name, value in facts.items() if value not in (None, "", [], {}))


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
