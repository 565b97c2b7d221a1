"""Account linking in the whole program: codes by real mail and by Twilio's wire format, clients by the command line."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from doorstep import cli
from doorstep.code_sender import MediaCodes
from doorstep.settings import Settings
from doorstep.web import Doorstep, doorstep_app
from store.database import Database
from store.link_tables import link_codes, link_tokens, links, sign_in_codes
from store.texting import OptOutTable
from store.unit import SqlStore
from support.clients import Client
from support.model import SignedIdentity
from support.texting import Consent
from tests.linking import BACK, EMAIL, PHONE, STRANGER, Browser, Shop
from tests.mailbox import Mailbox, running
from tests.media_stands.sms import twilio
from tests.reports import FrozenClock, customer, shipped
from tracking.errors import InvalidInput, Unavailable
from tracking.ports import UnitOfWork

MAIL_FROM = "Lantern & Loom <orders@shop.example.com>"


@pytest.fixture
async def program(tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Doorstep]:
    """The program as it is started, with a mail server."""
    with running(mailbox) as port:
        values = {
            "database_url": f"sqlite:///{tmp_path / 'doorstep.db'}",
            "public_url": "http://127.0.0.1:8000",
            "secret_key": "test-secret",
            "shop_name": "Lantern & Loom",
            "smtp_url": f"smtp://127.0.0.1:{port}",
            "mail_from": MAIL_FROM,
        }
        async with doorstep_app(Settings(_env_file=None, **values)) as running_program:  # type: ignore[arg-type]
            await running_program.tracking.ingest.save_orders([shipped("1001", "P1", customer=customer(email=EMAIL))])
            yield running_program


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


async def test_the_program_links_by_mail(program: Doorstep, mailbox: Mailbox) -> None:
    client, secret = await program.support.clients.add("Speaker", [BACK], pkce_required=False)
    transport = httpx.ASGITransport(program.app, client=("203.0.113.7", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        browser = Browser(http, _issued_by("http://127.0.0.1:8000"))
        page = await browser.open(client)
        assert "country code" not in page.text  # texting is not set up
        await browser.press("contact", contact=STRANGER)
        await browser.press("other")
        await browser.press("contact", contact=EMAIL)
        for _ in range(400):
            if mailbox.mails:
                break
            await asyncio.sleep(0.01)
        (mail,) = mailbox.mails
        assert str(mail["To"]) == EMAIL
        code = re.match(r"[0-9]{6}", mail["Subject"])
        assert code is not None
        assert "Link Speaker?" in (await browser.press("code", code=code.group())).text
        given = (await browser.press("allow")).headers["location"]
        tokens = await browser.fetch(client, secret, re.findall(r"code=([^&]+)", given)[0])
        assert await program.support.links.by_token(tokens.json()["access_token"]) is not None


class _issued_by:  # noqa: N801 - stands in for a Shop
    def __init__(self, issuer: str) -> None:
        self.services = self
        self.issuer = issuer


async def test_a_code_by_text_unless_its_reader_said_stop(database: Database) -> None:
    consent = Consent(OptOutTable(database), FrozenClock())
    async with twilio() as provider:
        codes = MediaCodes(provider.settings.get, "Lantern & Loom", consent)
        assert codes.kinds == {"phone"}
        await codes.send(SignedIdentity(phone=PHONE), "012345", "key")
        (text,) = provider.taken
        assert text["To"] == PHONE
        assert text["Body"].startswith("012345 is your code for Lantern & Loom.")
        await consent.change(PHONE, "sms", True)
        with pytest.raises(Exception, match="no texts"):
            await codes.send(SignedIdentity(phone=PHONE), "012345", "key")
        assert len(provider.taken) == 1
    with pytest.raises(Unavailable):
        await codes.send(SignedIdentity(phone="+12025550143"), "012345", "key")
    assert MediaCodes({}.get, "the shop", consent).kinds == frozenset()


async def count(database: Database) -> dict[str, int]:
    async with database.read() as connection:
        found = {}
        for table in (links, link_codes, link_tokens, sign_in_codes):
            query = select(func.count()).select_from(table)
            found[table.name] = int((await connection.execute(query)).scalar_one())
    return found


@pytest.mark.parametrize("contact", [EMAIL, PHONE])
async def test_erasing_a_customer_ends_their_links(database: Database, contact: str) -> None:
    shop = Shop(database)
    await shop.sell()
    client, secret = await shop.clients.add("Speaker", [BACK], pkce_required=False)
    async with shop.browser() as browser:
        tokens = (await browser.fetch(client, secret, await browser.allow(client, contact))).json()
        await browser.allow(client, contact)
    assert min((await count(database)).values()) > 0

    async def erase(unit: UnitOfWork) -> int:
        return await unit.erase_customer("shop", EMAIL, "", [])

    await SqlStore(database).run(erase)
    assert await shop.links.by_token(tokens["access_token"]) is None
    assert set((await count(database)).values()) == {0}


async def test_a_database_that_is_away_is_said_so(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(database)
    client, secret = await shop.clients.add("Speaker", [BACK], pkce_required=False)

    async def away(client: str) -> Client:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(shop.clients, "get", away)
    async with shop.browser() as browser:
        answer = await browser.fetch(client, secret, "x")
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
        assert answer.headers["retry-after"]
        page = await browser.open(client)
        assert page.status_code == 503
        assert "text/html" in page.headers["content-type"]


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli.app, ["clients", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_clients_by_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", f"sqlite:///{tmp_path / 'doorstep.db'}")
    told = run("add", "Alexa", "--redirect-uri", BACK, "--redirect-uri", f"{BACK}/2", "--pkce-optional")
    client_id, secret = re.findall(r"client (?:id|secret): +(\S+)", told)
    public = json.loads(run("add", "Helper", "--redirect-uri", BACK, "--public", "--json"))
    assert public["client_secret"] is None
    assert secret not in run("list")
    listed = json.loads(run("list", "--json"))
    assert [(one["name"], one["public"], one["pkce_required"]) for one in listed] == [
        ("Alexa", False, False),
        ("Helper", True, True),
    ]
    assert f"{client_id}  Alexa (confidential, PKCE optional)  {BACK} {BACK}/2" in run("list")
    run("remove", client_id)
    assert [one["name"] for one in json.loads(run("list", "--json"))] == ["Helper"]
    for wrong in (
        ("remove", client_id),
        ("add", "Bad", "--redirect-uri", "http://shop.example.com/"),
        ("add", "Bad", "--redirect-uri", BACK, "--public", "--pkce-optional"),
        ("add", "", "--redirect-uri", BACK),
    ):
        with pytest.raises(InvalidInput):
            run(*wrong)
