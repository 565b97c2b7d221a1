"""Chatwoot: contacts, conversations and messages by its application API, and its signed webhooks."""

from datetime import UTC, datetime
from typing import Any, Literal

from support.helpdesks._http import Http, answered_id
from support.helpdesks.base import (
    AgentReply,
    Case,
    Event,
    Helpdesk,
    Line,
    Look,
    Requester,
    Seen,
    State,
    Values,
    fresh,
    setting,
)
from support.model import Agent
from tracking.reading import decode, obj, objects, required, text
from tracking.webhooks import Headers, header, signed_hex

_OUTGOING = frozenset({"outgoing", 1})
# Snoozed is a person's: it comes back to them.
_STATES: dict[str, State] = {"resolved": "solved", "pending": "bot"}
_LONGEST = 64_000


def verify(body: bytes, headers: Headers, secret: str, now: datetime) -> bool:
    """Whether Chatwoot signed the time and the body, and just now."""
    timestamp = header(headers, "X-Chatwoot-Timestamp")
    prefix, _, given = header(headers, "X-Chatwoot-Signature").partition("=")
    signed = prefix == "sha256" and signed_hex(timestamp.encode() + b"." + body, secret, given)
    return signed and fresh(_moment(timestamp), now)


def parse(body: bytes) -> tuple[Event, ...]:
    """Return what an event says: a public message of a person, or that the conversation's status changed."""
    event = decode(body)
    kind = required(event.get("event"), "event")
    if kind == "conversation_status_changed":
        return (Look(required(event.get("id"), "id")),)
    sender = obj(event.get("sender"))
    from_person = event.get("message_type") in _OUTGOING and text(sender.get("type")) in {"", "user"}
    ours = text(event.get("source_id")).startswith("doorstep-")
    if kind != "message_created" or not from_person or event.get("private") is not False or ours:
        return ()
    thread = required(obj(event.get("conversation")).get("id"), "conversation.id")
    said = text(event.get("content"), _LONGEST)
    return (AgentReply(thread, required(event.get("id"), "id"), _agent(sender), said),)


class _Chatwoot:
    def __init__(self, values: Values) -> None:
        self._inbox = int(setting(values, "chatwoot_inbox"))
        self._account = f"/api/v1/accounts/{int(setting(values, 'chatwoot_account'))}"
        headers = {"api_access_token": setting(values, "chatwoot_token")}
        self._http = Http("Chatwoot", setting(values, "chatwoot_url"), headers)
        self.close = self._http.close

    async def open(self, case: Case, again: bool) -> str:
        contact = await self._contact(case.requester)
        thread = await self._conversation(contact, case) if again else ""
        if not thread:
            conversation = {
                "source_id": case.key,
                "inbox_id": self._inbox,
                "contact_id": contact,
                # A person was called for: a pending one would stay out of their sight.
                "status": "open",
                "custom_attributes": {"doorstep": case.key, **case.fields},
            }
            made = obj(await self._http.ask("POST", f"{self._account}/conversations", conversation))
            thread = answered_id(made.get("id"))
        await self._label(thread, case)
        await self.append(thread, Seen("open"), Line(f"{case.key}-transcript", "note", case.transcript), again)
        return thread

    async def look(self, thread: str) -> Seen:
        conversation = obj(await self._http.get(f"{self._account}/conversations/{thread}"))
        assignee = obj(obj(conversation.get("meta")).get("assignee"))
        agent = _agent(assignee) if assignee.get("id") else None
        return Seen(_STATES.get(text(conversation.get("status")), "open"), "", agent)

    async def append(self, thread: str, seen: Seen, line: Line, again: bool) -> str:
        path = f"{self._account}/conversations/{thread}/messages"
        if again:
            for message in objects(obj(await self._http.get(path)).get("payload")):
                if message.get("source_id") == line.key:
                    return answered_id(message.get("id"))
        from_shopper = line.author == "shopper"
        message = {
            "content": line.marked(),
            "message_type": "incoming" if from_shopper else "outgoing",
            "private": not from_shopper,
            "content_type": "text",
            "source_id": line.key,
            "echo_id": line.key,
        }
        made = obj(await self._http.ask("POST", path, message))
        if from_shopper and seen.state != "open":
            await self.set_state(thread, "open")
        return answered_id(made.get("id"))

    async def set_state(self, thread: str, state: Literal["open", "solved"]) -> None:
        status = "open" if state == "open" else "resolved"
        await self._http.ask("POST", f"{self._account}/conversations/{thread}/toggle_status", {"status": status})

    async def _label(self, thread: str, case: Case) -> None:
        path = f"{self._account}/conversations/{thread}/labels"
        await self._http.ask("POST", path, {"labels": list(case.tags)})

    async def _contact(self, requester: Requester) -> int:
        """The contact with this mail address, phone or our own id; made if there is none."""
        wanted = {"email": requester.email, "phone_number": requester.phone, "identifier": requester.key}
        known = {name: value for name, value in wanted.items() if value}
        for name, value in known.items():
            found = obj(await self._http.get(f"{self._account}/contacts/search", q=value))
            for contact in objects(found.get("payload")):
                if text(contact.get(name)).lower() == value.lower():
                    return int(answered_id(contact.get("id")))
        contact = {"inbox_id": self._inbox, "name": requester.name, **known}
        made = obj(obj(await self._http.ask("POST", f"{self._account}/contacts", contact)).get("payload"))
        return int(answered_id(obj(made.get("contact")).get("id")))

    async def _conversation(self, contact: int, case: Case) -> str:
        found = obj(await self._http.get(f"{self._account}/contacts/{contact}/conversations"))
        for conversation in objects(found.get("payload")):
            if obj(conversation.get("custom_attributes")).get("doorstep") == case.key:
                return answered_id(conversation.get("id"))
        return ""


def _agent(user: dict[str, Any]) -> Agent:
    name = text(user.get("available_name"), 80) or text(user.get("name"), 80)
    return Agent(f"chatwoot:{text(user.get('id'), 40)}", name)


def _moment(seconds: str) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isdigit() and len(seconds) <= 11 else None


HELPDESK = Helpdesk(
    "chatwoot",
    "Chatwoot",
    ("chatwoot_url", "chatwoot_account", "chatwoot_inbox", "chatwoot_token", "chatwoot_webhook_secret"),
    _Chatwoot,
    verify,
    parse,
)
