"""What each helpdesk is sent, to the letter: addresses, sign-in, and JSON as its documentation has it."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from support.helpdesks import helpdesks
from support.helpdesks._http import Http, _pause
from support.helpdesks.base import AgentReply, Case, Client, Line, Look, Requester, Seen, short_hash
from support.model import Agent
from tests.helpdesk_stands import STANDS
from tests.helpdesk_stands.base import Asked, Stand, StandThread
from tracking.errors import NotConfigured, Unavailable

ADA = Requester("doorstep-ada", "Shopper by web chat", "ada@example.com", "+15550100142")
NOBODY = Requester("doorstep-nobody", "Shopper by web chat")
CASE = Case(
    "doorstep-T-1001", "My parcel never came", ADA, "Shopper: where is it", ("doorstep", "order_1001"), "high",
    {"order_number": "1001"},
)  # fmt: skip
WORD = Line("doorstep-c-5", "shopper", "hello?")
NOTE = Line("doorstep-c-6", "bot", "It is on its way.")


async def asked_of(code: str, *, case: Case = CASE) -> tuple[list[Asked], Stand]:
    """All requests of opening a case, appending to it, and closing it."""
    stand = STANDS[code]()
    await stand.start()
    client = helpdesks()[code].client(stand.settings().get)
    try:
        thread = await client.open(case, False)
        seen = await client.look(thread)
        for line in (WORD, NOTE):
            await client.append(thread, seen, line, False)
        await client.set_state(thread, "solved")
    finally:
        await client.close()
        await stand.stop()
    return stand.asked, stand


def sent(asked: list[Asked]) -> list[tuple[str, str, Any]]:
    return [(one.method, one.path, one.body) for one in asked if one.method != "GET"]


async def test_zendesk() -> None:
    asked, _ = await asked_of("zendesk")
    assert sent(asked) == [
        ("POST", "/api/v2/tickets.json", {"ticket": {
            "external_id": "doorstep-T-1001", "subject": "My parcel never came",
            "comment": {"body": "Shopper: where is it", "public": False}, "priority": "high",
            "tags": ["doorstep", "order_1001"],
            "requester": {"name": "Shopper by web chat", "email": "ada@example.com"},
        }}),
        ("PUT", "/api/v2/tickets/41.json", {"ticket": {
            "comment": {"body": "hello?", "public": True, "author_id": 900}, "metadata": {"doorstep": "doorstep-c-5"},
        }}),
        ("PUT", "/api/v2/tickets/41.json", {"ticket": {
            "comment": {"body": "Assistant: It is on its way.", "public": False},
            "metadata": {"doorstep": "doorstep-c-6"},
        }}),
        ("PUT", "/api/v2/tickets/41.json", {"ticket": {"status": "solved"}}),
    ]  # fmt: skip
    made = next(one for one in asked if one.method == "POST")
    assert made.headers["idempotency-key"] == "doorstep-T-1001"
    assert made.headers["authorization"] == "Basic YWdlbnRAZXhhbXBsZS5jb20vdG9rZW46enQtZXhhbXBsZQ=="


async def test_zendesk_for_a_shopper_without_a_mail_address() -> None:
    asked, _ = await asked_of("zendesk", case=Case("k", "s", NOBODY, "t"))
    user = {"name": "Shopper by web chat", "external_id": "doorstep-nobody", "role": "end-user"}
    assert sent(asked)[0] == ("POST", "/api/v2/users/create_or_update.json", {"user": user})
    assert sent(asked)[1][2]["ticket"]["requester_id"] == 900


async def test_freshdesk() -> None:
    asked, _ = await asked_of("freshdesk")
    assert sent(asked) == [
        ("POST", "/api/v2/tickets", {
            "subject": "My parcel never came [doorstep-T-1001]", "description": "Shopper: where is it", "status": 2,
            "priority": 3, "source": 7, "tags": ["doorstep", "order_1001"], "name": "Shopper by web chat",
            "email": "ada@example.com", "phone": "+15550100142",
        }),
        ("POST", "/api/v2/tickets/41/notes", {
            "body": "hello?<br><small>ref " + mark("doorstep-c-5") + "</small>", "private": False, "incoming": True,
            "user_id": 900,
        }),
        ("POST", "/api/v2/tickets/41/notes", {
            "body": "Assistant: It is on its way.<br><small>ref " + mark("doorstep-c-6") + "</small>", "private": True,
        }),
        ("PUT", "/api/v2/tickets/41", {"status": 4}),
    ]  # fmt: skip
    assert asked[0].headers["authorization"] == "Basic ZmstZXhhbXBsZTpY"


async def test_freshdesk_shows_no_markup_of_a_shopper() -> None:
    asked, _ = await asked_of("freshdesk", case=Case("k", "s", NOBODY, "<img src=x>\n& more"))
    made = sent(asked)[0][2]
    assert made["description"] == "&lt;img src=x&gt;<br>&amp; more"
    assert made["unique_external_id"] == "doorstep-nobody"
    assert "email" not in made


async def test_gorgias() -> None:
    asked, _ = await asked_of("gorgias")
    assert sent(asked) == [
        ("POST", "/api/customers", {
            "name": "Shopper by web chat", "email": "ada@example.com",
            "channels": [{"type": "phone", "address": "+15550100142"}],
        }),
        ("POST", "/api/tickets", {
            "channel": "api", "via": "api", "from_agent": False, "external_id": "doorstep-T-1001",
            "subject": "My parcel never came", "status": "open", "priority": "high", "customer": {"id": 900},
            "tags": [{"name": "doorstep"}, {"name": "order_1001"}],
            "messages": [{
                "channel": "api", "via": "api", "from_agent": False, "sender": {"id": 900},
                "subject": "My parcel never came", "body_text": "Shopper: where is it",
                "external_id": "doorstep-T-1001",
            }],
        }),
        ("POST", "/api/tickets/41/messages", {
            "channel": "api", "via": "api", "from_agent": False, "public": True, "sender": {"id": 900},
            "body_text": "hello?", "external_id": "doorstep-c-5",
        }),
        ("POST", "/api/tickets/41/messages", {
            "channel": "internal-note", "via": "api", "from_agent": True, "public": False,
            "sender": {"email": "agent@example.com"}, "body_text": "Assistant: It is on its way.",
            "external_id": "doorstep-c-6",
        }),
        ("PUT", "/api/tickets/41", {"status": "closed"}),
    ]  # fmt: skip
    assert asked[0].headers["authorization"] == "Basic YWdlbnRAZXhhbXBsZS5jb206Z2stZXhhbXBsZQ=="


async def test_chatwoot() -> None:
    asked, _ = await asked_of("chatwoot")
    account = "/api/v1/accounts/3"
    message = {"content_type": "text"}
    assert sent(asked) == [
        ("POST", f"{account}/contacts", {
            "inbox_id": 5, "name": "Shopper by web chat", "email": "ada@example.com", "phone_number": "+15550100142",
            "identifier": "doorstep-ada",
        }),
        ("POST", f"{account}/conversations", {
            "source_id": "doorstep-T-1001", "inbox_id": 5, "contact_id": 41, "status": "open",
            "custom_attributes": {"doorstep": "doorstep-T-1001", "order_number": "1001"},
        }),
        ("POST", f"{account}/conversations/42/labels", {"labels": ["doorstep", "order_1001"]}),
        ("POST", f"{account}/conversations/42/messages", {
            **message, "content": "Shopper: where is it", "message_type": "outgoing", "private": True,
            "source_id": "doorstep-T-1001-transcript", "echo_id": "doorstep-T-1001-transcript",
        }),
        ("POST", f"{account}/conversations/42/messages", {
            **message, "content": "hello?", "message_type": "incoming", "private": False,
            "source_id": "doorstep-c-5", "echo_id": "doorstep-c-5",
        }),
        ("POST", f"{account}/conversations/42/messages", {
            **message, "content": "Assistant: It is on its way.", "message_type": "outgoing", "private": True,
            "source_id": "doorstep-c-6", "echo_id": "doorstep-c-6",
        }),
        ("POST", f"{account}/conversations/42/toggle_status", {"status": "resolved"}),
    ]  # fmt: skip
    assert asked[0].headers["api_access_token"] == "ct-example"


async def test_chatwoot_uses_the_contact_it_has() -> None:
    stand = STANDS["chatwoot"]()
    stand.contacts[7] = {"id": 7, "email": "ada@example.com"}  # type: ignore[attr-defined]
    await stand.start()
    client = helpdesks()["chatwoot"].client(stand.settings().get)
    await client.open(CASE, False)
    assert [one.body["contact_id"] for one in stand.wrote() if one.path.endswith("/conversations")] == [7]
    await client.close()
    await stand.stop()


def test_zendesk_reads_what_staff_say_in_public() -> None:
    stand = STANDS["zendesk"]()
    stand.threads[35436] = thread = _thread()
    hook = stand.say(thread.id, "Hello")
    reply = AgentReply("35436", "41", Agent("zendesk:77", "Kim"), "Hello")
    assert helpdesks()["zendesk"].parse(hook.body) == (reply,)
    assert helpdesks()["zendesk"].parse(stand.set_state(thread.id, True).body) == (Look("35436"),)
    assert helpdesks()["zendesk"].parse(stand.say(thread.id, "psst", public=False).body) == ()


@pytest.mark.parametrize("code", ["freshdesk", "gorgias"])
def test_a_nudge_names_its_ticket_as_text_or_number(code: str) -> None:
    for body in (b'{"ticket_id": "20"}', b'{"ticket_id": 20}'):
        assert helpdesks()[code].parse(body) == (Look("20"),)


async def test_what_an_agent_bot_or_a_rule_says_is_no_reply() -> None:
    chatwoot = helpdesks()["chatwoot"].parse
    told = b'{"event": "message_created", "id": 1, "content": "x", "message_type": "outgoing", "private": false,'
    for sender in (b'{"id": 2, "type": "agent_bot"}', b'{"id": 2, "type": "contact"}'):
        assert chatwoot(told + b'"conversation": {"id": 4}, "sender": ' + sender + b"}") == ()
    by_user = chatwoot(told + b'"conversation": {"id": 4}, "sender": {"id": 2, "name": "Kim", "type": "user"}}')
    assert by_user == (AgentReply("4", "1", Agent("chatwoot:2", "Kim"), "x"),)


async def test_a_slow_helpdesk_is_not_waited_for() -> None:
    ended = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        await ended.wait()
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/", slow)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    http = Http("Zendesk", f"http://127.0.0.1:{runner.addresses[0][1]}", {}, 0.05)
    with pytest.raises(Unavailable, match="TimeoutError"):
        await http.get("/")
    ended.set()
    await http.close()
    await runner.cleanup()


@pytest.mark.parametrize(
    ("written", "least", "most"),
    [("90", 90, 90), ("0", 1, 1), ("-5", 1, 1), ("999999", 3600, 3600), ("", 30, 30), ("soon", 30, 30), ("nan", 30, 30),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 1, 1)],
)  # fmt: skip
def test_a_pause_is_within_reason(written: str, least: float, most: float) -> None:
    assert least <= _pause(written) <= most


@pytest.mark.parametrize("code", sorted(STANDS))
def test_a_client_without_its_settings_says_which(code: str) -> None:
    with pytest.raises(NotConfigured, match=f"DOORSTEP_{code.upper()}_URL"):
        helpdesks()[code].client({}.get)


async def test_a_look_tells_who_has_it_and_how_it_stands() -> None:
    stand = STANDS["chatwoot"]()
    await stand.start()
    client: Client = helpdesks()["chatwoot"].client(stand.settings().get)
    thread = await client.open(CASE, False)
    stand.assignee = {"id": 77, "name": "Kim"}  # type: ignore[attr-defined]
    stand.pend(int(thread))  # type: ignore[attr-defined]
    assert await client.look(thread) == Seen("bot", "", Agent("chatwoot:77", "Kim"))
    await client.close()
    await stand.stop()


def mark(key: str) -> str:
    return short_hash(key)[:12]


def _thread() -> StandThread:
    return StandThread(35436, {"external_id": "doorstep-T-1001"})
