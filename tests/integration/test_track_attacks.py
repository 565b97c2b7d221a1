"""Attacks on the tracking page: forged links, guesses, other sites' forms, hostile texts, floods."""

from datetime import timedelta

import httpx
import pytest
from prometheus_client import REGISTRY

from store.database import Database
from tests.tracked import SECRET, Tracked, form_token, send, tracked
from tracking.model import Status
from web.track.tokens import TrackLinks

SHOWN = "Order 1001"


@pytest.fixture
async def page(database: Database) -> Tracked:
    return await tracked(database)


async def get(page: Tracked, path: str, address: str = "203.0.113.7") -> httpx.Response:
    async with page.browser(address) as client:
        return await client.get(path)


async def test_a_changed_link_shows_the_form_and_no_order(page: Tracked) -> None:
    path = await page.path()
    other = await page.path("1002")
    crossed = "/track/" + ".".join([path.split("/")[-1].split(".")[0], *other.split("/")[-1].split(".")[1:]])
    for bad in (path[:-1], path + "A", path.replace(".", "x", 1), crossed, "/track/1001", "/track/%00", "/track/é"):
        answer = await get(page, bad)
        assert answer.status_code == 404, bad
        assert SHOWN not in answer.text
        assert 'action="/track"' in answer.text


async def test_an_expired_link_shows_the_form(page: Tracked) -> None:
    path = await page.path()
    page.clock.pass_(days=91)
    assert (await get(page, path)).status_code == 404
    async with page.browser() as client:
        for end in ("help", "rating", "chat"):
            assert (await client.post(f"{path}/{end}", data={"form": "x"})).status_code in {400, 404}
        assert (await client.post(f"{path}/seen", content="1")).status_code == 404
        assert (await client.get(f"{path}/live")).status_code == 204


async def test_a_link_signed_with_another_secret_is_refused(page: Tracked) -> None:
    order = await page.world.services.orders.find("1001")
    assert order is not None
    forged = TrackLinks(SECRET + "x", "", 90, page.store, page.clock)
    assert (await get(page, await forged.url(order))).status_code == 404


async def test_a_link_ends_with_its_order(page: Tracked) -> None:
    path = await page.path()
    await page.world.services.ingest.erase_customer("api", "dana@example.com", "", [])
    assert (await get(page, path)).status_code == 404


async def test_a_form_of_one_order_does_nothing_to_another(page: Tracked) -> None:
    mine, other = await page.path("1001"), await page.path("1002")
    async with page.browser() as client:
        form = form_token((await client.get(mine)).text, f"{mine}/help")
        answers = [
            await client.post(f"{other}/help", data={"form": form, "reason": "cancel"}),
            await client.post(f"{other}/rating", data={"form": form, "score": "1"}),
            await client.post(f"{other}/chat", data={"form": form}),
        ]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert await page.world.services.tickets.list() == ()


@pytest.mark.parametrize("action", ["", "/help", "/rating", "/chat"])
async def test_forms_from_other_sites_are_refused(page: Tracked, action: str) -> None:
    await page.scan(Status.DELIVERED)
    path = await page.path() if action else "/track"
    async with page.browser() as client:
        shown = await client.get(path)
        form = form_token(shown.text, path + (action or ""))
        fields = {"form": form, "reason": "missing", "score": "1", "number": "1001", "proof": "94110"}
        for site in ("cross-site", "same-site"):
            answer = await client.post(path + action, data=fields, headers={"Sec-Fetch-Site": site})
            assert answer.status_code == 403
        assert (await client.post(path + action, data={**fields, "form": ""})).status_code == 400
    assert await page.world.services.tickets.list() == ()
    assert await page.ratings.of("delivery", order="1001") is None


async def test_a_look_counted_from_another_site_is_refused(page: Tracked) -> None:
    path = await page.path()
    async with page.browser() as client:
        answer = await client.post(f"{path}/seen", content="5", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 404


async def test_five_wrong_proofs_close_the_way_for_an_address_also_with_the_right_one(page: Tracked) -> None:
    async with page.browser() as client:
        for guess in range(5):
            answer = await send(client, "/track", "/track", number="1001", proof=f"000{guess}")
        assert answer.status_code == 429
        assert "wait 15 minutes" in answer.text
        assert (await send(client, "/track", "/track", number="1002", proof="eve@example.com")).status_code == 429


async def test_an_order_is_closed_to_guesses_from_many_addresses(page: Tracked) -> None:
    for guess in range(5):
        async with page.browser(f"203.0.113.{guess}") as client:
            await send(client, "/track", "/track", number="1001", proof=f"000{guess}")
    async with page.browser("198.51.100.1") as client:
        assert (await send(client, "/track", "/track", number="1001", proof="94110")).status_code == 429
        # The link itself stays good: it was never guessed.
        assert (await client.get(await page.path())).status_code == 200


async def test_tries_on_the_page_and_in_the_chat_count_together(page: Tracked) -> None:
    for guess in range(5):
        async with page.browser(f"203.0.113.{guess}") as client:
            await send(client, "/track", "/track", number="1001", proof=f"000{guess}")
    assert await page.identity.locked("some-chat", "1001")


async def test_hostile_texts_are_shown_as_text(page: Tracked) -> None:
    hostile = "<img src=x onerror=alert(1)>{{7*7}}"
    await page.scan(
        Status.EXCEPTION, description=hostile, location=hostile, occurred_at=page.clock.now() - timedelta(hours=1)
    )
    answer = await get(page, await page.path())
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    assert "{{7*7}}" in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;Teapot" in answer.text


@pytest.mark.parametrize(
    "query",
    ["rate=9", "rate=<script>", "rate=4'", "ticket=<b>x</b>", "ticket=T-1", 'rated="><script>', "rate=" + "4" * 5000],
)
async def test_hostile_queries_change_nothing(page: Tracked, query: str) -> None:
    await page.scan(Status.DELIVERED)
    answer = await get(page, f"{await page.path()}?{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert "<b>x" not in answer.text
    assert "Thank you" not in answer.text


async def test_hostile_forms_change_nothing(page: Tracked) -> None:
    bodies = (
        b"",
        b"\xff\xfe",
        b"form=" + b"x" * 20_000,
        b"&".join(b"a%d=1" % n for n in range(50)),
        b"form=%00%ff&number=%F0",
    )
    path = await page.path()
    async with page.browser() as client:
        for where in ("/track", "/track/help", f"{path}/help", f"{path}/rating", f"{path}/chat"):
            for sent in bodies:
                answer = await client.post(where, content=sent)
                assert answer.status_code in {400, 413}, (where, sent[:20])
    assert await page.world.services.tickets.list() == ()


async def test_the_number_typed_is_not_markup_and_not_endless(page: Tracked) -> None:
    async with page.browser() as client:
        answer = await send(client, "/track", "/track", number='"><script>alert(1)</script>' * 9, proof="x" * 900)
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


async def test_too_many_requests_are_told_kindly(database: Database) -> None:
    page = await tracked(database, per_address=3)
    path = await page.path()
    answers = [await get(page, path) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["content-type"].startswith("text/html")
    assert answers[-1].headers["retry-after"]
    assert (await get(page, path, "198.51.100.1")).status_code == 200


async def test_help_without_an_order_is_limited(page: Tracked) -> None:
    async with page.browser() as client:
        form = "/track/help"
        answers = [await send(client, "/track", form, email=f"a{n}@example.com", words="x") for n in range(6)]
        assert [answer.status_code for answer in answers] == [303] * 5 + [429]
        assert (await send(client, "/track", form, email="not an address")).status_code == 400


async def test_nothing_personal_is_counted_or_logged(page: Tracked, capsys: pytest.CaptureFixture[str]) -> None:
    path = await page.path()
    async with page.browser() as client:
        await client.get(path)
        await send(client, "/track", "/track", number="1001", proof="dana@example.com")
        await send(client, path, f"{path}/help", reason="cancel", words="I live in Elm Road")
    counted = {f"{m.name} {s.labels}" for m in REGISTRY.collect() if "track" in m.name for s in m.samples}
    assert any("pending" in line for line in counted)
    logged = "".join(capsys.readouterr()) + str(counted)
    private = ("dana", "1001", "Elm Road", path.split("/")[-1])
    assert [secret for secret in private if secret in logged] == []
