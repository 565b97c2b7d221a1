"""A shop's own mail server, over real SMTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.mailbox import Mailbox, running
from tests.media_stands.base import StandIn


@dataclass
class MailServer(StandIn):
    """A shop's own mail server, over real SMTP."""

    to = "robin@example.com"
    says_when = False
    settings: dict[str, str]
    mailbox: Mailbox = field(default_factory=Mailbox)

    @property
    def taken(self) -> list[Any]:  # type: ignore[override]
        return self.mailbox.mails

    def refuse(self, how: str) -> None:
        later = "451 4.3.0 Later"
        self.mailbox.to_recipient = {"never": "550 5.7.1 Refused", "later": later, "busy": later}.get(how, "")

    def move(self, origin: str) -> None:
        self.settings["smtp_url"] = origin.replace("http", "smtp", 1)


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """The mail server, on loopback."""
    stand_in = MailServer({"mail_from": "Lantern & Loom <orders@shop.example.com>"})
    with running(stand_in.mailbox) as port:
        stand_in.settings["smtp_url"] = f"smtp://127.0.0.1:{port}"
        yield stand_in
