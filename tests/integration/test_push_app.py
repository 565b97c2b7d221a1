"""The whole program: a browser asks on the page or in the chat, an app by the API, and each hears of the order."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from alerts.media.web_push import public_key
from channels._frames import Visitors
from doorstep import push
from doorstep.settings import ROOT, Settings
from doorstep.tracking_page import track_links
from doorstep.web import Doorstep, doorstep_app
from store.desk import ProofTable
from store.push import PushTable
from support.model import Inbound, Reply
from tests.media_stands.apns import Apple, apple
from tests.media_stands.web_push import PushService, push_service
from tests.tracked import PARCELS

NOW = datetime.now(UTC)
SECRET = "test-visitors"
ORDER: dict[str, Any] = {
    "number": "1001",
    "placed_at": (NOW - timedelta(days=3)).isoformat(),
    "customer": {"name": "Robin Doe", "email": "robin@example.com", "phone": "+12025550142"},
    "ship_to": {"postcode": "N1", "city": "London", "country": "GB"},
    "shipments": [{"tracking_number": PARCELS["1001"], "carrier": "ups"}],
}


@dataclass
class House:
    """The program with alerts on, its push services, and somebody who visits."""

    doorstep: Doorstep
    client: httpx.AsyncClient
    browsers: PushService
    devices: Apple
    page: str

    @property
    def subscription(self) -> dict[str, Any]:
        subscription: dict[str, Any] = json.loads(self.browsers.to)
        return subscription

    async def ask(self, method: str, path: str, body: Any, **headers: str) -> httpx.Response:
        return await self.client.request(method, path, json=body, headers=headers)

    async def api(self, method: str, **body: str) -> httpx.Response:
        return await self.ask(method, "/api/v1/push-addresses", body, authorization="Bearer test-key")

    async def deliver(self, status: str = "delivered") -> None:
        """Let a scan come in, and all that follows from it happen."""
        scan = {"tracking_number": PARCELS["1001"], "status": status, "occurred_at": NOW.isoformat()}
        told = await self.ask("POST", "/api/v1/tracking-events", {"events": [scan]}, authorization="Bearer test-key")
        assert told.status_code == 200
        while await self.doorstep.worker.once():
            pass


@asynccontextmanager
async def house(folder: Path, alerts: bool = True) -> AsyncIterator[House]:
    text = (ROOT / "alerts" / "alerts.yml").read_text("utf-8")
    rules = folder / "alerts.yml"
    rules.write_text(text.replace('"21:00"', '"08:00"').replace("hold_seconds: 120", "hold_seconds: 0"), "utf-8")
    known = {
        "database_url": f"sqlite:///{folder / 'doorstep.db'}",
        "public_url": "https://shop.example.com",
        "shop_name": "Lantern & Loom",
        "api_key": "test-key",
        "secret_key": SECRET,
        "bot_secret": "test-bot",
        "alerts": alerts,
        "alerts_rules": str(rules),
        "files_dir": str(folder / "files"),
    }
    async with push_service() as browsers, apple() as devices:
        settings = Settings(_env_file=None, **(known | browsers.settings | devices.settings))  # type: ignore[call-arg]
        async with doorstep_app(settings) as doorstep:
            transport = httpx.ASGITransport(doorstep.app)
            async with httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client:
                saved = await client.post("/api/v1/orders", json=ORDER, headers={"Authorization": "Bearer test-key"})
                assert saved.status_code == 200
                order = await doorstep.tracking.orders.find("1001")
                assert order
                page = f"/track/{await track_links(settings, doorstep.tracking, SECRET).token(order)}"
                yield House(doorstep, client, browsers, devices, page)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as running:
        yield running


async def test_a_browser_asks_on_the_page_and_is_told(home: House) -> None:
    shown = (await home.client.get(home.page)).text
    assert public_key(home.browsers.settings["vapid_private_key"]) in shown
    body = {"subscription": home.subscription | {"expirationTime": None}, "source": "page"}
    assert (await home.ask("POST", f"{home.page}/push/known", body)).json() == {"on": False}
    for _ in range(2):
        assert (await home.ask("POST", f"{home.page}/push", body)).status_code == 204
    assert (await home.ask("POST", f"{home.page}/push/known", body)).json() == {"on": True}
    await home.deliver()
    (told,) = home.browsers.taken
    assert (told["title"], told["url"]) == ("Your order 1001 was delivered", f"https://shop.example.com{home.page}")


async def test_a_browser_that_takes_it_back_is_told_nothing(home: House) -> None:
    body = {"subscription": home.subscription}
    await home.ask("POST", f"{home.page}/push", body)
    for _ in range(2):
        assert (await home.ask("DELETE", f"{home.page}/push", body)).status_code == 204
    await home.deliver()
    assert home.browsers.taken == []


async def test_an_order_that_has_arrived_offers_nothing_more(home: House) -> None:
    await home.deliver()
    assert 'id="notify"' not in (await home.client.get(home.page)).text


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "text",
        {"subscription": None},
        {"subscription": "x"},
        {"subscription": {"endpoint": "https://127.0.0.1/x", "keys": {}}},
        {"subscription": {"endpoint": "https://push.example.net/x", "keys": {"p256dh": "AA", "auth": "AA"}}},
    ],
)
async def test_what_is_no_subscription_changes_nothing(home: House, body: Any) -> None:
    for method, path in (("POST", "/push"), ("DELETE", "/push"), ("POST", "/push/known")):
        assert (await home.ask(method, home.page + path, body)).status_code == 400
    assert await PushTable(home.doorstep.tracking.database).of("1001") == {}


async def test_only_the_page_may_ask(home: House) -> None:
    body = {"subscription": home.subscription}
    forged = home.page[:-1] + ("A" if home.page[-1] != "A" else "B")
    assert (await home.ask("POST", f"{forged}/push", body)).status_code == 404
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert (await home.ask("POST", f"{home.page}/push", body, **elsewhere)).status_code == 403
    long = {"subscription": home.subscription, "more": "x" * 7000}
    assert (await home.ask("POST", f"{home.page}/push", long)).status_code == 413
    garbled = await home.client.post(f"{home.page}/push", content=b"{")
    assert garbled.status_code == 400
    assert await PushTable(home.doorstep.tracking.database).of("1001") == {}


async def test_the_worker_looks_after_these_pages_alone(home: House) -> None:
    answer = await home.client.get("/track/worker.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["service-worker-allowed"] == "/track/"
    assert "immutable" not in answer.headers["cache-control"]
    policy = (await home.client.get(home.page)).headers["content-security-policy"]
    assert "worker-src 'self'" in policy


async def test_an_app_is_added_and_removed_by_the_api(home: House) -> None:
    device = {"order_number": "#1001", "medium": "apns", "address": home.devices.to}
    assert (await home.api("POST", **device, consent="switched on in the app")).json() == {"outcome": "kept"}
    await home.deliver("out_for_delivery")
    assert [told["device"] for told in home.devices.taken] == [home.devices.to]
    assert (await home.api("DELETE", **device)).json() == {"outcome": "removed"}
    assert (await home.api("DELETE", **device)).status_code == 404
    await home.deliver()
    assert len(home.devices.taken) == 1


async def test_what_the_api_refuses(home: House) -> None:
    device = {"order_number": "1001", "medium": "apns", "address": home.devices.to, "consent": "yes"}
    for change, status, said in (
        ({"order_number": "9999"}, 404, "9999"),
        ({"address": "no token"}, 400, "device's token"),
        ({"medium": "fcm", "address": "dQw4w9"}, 503, "configure it"),
        ({"medium": "pigeon"}, 422, "medium"),
        ({"address": "a" * 4097}, 422, "address"),
        ({"consent": " "}, 422, "consent"),
    ):
        answer = await home.api("POST", **(device | change))
        assert (answer.status_code, said in answer.json()["error"]["message"]) == (status, True), answer.text
        assert home.devices.to not in answer.text
    without = await home.client.post("/api/v1/push-addresses", json=device)
    assert without.status_code == 401
    assert await PushTable(home.doorstep.tracking.database).of("1001") == {}


async def test_a_chat_that_proved_the_order_finds_the_way(home: House) -> None:
    visitors = Visitors(SECRET)
    conversation, token = visitors.new()
    _, other = visitors.new()

    async def greet() -> tuple[Reply, ...]:
        return (Reply("Hello"),)

    await home.doorstep.support.desk.handle(Inbound(conversation, "m-1", "hi"), greet)
    await ProofTable(home.doorstep.tracking.database).add_verified(conversation, "1001", "proof", NOW)
    wanted = {"order": "1001"}
    found = await home.ask("POST", "/chat/notify", wanted, authorization=f"Bearer {token}")
    assert found.json() == {"url": f"https://shop.example.com{home.page}"}
    refused = [
        await home.ask("POST", "/chat/notify", {"order": number}, authorization=f"Bearer {who}")
        for number, who in (("1001", other), ("9999", token), ("9999", other))
    ]
    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.text for answer in refused}) == 1
    assert (await home.ask("POST", "/chat/notify", wanted, authorization="Bearer forged")).status_code == 401


async def test_the_chat_says_whether_it_is_offered(home: House) -> None:
    hello = (await home.ask("POST", "/chat/hello", {})).json()
    assert hello["notify"] == public_key(home.browsers.settings["vapid_private_key"])


async def test_with_alerts_off_nothing_is_offered_or_taken(tmp_path: Path) -> None:
    async with house(tmp_path, alerts=False) as home:
        assert 'id="notify"' not in (await home.client.get(home.page)).text
        assert "notify" not in (await home.ask("POST", "/chat/hello", {})).json()
        body = {"subscription": home.subscription}
        assert (await home.ask("POST", f"{home.page}/push", body)).status_code == 404
        device = {"order_number": "1001", "medium": "apns", "address": home.devices.to, "consent": "yes"}
        assert (await home.api("POST", **device)).status_code == 503


def test_the_key_for_browsers_is_made_once_and_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "ROOT", tmp_path)
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    made = push.media_values(settings)("vapid_private_key")
    assert made == push.media_values(settings)("vapid_private_key")
    assert (tmp_path / "var" / "vapid.secret").stat().st_mode & 0o777 == 0o600
    assert public_key(made or "")
    own = settings.model_copy(update={"vapid_private_key": SecretStr("own")})
    assert push.media_values(own)("vapid_private_key") == "own"
