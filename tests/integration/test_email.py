"""Mail over real SMTP: what arrives, what a refusal means, encryption and sign-in, and no header that isn't ours."""

import asyncio
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alerts.media import media
from alerts.media.base import Send
from alerts.model import Gone, NotSent, Outgoing
from tests.conftest import free_port
from tests.mailbox import Mailbox, running
from tracking.errors import NotConfigured, Unavailable

FROM = "Lantern & Loom <orders@shop.example.com>"
MAIL = Outgoing(
    "robin@example.com", "Your code is 123456.\n", "key-1", "Your code — Grüße", "<p>Your code is <b>123456</b>."
)

OURS = {"To", "From", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}
OURS |= {"Content-Type", "Content-Transfer-Encoding"}


def sender(url: str, mail_from: str = FROM) -> Send:
    return media()["email"].sender({"smtp_url": url, "mail_from": mail_from}.get)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def send(mailbox: Mailbox) -> Iterator[Send]:
    with running(mailbox) as port:
        yield sender(f"smtp://127.0.0.1:{port}")


async def test_a_mail_arrives_with_both_parts(send: Send, mailbox: Mailbox) -> None:
    sent = await send(MAIL)
    (mail,), (envelope,) = mailbox.mails, mailbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("orders@shop.example.com", ["robin@example.com"])
    (author,) = mail["From"].addresses
    assert (author.display_name, author.addr_spec) == ("Lantern & Loom", "orders@shop.example.com")
    assert str(mail["To"]) == MAIL.to
    assert mail["Subject"] == MAIL.subject
    assert mail["Message-ID"] == sent.provider_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert abs(mail["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=5)
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == MAIL.text.strip()
    assert "<b>123456</b>" in html.get_content()


async def test_a_mail_without_html_is_plain(send: Send, mailbox: Mailbox) -> None:
    await send(Outgoing("robin@example.com", "Grüße\n", "key-1"))
    assert mailbox.mails[0].get_content_type() == "text/plain"
    assert mailbox.mails[0].get_content().strip() == "Grüße"


async def test_the_same_key_is_the_same_mail(send: Send, mailbox: Mailbox) -> None:
    for key in ("key-1", "key-1", "key-2"):
        await send(Outgoing("robin@example.com", "Hello", key))
    first, again, other = [mail["Message-ID"] for mail in mailbox.mails]
    assert first == again != other
    assert "key-1" not in first


@pytest.mark.parametrize("place", ["to_sender", "to_recipient", "to_data"])
@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ("550 5.7.1 Not here", NotSent, "550"),
        ("552 Too large", NotSent, "552"),
        ("451 4.3.0 Later", Unavailable, None),
        ("421 4.7.0 Too many", Unavailable, None),
        ("450 Busy", Unavailable, None),
    ],
)
async def test_what_a_refusal_means(
    send: Send, mailbox: Mailbox, place: str, answer: str, error: type[Exception], code: str | None
) -> None:
    setattr(mailbox, place, answer)
    with pytest.raises(error) as raised:
        await send(MAIL)
    assert type(raised.value) is error
    assert getattr(raised.value, "code", None) == code
    assert "robin" not in str(raised.value)
    setattr(mailbox, place, "")
    await send(MAIL)
    assert len(mailbox.mails) == 1


async def test_an_address_that_exists_no_more(send: Send, mailbox: Mailbox) -> None:
    mailbox.to_recipient = "550 5.1.1 User unknown"
    with pytest.raises(Gone):
        await send(MAIL)


async def test_nobody_answers(unused_port: int) -> None:
    with pytest.raises(Unavailable):
        await sender(f"smtp://127.0.0.1:{unused_port}")(MAIL)


@pytest.fixture
def unused_port() -> int:
    return free_port()


async def test_a_server_that_hangs_up_or_talks_nonsense() -> None:
    for greeting in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"554 No service\r\n"):

        async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter, greeting: bytes = greeting) -> None:
            writer.write(greeting)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            with pytest.raises(Unavailable):
                await sender(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")(MAIL)


@pytest.mark.parametrize(
    "line", ["\r\nBcc: eve@evil.example.com", "\nBcc: eve@evil.example.com", "\r\n\r\nHi", "\x00\x0b\x85"]
)
async def test_no_header_can_be_smuggled_in(send: Send, mailbox: Mailbox, line: str) -> None:
    for to in (f"robin@example.com{line}", f"{line}robin@example.com", f"robin{line}@example.com"):
        with pytest.raises(NotSent):
            await send(Outgoing(to, "Hello", "key-1"))
    await send(Outgoing("robin@example.com", f"Hello{line}", f"key{line}", f"Subject{line}"))
    (mail,), (envelope,) = mailbox.mails, mailbox.envelopes
    assert envelope.rcpt_tos == ["robin@example.com"]
    assert set(mail.keys()) == OURS
    assert len(mail.keys()) == len(OURS)
    assert mail["Subject"].startswith("Subject")


@pytest.mark.parametrize(
    "to", ["", "robin", "robin@", "@example.com", "a@b@c", "a b@example.com", "a@example.com, b@example.com", "<a@b.c>"]
)
async def test_what_is_no_address_is_never_sent(send: Send, mailbox: Mailbox, to: str) -> None:
    with pytest.raises(NotSent):
        await send(Outgoing(to, "Hello", "key-1"))
    assert mailbox.envelopes == []


@pytest.mark.parametrize(
    ("url", "mail_from"),
    [
        ("http://mail.example.com", FROM),
        ("smtp://", FROM),
        ("smtp://user:pass@:x", FROM),
        ("mail.example.com", FROM),
        ("smtp://mail.example.com", "no address"),
        ("smtp://mail.example.com", "a@example.com, b@example.com"),
        ("smtp://mail.example.com", "Shop <a@example.com>\r\nBcc: eve@evil.example.com"),
    ],
)
def test_settings_that_make_no_sense(url: str, mail_from: str) -> None:
    with pytest.raises(NotConfigured, match="DOORSTEP_") as raised:
        sender(url, mail_from)
    assert "pass" not in str(raised.value).replace("password", "")


@pytest.mark.parametrize("missing", ["smtp_url", "mail_from"])
def test_what_is_missing_is_named(missing: str) -> None:
    values = {"smtp_url": "smtp://mail.example.com", "mail_from": FROM, missing: None}
    with pytest.raises(NotConfigured, match=f"DOORSTEP_{missing.upper()}"):
        media()["email"].sender(values.get)


# --- Encryption and sign-in ---


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The context of a server whose certificate this process trusts, for as long as the test runs."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, secret)
    return context


async def test_it_signs_in_over_starttls(trusted: ssl.SSLContext, mailbox: Mailbox) -> None:
    options = {"tls_context": trusted, "authenticator": mailbox.authenticate, "auth_required": True}
    with running(mailbox, **options) as port:
        await sender(f"smtp://me%40shop:p%3Aw%2Fd@127.0.0.1:{port}")(MAIL)
        assert mailbox.encrypted == [True]
        # A wrong password is the shop's mistake to mend, not the mail's fault.
        with pytest.raises(Unavailable):
            await sender(f"smtp://me%40shop:wrong@127.0.0.1:{port}")(MAIL)


async def test_encrypted_from_the_first_byte(trusted: ssl.SSLContext, mailbox: Mailbox) -> None:
    with running(mailbox, ssl_context=trusted) as port:
        await sender(f"smtps://127.0.0.1:{port}")(MAIL)
        assert mailbox.encrypted == [True]


async def test_a_certificate_that_isn_t_trusted(
    trusted: ssl.SSLContext, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with running(mailbox, tls_context=trusted) as port, pytest.raises(Unavailable):
        await sender(f"smtp://127.0.0.1:{port}")(MAIL)
    assert mailbox.mails == []


async def test_a_password_never_leaves_in_the_clear(mailbox: Mailbox) -> None:
    from alerts.media.email import Server

    assert Server.read("smtp://user:pass@mail.example.com").must_encrypt
    assert not Server.read("smtp://mail.example.com").must_encrypt
    assert Server.read("smtps://user:pass@mail.example.com").encrypted
    assert (Server.read("smtp://mail.example.com").port, Server.read("smtps://mail.example.com").port) == (587, 465)
