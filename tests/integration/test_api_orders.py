"""The merchant's API for orders, scans and tickets over HTTP on real databases."""

from typing import Any

import pytest

from store.database import Database
from tests.fakes import World, world

NUMBER = "1Z999AA10123456784"
ORDER: dict[str, Any] = {
    "number": "#1001",
    "placed_at": "2026-11-10T10:00:00+01:00",
    "customer": {"name": "Dana Fields", "email": "Dana@Example.com", "phone": "(202) 555-0123"},
    "ship_to": {"postcode": "94110", "city": "San Francisco", "region": "CA", "country": "us"},
    "promised": {"earliest": "2026-11-18T09:00:00Z", "latest": "2026-11-20T18:00:00Z"},
    "items": [{"sku": "S-1", "title": "Blue shoes", "quantity": 2}],
    "shipments": [{"tracking_number": NUMBER, "carrier": "ups", "items": ["S-1"]}],
    "total": {"amount": "129.90", "currency": "usd"},
    "refunds": [
        {"id": "r-1", "amount": "9.90", "currency": "usd", "at": "2026-11-12T10:00:00Z"},
        {"amount": "5", "currency": "usd", "at": "2026-11-13T23:30:00-05:00"},
    ],
    "note": "a field we don't know",
}


def scan(**fields: Any) -> dict[str, Any]:
    known = {"tracking_number": NUMBER, "status": "in_transit", "occurred_at": "2026-11-12T08:00:00-05:00"}
    return {**known, **fields}


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


async def test_an_order_goes_in_and_comes_out_whole(app: World) -> None:
    async with app.client() as client:
        saved = await client.post("/api/v1/orders", json=ORDER)
        events = await client.post("/api/v1/tracking-events", json={"events": [scan(location="Newark, NJ")]})
        order = (await client.get("/api/v1/orders/1001")).json()
    assert saved.json() == {"results": [{"row": 0, "outcome": "created", "error": ""}]}
    assert events.json()["results"][0]["outcome"] == "created"
    assert order["customer"] == {"name": "Dana Fields", "email": "dana@example.com", "phone": "+12025550123"}
    assert order["ship_to"]["country"] == "US"
    assert order["total"] == {"amount": "129.90", "currency": "USD"}
    assert [(r["id"], r["amount"], r["currency"]) for r in order["refunds"]] == [
        ("r-1", "9.90", "USD"),
        ("5.00 USD 2026-11-14", "5.00", "USD"),
    ]
    assert (order["status"], order["cancelled"]) == ("in_transit", False)
    parcel = order["shipments"][0]
    assert (parcel["carrier"], parcel["status"], parcel["items"]) == ("ups", "in_transit", ["S-1"])
    assert parcel["last_scan_at"].startswith("2026-11-12T")
    assert parcel["last_checked_at"]
    assert parcel["events"][0]["location"] == "Newark, NJ"
    assert "delivery_window" in parcel


async def test_a_list_and_its_repetition(app: World) -> None:
    orders = [{"number": f"{n}", "placed_at": "2026-11-10T10:00:00Z"} for n in range(2000, 2020)]
    async with app.client() as client:
        first = (await client.post("/api/v1/orders", json=orders)).json()["results"]
        second = (await client.post("/api/v1/orders", json=orders)).json()["results"]
    assert [row["outcome"] for row in first] == ["created"] * 20
    assert [row["outcome"] for row in second] == ["unchanged"] * 20


async def test_cancelling_keeps_what_is_not_said(app: World) -> None:
    cancelled = {"number": "1001", "placed_at": ORDER["placed_at"], "status": "cancelled"}
    async with app.client() as client:
        await client.post("/api/v1/orders", json={**ORDER, "shipments": []})
        await client.post("/api/v1/orders", json=cancelled)
        order = (await client.get("/api/v1/orders/1001")).json()
    assert (order["status"], order["cancelled"]) == ("cancelled", True)
    assert order["items"][0]["title"] == "Blue shoes"
    assert order["customer"]["email"] == "dana@example.com"
    assert order["ship_to"]["postcode"] == "94110"


async def test_good_rows_are_kept_and_bad_ones_named(app: World) -> None:
    rows = [
        scan(),
        scan(occurred_at="2026-11-12T08:00:00"),
        scan(status="teleported"),
        "nonsense",
        scan(tracking_number="\u0000"),
        scan(occurred_at="0001-01-01T00:00:00+14:00"),
        scan(status="delivered", occurred_at="2026-11-13T08:00:00Z", location=None),
    ]
    async with app.client() as client:
        await client.post("/api/v1/orders", json=ORDER)
        answer = await client.post("/api/v1/tracking-events", json={"events": rows})
        order = (await client.get("/api/v1/orders/1001")).json()
    results = answer.json()["results"]
    assert answer.status_code == 200
    assert [row["row"] for row in results] == list(range(7))
    assert [row["outcome"] for row in results] == ["created", *["refused"] * 5, "created"]
    assert "timezone" in results[1]["error"]
    assert all(row["error"] for row in results[1:6])
    assert order["status"] == "delivered"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"events": []},
        {"events": {}},
        {"events": [scan()] * 1001},
        {"events": None},
    ],
)
async def test_a_wrong_envelope_is_refused(app: World, body: Any) -> None:
    async with app.client() as client:
        assert (await client.post("/api/v1/tracking-events", json=body)).status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"number": ""},
        {"number": "x" * 65},
        {"number": "1\u0000"},
        {"placed_at": "2026-11-10T10:00:00"},
        {"placed_at": None},
        {"items": [{"title": "x", "quantity": 0}]},
        {"items": [{"title": "x"}] * 501},
        {"status": "lost"},
        {"customer": {"name": "\u0000"}},
        {"promised": {"earliest": "2026-11-20T00:00:00Z", "latest": "2026-11-18T00:00:00Z"}},
    ],
)
async def test_an_order_out_of_bounds_is_refused(app: World, change: dict[str, Any]) -> None:
    async with app.client() as client:
        answer = await client.post("/api/v1/orders", json={**ORDER, **change})
        missing = await client.get("/api/v1/orders/1001")
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["code"] == "invalid_input"
    assert missing.status_code == 404


async def test_nulls_mean_not_said(app: World) -> None:
    order = {**ORDER, "customer": {"name": None, "email": "dana@example.com", "phone": None}, "promised": None}
    async with app.client() as client:
        answer = await client.post("/api/v1/orders", json=order)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("number", ["9999", "%00", "%ff", "x" * 65, "%F0%9F%93%A6", "..%2f.."])
async def test_an_order_nobody_knows(app: World, number: str) -> None:
    async with app.client() as client:
        answer = await client.get(f"/api/v1/orders/{number}")
    assert answer.status_code in (404, 422), answer.text
    assert answer.json()["error"]["message"]


async def test_tickets_are_listed_read_and_solved(app: World) -> None:
    async with app.client() as client:
        for n in range(3):
            sent = {"conversation": f"c-{n}", "message_id": "m", "text": "a person"}
            await client.post("/api/v1/messages", json=sent)
        page = (await client.get("/api/v1/tickets?limit=2")).json()
        rest = (await client.get(f"/api/v1/tickets?before={page[-1]['number']}")).json()
        number = page[0]["number"]
        solved = await client.patch(f"/api/v1/tickets/{number}", json={"state": "solved", "priority": "low"})
        left = (await client.get("/api/v1/tickets?state=open")).json()
        empty = await client.patch(f"/api/v1/tickets/{number}", json={})
    assert [t["conversation"] for t in page + rest] == ["c-2", "c-1", "c-0"]
    assert (solved.json()["state"], solved.json()["priority"]) == ("solved", "low")
    assert number not in [t["number"] for t in left]
    assert (empty.status_code, empty.json()["state"]) == (200, "solved")


async def test_tickets_nobody_opened(app: World) -> None:
    async with app.client() as client:
        answers = [
            await client.get("/api/v1/tickets/T-999999"),
            await client.patch("/api/v1/tickets/T-999999", json={"state": "solved"}),
            await client.get("/api/v1/tickets/nonsense"),
            await client.patch("/api/v1/tickets/T-1", json={"state": "gone"}),
            await client.get("/api/v1/tickets?limit=0"),
            await client.get("/api/v1/tickets?before=T-999999999999999"),
        ]
    assert [a.status_code for a in answers] == [404, 404, 422, 422, 422, 200]


async def test_the_parts_that_need_no_key(app: World) -> None:
    async with app.client(None) as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
        paths = (await client.get("/openapi.json")).json()["paths"]
        docs, script = await client.get("/docs"), await client.get("/widget.js")
        await client.request("MADEUP", "/api/v1/orders/secret-number")
        metrics = (await client.get("/metrics")).text
    assert (alive.status_code, ready.json()) == (200, {"ready": True, "missing": []})
    assert {"/api/v1/messages", "/api/v1/orders/{number}", "/webhooks/shopify", "/chat/messages"} <= set(paths)
    assert docs.status_code == 200
    assert script.headers["content-type"].startswith("text/javascript")
    assert 'route="/readyz"' in metrics
    assert "secret-number" not in metrics
    assert "MADEUP" not in metrics
