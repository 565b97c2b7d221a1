"""What the status actions say for each state of an order."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from action_fakes import (
    NOW,
    Address,
    Status,
    on_its_way,
    order,
    parcel,
    run,
    said,
    scan,
    services,
    window,
)

from actions.catalogue import make_actions
from tracking.model import Money, Order, Refund


async def ask(
    about: Order, wish: str = "track_order", channel: str = "web"
) -> tuple[list[str], dict[str, Any], list[Any]]:
    """Return the responses, their fields merged, and the raw messages."""
    action = next(a for a in make_actions(services(about, seen=(about.number,))) if a.name() == f"action_{wish}")
    messages, slots, _ = await run(action, said("where is it", wish, channel=channel))
    fields = {key: value for message in messages for key, value in message.items() if isinstance(value, str)}
    return [m["response"] for m in messages if m["response"]], fields | {"offer": slots.get("pending_offer")}, messages


@pytest.mark.parametrize("status", [s for s in Status if s not in {Status.PENDING, Status.EXCEPTION, Status.UNKNOWN}])
async def test_every_status_has_its_words(status: Status) -> None:
    said_responses, _, _ = await ask(order("1001", parcel(scan(status, 2, "Scanned", "Reno, NV"))))
    expected = "utter_order_cancelled" if status is Status.CANCELLED else f"utter_state_{status.value}"
    assert expected in said_responses or "utter_not_shipped" in said_responses


async def test_a_status_answer_is_complete() -> None:
    responses, fields, messages = await ask(on_its_way())
    assert responses == [
        "utter_state_in_transit", "utter_last_scan", "utter_arrival_promised", "utter_next_in_transit", "utter_checked",
    ]  # fmt: skip
    assert fields["scan"] == "Departed facility"
    assert fields["where"] == ", Oakland, CA"
    assert "https://" in fields["link"]
    assert next(m for m in messages if m["response"] == "utter_last_scan")["ago"] == "3 hours ago"
    card = messages[-1]["custom"]["card"]
    assert (card["number"], card["progress"], card["status"]) == ("1001", 2, "in_transit")
    assert card["parcels"][0]["last_scan"]["location"] == "Oakland, CA"


async def test_sms_carries_no_card_and_voice_speaks_no_link() -> None:
    assert not any(m["custom"] for m in (await ask(on_its_way(), channel="sms"))[2])
    assert any(m["custom"] for m in (await ask(on_its_way(), channel="voice"))[2])
    _, fields, _ = await ask(on_its_way(), channel="voice")
    assert fields["what"] == "Your order"


async def test_three_questions_have_three_first_sentences() -> None:
    firsts = [(await ask(on_its_way(), wish))[0][0] for wish in ("track_order", "delivery_eta", "order_delayed")]
    assert firsts == ["utter_state_in_transit", "utter_arrival_promised", "utter_not_late_promised"]


async def test_not_shipped_yet() -> None:
    responses, _, messages = await ask(order("1003"))
    assert responses == ["utter_not_shipped"]
    assert messages[-1]["custom"]["card"]["progress"] == 0


async def test_cancelled() -> None:
    responses, _, messages = await ask(order("1003", cancelled=True))
    assert responses == ["utter_order_cancelled"]
    assert messages[-1]["custom"]["card"]["progress"] == -1


async def test_never_scanned_is_said_and_nothing_is_guessed() -> None:
    responses, _, _ = await ask(order("1001", parcel(scan(Status.LABEL_CREATED, 5))))
    assert responses[:3] == ["utter_state_label_created", "utter_never_scanned", "utter_arrival_unknown"]


async def test_quiet_offers_a_person() -> None:
    responses, fields, _ = await ask(order("1001", parcel(scan(Status.IN_TRANSIT, 24 * 9, "Arrived"))))
    assert "utter_quiet" in responses
    assert responses[-1] == "utter_offer_look"
    assert fields["offer"] == {"reason": "late"}


@pytest.mark.parametrize(
    ("words", "kind"),
    [("Held in customs", "customs"), ("Incorrect address", "address"), ("Package damaged", "damaged"), ("Hm", "other")],
)
async def test_exceptions_say_what_they_mean(words: str, kind: str) -> None:
    responses, fields, _ = await ask(order("1001", parcel(scan(Status.EXCEPTION, 5, words))))
    assert responses[0] == f"utter_trouble_{kind}"
    assert fields["offer"] == {"reason": "late"}


async def test_several_parcels_in_different_states() -> None:
    done = parcel(scan(Status.DELIVERED, 5, signed_by="R. Reed"), number="A", skus=("SKU0",))
    moving = parcel(scan(Status.OUT_FOR_DELIVERY, 1), number="B", skus=("SKU1",))
    responses, _, messages = await ask(order("1001", done, moving, titles=("Tent", "Bag")))
    summary = messages[0]
    assert (responses[0], summary["delivered"], summary["total"]) == ("utter_parcels", 1, 2)
    assert [m["what"] for m in messages if "state" in (m["response"] or "")] == ["Parcel 1 (Tent)", "Parcel 2 (Bag)"]


async def test_late_by_the_promise() -> None:
    responses, fields, _ = await ask(on_its_way(promised=window(-3, -2)), "order_delayed")
    assert responses[0] == "utter_late_promised"
    assert fields["length"] == "1 day"
    assert fields["offer"] == {"reason": "late"}


async def test_will_be_late_by_the_carriers_word() -> None:
    late = order("1001", parcel(scan(Status.IN_TRANSIT, 3), estimate=window(4, 4)), promised=window(0, 1))
    assert (await ask(late, "order_delayed"))[0][0] == "utter_late_soon"


async def test_lateness_without_any_date_is_unknown() -> None:
    assert (await ask(on_its_way(promised=None), "order_delayed"))[0][0] == "utter_late_unknown"


async def test_a_passed_estimate_is_not_repeated_as_if_it_held() -> None:
    about = order("1001", parcel(scan(Status.IN_TRANSIT, 3), estimate=window(-2, -1)))
    assert (await ask(about, "delivery_eta"))[0][0] == "utter_arrival_estimate_passed"


@pytest.mark.parametrize(("day", "chance"), [("Saturday", "yes"), ("tomorrow", "maybe"), ("today", "no")])
async def test_needed_by_a_day(day: str, chance: str) -> None:
    action = next(a for a in make_actions(services(on_its_way(), seen=("1001",))) if a.name() == "action_delivery_eta")
    messages, _, _ = await run(action, said(f"will it be here by {day}", "delivery_eta", entities=[("date", day)]))
    assert messages[0]["response"] == f"utter_in_time_{chance}"


async def test_text_of_carriers_cannot_break_a_response() -> None:
    _, fields, _ = await ask(order("1001", parcel(scan(Status.IN_TRANSIT, 1, "Left {order_number}\n[x] <b>"))))
    assert fields["scan"] == "Left order_number x b"


async def test_times_without_a_known_zone_name_utc() -> None:
    _, fields, _ = await ask(on_its_way(ship_to=Address(), promised=None))
    assert fields["when"] == "today at 12:00 pm UTC"


async def test_a_refund_is_told_where_the_shop_told_us_of_it() -> None:
    paid_back = Refund("r-1", Money(Decimal("12.5"), "USD"), NOW - timedelta(hours=26))
    known = replace(on_its_way(), refunds=(paid_back,))
    responses, fields, messages = await ask(known, "refund_status")
    assert responses == ["utter_refund_seen", "utter_offer_look"]
    assert next(m for m in messages if m["response"] == "utter_refund_seen")["amount"] == "12.50 USD"
    assert fields["offer"] == {"reason": "refund"}
    assert "utter_refund_unseen" in (await ask(on_its_way(), "refund_status"))[0]


@pytest.mark.parametrize(
    ("told", "channel", "meant"), [("1002", "sms", "1002"), ("1002", "web", None), ("9", "sms", None)]
)
async def test_a_text_answers_the_order_of_the_newest_alert(told: str, channel: str, meant: str | None) -> None:
    mine = (on_its_way("1001"), on_its_way("1002"), on_its_way("1003"))
    known = services(*mine, seen=("1001", "1002", "1003"), told=told)
    action = next(a for a in make_actions(known) if a.name() == "action_track_order")
    _, slots, _ = await run(action, said("where is it now?", "track_order", channel=channel))
    assert slots.get("order_number") == meant


async def test_an_alert_about_somebody_elses_order_means_nothing() -> None:
    known = services(on_its_way("1001"), on_its_way("1002"), on_its_way("1003"), seen=("1001", "1003"), told="1002")
    action = next(a for a in make_actions(known) if a.name() == "action_track_order")
    messages, slots, _ = await run(action, said("where is it now?", "track_order", channel="sms"))
    assert slots.get("order_number") is None
    assert "1002" not in str(messages)
