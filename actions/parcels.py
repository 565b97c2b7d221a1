"""Says what is known of one parcel, line by line: its state, last scan, arrival, silence, next step and source."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from actions.dates import read_day
from actions.phrases import names_deadline
from actions.times import ago, lasting, local, moment, span, window_days
from actions.times import day as day_words
from actions.turn import Turn
from tracking.carriers.detection import carrier_name, tracking_url
from tracking.model import FINAL, DeliveryWindow, Order, Shipment, Status
from tracking.quiet import never_scanned, quiet_since

_FRESH = timedelta(hours=1)
_ON_ITS_WAY_BACK = frozenset({Status.RETURNING, Status.RETURNED, Status.CANCELLED})
_TROUBLE = {
    "customs": r"customs|duty|duties|clearance|\bimport\b",
    "address": r"address|house number|consignee|unknown recipient|apartment",
    "damaged": r"damage|broken|repack",
    "weather": r"weather|storm|snow|flood|natural",
    "refused": r"refused|rejected|declined",
    "lost": r"lost|missing|not found|cannot locate|can't locate",
    "held": r"held|hold|storage",
}


@dataclass(frozen=True, slots=True)
class View:
    """One parcel of an order as it is spoken of in this turn; `what` is what it is called ("Order 1001")."""

    turn: Turn
    order: Order
    parcel: Shipment
    what: str

    @property
    def now(self) -> datetime:
        """The time of the turn."""
        return self.turn.now

    @property
    def carrier(self) -> str:
        """The carrier's name, "the carrier" when not known."""
        code = self.parcel.carrier
        return (carrier_name(code, self.parcel.tracking_number) if code else None) or "the carrier"

    @property
    def link(self) -> str:
        """The carrier's public page of the parcel, empty when there is none."""
        code = self.parcel.carrier
        return (tracking_url(code, self.parcel.tracking_number) if code else None) or ""

    @property
    def over(self) -> bool:
        """Whether nothing more will arrive with this parcel."""
        return self.parcel.status in FINAL or self.parcel.status in _ON_ITS_WAY_BACK

    def when(self, at: datetime) -> str:
        """Words for a time, on this channel."""
        return moment(at, self.now, self.order, short=self.turn.channel == "sms")

    def span(self, window: DeliveryWindow) -> str:
        """Words for a window, on this channel."""
        return span(window, self.now, self.order, short=self.turn.channel == "sms")

    def ago(self, at: datetime) -> str:
        """How long ago it was, on this channel."""
        return ago(at, self.now, short=self.turn.channel == "sms")


def say_state(view: View) -> None:
    """Say in plain words how the parcel stands; delivered: when and to whom; trouble: what it means."""
    state = view.parcel.state
    if state.status is Status.EXCEPTION:
        view.turn.say(f"utter_trouble_{_trouble(view.parcel)}", what=view.what)
        return
    at = state.delivered_at or state.status_at
    when = view.when(at) if at else "an unknown time"
    view.turn.say(f"utter_state_{state.status.value}", what=view.what, when=when, carrier=view.carrier)
    if state.status is Status.DELIVERED and state.signed_by:
        view.turn.say("utter_signed_by", who=plain(state.signed_by))


def _trouble(parcel: Shipment) -> str:
    scan = parcel.state.last_scan
    said = f"{scan.description} {scan.raw_status}".lower() if scan else ""
    return next((kind for kind, words in _TROUBLE.items() if re.search(words, said)), "other")


def say_scan(view: View) -> None:
    """Say the last scan: what, where, when, how long ago; or that nobody has scanned it yet."""
    scan = view.parcel.state.last_scan
    if scan is None:
        if never_scanned(view.parcel) and not view.over:
            view.turn.say("utter_never_scanned", carrier=view.carrier)
        return
    # By text, the state has just been said in the sentence before.
    unsaid = "last scan" if view.turn.channel == "sms" else scan.status.value.replace("_", " ")
    what = plain(scan.description or unsaid).rstrip(".")
    place = plain(scan.location)
    place = place.split(",")[0] if view.turn.channel == "sms" else place
    where = f", {place}" if place else ""
    when, since = view.when(scan.occurred_at), view.ago(scan.occurred_at)
    view.turn.say("utter_last_scan", scan=what, where=where, when=when, ago=since)


def arrival(view: View) -> tuple[DeliveryWindow | None, str]:
    """Return the window to expect the parcel in, the carrier's word before the shop's, and whose word it is."""
    if view.parcel.estimate:
        return view.parcel.estimate, "estimate"
    return (view.order.promised, "promised") if view.order.promised else (None, "")


def say_arrival(view: View) -> None:
    """Say when it should arrive, whose word that is, or that nobody has said; never a guess."""
    if view.over or view.parcel.status is Status.AVAILABLE_FOR_PICKUP:
        return
    window, whose = arrival(view)
    if window is None:
        view.turn.say("utter_arrival_unknown", carrier=view.carrier)
        return
    passed = "_passed" if view.now > deadline(window) else ""
    when = view.span(window)
    view.turn.say(f"utter_arrival_{whose}{passed}", when=when, carrier=view.carrier)


def say_in_time(view: View) -> None:
    """If the message names a day to arrive by, say whether it should, by the word of carrier or shop."""
    today, (window, _) = local(view.now, view.order)[0].date(), arrival(view)
    spans = view.turn.heard("date") if names_deadline(view.turn.text) and not view.over else ()
    wanted = next((day for span in spans if (day := read_day(span, today, ahead=True))), None)
    if wanted is None or window is None or view.now > deadline(window):
        return
    first, last, _ = window_days(window, view.now, view.order)
    chance = "yes" if last <= wanted else "no" if first > wanted else "maybe"
    view.turn.say(f"utter_in_time_{chance}", day=day_words(wanted, today).removeprefix("on "))


def deadline(window: DeliveryWindow) -> datetime:
    """Return the moment from which the parcel is late; a day given as its midnight lasts until its end."""
    return window.latest + timedelta(days=1) if window.latest.time() == time(0, 0) else window.latest


def say_lateness(view: View) -> bool:
    """Say honestly whether it is late, compared with the promise, and return whether it is or will be."""
    promised, estimate = view.order.promised, view.parcel.estimate
    reference = promised or estimate
    if view.over:
        return False
    if reference is None:
        view.turn.say("utter_late_unknown")
        return False
    when = view.span(reference)
    whose = "promised" if promised else "estimate"
    if view.now > deadline(reference):
        view.turn.say(f"utter_late_{whose}", when=when, length=lasting(view.now - deadline(reference)))
        return True
    if promised and estimate and _later_day(view, estimate, promised):
        view.turn.say("utter_late_soon", when=when, then=view.span(estimate), carrier=view.carrier)
        return True
    view.turn.say(f"utter_not_late_{whose}", when=when)
    return view.parcel.status is Status.DELAYED


def _later_day(view: View, estimate: DeliveryWindow, promised: DeliveryWindow) -> bool:
    days = [window_days(window, view.now, view.order)[1] for window in (estimate, promised)]
    return days[0] > days[1]


def say_silence(view: View) -> bool:
    """Say if the parcel has been quiet for longer than is normal, and return whether it has."""
    since = quiet_since(view.parcel, view.now)
    if since is None:
        return False
    view.turn.say("utter_quiet", length=lasting(view.now - since))
    return True


def say_next(view: View) -> None:
    """Say what happens next."""
    view.turn.say(f"utter_next_{view.parcel.status.value}", carrier=view.carrier)


def say_source(view: View) -> None:
    """Say when the carrier was last asked, and where to follow the parcel."""
    checked = view.parcel.last_checked_at
    if checked and view.turn.channel == "sms" and view.now - checked < _FRESH:
        return  # what is fresh needs no word of it, and each costs
    link = f" Follow it here: {view.link}" if view.link and view.turn.channel == "web" else ""
    if checked:
        view.turn.say("utter_checked", carrier=view.carrier, ago=view.ago(checked), link=link)
    else:
        view.turn.say("utter_never_checked", carrier=view.carrier, link=link)


def plain(text: str) -> str:
    """Return outside text fit for a one-line reply: no line breaks, no brackets."""
    return " ".join(re.sub(r"[\[\]{}<>]", " ", text).split())[:200]
