"""Chatwoot: the application API and account webhooks."""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Any

from tests.helpdesk_stands.base import SECRET, Asked, Entry, Hook, Stand, StandThread

AGENT, API_USER = 77, 78
_ACCOUNT = "/api/v1/accounts/3"


class ChatwootStand(Stand):
    code = "chatwoot"

    def __init__(self) -> None:
        super().__init__()
        self.contacts: dict[int, dict[str, Any]] = {}
        self.assignee: dict[str, Any] | None = None

    def settings(self) -> dict[str, str]:
        return {
            "chatwoot_url": self.url,
            "chatwoot_account": "3",
            "chatwoot_inbox": "5",
            "chatwoot_token": "ct-example",
            "chatwoot_webhook_secret": SECRET,
        }

    def authorised(self, headers: dict[str, str]) -> bool:
        return headers.get("api_access_token") == "ct-example"

    def answer(self, asked: Asked) -> Any:
        path = asked.path.removeprefix(_ACCOUNT)
        if path == "/contacts/search":
            found = [c for c in self.contacts.values() if asked.query["q"] in c.values()]
            return {"meta": {"count": len(found)}, "payload": found}
        if path == "/contacts":
            contact = {"id": next(self.ids), **asked.body}
            self.contacts[contact["id"]] = contact
            return {"payload": {"contact": contact, "contact_inbox": {"source_id": "s-1"}}}
        of = re.fullmatch(r"/contacts/(\d+)/conversations", path)
        if of:
            theirs = [t for t in self.threads.values() if t.data["contact_id"] == int(of[1])]
            return {"payload": [self._conversation(thread) for thread in theirs]}
        if path == "/conversations":
            return self._conversation(self.begin(dict(asked.body), asked.body["status"]))
        thread, part = self.at(r"/conversations/(\d+)(/\w+)?", path)
        return self._one(thread, part, asked)

    def _one(self, thread: StandThread, part: str, asked: Asked) -> Any:
        if part == "/labels":
            thread.data["tags"] = asked.body["labels"]
            return {"payload": asked.body["labels"]}
        if part == "/toggle_status":
            thread.state = _STATES[asked.body["status"]]
            self.hooks.append(self.state_hook(thread))
            return {"payload": {"success": True, "current_status": asked.body["status"], "conversation_id": thread.id}}
        if part == "/messages":
            if asked.method == "GET":
                return {"meta": {}, "payload": [self._message(thread, e) for e in thread.entries[-20:]]}
            return self._append(thread, asked.body)
        return self._conversation(thread)

    def _append(self, thread: StandThread, body: dict[str, Any]) -> Any:
        incoming = body["message_type"] == "incoming"
        by = "shopper" if incoming else "api"
        entry = Entry(next(self.ids), by, not body["private"], body["content"], body["source_id"])  # type: ignore[arg-type]
        self.add(thread.id, entry)
        self.hooks.append(self.entry_hook(thread, entry))
        return self._message(thread, entry)

    def _conversation(self, thread: StandThread) -> dict[str, Any]:
        status = next(name for name, state in _STATES.items() if state == thread.state)
        meta = {"sender": {}, "assignee": self.assignee}
        attributes = thread.data["custom_attributes"]
        return {"id": thread.id, "status": status, "inbox_id": 5, "custom_attributes": attributes, "meta": meta}

    def _message(self, thread: StandThread, entry: Entry) -> dict[str, Any]:
        kind = 0 if entry.by == "shopper" else 1
        return {
            "id": entry.id, "content": entry.text, "message_type": kind, "private": not entry.public,
            "source_id": entry.key or None, "conversation_id": thread.id,
        }  # fmt: skip

    def sign(self, body: bytes, at: datetime, secret: str = SECRET) -> dict[str, str]:
        timestamp = str(int(at.timestamp()))
        digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {"X-Chatwoot-Signature": f"sha256={digest}", "X-Chatwoot-Timestamp": timestamp}

    def unknown(self) -> Hook:
        return Hook.of(event="conversation_typing_on", conversation={"id": 999})

    def pend(self, thread: int) -> Hook:
        """An agent gives the conversation back to the bot."""
        self.threads[thread].state = "bot"
        return self.state_hook(self.threads[thread])

    def entry_hook(self, thread: StandThread, entry: Entry) -> Hook:
        users = {"agent": {"id": AGENT, "name": "Kim"}, "api": {"id": API_USER, "name": "Doorstep"}}
        sender = {**users[entry.by], "type": "user"} if entry.by in users else {"id": 1, "type": "contact"}
        return Hook.of(
            event="message_created",
            id=entry.id,
            content=entry.text,
            message_type="incoming" if entry.by == "shopper" else "outgoing",
            private=not entry.public,
            source_id=entry.key or None,
            sender=sender,
            conversation=self._conversation(thread),
            account={"id": 3, "name": "Example"},
        )

    def state_hook(self, thread: StandThread) -> Hook:
        return Hook.of(event="conversation_status_changed", **self._conversation(thread))


_STATES = {"open": "open", "resolved": "solved", "pending": "bot"}
