"""Bad input to every tracking webhook, over HTTP on real databases: the right answer, a line in the log, no harm."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import structlog

from store.database import Database
from tests.fakes import World, world
from tests.payloads import paths, replaced
from tests.pushed import SOURCES, Json, Source, as_bytes
from tracking.carriers.aggregators import aggregators
from tracking.carriers.aggregators._events import MOST_SCANS
from web.app import BODY_LIMIT

WEIRD = (None, 5, -1.5, True, "x", "", "\x00", "\ud800", [], ["x"], {}, {"x": {}}, 10**30, float("nan"), "9" * 5000)
"""What stands where something else should."""
PERSON = ("Robin Example", "robin@example.com", "A. EXAMPLE")


@dataclass
class Sent:
    """An app that one source sends to, about the parcel of order 1001."""

    source: Source
    client: httpx.AsyncClient
    logs: list[Any]
    seen: int = 0
    """How many lines of the log were there before what a test looks at."""

    async def send(self, told: object, **headers: str) -> httpx.Response:
        body = told if isinstance(told, bytes) else as_bytes(told)
        signed = self.source.headers(body) | headers
        raw = {name: value.encode() for name, value in signed.items()}
        return await self.client.post(f"/webhooks/{self.source.code}", content=body, headers=raw)

    async def parcel(self) -> Json:
        order = (await self.client.get("/api/v1/orders/1001")).json()
        return order["shipments"][0]  # type: ignore[no-any-return]

    def lines(self, event: str) -> list[Json]:
        new = self.logs[self.seen :]
        return [line for line in new if line["event"] == event and line.get("sender") == self.source.code]


@asynccontextmanager
async def sending(app: World, source: Source) -> AsyncIterator[Sent]:
    order = {
        "number": "1001",
        "placed_at": "2026-11-10T10:00:00Z",
        "customer": {"name": PERSON[0], "email": PERSON[1]},
        "shipments": [{"tracking_number": source.stand.number}],
    }
    async with app.client() as client:
        with structlog.testing.capture_logs() as logs:
            assert (await client.post("/api/v1/orders", json=order)).status_code == 200
            yield Sent(source, client, logs)
    told = str(logs)
    assert [secret for secret in (*PERSON, source.stand.number) if secret in told] == []


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


@pytest.fixture(params=SOURCES.values(), ids=lambda source: source.code)
async def sent(request: pytest.FixtureRequest, app: World) -> AsyncIterator[Sent]:
    async with sending(app, request.param) as place:
        yield place


STARTED = datetime.now(UTC).replace(microsecond=0)


def ago(hours: float) -> datetime:
    return STARTED - timedelta(hours=hours)


def test_every_source_is_walked() -> None:
    assert set(SOURCES) == set(aggregators())


async def test_what_is_good_is_stored(sent: Sent) -> None:
    """Else all that follows would prove nothing."""
    answer = await sent.send(sent.source.told(("transit", ago(3))))
    assert (answer.status_code, answer.json()["status"], answer.json()["refused"]) == (200, "stored", [])
    parcel = await sent.parcel()
    assert (parcel["status"], len(parcel["events"])) == ("in_transit", 1)
    assert sent.lines("webhook_partly_read") == []


async def test_a_scan_without_a_date_is_refused_and_the_others_kept(sent: Sent) -> None:
    told = sent.source.told(("label", ago(9)), ("transit", ago(6)), ("delivered", ago(3)))
    undated = sent.source.listed(told)[0]
    for field in sent.source.dates:
        undated.pop(field)
    await _one_is_refused(sent, told)


async def test_a_scan_with_what_is_no_date_is_refused_and_the_others_kept(sent: Sent) -> None:
    for written in ("9999-12-31T23:59:59Z", "in a year", 20301224, None, {}, "0001-01-01T00:00:00Z"):
        told = sent.source.told(("label", ago(9)), ("transit", ago(6)), ("delivered", ago(3)))
        for field in sent.source.dates:
            sent.source.listed(told)[0][field] = written
        sent.seen = len(sent.logs)
        await _one_is_refused(sent, told)


async def test_a_scan_of_the_future_is_refused_with_the_reason_and_the_others_kept(sent: Sent) -> None:
    told = sent.source.told(("label", ago(9)), ("transit", ago(6)), ("delivered", ago(-24 * 40)))
    await _one_is_refused(sent, told)
    (line,) = sent.lines("webhook_partly_read")
    assert "lies in the future" in line["rejected"][0]


async def _one_is_refused(sent: Sent, told: Json) -> None:
    answer = await sent.send(told)
    assert answer.status_code == 200, answer.text
    (line,) = sent.lines("webhook_partly_read")
    assert (line["log_level"], len(line["rejected"])) == ("warning", 1)
    assert len((await sent.parcel())["events"]) == (0 if sent.source.single else 2)


async def test_an_unknown_code_is_kept_as_unknown_and_moves_nothing(sent: Sent) -> None:
    await sent.send(sent.source.told(("transit", ago(6))))
    answer = await sent.send(_other_delivery(sent.source.told(("transit", ago(6)), ("unheard", ago(3)))))
    assert answer.status_code == 200
    parcel = await sent.parcel()
    assert parcel["status"] == "in_transit"
    assert {event["status"] for event in parcel["events"]} == {"in_transit", "unknown"}
    unknown = next(event for event in parcel["events"] if event["status"] == "unknown")
    assert unknown["raw_status"]
    (line,) = sent.lines("webhook_partly_read")
    assert (len(line["unmapped"]), line["rejected"]) == (1, ())


async def test_a_body_of_ten_megabytes_is_refused(sent: Sent) -> None:
    told = sent.source.told(("transit", ago(3))) | {"padding": "x" * 10 * 1024 * 1024}
    answer = await sent.send(told)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert str(BODY_LIMIT) in answer.json()["error"]["message"]
    assert sent.lines("webhook_too_large")
    assert (await sent.parcel())["events"] == []


async def test_a_wrong_signature_is_refused(sent: Sent) -> None:
    told = as_bytes(sent.source.told(("transit", ago(3))))
    (name, right), *_ = sent.source.headers(told).items()
    for wrong in (right[:-1], right + "0", "", "é", "hmac-sha256-hex=", "t=1,v1=", "\x01" * 3000):
        answer = await sent.send(told, **{name: wrong})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "bad_signature"), wrong
    assert len(sent.lines("webhook_not_verified")) == 7
    assert (await sent.parcel())["events"] == []


async def test_the_same_message_again_changes_nothing(sent: Sent) -> None:
    told = sent.source.told(("transit", ago(3)))
    answers = [await sent.send(told) for _ in range(3)]
    at_once = await asyncio.gather(*(sent.send(told) for _ in range(5)))
    assert {answer.status_code for answer in (*answers, *at_once)} == {200}
    assert len((await sent.parcel())["events"]) == 1


async def test_an_old_message_again_undoes_nothing(sent: Sent) -> None:
    old = sent.source.told(("transit", ago(6)))
    await sent.send(old)
    await sent.send(_other_delivery(sent.source.told(("transit", ago(6)), ("delivered", ago(3)))))
    assert (await sent.send(old)).status_code == 200
    parcel = await sent.parcel()
    assert (parcel["status"], len(parcel["events"])) == ("delivered", 2)


def _other_delivery(told: Json) -> Json:
    return told | {name: f"{told[name]}-2" for name in ("id", "event_id") if name in told}


async def test_ten_thousand_scans_are_cut_to_the_newest(sent: Sent) -> None:
    if sent.source.single:
        return
    start = ago(24 * 20)
    told = sent.source.told(*(("transit", start + timedelta(minutes=at)) for at in range(10_000)))
    body = _small(told)
    answer = await sent.send(body)
    assert answer.status_code == 200, answer.text
    assert len(answer.text) < 10_000
    parcel = await sent.parcel()
    assert len(parcel["events"]) == MOST_SCANS
    newest = max(datetime.fromisoformat(event["occurred_at"]) for event in parcel["events"])
    # Karrio drops what zone a scan is in, and minutes are all it writes.
    assert newest == start.replace(second=start.second if sent.source.code != "karrio" else 0) + timedelta(minutes=9999)
    assert "more scans" in sent.lines("webhook_partly_read")[0]["rejected"][0]


def _small(told: Json) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode()


async def test_ten_thousand_bad_scans_make_a_short_line(sent: Sent) -> None:
    if sent.source.single:
        return
    told = sent.source.told(("transit", ago(3)))
    sent.source.listed(told).extend({} for _ in range(10_000))
    assert (await sent.send(told)).status_code == 200
    (line,) = sent.lines("webhook_partly_read")
    assert len(str(line)) < 3000
    assert line["more"] > 9000
    assert len((await sent.parcel())["events"]) == 1


NESTED = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
BROKEN = {
    "empty": b"",
    "text": b"nonsense",
    "list": b"[]",
    "number": b"5",
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "half": b'{"id": "evt_1", "result": {',
    "nested": NESTED,
    "half nested": b"[" * 100_000,
    "long number": b'{"id": ' + b"9" * 10_000 + b"}",
    "zeros": b"\x00" * 1000,
}


async def test_what_is_no_message_is_refused_with_the_reason(sent: Sent) -> None:
    for name, body in BROKEN.items():
        sent.seen = len(sent.logs)
        answer = await sent.send(body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_input"), name
        assert answer.json()["error"]["message"], name
        (line,) = sent.lines("webhook_not_read")
        assert line["log_level"] == "warning", name
        assert line["reason"], name
    assert (await sent.parcel())["events"] == []


async def test_something_deep_in_a_message_is_passed_over(sent: Sent) -> None:
    told = sent.source.told(("transit", ago(3)))
    deep: Any = []
    for _ in range(200):
        deep = [{"deep": deep}]
    sent.source.listed(told)[0]["extra"] = deep
    assert (await sent.send(told)).status_code == 200
    assert len((await sent.parcel())["events"]) == 1


async def test_a_value_of_any_other_kind_is_survived(sent: Sent) -> None:
    """At every place of a message, one after the other, all that JSON can hold."""
    told = sent.source.told(("transit", ago(6)), ("delivered", ago(3)))
    places = list(paths(told))
    for number, place in enumerate(places):
        for weird in (WEIRD[number % len(WEIRD)], WEIRD[(number * 7 + 3) % len(WEIRD)]):
            answer = await sent.send(replaced(told, place, weird))
            assert answer.status_code in {200, 400}, (place, weird, answer.text)
            assert "internal" not in answer.text
    parcel = await sent.parcel()
    assert parcel["status"] in {"in_transit", "delivered"}
    assert all(event["occurred_at"] for event in parcel["events"])
