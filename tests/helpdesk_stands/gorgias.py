"""Gorgias: the REST API, and what an HTTP integration is told to send."""

from typing import Any

from tests.helpdesk_stands.base import SECRET, Asked, Entry, StandThread, basic
from tests.helpdesk_stands.nudging import NudgingStand

CUSTOMER, AGENT, API_USER = 900, 77, 78


class GorgiasStand(NudgingStand):
    code = "gorgias"

    def __init__(self) -> None:
        super().__init__()
        self.customers: list[dict[str, Any]] = []

    def settings(self) -> dict[str, str]:
        return {
            "gorgias_url": self.url,
            "gorgias_email": "agent@example.com",
            "gorgias_key": "gk-example",
            "gorgias_webhook_secret": SECRET,
        }

    def authorised(self, headers: dict[str, str]) -> bool:
        return headers.get("authorization") == basic("agent@example.com", "gk-example")

    def answer(self, asked: Asked) -> Any:
        if asked.path == "/api/customers":
            return self._customer(asked)
        if asked.path == "/api/tickets":
            if asked.method == "POST":
                return self._make(asked.body)
            found = [t for t in self.threads.values() if t.data["external_id"] == asked.query["external_id"]]
            return {"data": [self._ticket(thread) for thread in found], "meta": {"next_cursor": None}}
        thread, part = self.at(r"/api/tickets/(\d+)(/messages)?", asked.path)
        if part:
            return self._message(thread, asked.body)
        if asked.method == "PUT":
            thread.state = "solved" if asked.body["status"] == "closed" else "open"
            self.hooks.append(self.state_hook(thread))
        return self._ticket(thread)

    def _customer(self, asked: Asked) -> Any:
        if asked.method == "POST":
            self.customers.append({"id": CUSTOMER, **asked.body})
            return self.customers[-1]
        name, value = next(iter(asked.query.items()))
        return {"data": [c for c in self.customers if c.get(name) == value], "meta": {}}

    def _make(self, body: dict[str, Any]) -> Any:
        thread = self.begin(body)
        for message in body["messages"]:
            self._message(thread, message)
        return self._ticket(thread)

    def _message(self, thread: StandThread, body: dict[str, Any]) -> Any:
        public = body.get("public", True) and body["channel"] != "internal-note"
        by = "api" if body["from_agent"] else "shopper"
        entry = Entry(next(self.ids), by, public, body["body_text"], body["external_id"])  # type: ignore[arg-type]
        self.hooks.append(self.state_hook(thread))
        return self._shown(self.add(thread.id, entry))

    def _ticket(self, thread: StandThread) -> dict[str, Any]:
        return {
            "id": thread.id, "external_id": thread.data["external_id"], "customer": {"id": CUSTOMER},
            "status": "closed" if thread.state == "solved" else "open", "subject": thread.data["subject"],
            "messages": [self._shown(entry) for entry in thread.entries],
        }  # fmt: skip

    def _shown(self, entry: Entry) -> dict[str, Any]:
        sender = {"shopper": (CUSTOMER, "Shopper"), "agent": (AGENT, "Kim"), "api": (API_USER, "Doorstep")}[entry.by]
        return {
            "id": entry.id, "external_id": entry.key or None, "from_agent": entry.by != "shopper",
            "public": entry.public, "channel": "api" if entry.public else "internal-note", "rule_id": None,
            "sender": {"id": sender[0], "name": sender[1]}, "body_text": entry.text,
        }  # fmt: skip
