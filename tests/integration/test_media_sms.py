"""What goes to Twilio, and what its answers mean."""

from typing import Any

import pytest

from alerts.media import media
from alerts.model import NotSent, OptedOut, Outgoing
from tests.media_stands.sms import Twilio, twilio
from tracking.errors import Unavailable

REPORT = "https://shop.example.com/webhooks/twilio/status?text=7"


async def sent(provider: Twilio, to: str = Twilio.to, report_to: str = REPORT, **settings: str) -> str:
    send = media()["sms"].sender({**provider.settings, **settings}.get)
    return (await send(Outgoing(to, "It's here.", "k", report_to=report_to))).provider_id


@pytest.mark.parametrize("prefix", ["", "whatsapp:", "rcs:"])
async def test_a_text_goes_out_by_the_medium_of_its_address(prefix: str) -> None:
    async with twilio() as provider:
        assert await sent(provider, f"{prefix}+12025550142") == "SM900"
    assert provider.taken == [
        {
            "To": f"{prefix}+12025550142",
            "From": f"{prefix}+12025550100",
            "Body": "It's here.",
            "StatusCallback": REPORT,
        }
    ]


async def test_a_service_chooses_its_number_and_nobody_need_be_told() -> None:
    async with twilio() as provider:
        await sent(provider, report_to="", twilio_from="MG123")
    assert provider.taken == [{"To": Twilio.to, "MessagingServiceSid": "MG123", "Body": "It's here."}]


@pytest.mark.parametrize("to", ["", "june@example.com", "sms:+12025550142", "+1 202 555 0142", "+1" * 30])
async def test_what_is_no_address_is_not_tried(to: str) -> None:
    async with twilio() as provider:
        with pytest.raises(NotSent) as refusal:
            await sent(provider, to)
    assert refusal.value.code == "address"
    assert provider.taken == []


async def test_a_reader_who_told_twilio_to_stop_has_opted_out() -> None:
    async with twilio() as provider:
        provider.status, provider.answer = 400, {"code": 21610, "message": "unsubscribed recipient"}
        with pytest.raises(OptedOut) as refusal:
            await sent(provider)
    assert refusal.value.code == "21610"


async def test_a_wrong_token_is_a_refusal() -> None:
    async with twilio() as provider:
        with pytest.raises(NotSent) as refusal:
            await sent(provider, twilio_auth_token="wrong")
    assert refusal.value.code == "20003"


@pytest.mark.parametrize(
    ("status", "answer"),
    [(500, {}), (503, {"code": 1}), (429, {"code": 20429}), (302, {}), (201, {}), (201, []), (200, "sid"), (299, None)],
)
async def test_what_is_no_answer_may_go_better_later(status: int, answer: Any) -> None:
    async with twilio() as provider:
        provider.status, provider.answer = status, answer
        with pytest.raises(Unavailable):
            await sent(provider)


@pytest.mark.parametrize("answer", [{}, [], "no", None])
async def test_a_refusal_without_a_code_is_known_by_its_status(answer: Any) -> None:
    async with twilio() as provider:
        provider.status, provider.answer = 404, answer
        with pytest.raises(NotSent) as refusal:
            await sent(provider)
    assert refusal.value.code == "404"
