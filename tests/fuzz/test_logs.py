"""What is printed while people talk about their orders: enough to run a shop by, and nothing about anybody."""

import json
import re
from pathlib import Path

import httpx
from twilio.request_validator import RequestValidator

from demo.wire import signature
from tests.conftest import SECRETS, running_doorstep

NUMBER, EMAIL, PHONE, POSTCODE, TRACKING = (
    "88127",
    "wilhelmina.ostrander@example.com",
    "+12025550183",
    "60614",
    "WOTRACK88127",
)
PERSONAL = (
    NUMBER,
    "wilhelmina",
    "ostrander",
    "2025550183",
    "202 555 0183",
    r"\b0183\b",
    rf"\b{POSTCODE}\b",
    TRACKING,
    "Evanstown",
    "Carnation",
    "velvet",
)
ORDER = {
    "number": NUMBER,
    "placed_at": "2026-11-20T10:00:00Z",
    "customer": {"name": "Wilhelmina Ostrander", "email": EMAIL, "phone": PHONE},
    "ship_to": {"postcode": POSTCODE, "city": "Evanstown", "region": "IL", "country": "US"},
    "items": [{"sku": "V", "title": "Velvet armchair", "quantity": 1}],
    "shipments": [{"tracking_number": TRACKING}],
}
SCAN = {
    "tracking_number": TRACKING,
    "status": "in_transit",
    "occurred_at": "2026-11-22T10:00:00Z",
    "location": "Evanstown",
    "description": "Left for 7 Carnation Lane",
}
TALK = (
    f"where is order {NUMBER}",
    "0184",
    "nobody@example.com",
    f"my e-mail is {EMAIL}",
    "is my velvet armchair coming?",
    f"and the parcel {TRACKING}",
    f"call me at {PHONE} or 202 555 0183, I'm Wilhelmina Ostrander",
    "I need to change the delivery address",
    f"7 Carnation Lane, Evanstown {POSTCODE}",
    "yes",
    f'/track_order{{"order_number": "{NUMBER}"}}',
    "this is rubbish, get me a person",
)

TEXTS = ("where is my order", f"{NUMBER} {POSTCODE}", "STOP")


def test_nothing_personal_is_printed(tmp_path: Path) -> None:
    printed = tmp_path / "printed"
    with (
        printed.open("wb") as output,
        running_doorstep(tmp_path, output=output.fileno(), DOORSTEP_LOG_LEVEL="debug") as server,
        httpx.Client(base_url=server.base_url, trust_env=False, timeout=20) as client,
    ):
        key = {"Authorization": f"Bearer {server.api_key}"}
        client.post("/api/v1/orders", json=ORDER, headers=key).raise_for_status()
        client.post("/api/v1/tracking-events", json={"events": [SCAN, {**SCAN, "status": "?"}]}, headers=key)
        heard = _talk(client, key)
        heard += _texts(client, server.base_url)
        _stumble(client, key)
    assert "Carnation" in heard, heard
    assert "T-" in heard, heard
    lines = printed.read_text()
    assert "request_failed" in lines, lines
    turns = [json.loads(line) for line in lines.splitlines() if '"event": "turn"' in line]
    assert len(turns) == len(TALK) + len(TEXTS), lines
    assert {turn["channel"] for turn in turns} == {"web", "sms"}
    assert '"event": "text_out"' in lines
    assert "track_order" in {turn["intent"] for turn in turns}
    assert '"logger": "bot"' in lines, lines
    found = {text: line for text in PERSONAL for line in lines.splitlines() if re.search(text, line, re.IGNORECASE)}
    assert not found, found


def _talk(client: httpx.Client, key: dict[str, str]) -> str:
    heard = ""
    for place, text in enumerate(TALK):
        message = {"conversation": "c-1", "message_id": f"m-{place}", "text": text, "identity": {"phone": PHONE}}
        if place < 4:
            del message["identity"]
        heard += client.post("/api/v1/messages", json=message, headers=key).raise_for_status().text
    return heard


def _texts(client: httpx.Client, base_url: str) -> str:
    heard = ""
    for place, text in enumerate(TEXTS):
        form = {"MessageSid": f"SM{place}", "From": PHONE, "To": "+15550100199", "Body": text}
        signed = RequestValidator(SECRETS["DOORSTEP_TWILIO_AUTH_TOKEN"])
        signature = signed.compute_signature(f"{base_url}/webhooks/twilio/sms", form)
        answer = client.post("/webhooks/twilio/sms", data=form, headers={"X-Twilio-Signature": signature})
        heard += answer.raise_for_status().text
    return heard


def _stumble(client: httpx.Client, key: dict[str, str]) -> None:
    """Ask for what is refused: refusals are what programs like to quote."""
    for path, body in (
        (f"/api/v1/orders?email={EMAIL}", {"number": NUMBER, "customer": {"email": EMAIL, "phone": [PHONE]}}),
        (f"/api/v1/orders/{NUMBER}/{EMAIL}", {}),
        ("/webhooks/easypost", {"result": {"tracking_code": TRACKING}}),
        ("/webhooks/shopify", {"email": EMAIL}),
        ("/internal/actions", {"sender_id": EMAIL}),
        ("/webhooks/twilio/sms", {"From": PHONE, "Body": EMAIL}),
        ("/webhooks/alexa", {"request": {"intent": EMAIL}}),
        ("/webhooks/dialogflow", {"text": EMAIL, "sessionInfo": {"session": PHONE}}),
        ("/chat/messages", {"id": EMAIL, "text": PHONE}),
    ):
        assert 400 <= client.post(path, json=body, headers=key).status_code < 500
    body = json.dumps({"description": "tracker.updated", "result": f"{TRACKING} of {EMAIL}"}).encode()
    signed = {"X-Hmac-Signature": signature(body, SECRETS["DOORSTEP_EASYPOST_SECRET"])}
    assert client.post("/webhooks/easypost", content=body, headers=signed).status_code == 400
    assert client.get(f"/api/v1/orders/{EMAIL}", headers=key).status_code == 404
    assert client.get(f"/api/v1/orders/{NUMBER}").status_code == 401
