"""The words of the chat protocol: frames, their bounds, and the visitor's token; sends nothing."""

import secrets
from typing import Annotated, Any, Literal

from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import BaseModel, Field, TypeAdapter

from support import live
from support.live import Event, OwnerChanged
from support.model import Author, Message

TOKEN_SECONDS = 30 * 24 * 3600
LAST_NUMBER = 10**9
Frame = dict[str, Any]


class Hello(BaseModel):
    """Who comes back: a visitor's token, and the last message number seen."""

    type: Literal["hello"] = "hello"
    token: str | None = Field(default=None, max_length=4096)
    after: int = Field(default=0, ge=0, le=LAST_NUMBER)


class Said(BaseModel):
    """A message of the shopper; `id` is made by the client and never used twice."""

    type: Literal["message"] = "message"
    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    text: str = Field(max_length=20_000)


class Typing(BaseModel):
    """The shopper is typing, or has stopped."""

    type: Literal["typing"]
    on: bool = False


Heard = TypeAdapter[Said | Hello | Typing](Annotated[Said | Hello | Typing, Field(discriminator="type")])
"""Reads any frame of a client."""


class Visitors:
    """Signed tokens that carry a visitor's conversation id, and nothing else."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="doorstep-visitor")

    def new(self) -> tuple[str, str]:
        """Make a conversation id and its token."""
        conversation = f"web-{secrets.token_hex(12)}"
        return conversation, self.token(conversation)

    def token(self, conversation: str) -> str:
        """Sign a conversation id."""
        return str(self._serializer.dumps(conversation))

    def conversation(self, token: str) -> str | None:
        """The conversation of a token; None if it is forged or older than 30 days."""
        try:
            return str(self._serializer.loads(token, max_age=TOKEN_SECONDS))
        except BadData:
            return None


def message_frame(message: Message) -> Frame:
    """A message as the widget reads it, without a type."""
    return {
        "number": message.number,
        "author": message.author,
        "id": message.message_id,
        "text": message.text,
        "buttons": [{"title": b.title, "payload": b.payload} for b in message.buttons],
        "card": message.card,
        "at": message.at.isoformat(),
    }


def error_frame(code: str, text: str, about: str | None = None) -> Frame:
    """What went wrong in words for the shopper, and about which of its messages."""
    return {"type": "error", "code": code, "text": text, **({"id": about} if about else {})}


def typing_frame(on: bool, author: Author = "bot") -> Frame:
    """Somebody is thinking or writing, or no longer."""
    return {"type": "typing", "author": author, "on": on}


def event_frames(event: Event) -> list[Frame]:
    """What a shopper is told of an event; nothing of tickets, nor that they are typing themselves."""
    match event:
        case live.Said(_, messages):
            return [{"type": "message", **message_frame(message)} for message in messages]
        case OwnerChanged(_, owner, name):
            return [{"type": "owner", "owner": owner, "name": name}]
        case live.Typing(_, "agent", on):
            return [typing_frame(on, "agent")]
    return []
