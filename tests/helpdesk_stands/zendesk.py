"""Zendesk: the Ticketing API and ticket events."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from tests.helpdesk_stands.base import SECRET, Asked, Entry, Hook, Stand, StandThread, basic

REQUESTER, STAFF, API_USER = 900, 77, 78


class ZendeskStand(Stand):
    code = "zendesk"

    def settings(self) -> dict[str, str]:
        return {
            "zendesk_url": self.url,
            "zendesk_email": "agent@example.com",
            "zendesk_token": "zt-example",
            "zendesk_webhook_secret": SECRET,
        }

    def authorised(self, headers: dict[str, str]) -> bool:
        return headers.get("authorization") == basic("agent@example.com/token", "zt-example")

    def answer(self, asked: Asked) -> Any:
        if asked.path == "/api/v2/users/create_or_update.json" and asked.method == "POST":
            return {"user": {"id": REQUESTER, **asked.body["user"]}}
        if asked.path == "/api/v2/tickets.json":
            return self._make(asked) if asked.method == "POST" else self._find(asked.query["external_id"])
        thread, part = self.at(r"/api/v2/tickets/(\d+)(/audits)?\.json", asked.path)
        if part:
            return {"audits": [self._audit(e) for e in reversed(thread.entries)], "count": len(thread.entries)}
        if asked.method == "PUT":
            return self._update(thread, asked.body["ticket"])
        return {"ticket": self._ticket(thread)}

    def _make(self, asked: Asked) -> Any:
        ticket = asked.body["ticket"]
        thread = self.begin(ticket)
        entry = self.add(
            thread.id, Entry(next(self.ids), "api", ticket["comment"]["public"], ticket["comment"]["body"])
        )
        return {"ticket": self._ticket(thread), "audit": self._audit(entry)}

    def _find(self, external_id: str) -> Any:
        found = [t for t in self.threads.values() if t.data["external_id"] == external_id]
        return {"tickets": [self._ticket(thread) for thread in found], "count": len(found)}

    def _update(self, thread: StandThread, changes: dict[str, Any]) -> Any:
        audit: dict[str, Any] = {"id": next(self.ids), "events": []}
        if "status" in changes:
            thread.state = changes["status"]
            self.hooks.append(self.state_hook(thread))
        if "comment" in changes:
            comment = changes["comment"]
            by = "shopper" if comment.get("author_id") == REQUESTER else "api"
            key = changes.get("metadata", {}).get("doorstep", "")
            entry = self.add(thread.id, Entry(next(self.ids), by, comment["public"], comment["body"], key))  # type: ignore[arg-type]
            self.hooks.append(self.entry_hook(thread, entry))
            audit = self._audit(entry)
        return {"ticket": self._ticket(thread), "audit": audit}

    def _ticket(self, thread: StandThread) -> dict[str, Any]:
        data = thread.data
        return {
            "id": thread.id, "external_id": data["external_id"], "status": thread.state, "requester_id": REQUESTER,
            "subject": data["subject"], "tags": data["tags"], "url": f"{self.url}/api/v2/tickets/{thread.id}.json",
        }  # fmt: skip

    def _audit(self, entry: Entry) -> dict[str, Any]:
        event = {"id": entry.id, "type": "Comment", "body": entry.text, "public": entry.public}
        custom = {"doorstep": entry.key} if entry.key else {}
        return {"id": entry.id + 5000, "metadata": {"system": {}, "custom": custom}, "events": [event]}

    def sign(self, body: bytes, at: datetime, secret: str = SECRET) -> dict[str, str]:
        timestamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
        return {
            "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
        }

    def unknown(self) -> Hook:
        return self._event("priority_changed", StandThread(999, {"external_id": None}), {"current": "HIGH"})

    def entry_hook(self, thread: StandThread, entry: Entry) -> Hook:
        author = {
            "agent": {"id": str(STAFF), "is_staff": True, "name": "Kim"},
            "api": {"id": str(API_USER), "is_staff": True, "name": "Doorstep"},
            "shopper": {"id": str(REQUESTER), "is_staff": False, "name": "Shopper"},
        }[entry.by]
        comment = {"id": str(entry.id), "body": entry.text, "is_public": entry.public, "author": author}
        return self._event("comment_added", thread, {"comment": comment})

    def state_hook(self, thread: StandThread) -> Hook:
        return self._event("status_changed", thread, {"current": thread.state.upper(), "previous": "OPEN"})

    def _event(self, kind: str, thread: StandThread, event: dict[str, Any]) -> Hook:
        return Hook.of(
            type=f"zen:event-type:ticket.{kind}",
            account_id=12514403,
            id=f"01EX{next(self.ids):022}",
            time="2026-11-23T12:00:00.000000000Z",
            zendesk_event_version="2022-11-06",
            subject=f"zen:ticket:{thread.id}",
            detail={"id": str(thread.id), "status": thread.state.upper(), "external_id": thread.data["external_id"]},
            event=event,
        )
