"""What goes to Alexa's Proactive Events API, and what its answers mean."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model.services.proactive_events.create_proactive_event_request import CreateProactiveEventRequest

from alerts.media import media
from alerts.media.alexa import LOCALES, STATES
from alerts.media.base import Send
from alerts.model import NotSent
from skills.alexa import manifest
from tests.media_stands.alexa import Alexa, alexa
from tests.media_stands.base import FACT
from tracking.errors import Unavailable


def sender(provider: Alexa, **settings: str) -> Send:
    return media()["alexa"].sender({**provider.settings, **settings}.get)


async def test_an_update_is_written_as_documented() -> None:
    async with alexa() as provider:
        sent = await sender(provider)(provider.outgoing("order-1004 shipped"))
    (event,) = provider.taken
    assert event["event"] == {
        "name": "AMAZON.OrderStatus.Updated",
        "payload": {
            "state": {
                "status": "ORDER_SHIPPED",
                "deliveryDetails": {"expectedArrival": "2026-11-23T12:00:00.000Z"},
            },
            "order": {"seller": {"name": "localizedattribute:sellerName"}},
        },
    }
    assert event["relevantAudience"] == {"type": "Unicast", "payload": {"user": Alexa.to}}
    assert event["localizedAttributes"] == [{"locale": one, "sellerName": "Lantern & Loom"} for one in LOCALES]
    assert event["referenceId"] == sent.provider_id
    assert re.fullmatch(r"[A-Za-z0-9~]{1,100}", event["referenceId"])
    made, ends = (datetime.fromisoformat(event[name]) for name in ("timestamp", "expiryTime"))
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)
    assert timedelta(minutes=5) < ends - made < timedelta(hours=24)
    assert Alexa.to not in event["referenceId"]


async def test_the_sdk_reads_what_we_write() -> None:
    async with alexa() as provider:
        await sender(provider)(provider.outgoing())
    (event,) = provider.taken
    assert set(event) == set(CreateProactiveEventRequest.attribute_map.values())
    read = DefaultSerializer().deserialize(str(event).replace("'", '"'), CreateProactiveEventRequest)
    assert read.event.name == "AMAZON.OrderStatus.Updated"
    assert read.relevant_audience.object_type.value == "Unicast"


@pytest.mark.parametrize(("event", "state"), STATES.items())
async def test_each_event_has_its_state(event: str, state: str) -> None:
    async with alexa() as provider:
        await sender(provider)(replace(provider.outgoing(), fact=replace(FACT, event=event, arrival=None, shop="")))
    (sent,) = provider.taken
    assert sent["event"]["payload"]["state"] == {"status": state}
    assert sent["localizedAttributes"][0]["sellerName"] == "the shop"


@pytest.mark.parametrize("event", ["delayed", "exception", "attempt_failed", "", "ORDER_SHIPPED"])
async def test_what_alexa_has_no_state_for_is_not_sent(event: str) -> None:
    async with alexa() as provider:
        for fact in (replace(FACT, event=event), None):
            with pytest.raises(NotSent, match="no such state"):
                await sender(provider)(replace(provider.outgoing(), fact=fact))
    assert (provider.taken, provider.tokens) == ([], 0)


@pytest.mark.parametrize(
    ("stage", "path"),
    [
        ({}, "/v1/proactiveEvents/"),
        ({"alexa_stage": "live"}, "/v1/proactiveEvents/"),
        ({"alexa_stage": "development"}, "/v1/proactiveEvents/stages/development"),
    ],
)
async def test_the_stage_is_a_setting(stage: dict[str, str], path: str) -> None:
    async with alexa() as provider:
        await sender(provider, **stage)(provider.outgoing())
    assert provider.paths == [path]


async def test_the_same_update_again_is_sent_already() -> None:
    async with alexa() as provider:
        send = sender(provider)
        first = await send(provider.outgoing())
        provider.status = 409
        assert await send(provider.outgoing()) == first
        assert await send(provider.outgoing("key-2")) != first


@pytest.mark.parametrize(("status", "code"), [(400, "400"), (403, "403"), (404, "404")])
async def test_who_wants_no_updates_gets_none(status: int, code: str) -> None:
    async with alexa() as provider:
        provider.status = status
        with pytest.raises(NotSent) as refusal:
            await sender(provider)(provider.outgoing())
    assert refusal.value.code == code


@pytest.mark.parametrize("status", [302, 429, 432, 500, 503])
async def test_trouble_of_the_moment(status: int) -> None:
    async with alexa() as provider:
        provider.status = status
        with pytest.raises(Unavailable):
            await sender(provider)(provider.outgoing())


@pytest.mark.parametrize("status", [400, 500])
async def test_without_a_token_nothing_is_sent(status: int) -> None:
    async with alexa() as provider:
        provider.token_status = status
        with pytest.raises(Unavailable, match="no token"):
            await sender(provider)(provider.outgoing())
        provider.token_status = 200
        with pytest.raises(Unavailable, match="client id and secret"):
            await sender(provider, alexa_client_secret="wrong")(provider.outgoing())
    assert provider.taken == []


def test_it_speaks_where_the_skill_does() -> None:
    assert manifest.LOCALES == LOCALES
