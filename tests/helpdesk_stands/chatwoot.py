"""Chatwoot: the application API and account webhooks."""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Any

from tests.helpdesk_stands.base import SECRET, Asked, Entry, Hook, NotThere, Stand, StandThread

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
            thread = StandThread(next(self.ids), dict(asked.body), asked.body["status"])
            self.threads[thread.id] = thread
            return self._conversation(thread)
        one = re.fullmatch(r"/conversations/(\d+)(/\w+)?", path)
        if not one or int(one[1]) not in self.threads:
            raise NotThere
        return self._one(self.threads[int(one[1])], one[2], asked)

    def _one(self, thread: StandThread, part: str | None, asked: Asked) -> Any:
        if part == "/labels":
            thread.data["tags"] = asked.body["labels"]
            return {"payload": asked.body["labels"]}
        if part == "/toggle_status":
            thread.state = _STATES[asked.body["status"]]
            self.hooks.append(self._status(thread))
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
        self.hooks.append(self._created(thread, entry))
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

    def say(self, thread: int, text: str, public: bool = True) -> Hook:
        return self._created(self.threads[thread], self.add(thread, Entry(next(self.ids), "agent", public, text)))

    def set_state(self, thread: int, solved: bool) -> Hook:
        self.threads[thread].state = "solved" if solved else "open"
        return self._status(self.threads[thread])

    def unknown(self) -> Hook:
        return Hook.of(event="conversation_typing_on", conversation={"id": 999})

    def pend(self, thread: int) -> Hook:
        """An agent gives the conversation back to the bot."""
        self.threads[thread].state = "bot"
        return self._status(self.threads[thread])

    def _created(self, thread: StandThread, entry: Entry) -> Hook:
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

    def _status(self, thread: StandThread) -> Hook:
        return Hook.of(event="conversation_status_changed", **self._conversation(thread))


_STATES = {"open": "open", "resolved": "solved", "pending": "bot"}
