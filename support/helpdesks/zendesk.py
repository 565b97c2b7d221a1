"""Zendesk: tickets and comments by its Ticketing API, and its signed ticket events."""

from datetime import datetime
from typing import Any, Literal

from support.helpdesks._http import Http, answered_id, basic
from support.helpdesks.base import (
    AgentReply,
    Case,
    Event,
    Helpdesk,
    Line,
    Look,
    Requester,
    Seen,
    Values,
    fresh,
    setting,
)
from support.model import Agent
from tracking.reading import decode, obj, objects, required, text, utc_moment
from tracking.webhooks import Headers, header, signed_base64

_TIMESTAMP = "X-Zendesk-Webhook-Signature-Timestamp"
_DONE = frozenset({"solved", "closed"})
_LONGEST = 64_000


def verify(body: bytes, headers: Headers, secret: str, now: datetime) -> bool:
    """Whether Zendesk signed the time and the body, and just now."""
    timestamp = header(headers, _TIMESTAMP)
    signed = signed_base64(timestamp.encode() + body, secret, header(headers, "X-Zendesk-Webhook-Signature"))
    return signed and fresh(utc_moment(timestamp), now)


def parse(body: bytes) -> tuple[Event, ...]:
    """Return what a ticket event says: a public comment of staff, or that the status changed."""
    event = decode(body)
    kind = required(event.get("type"), "type").removeprefix("zen:event-type:ticket.")
    if kind == "status_changed":
        return (Look(_thread(event)),)
    comment = obj(obj(event.get("event")).get("comment"))
    author = obj(comment.get("author"))
    if kind != "comment_added" or comment.get("is_public") is not True or author.get("is_staff") is not True:
        return ()
    agent = Agent(f"zendesk:{text(author.get('id'), 40)}", text(author.get("name"), 80))
    said = text(comment.get("body"), _LONGEST)
    return (AgentReply(_thread(event), required(comment.get("id"), "event.comment.id"), agent, said),)


def _thread(event: dict[str, Any]) -> str:
    return required(obj(event.get("detail")).get("id"), "detail.id")


class _Zendesk:
    def __init__(self, values: Values) -> None:
        user = f"{setting(values, 'zendesk_email')}/token"
        self._http = Http("Zendesk", setting(values, "zendesk_url"), basic(user, setting(values, "zendesk_token")))
        self.close = self._http.close

    async def open(self, case: Case, again: bool) -> str:
        if again:
            found = await self._http.get("/api/v2/tickets.json", external_id=case.key)
            for ticket in objects(obj(found).get("tickets")):
                return answered_id(ticket.get("id"))
        ticket = {
            "external_id": case.key,
            "subject": case.subject,
            # The first comment is internal, so that no notice of Zendesk's goes out with what was said.
            "comment": {"body": case.transcript, "public": False},
            "priority": case.priority,
            "tags": list(case.tags),
            **await self._requester(case.requester),
        }
        made = await self._http.ask(
            "POST", "/api/v2/tickets.json", {"ticket": ticket}, headers={"Idempotency-Key": case.key}
        )
        return answered_id(obj(obj(made).get("ticket")).get("id"))

    async def look(self, thread: str) -> Seen:
        ticket = obj(obj(await self._http.get(f"/api/v2/tickets/{thread}.json")).get("ticket"))
        done = text(ticket.get("status")) in _DONE
        return Seen("solved" if done else "open", text(ticket.get("requester_id")))

    async def append(self, thread: str, seen: Seen, line: Line, again: bool) -> str:
        earlier = await self._earlier(thread, line) if again else ""
        if earlier:
            return earlier
        comment: dict[str, Any] = {"body": line.marked(), "public": False}
        if line.author == "shopper":
            comment |= {"public": True, "author_id": int(seen.requester)} if seen.requester.isdigit() else {}
        changes: dict[str, Any] = {"comment": comment, "metadata": {"doorstep": line.key}}
        if seen.state == "solved" and line.author == "shopper":
            changes["status"] = "open"
        made = await self._http.ask("PUT", f"/api/v2/tickets/{thread}.json", {"ticket": changes})
        return _comment(obj(obj(made).get("audit")))

    async def set_state(self, thread: str, state: Literal["open", "solved"]) -> None:
        await self._http.ask("PUT", f"/api/v2/tickets/{thread}.json", {"ticket": {"status": state}})

    async def _requester(self, requester: Requester) -> dict[str, Any]:
        """Who asks: by mail address where there is one, so that no user is renamed; else by our own id of them."""
        if requester.email:
            return {"requester": {"name": requester.name, "email": requester.email}}
        user = {"name": requester.name, "external_id": requester.key, "role": "end-user"}
        user |= {"phone": requester.phone} if requester.phone else {}
        made = await self._http.ask("POST", "/api/v2/users/create_or_update.json", {"user": user})
        return {"requester_id": int(answered_id(obj(obj(made).get("user")).get("id")))}

    async def _earlier(self, thread: str, line: Line) -> str:
        """The comment that an earlier try made after all: comments have no id of ours, but their audits keep one."""
        found = await self._http.get(f"/api/v2/tickets/{thread}/audits.json", sort_order="desc")
        for audit in objects(obj(found).get("audits")):
            if obj(obj(audit.get("metadata")).get("custom")).get("doorstep") == line.key:
                return _comment(audit)
        return ""


def _comment(audit: dict[str, Any]) -> str:
    comments = (event for event in objects(audit.get("events")) if event.get("type") == "Comment")
    return text(next(comments, {}).get("id")) or f"audit:{text(audit.get('id'))}"


HELPDESK = Helpdesk(
    "zendesk",
    "Zendesk",
    ("zendesk_url", "zendesk_email", "zendesk_token", "zendesk_webhook_secret"),
    _Zendesk,
    verify,
    parse,
)
