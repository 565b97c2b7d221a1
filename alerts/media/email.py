"""Mail through a shop's own SMTP server; decides nothing about who is written to."""

import hashlib
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address, AddressHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, localtime
from typing import cast
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from alerts.media.base import SECONDS, Medium, Send, Values, patience
from alerts.model import Gone, NotSent, Outgoing, Sent
from tracking.errors import NotConfigured, Unavailable
from tracking.shops.phones import normal_email

_LONGEST_LINE = 900
_PORTS = {"smtp": 587, "smtps": 465}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_NO_SUCH_ADDRESS = ("5.1.1", "5.1.6", "5.1.10")
"""Enhanced codes (RFC 3463) of an address that exists no more."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where to hand mail in. `encrypted` from the start, else by STARTTLS where it is offered or `must_encrypt`."""

    host: str
    port: int
    user: str | None
    password: str | None
    encrypted: bool
    must_encrypt: bool

    @classmethod
    def read(cls, url: str) -> "Server":
        """Read `smtp://user:password@host:port` or `smtps://…`. Raises NotConfigured without repeating it."""
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError) as error:
            raise _no_server() from error
        if not parts.hostname:
            raise _no_server()
        user, password = _unquoted(parts)
        # A password never goes over a network in the clear.
        must = user is not None and parts.hostname not in _LOOPBACK
        return cls(parts.hostname, port, user, password, parts.scheme == "smtps", must)


def _no_server() -> NotConfigured:
    return NotConfigured("DOORSTEP_SMTP_URL must look like smtp://user:password@host:port or smtps://….")


def _unquoted(parts: SplitResult) -> tuple[str | None, str | None]:
    return (unquote(parts.username), unquote(parts.password or "")) if parts.username else (None, None)


class Mailer:
    """Hands mail to one server, a connection each."""

    def __init__(self, server: Server, sender: Address, seconds: float = SECONDS) -> None:
        self._server, self._sender, self._seconds = server, sender, seconds

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send one mail. The same key gives the same Message-ID, by which mailboxes drop a second copy.

        Raises NotSent where the server refuses this mail for good (5xx), Gone where the address exists no more, and
        Unavailable for all that may be better later: 4xx, no connection, a failing sign-in. A connection lost after
        the mail was handed over counts as that too.
        """
        mail = message(outgoing, self._sender)
        server = self._server
        try:
            await aiosmtplib.send(
                mail,
                sender=self._sender.addr_spec,
                recipients=[outgoing.to],
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.encrypted,
                start_tls=None if server.encrypted or not server.must_encrypt else True,
                timeout=self._seconds,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0]) from error
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            raise _refusal(error) from error
        except aiosmtplib.SMTPResponseException as error:
            raise Unavailable(f"The mail server does not let us in ({error.code}).") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"The mail server did not take the mail ({type(error).__name__}).") from error
        return Sent(str(mail["Message-ID"]))


def _refusal(error: aiosmtplib.SMTPResponseException) -> NotSent | Unavailable:
    if not 500 <= error.code < 600:
        return Unavailable(f"The mail server wants to be asked later ({error.code}).")
    gone = str(error.message).split(" ", 1)[0] in _NO_SUCH_ADDRESS
    return (Gone if gone else NotSent)(f"The mail server refused the mail for good ({error.code}).", str(error.code))


def message(outgoing: Outgoing, sender: Address) -> EmailMessage:
    """The mail as it goes out: plain text, and HTML beside it where there is some. Raises NotSent for a bad address."""
    if normal_email(outgoing.to) != outgoing.to.lower():
        raise NotSent("This is no e-mail address.", "address")
    mail = EmailMessage(policy=SMTP)
    try:
        mail["To"] = Address(addr_spec=outgoing.to)
    except (ValueError, HeaderParseError, IndexError) as error:
        raise NotSent("This is no e-mail address.", "address") from error
    mail["From"] = sender
    # One line: whatever a subject holds, it can't become another header.
    mail["Subject"] = " ".join(outgoing.subject.split())
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{hashlib.sha256(outgoing.key.encode()).hexdigest()[:32]}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in outgoing.headers.items():
        mail[name] = _Line(name, value)
    mail.set_content(outgoing.text)
    if outgoing.html:
        mail.add_alternative(outgoing.html, subtype="html")
    return mail


class _Line(str):
    """A header's value that is never folded: the library would write a long link as encoded words, and break it."""

    name: str

    def __new__(cls, name: str, value: str) -> "_Line":
        if len(name) + len(value) > _LONGEST_LINE or not (value.isascii() and value.isprintable()):
            raise NotSent("A header of the mail can't be written.", "header")
        line = super().__new__(cls, value)
        line.name = name
        return line

    def fold(self, *, policy: "Policy[EmailMessage]") -> str:
        """Return the header as it stands in the mail."""
        return f"{self.name}: {self}{policy.linesep}"


def _sender(written: str) -> Address:
    """Read `Shop <orders@shop.example>`. Raises NotConfigured."""
    try:
        header = cast(AddressHeader, HeaderRegistry()("From", written))
        (address,) = header.addresses
    except (ValueError, HeaderParseError, IndexError):
        address = Address()
    if not written.isprintable() or not normal_email(address.addr_spec):
        raise NotConfigured("DOORSTEP_MAIL_FROM must be one address, such as Shop <orders@shop.example>.")
    return Address(address.display_name, addr_spec=address.addr_spec)


def _open(values: Values) -> Send:
    return Mailer(Server.read(values("smtp_url") or ""), _sender(values("mail_from") or ""), patience(values)).send


MEDIUM = Medium("email", "E-mail", ("smtp_url", "mail_from"), _open)
