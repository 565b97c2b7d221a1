"""The whole program with alerts on: a scan taken in by its API reaches a phone and a mailbox by its own worker."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from doorstep.settings import ROOT, Settings
from doorstep.web import Doorstep, doorstep_app
from tests.media_stands.email import mail_server
from tests.media_stands.sms import twilio
from tests.tracked import PARCELS

NOW = datetime.now(UTC)
ORDER = {
    "number": "1001",
    "placed_at": NOW.isoformat(),
    "customer": {"name": "Robin Doe", "email": "robin@example.com", "phone": "+12025550142"},
    "ship_to": {"postcode": "N1", "city": "London", "country": "GB"},
    "items": [{"sku": "POT", "title": "Glass Teapot", "quantity": 1}],
}
PARCEL: dict[str, Any] = {"tracking_number": PARCELS["1001"], "carrier": "ups"}


@pytest.fixture
def rules(tmp_path: Path) -> str:
    """Ours, but at once and by night too."""
    text = (ROOT / "alerts" / "alerts.yml").read_text("utf-8")
    path = tmp_path / "alerts.yml"
    path.write_text(text.replace('"21:00"', '"08:00"').replace("hold_seconds: 120", "hold_seconds: 0"), "utf-8")
    return str(path)


def settings(tmp_path: Path, rules: str, more: dict[str, str], on: bool) -> Settings:
    known = {
        "database_url": f"sqlite:///{tmp_path / 'doorstep.db'}",
        "public_url": "https://shop.example.com",
        "shop_name": "Lantern & Loom",
        "api_key": "test-key",
        "secret_key": "test-visitors",
        "bot_secret": "test-bot",
        "alerts": on,
        "alerts_rules": rules,
        "files_dir": str(tmp_path / "files"),
    }
    return Settings(_env_file=None, **(known | more))  # type: ignore[call-arg]


async def post(doorstep: Doorstep, path: str, body: object) -> None:
    transport = httpx.ASGITransport(doorstep.app)
    headers = {"Authorization": "Bearer test-key"}
    async with httpx.AsyncClient(transport=transport, base_url="https://shop.example.com", headers=headers) as client:
        assert (await client.post(path, json=body)).status_code == 200


async def happenings(doorstep: Doorstep) -> None:
    await post(doorstep, "/api/v1/orders", ORDER)
    while await doorstep.worker.once():
        pass
    await post(doorstep, "/api/v1/orders", ORDER | {"shipments": [PARCEL]})
    event = {**PARCEL, "status": "out_for_delivery", "occurred_at": (NOW + timedelta(minutes=1)).isoformat()}
    for _ in range(2):
        await post(doorstep, "/api/v1/tracking-events", {"events": [event]})
    while await doorstep.worker.once():
        pass


@pytest.mark.parametrize("on", [True, False])
async def test_api_to_phone_and_mailbox(tmp_path: Path, rules: str, on: bool) -> None:
    async with mail_server() as mails, twilio() as phone:
        own = settings(tmp_path, rules, mails.settings | phone.settings, on)
        async with doorstep_app(own) as doorstep:
            await happenings(doorstep)
    if not on:
        assert (mails.taken, phone.taken) == ([], [])
        return
    (mail,) = mails.taken
    assert mail["Subject"] == "We have your order 1001"
    (text,) = phone.taken
    assert text["To"] == "+12025550142"
    assert text["Body"].startswith("Lantern & Loom: Order 1001 is out for delivery. https://shop.example.com/track/")
    assert text["StatusCallback"].startswith("https://shop.example.com/webhooks/twilio/status?text=")
