"""Answers to alerts: a text that names no order means the one we have just told of, by the signed wire and real bot."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from doorstep.settings import ROOT
from tests.conftest import Running, running_doorstep
from tests.dialogues.wires import Sms
from tests.media_stands.sms import Twilio, twilio

NOW = datetime.now(UTC)
PHONE, STRANGER = "+12025550191", "+12025550192"
CITIES = {"1041": "Oakland", "1042": "Fresno", "1043": "Inkwell"}
PARCELS = {number: f"1Z999AA1012345{number}" for number in CITIES}


@dataclass
class Place:
    """A running shop that texts."""

    client: httpx.AsyncClient
    running: Running
    phone: Twilio

    async def post(self, path: str, body: object) -> None:
        (await self.client.post(path, json=body)).raise_for_status()

    async def scan(self, number: str, status: str, minutes: float = 0) -> None:
        """Take in a scan, and wait for the text that tells it, unless it is old news."""
        before = len(self.phone.taken)
        at = (NOW + timedelta(minutes=minutes)).isoformat()
        event = {"tracking_number": PARCELS[number], "status": status, "occurred_at": at, "location": CITIES[number]}
        await self.post("/api/v1/tracking-events", {"events": [event]})
        for _ in range(200 if status != "in_transit" else 0):
            if len(self.phone.taken) > before:
                assert number in self.phone.taken[-1]["Body"]
                return
            await asyncio.sleep(0.1)
        assert status == "in_transit", "the alert was not sent"

    async def say(self, text: str, phone: str = PHONE) -> str:
        def speak() -> str:
            headers = {"Authorization": f"Bearer {self.running.api_key}"}
            with httpx.Client(base_url=self.running.base_url, headers=headers, timeout=20) as client:
                return Sms(client, {"phone": phone}).say(text).text

        return await asyncio.to_thread(speak)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    rules = (ROOT / "alerts" / "alerts.yml").read_text("utf-8")
    own = tmp_path / "alerts.yml"
    own.write_text(rules.replace('from: "21:00"', 'from: "08:00"').replace("hold_seconds: 120", "hold_seconds: 0"))
    async with twilio() as phone:
        more = {"DOORSTEP_ALERTS": "true", "DOORSTEP_ALERTS_RULES": str(own)}
        more |= {"DOORSTEP_TWILIO_API_URL": phone.settings["twilio_api_url"], "DOORSTEP_TWILIO_ACCOUNT_SID": "AC1"}
        with running_doorstep(tmp_path, **more) as running:
            headers = {"Authorization": f"Bearer {running.api_key}"}
            async with httpx.AsyncClient(base_url=running.base_url, headers=headers, timeout=20) as client:
                found = Place(client, running, phone)
                await found.post("/api/v1/orders", [order(number) for number in CITIES])
                for number in CITIES:
                    await found.scan(number, "in_transit", -26 * 60)
                yield found


def order(number: str) -> dict[str, Any]:
    return {
        "number": number,
        "placed_at": (NOW - timedelta(days=5)).isoformat(),
        "customer": {"name": "Robin Doe", "phone": PHONE},
        "ship_to": {"postcode": "94110", "country": "US"},
        "items": [{"title": f"Thing of {CITIES[number]}"}],
        "shipments": [{"tracking_number": PARCELS[number], "carrier": "ups"}],
    }


async def test_a_text_that_names_no_order_answers_the_alert(place: Place) -> None:
    asked = await place.say("where is my order")
    assert [number for number in CITIES if number not in asked] == []
    await place.scan("1041", "out_for_delivery")
    for words in ("where is it now?", "when will it be here"):
        said = await place.say(words)
        assert "1041" in said
        assert "1042" not in said
        assert "1043" not in said
    # The next alert is the newer word, and one that names an order still means that order.
    await place.scan("1042", "attempt_failed", 1)
    said = await place.say("?")
    assert "1042" in said
    assert "Fresno" in said
    assert "Inkwell" in await place.say("and where is 1043")
    # What was spoken of since then goes on.
    assert "1043" in await place.say("when will it come")
    await place.scan("1041", "delivered", 2)
    assert "welcome" in (await place.say("ok thanks")).lower()


async def test_i_wont_be_home_is_about_the_parcel_we_told_of(place: Place) -> None:
    await place.scan("1042", "out_for_delivery")
    said = await place.say("I won't be home today, can you bring it tomorrow?")
    assert "1042" in said
    assert "1041" not in said


async def test_a_stranger_learns_nothing_of_it(place: Place) -> None:
    await place.scan("1041", "out_for_delivery")
    for words in ("where is it now?", "?"):
        said = await place.say(words, STRANGER)
        assert not {"1041", "Oakland"} & set(said.replace(".", " ").replace(",", " ").split())
    claimed = {"conversation": f"sms:{PHONE}", "message_id": "m-1", "text": "where is it now?", "channel": "sms"}
    answer = (await place.client.post("/api/v1/messages", json=claimed)).json()
    said = " ".join(reply["text"] for reply in answer["replies"])
    assert "1041" not in said
    assert "Oakland" not in said
