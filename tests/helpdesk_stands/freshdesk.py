"""Freshdesk: API v2, and what an automation rule is told to send."""

import html
import re
from typing import Any

from tests.helpdesk_stands.base import SECRET, Asked, Entry, StandThread, basic
from tests.helpdesk_stands.nudging import NudgingStand

REQUESTER, AGENT, API_USER = 900, 77, 78


class FreshdeskStand(NudgingStand):
    code = "freshdesk"

    def settings(self) -> dict[str, str]:
        return {"freshdesk_url": self.url, "freshdesk_key": "fk-example", "freshdesk_webhook_secret": SECRET}

    def authorised(self, headers: dict[str, str]) -> bool:
        return headers.get("authorization") == basic("fk-example", "X")

    def answer(self, asked: Asked) -> Any:
        if asked.path == f"/api/v2/agents/{AGENT}":
            return {"id": AGENT, "contact": {"name": "Kim", "email": "kim@example.com"}}
        if asked.path == "/api/v2/tickets":
            return self._ticket(self.begin(asked.body)) if asked.method == "POST" else self._list(asked.query)
        thread, part = self.at(r"/api/v2/tickets/(\d+)(/\w+)?", asked.path)
        if part == "/notes":
            return self._note(thread, asked.body)
        if part == "/conversations":
            page, size = int(asked.query.get("page", 1)), int(asked.query.get("per_page", 30))
            return [self._entry(thread, e) for e in thread.entries[(page - 1) * size : page * size]]
        if asked.method == "PUT":
            thread.state = "solved" if asked.body["status"] in {4, 5} else "open"
            self.hooks.append(self.state_hook(thread))
        return self._ticket(thread)

    def _list(self, query: dict[str, str]) -> Any:
        name = "email" if "email" in query else "unique_external_id"
        return [self._ticket(t) for t in self.threads.values() if t.data.get(name) == query[name]]

    def _note(self, thread: StandThread, body: dict[str, Any]) -> Any:
        words = html.unescape(re.sub(r"<[^>]+>", "", body["body"].replace("<br>", "\n")))
        by = "shopper" if body.get("incoming") and body.get("user_id") == REQUESTER else "api"
        entry = self.add(thread.id, Entry(next(self.ids), by, not body["private"], words))  # type: ignore[arg-type]
        self.hooks.append(self.state_hook(thread))
        return self._entry(thread, entry)

    def _ticket(self, thread: StandThread) -> dict[str, Any]:
        status = 4 if thread.state == "solved" else 2
        return {"id": thread.id, "status": status, "requester_id": REQUESTER, "subject": thread.data["subject"]}

    def _entry(self, thread: StandThread, entry: Entry) -> dict[str, Any]:
        user = {"shopper": REQUESTER, "agent": AGENT, "api": API_USER}[entry.by]
        return {
            "id": entry.id, "body": f"<div>{html.escape(entry.text)}</div>", "body_text": entry.text,
            "incoming": entry.by == "shopper", "private": not entry.public, "user_id": user,
            "source": 0 if entry.by == "agent" and entry.public else 2, "ticket_id": thread.id,
        }  # fmt: skip
