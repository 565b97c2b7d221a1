"""A mail server on loopback that keeps what it takes for the mailbox page; the demo's mails go nowhere else."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial

from aiosmtpd.smtp import SMTP, Envelope, Session

MOST_MAILS = 200
_MOST_BYTES = 512 * 1024
_LINK = re.compile(r"<(https?://[^<>\s]+)>")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as its reader sees it. `unsubscribe` is the link for one click (RFC 8058), empty where there is none."""

    id: int
    to: str
    sender: str
    subject: str
    came_at: datetime
    text: str
    html: str
    unsubscribe: str


class Mailbox:
    """Everybody's mails, the last `MOST_MAILS` of them."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=MOST_MAILS)
        self._last = 0

    def mails(self, to: str = "") -> Iterator[Mail]:
        """Yield the mails to an address, or to anybody, newest first."""
        return (mail for mail in reversed(self._mails) if to in {"", mail.to})

    def find(self, id_: int) -> Mail | None:
        """Return a mail, None if it never came or has been pushed out."""
        return next((mail for mail in self._mails if mail.id == id_), None)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Take a mail in, once for each of its recipients."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(content, policy=default)
        for recipient in envelope.rcpt_tos:
            self._last += 1
            self._mails.append(_read(mail, self._last, recipient))
        return "250 OK"

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[str]:
        """Take mails in on a free port of this machine; yields the address to hand them to, as `smtp://…`."""
        loop = asyncio.get_running_loop()
        door = partial(SMTP, self, data_size_limit=_MOST_BYTES, hostname="demo.example.com", loop=loop)
        server = await loop.create_server(door, "127.0.0.1", 0)
        try:
            yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()


def _read(mail: EmailMessage, id_: int, to: str) -> Mail:
    link = _LINK.search(str(mail["List-Unsubscribe"] or ""))
    return Mail(
        id=id_,
        to=to.lower(),
        sender=str(mail["From"] or ""),
        subject=str(mail["Subject"] or ""),
        came_at=datetime.now(UTC),
        text=_body(mail, "plain"),
        html=_body(mail, "html"),
        unsubscribe=link[1] if link else "",
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part else ""
