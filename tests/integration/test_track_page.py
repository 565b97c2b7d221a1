"""The tracking page on real databases: shown by its link, found by proof; help, chat, ratings and live news."""

import asyncio
import gzip
from datetime import timedelta

import httpx
import pytest

from store.database import Database
from support.model import Agent, TicketReason
from tests.served import served, tab
from tests.tracked import PARCELS, Tracked, form_token, send, tracked
from tracking.model import Status

NOT_FOUND = "find an order with this number and this detail"


@pytest.fixture
async def page(database: Database) -> Tracked:
    return await tracked(database)


async def look_up(page: Tracked, number: str, proof: str, address: str = "203.0.113.7") -> httpx.Response:
    async with page.browser(address) as client:
        return await send(client, "/track", "/track", number=number, proof=proof)


async def test_the_link_shows_the_order_and_nothing_private(page: Tracked) -> None:
    await page.scan(Status.IN_TRANSIT, location="12 Elm Road, Inkwell, WA 98101", description="Left for Dana Doe")
    async with page.browser() as client:
        shown = await client.get(await page.path())
    assert shown.status_code == 200
    for words in ("On its way", "UPS", PARCELS["1001"], "Blue shoes", "Inkwell, WA", "we learned", "Get help"):
        assert words in shown.text
    private = ("Dana", "Doe", "dana@", "0142", "94110", "98101", "Elm", "San Francisco")
    assert [secret for secret in private if secret in shown.text] == []


async def test_the_headers_keep_the_page_private(page: Tracked) -> None:
    async with page.browser() as client:
        headers = (await client.get(await page.path())).headers
    assert headers["cache-control"] == "private, no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_nothing_comes_from_elsewhere_and_it_stays_small(page: Tracked) -> None:
    await page.scan(Status.DELIVERED)
    async with page.browser() as client:
        shown = await client.get(await page.path())
        files = [await client.get(f"/track/page.{kind}") for kind in ("css", "js")]
    assert [f.headers["content-encoding"] for f in files] == ["gzip", "gzip"]
    assert "style=" not in shown.text
    assert "<style" not in shown.text
    assert "http" not in files[0].text.replace("http-equiv", "")
    assert len(shown.content) + sum(len(f.content) for f in files) < 60_000
    assert sum(len(gzip.compress(f.content)) for f in files) < 10_000


@pytest.mark.parametrize("proof", ["dana@example.com", "94110", "0142"])
async def test_number_and_proof_lead_to_the_page(page: Tracked, proof: str) -> None:
    answer = await look_up(page, "#1001", proof)
    assert answer.status_code == 303
    assert answer.headers["location"] == await page.path()


async def test_a_wrong_number_and_a_wrong_proof_look_alike(page: Tracked) -> None:
    answers = [await look_up(page, number, "0000", f"203.0.113.{number[:2]}") for number in ("1001", "9999")]
    texts = [answer.text.replace("9999", "1001").replace(form_token(answer.text, "/track"), "") for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert texts[0] == texts[1]
    assert NOT_FOUND in texts[0]


async def test_help_opens_a_ticket_with_the_order_in_it(page: Tracked) -> None:
    await page.scan(Status.DELIVERED)
    path = await page.path()
    async with page.browser() as client:
        answer = await send(client, path, f"{path}/help", reason="missing", words="Looked <b>everywhere</b>")
        assert answer.status_code == 303
        shown = await client.get(answer.headers["location"].split("#")[0])
    (ticket,) = await page.world.services.tickets.list()
    assert (ticket.reason, ticket.order_number, ticket.contact) == (TicketReason.MISSING, "1001", "dana@example.com")
    assert ticket.details["details"] == "Looked <b>everywhere</b>"
    assert ticket.details["status"] == "delivered"
    assert ticket.number in shown.text
    assert "Thank you, a person will look into it." in shown.text
    assert "everywhere" not in shown.text
    said = [m.text for m in await page.world.services.desk.history(ticket.conversation, 0)]
    assert said == [
        "It isn't here: Looked <b>everywhere</b>",
        f"Thank you. A person will look into it: your ticket is {ticket.number}.",
    ]


async def test_pressing_twice_calls_once_and_asking_again_joins_the_ticket(page: Tracked) -> None:
    path = await page.path()
    async with page.browser() as client:
        shown = await client.get(path)
        fields = {"form": form_token(shown.text, f"{path}/help"), "reason": "cancel"}
        twice = [await client.post(f"{path}/help", data=fields) for _ in range(2)]
        again = await send(client, path, f"{path}/help", reason="cancel")
        other = await send(client, path, f"{path}/help", reason="speak_to_human")
    assert len({answer.headers["location"] for answer in [*twice, again]}) == 1
    assert other.headers["location"] != again.headers["location"]
    cancel = [t for t in await page.world.services.tickets.list() if t.reason is TicketReason.CANCEL]
    assert [ticket.calls for ticket in cancel] == [2]


async def test_an_agent_can_take_the_ticket_and_answer(page: Tracked) -> None:
    path = await page.path()
    async with page.browser() as client:
        await send(client, path, f"{path}/help", reason="late")
    (ticket,) = await page.world.services.tickets.list()
    await page.world.handover.take(ticket.conversation, Agent("a1", "Robin"))
    said = await page.world.handover.say(ticket.conversation, "a1", "m1", "On it.")
    assert said.author == "agent"


async def test_help_for_an_order_that_cannot_be_found(page: Tracked) -> None:
    async with page.browser() as client:
        fields = {"email": "Someone@Example.com ", "number": "77", "words": "It's a gift"}
        answer = await send(client, "/track", "/track", number="77", proof="x")
        token = form_token(answer.text, "/track/help")
        answer = await client.post("/track/help", data={"form": token, **fields})
        assert answer.status_code == 303
        shown = await client.get(answer.headers["location"])
    (ticket,) = await page.world.services.tickets.list()
    assert ticket.number in shown.text
    assert (ticket.reason, ticket.order_number, ticket.contact) == (
        TicketReason.LOCKED_OUT,
        None,
        "someone@example.com",
    )
    assert ticket.details == {"asked_on": "tracking page", "details": "It's a gift", "number": "77"}


async def test_a_rating_is_kept_and_may_be_changed_for_a_while(page: Tracked) -> None:
    await page.scan(Status.DELIVERED)
    path = await page.path()
    async with page.browser() as client:
        preset = await client.get(f"{path}?rate=4")
        assert 'value="4" required checked' in preset.text
        assert await page.ratings.of("delivery", order="1001") is None
        for score, source in (("4", {"source": "link"}), ("2", {})):
            answer = await send(client, path, f"{path}/rating", score=score, words="Quick!", **source)
            assert answer.headers["location"] == f"{path}?rated=yes#rating"
        shown = await client.get(f"{path}?rated=yes")
        assert "You gave 2 of 5" in shown.text
        assert "Quick!" not in shown.text
        page.clock.pass_(days=15)
        path = await page.path()
        late = await send(client, path, f"{path}/rating", score="5")
    assert "rated=late" in late.headers["location"]
    kept = await page.ratings.of("delivery", order="1001")
    assert kept is not None
    assert (kept.score, kept.source, kept.words) == (2, "link", "Quick!")


async def test_what_has_not_arrived_is_not_rated(page: Tracked) -> None:
    path = await page.path()
    async with page.browser() as client:
        shown = await client.get(f"{path}?rate=5")
        assert "How was it?" not in shown.text
        form = form_token(shown.text, f"{path}/help")
        answer = await client.post(f"{path}/rating", data={"form": form, "score": "5"})
    assert answer.status_code == 400
    assert await page.ratings.of("delivery", order="1001") is None


async def chat_token(page: Tracked, visitor: str = "", number: str = "1001") -> str:
    path = await page.path(number)
    async with page.browser() as client:
        answer = await send(client, path, f"{path}/chat", visitor=visitor)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


async def test_the_chat_knows_the_order_and_no_other(page: Tracked) -> None:
    conversation = page.visitors.conversation(await chat_token(page))
    assert conversation
    mine, other = [await page.world.services.orders.find(number) for number in ("1001", "1002")]
    assert mine is not None
    assert other is not None
    assert await page.identity.can_see(conversation, mine)
    assert not await page.identity.can_see(conversation, other)


async def test_the_chat_goes_on_in_the_same_browser_only(page: Tracked) -> None:
    first = await chat_token(page)
    again = await chat_token(page, first)
    elsewhere, stolen = await chat_token(page), await chat_token(page, first, "1002")
    named = [page.visitors.conversation(token) for token in (first, again, elsewhere, stolen)]
    assert named[0] == named[1]
    assert len(await page.world.services.desk.history(str(named[0]), 0)) == 2
    assert len(set(named)) == 3


async def test_the_widget_can_use_the_token(page: Tracked) -> None:
    token = await chat_token(page)
    async with served(page.app) as address, tab(address, token) as widget:
        assert next(m["text"] for m in widget.welcome["messages"]) == "I have a question about order 1001"
        assert widget.token == token


async def test_looks_are_counted_by_day(page: Tracked) -> None:
    path = await page.path()
    async with page.browser() as client:
        sent = [await client.post(f"{path}/seen", content=seconds) for seconds in ("12", "30", "99999", "x", "1" * 40)]
    assert [answer.status_code for answer in sent] == [204, 204, 204, 400, 413]
    today = page.clock.now().date()
    assert await page.store.views(today - timedelta(days=1)) == {today: (3, 12 + 30 + 3600)}


async def test_looks_at_the_same_time_all_count(page: Tracked) -> None:
    await asyncio.gather(*(page.store.add_view(page.clock.now(), 2) for _ in range(10)))
    assert list((await page.store.views(page.clock.now().date())).values()) == [(10, 20)]


async def test_news_reaches_an_open_page(page: Tracked) -> None:
    path = await page.path()
    async with served(page.app) as address, httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as client:
        shown = await client.get(path)
        version = shown.text.split('data-version="')[1].split('"')[0]
        async with client.stream("GET", f"{path}/live?seen={version}", timeout=20) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            assert await anext(lines) == "retry: 5000"
            await page.scan(Status.OUT_FOR_DELIVERY)
            news = [line async for line in _until_data(lines)]
    assert "Out for delivery" in news[-1]
    assert "actions" in news[-1]


async def _until_data(lines):  # type: ignore[no-untyped-def]
    async for line in lines:
        yield line
        if line.startswith("data:"):
            return


async def test_a_stamp_changes_with_every_kind_of_news(page: Tracked) -> None:
    row = await page.store.id_of("1001")
    assert row is not None
    stamps = [await page.store.stamp(row)]
    await page.scan(Status.IN_TRANSIT)
    stamps.append(await page.store.stamp(row))
    await page.scan(Status.OUT_FOR_DELIVERY)
    stamps.append(await page.store.stamp(row))
    assert await page.store.stamp(row) == stamps[-1]
    assert len(set(stamps)) == 3
    assert await page.store.stamp(10_000) == ""


async def test_a_database_that_is_away_is_told_kindly(page: Tracked) -> None:
    path = await page.path()
    page.world.conversations.up = False
    async with page.browser() as client:
        answer = await send(client, path, f"{path}/help", reason="cancel")
        assert answer.status_code == 503
        assert answer.headers["content-type"].startswith("text/html")
        assert "try again in a minute" in answer.text
    assert await page.world.services.tickets.list() == ()
