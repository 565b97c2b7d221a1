"""Reads dialogue tests from YAML, seeds their orders and talks them through on each channel; starts no server.

A dialogue:

    - name: what it shows
      channels: [web, sms, alexa, dialogflow]   # where it holds; what is missing says why in a comment
      identity: customer                # or what the channel vouches for: {phone: "{stranger}"}; nobody if left out
      orders:
        - number: "{A}"                 # each dialogue has numbers of its own: {A} {B} {C} {D}
          placed: -7d                   # times are relative to now: -3h, 2d, -20m; days from midnight: [1d, 2d]
          promised: [1d, 2d]
          refunds: [{amount: "12.50", currency: USD, at: -2d}]
          items: [Blue running shoes]
          parcels:
            - carrier: ups
              items: [Blue running shoes]
              events: [{status: in_transit, at: -3h, what: Departed facility, where: "Oakland, CA"}]
      talk:
        - say: where is {A}
          expect: [on its way, [one of these, or this], "re:[0-9] hours"]
          never: [delivered]
          buttons: ["Yes", "No"]
          card: in_transit
          ticket: true

`expect` and `never` hold on every channel, unless they name some, where each list counts where it names:
`expect: {all: [on its way], text: ["{A}"], voice: [your order], sms: [3 h ago]}`; `text` are web and sms, `voice` are
alexa and dialogflow. `buttons`, `card` (no card: "") and `ticket` are judged where the channel can show or tell.
`silence: true` expects no answer. `say` may be a list of turns, judged together.

The `customer` is vouched for by e-mail on the web, and by phone in texts. Nobody vouches for who speaks: there the
dialogue begins after the shopper has proven every order, {A} last. Without `identity`, texts come from a stranger.

Also filled in: {email} {postcode} {phone} {last4} of the customer; {proof}, the one of these that a shopper of the
channel would tell, and {wrong}, one like it that is not theirs; {stranger} for another phone; {A_tracking} {B_tracking}
… of the first parcels; {A_spoken} for a number in words; {unknown} for a number no order has.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.dialogues.seeds import fill, hand_in, names
from tests.dialogues.wires import Answer, Dialogflow, Sms, Web, Wire
from tests.dialogues.wires_alexa import Alexa

HERE = Path(__file__).parent
FOLDERS = (
    "happy", "corrections", "digressions", "several_orders", "proof", "dead_ends", "nonsense", "abuse", "attack",
    "texting", "handover",
)  # fmt: skip
WIRES: dict[str, type[Wire]] = {wire.name: wire for wire in (Web, Sms, Alexa, Dialogflow)}
CUSTOMER = "customer"
KEYS = frozenset({"name", "channels", "identity", "orders", "talk"})
TURN_KEYS = frozenset({"say", "expect", "never", "buttons", "card", "ticket", "silence"})
GROUPS = frozenset({"all", "text", "voice", *WIRES})


@dataclass(frozen=True)
class Dialogue:
    """One dialogue test and the file it is in."""

    file: Path
    test: dict[str, Any]

    @property
    def id(self) -> str:
        """Return "folder/file: name"."""
        return f"{self.file.parent.name}/{self.file.stem}: {self.test['name']}"

    def faults(self) -> list[str]:
        """Return what is wrong with how it is written."""
        channels = self.test.get("channels") or []
        found = ["states no channels"] if not channels else []
        found += [f"{channel!r} is no channel" for channel in channels if channel not in WIRES]
        found += [f"{key!r} means nothing" for key in set(self.test) - KEYS]
        for turn in self.test["talk"]:
            found += [f"{key!r} means nothing in a turn" for key in set(turn) - TURN_KEYS]
            named = {name for key in ("expect", "never") if isinstance(turn.get(key), dict) for name in turn[key]}
            found += [f"{name!r} names no channels" for name in named - GROUPS]
        return found


def collect() -> list[Dialogue]:
    """Return all dialogues of all folders."""
    files = [file for folder in FOLDERS for file in sorted((HERE / folder).glob("*.yml"))]
    return [Dialogue(file, test) for file in files for test in yaml.safe_load(file.read_text())]


class Talk:
    """One dialogue on one channel."""

    def __init__(self, client: httpx.Client, dialogue: Dialogue, channel: str) -> None:
        kind, given = WIRES[channel], names()
        given |= {"proof": given[kind.proof], "wrong": kind.wrong}
        self._test = fill(dialogue.test, given)
        for order in self._test.get("orders", ()):
            hand_in(client, order, given)
        identity = self._test.get("identity", {})
        self._to_prove = identity == CUSTOMER and not kind.vouches
        if identity == CUSTOMER:
            identity = {contact: given[contact] for contact in sorted(kind.vouches)[:1]}
        elif not identity and kind is Sms:
            identity = {"phone": given["stranger"]}
        self._wire, self._proof = kind(client, identity), given["proof"]

    def run(self) -> None:
        """Say every line and judge every answer."""
        if self._to_prove:
            for order in reversed(self._test["orders"]):
                self._wire.say(f"where is order {order['number']}")
                self._wire.say(self._proof)
        for turn in self._test["talk"]:
            said = turn["say"] if isinstance(turn["say"], list) else [turn["say"]]
            judge(turn, type(self._wire), [self._wire.say(text) for text in said])


def judge(turn: dict[str, Any], wire: type[Wire], answers: Sequence[Answer]) -> None:
    """Hold the answers of one turn against what it expects."""
    text = "\n".join(answer.text for answer in answers)
    said = f"{turn['say']!r} -> {text!r}"
    if turn.get("silence"):
        assert not text, f"no silence: {said}"
        return
    assert text.strip(), f"no answer: {said}"
    for wanted in _meant(turn.get("expect", ()), wire):
        options = wanted if isinstance(wanted, list) else [wanted]
        assert any(_holds(text, option) for option in options), f"missing {wanted!r}: {said}"
    for unwanted in _meant(turn.get("never", ()), wire):
        assert not _holds(text, unwanted), f"unwanted {unwanted!r}: {said}"
    _judge_rest(turn, answers, said)


def _meant(given: Any, wire: type[Wire]) -> Iterator[Any]:
    """Give what is meant for a channel."""
    if not isinstance(given, dict):
        yield from given
        return
    for name in ("all", wire.kind, wire.name):
        yield from given.get(name, ())


def _judge_rest(turn: dict[str, Any], answers: Sequence[Answer], said: str) -> None:
    shown = [answer.buttons for answer in answers if answer.buttons is not None]
    if shown:
        titles = {title for buttons in shown for title in buttons}
        assert set(turn.get("buttons", ())) <= titles, f"buttons {titles}: {said}"
    shown = [answer.cards for answer in answers if answer.cards is not None]
    if shown and "card" in turn:
        cards = [turn["card"] if card is None else card for cards in shown for card in cards]
        assert cards == ([turn["card"]] if turn["card"] else []), f"cards {cards}: {said}"
    tickets = [answer.ticket for answer in answers if answer.ticket is not None]
    if tickets and "ticket" in turn:
        assert any(tickets) is turn["ticket"], f"tickets {tickets}: {said}"


def _holds(text: str, wanted: str) -> bool:
    if wanted.startswith("re:"):
        return re.search(wanted[3:], text, re.IGNORECASE) is not None
    return wanted.casefold() in text.casefold()
