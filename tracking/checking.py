"""What the answer to a question of ours changes in a stored parcel; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tracking.model import CarrierSwitch, DeliveryWindow, EventUpdate, Status
from tracking.polling import WRONG_AFTER, after_answer
from tracking.records import Plan, ShipmentRecord, merge_events, name_carrier, newer_window

_NO_NEWS = frozenset({Status.UNKNOWN, Status.PENDING})


@dataclass(frozen=True, slots=True)
class Check:
    """What a source answered at `checked_at` (aware) when it was asked about a parcel as `asked_as`'s.

    `asked_as` is our carrier code, empty when no carrier was named to it; `carrier` is whose parcel it says it is.
    `turns` are the codes under which somebody can be asked about this parcel, its own carrier's first.
    """

    tracking_number: str
    asked_as: str
    checked_at: datetime
    events: tuple[EventUpdate, ...] = ()
    estimate: DeliveryWindow | None = None
    carrier: str | None = None
    turns: tuple[str, ...] = ()

    @property
    def knows(self) -> bool:
        """Whether the source knows more of the number than that somebody told it to follow it."""
        return any(update.event.status not in _NO_NEWS for update in self.events)


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of an answer. `outdated`: the parcel is gone or was given another carrier since, nothing was done."""

    outdated: bool = False
    switched: CarrierSwitch | None = None
    carrier: str | None = None


def answered(stored: ShipmentRecord, check: Check) -> ShipmentRecord:
    """Return the parcel after an answer, with the plan that follows from it; one to an older plan changes nothing."""
    if check.asked_as != stored.plan.ask_as:
        return stored
    heard = merge_events(stored, [replace(update, carrier=None) for update in check.events])
    record = replace(
        heard,
        last_checked_at=max(stored.last_checked_at or check.checked_at, check.checked_at),
        estimate=newer_window(heard.estimate, check.estimate),
    )
    return _known(record, check) if check.knows else _not_known(record, check)


def _known(record: ShipmentRecord, check: Check) -> ShipmentRecord:
    named = _named(record, check.asked_as or check.carrier, check.checked_at)
    plan = Plan(after_answer(named), ask_as=named.carrier or check.asked_as)
    return replace(named, plan=plan)


def _named(record: ShipmentRecord, carrier: str | None, at: datetime) -> ShipmentRecord:
    """Name the carrier that knows the number; where another one had been named, that is noted."""
    if not carrier or record.carrier in {None, carrier}:
        return name_carrier(record, carrier, at)
    said_at = max(record.carrier_said_at or at, at)
    return replace(record, carrier=carrier, carrier_said_at=said_at, switched=CarrierSwitch(record.carrier or "", at))


def _not_known(record: ShipmentRecord, check: Check) -> ShipmentRecord:
    """Plan the next question: to the next in turn where the carrier may be the wrong one, else to the same again."""
    plan, own = record.plan, record.carrier or ""
    since = plan.not_found_since or check.checked_at
    ask_as = plan.ask_as
    if record.state.last_scan is None:
        patient = bool(own) and check.checked_at - since < WRONG_AFTER
        ask_as = own if patient else next_turn(check.turns, ask_as, own)
    next_at = after_answer(record)
    if ask_as not in {plan.ask_as, *check.turns[:1]} and next_at is not None:
        next_at = check.checked_at
    return replace(record, plan=Plan(next_at, ask_as, not_found_since=since))


def next_turn(turns: Sequence[str], asked_as: str, own: str) -> str:
    """Return as whose a parcel is asked about after `asked_as`; after the last in turn the first comes again."""
    if asked_as not in turns:
        return turns[0] if turns else own
    return turns[(turns.index(asked_as) + 1) % len(turns)]
