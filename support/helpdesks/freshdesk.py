"""Freshdesk: tickets and notes by its API v2; its webhooks only say where to look, since they carry no ids."""

import html
from typing import Any, Literal

from support.helpdesks._http import Http, answered_id, basic
from support.helpdesks._nudge import parse, verify
from support.helpdesks.base import AgentReply, Case, Helpdesk, Line, Requester, Seen, Values, setting, short_hash
from support.model import Agent
from tracking.reading import obj, objects, text

_OPEN, _RESOLVED, _CLOSED = 2, 4, 5
_PRIORITIES = {"low": 1, "normal": 2, "high": 3, "urgent": 4}
_CHAT = 7
_PAGE, _MOST_PAGES = 100, 20
_LONGEST = 64_000


class _Freshdesk:
    def __init__(self, values: Values) -> None:
        self._http = Http("Freshdesk", setting(values, "freshdesk_url"), basic(setting(values, "freshdesk_key"), "X"))
        self._names: dict[str, str] = {}
        self.close = self._http.close

    async def open(self, case: Case, again: bool) -> str:
        earlier = await self._ticket(case) if again else ""
        if earlier:
            return earlier
        ticket = {
            "subject": _subject(case),
            "description": _html(case.transcript),
            "status": _OPEN,
            "priority": _PRIORITIES[case.priority],
            "source": _CHAT,
            "tags": list(case.tags),
            **_requester(case.requester),
        }
        made = obj(await self._http.ask("POST", "/api/v2/tickets", ticket))
        return answered_id(made.get("id"))

    async def look(self, thread: str) -> Seen:
        ticket = obj(await self._http.get(f"/api/v2/tickets/{thread}"))
        replies = []
        for entry in await self._entries(thread):
            if entry.get("incoming") is False and entry.get("private") is False:
                agent = await self._agent(text(entry.get("user_id"), 40))
                said = text(entry.get("body_text"), _LONGEST)
                replies.append(AgentReply(thread, answered_id(entry.get("id")), agent, said))
        done = ticket.get("status") in {_RESOLVED, _CLOSED}
        return Seen("solved" if done else "open", text(ticket.get("requester_id")), None, tuple(replies))

    async def append(self, thread: str, seen: Seen, line: Line, again: bool) -> str:
        earlier = await self._note(thread, line) if again else ""
        if earlier:
            return earlier
        note: dict[str, Any] = {"body": f"{_html(line.marked())}<br><small>{_mark(line)}</small>", "private": True}
        if line.author == "shopper" and seen.requester.isdigit():
            note |= {"private": False, "incoming": True, "user_id": int(seen.requester)}
        made = obj(await self._http.ask("POST", f"/api/v2/tickets/{thread}/notes", note))
        if seen.state == "solved" and line.author == "shopper":
            await self.set_state(thread, "open")
        return answered_id(made.get("id"))

    async def set_state(self, thread: str, state: Literal["open", "solved"]) -> None:
        status = _OPEN if state == "open" else _RESOLVED
        await self._http.ask("PUT", f"/api/v2/tickets/{thread}", {"status": status})

    async def _ticket(self, case: Case) -> str:
        """The ticket that an earlier try made after all: Freshdesk keeps no id of ours, so its subject names it."""
        who = {"email": case.requester.email} if case.requester.email else {"unique_external_id": case.requester.key}
        for ticket in objects(await self._http.get("/api/v2/tickets", **who, per_page=str(_PAGE))):
            if f"[{case.key}]" in text(ticket.get("subject")):
                return answered_id(ticket.get("id"))
        return ""

    async def _note(self, thread: str, line: Line) -> str:
        for entry in await self._entries(thread):
            if _mark(line) in text(entry.get("body_text"), _LONGEST):
                return answered_id(entry.get("id"))
        return ""

    async def _entries(self, thread: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        for page in range(1, _MOST_PAGES + 1):
            path = f"/api/v2/tickets/{thread}/conversations"
            found = objects(await self._http.get(path, per_page=str(_PAGE), page=str(page)))
            entries += found
            if len(found) < _PAGE:
                break
        return entries

    async def _agent(self, user: str) -> Agent:
        if user not in self._names:
            agent = obj(await self._http.get(f"/api/v2/agents/{user}"))
            self._names[user] = text(obj(agent.get("contact")).get("name"), 80)
        return Agent(f"freshdesk:{user}", self._names[user])


def _subject(case: Case) -> str:
    return f"{case.subject} [{case.key}]"


def _requester(requester: Requester) -> dict[str, str]:
    """Who asks: by mail address or phone where there is one, else by our own id of them."""
    contacts = {"email": requester.email, "phone": requester.phone}
    known = {name: value for name, value in contacts.items() if value}
    return {"name": requester.name, **({} if requester.email else {"unique_external_id": requester.key}), **known}


def _html(words: str) -> str:
    return html.escape(words).replace("\n", "<br>")


def _mark(line: Line) -> str:
    """What a note is found again by; notes have no field for an id of ours."""
    return f"ref {short_hash(line.key)[:12]}"


HELPDESK = Helpdesk(
    "freshdesk",
    "Freshdesk",
    ("freshdesk_url", "freshdesk_key", "freshdesk_webhook_secret"),
    _Freshdesk,
    verify,
    parse,
)
