"""Gorgias: tickets and messages by its REST API; its HTTP integration only says where to look."""

from typing import Any, Literal

from support.helpdesks._http import Http, answered_id, basic
from support.helpdesks._nudge import parse, verify
from support.helpdesks.base import AgentReply, Case, Helpdesk, Line, Requester, Seen, Values, setting
from support.model import Agent
from tracking.reading import obj, objects, text

_API = {"channel": "api", "via": "api"}
_LONGEST = 64_000


class _Gorgias:
    def __init__(self, values: Values) -> None:
        self._email = setting(values, "gorgias_email")
        headers = basic(self._email, setting(values, "gorgias_key"))
        self._http = Http("Gorgias", setting(values, "gorgias_url"), headers)
        self.close = self._http.close

    async def open(self, case: Case, again: bool) -> str:
        if again:
            found = await self._http.get("/api/tickets", external_id=case.key)
            for ticket in objects(obj(found).get("data")):
                if ticket.get("external_id") == case.key:
                    return answered_id(ticket.get("id"))
        customer = {"id": await self._customer(case.requester)}
        message = {
            **_API,
            "from_agent": False,
            "sender": customer,
            "subject": case.subject,
            "body_text": case.transcript,
            "external_id": case.key,
        }
        ticket = {
            **_API,
            "from_agent": False,
            "external_id": case.key,
            "subject": case.subject,
            "status": "open",
            "priority": _priority(case),
            "customer": customer,
            "tags": [{"name": tag} for tag in case.tags],
            "messages": [message],
        }
        return answered_id(obj(await self._http.ask("POST", "/api/tickets", ticket)).get("id"))

    async def look(self, thread: str) -> Seen:
        ticket = await self._ticket(thread)
        replies = tuple(_reply(thread, message) for message in objects(ticket.get("messages")) if _is_reply(message))
        customer = text(obj(ticket.get("customer")).get("id"))
        return Seen("solved" if ticket.get("status") == "closed" else "open", customer, None, replies)

    async def append(self, thread: str, seen: Seen, line: Line, again: bool) -> str:
        if again:
            for message in objects((await self._ticket(thread)).get("messages")):
                if message.get("external_id") == line.key:
                    return answered_id(message.get("id"))
        if line.author == "shopper" and seen.requester.isdigit():
            message = {**_API, "from_agent": False, "public": True, "sender": {"id": int(seen.requester)}}
        else:
            message = {"channel": "internal-note", "via": "api", "from_agent": True, "public": False}
            message["sender"] = {"email": self._email}
        message |= {"body_text": line.marked(), "external_id": line.key}
        made = obj(await self._http.ask("POST", f"/api/tickets/{thread}/messages", message))
        if seen.state == "solved" and line.author == "shopper":
            await self.set_state(thread, "open")
        return answered_id(made.get("id"))

    async def set_state(self, thread: str, state: Literal["open", "solved"]) -> None:
        status = "open" if state == "open" else "closed"
        await self._http.ask("PUT", f"/api/tickets/{thread}", {"status": status})

    async def _ticket(self, thread: str) -> dict[str, Any]:
        return obj(await self._http.get(f"/api/tickets/{thread}"))

    async def _customer(self, requester: Requester) -> int:
        """The customer with this mail address, or with our own id of them; made if there is none."""
        who = {"email": requester.email} if requester.email else {"external_id": requester.key}
        found = objects(obj(await self._http.get("/api/customers", **who)).get("data"))
        if not found:
            customer: dict[str, Any] = {"name": requester.name, **who}
            if requester.phone:
                customer["channels"] = [{"type": "phone", "address": requester.phone}]
            found = [obj(await self._http.ask("POST", "/api/customers", customer))]
        return int(answered_id(found[0].get("id")))


def _priority(case: Case) -> str:
    return {"urgent": "critical"}.get(case.priority, case.priority)


def _is_reply(message: dict[str, Any]) -> bool:
    """Whether a person said it to the customer: no note, and no rule's automatic answer."""
    from_person = message.get("from_agent") is True and not message.get("rule_id")
    return from_person and message.get("public") is not False and message.get("channel") != "internal-note"


def _reply(thread: str, message: dict[str, Any]) -> AgentReply:
    sender = obj(message.get("sender"))
    agent = Agent(f"gorgias:{text(sender.get('id'), 40)}", text(sender.get("name"), 80))
    return AgentReply(thread, answered_id(message.get("id")), agent, text(message.get("body_text"), _LONGEST))


HELPDESK = Helpdesk(
    "gorgias",
    "Gorgias",
    ("gorgias_url", "gorgias_email", "gorgias_key", "gorgias_webhook_secret"),
    _Gorgias,
    verify,
    parse,
)
