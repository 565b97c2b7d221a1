"""The vocabulary of messages that we start: what is sent, and what a provider says to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tracking.errors import DoorstepError


@dataclass(frozen=True, slots=True)
class OrderFact:
    """What a message is about, for media that put it into words of their own (times aware)."""

    order_number: str
    event: str
    at: datetime
    shop: str = ""
    arrival: datetime | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one person.

    `to` is an address as its medium writes it. `key` makes it the same message when it is sent once more. `html` may
    stand beside `text` where the medium shows it; `report_to` is the address that the provider may report its way to.
    `headers` are for mail alone.
    """

    to: str
    text: str
    key: str
    subject: str = ""
    html: str = ""
    report_to: str = ""
    fact: OrderFact | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """A provider took it, and knows it by this id, empty where it gives none."""

    provider_id: str = ""


class NotSent(DoorstepError):
    """A provider refused a message for good: trying again won't help. `code` is the provider's own word for why."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class OptedOut(NotSent):
    """Its reader has told the provider to stop."""


class Gone(NotSent):
    """The address exists no more."""
