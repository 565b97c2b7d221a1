"""Says what to try in the demo: which order, with which proof, and what is special about it."""

from dataclasses import dataclass
from itertools import cycle

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demo.catalogue import PEOPLE, SHOP, Person
from demo.scenario import Scenario
from demo.scenarios import AT_THE_DOOR, ON_THE_ROAD, ONE_CUSTOMER, SEVERAL, TROUBLE
from demo.traffic import MOVING_ORDERS, moving

AGENT = "kim@example.com"
CHAPTERS = (
    ("On the road", ON_THE_ROAD),
    ("At the door", AT_THE_DOOR),
    ("Trouble", TROUBLE),
    ("Several parcels, or none yet", SEVERAL),
    ("One customer, five orders: June's", ONE_CUSTOMER),
)


_PROOFS = "Each order is proved by its e-mail, its postcode or the last four digits of its phone; one is shown."


@dataclass(frozen=True, slots=True)
class Tip:
    """An order to try: one proof that it is yours (of the three that work), what is in it and why to look."""

    number: str
    proof: str
    items: str
    special: str


def tips() -> tuple[tuple[str, tuple[Tip, ...]], ...]:
    """Return the tips under their headings; the kind of proof changes from line to line, so that all get tried."""
    kinds = cycle((_email, _postcode, _phone))
    return tuple((title, tuple(_tip(s, next(kinds)(s.customer)) for s in orders)) for title, orders in CHAPTERS)


def moving_tip() -> Tip:
    """Return the tip about the order that sets out first when the demo starts."""
    first = moving()[0]
    return _tip(first, _email(first.customer), f"Moves while you watch; up to {1100 + MOVING_ORDERS} follow")


def guide(url: str, api_key: str = "$DOORSTEP_API_KEY", password: str = "") -> RenderableType:
    """Return what to print when the demo is ready; `url` is where the app answers, `api_key` opens its API.

    `password` is the agent's; an empty one is left out.
    """
    table = Table(title=f"{SHOP}: orders to try", title_justify="left", title_style="bold", pad_edge=False)
    table.box = box.SIMPLE_HEAD
    table.add_column("Order", no_wrap=True, style="bold")
    table.add_column("Proof", no_wrap=True)
    table.add_column("What is special")
    table.add_row(*_cells(moving_tip()))
    for title, chapter in tips():
        table.add_row("", "", Text(title, style="italic cyan"))
        for tip in chapter:
            table.add_row(*_cells(tip))
    return Group(table, Text(_PROOFS), Text(), *_links(url.rstrip("/"), api_key), *_agent(url.rstrip("/"), password))


def _links(url: str, api_key: str) -> list[Text]:
    june = PEOPLE["june"].contact
    chat = f"DOORSTEP_API_KEY={api_key} .venv/bin/doorstep chat --url {url}"
    return [
        Text.assemble(f"{what}: ", (where, "cyan"), overflow="fold")
        for what, where in (
            ("Shop page with the chat", f"{url}/"),
            ("A phone to text from", f"{url}/phone"),
            ("A speaker to ask", f"{url}/speaker"),
            ("Watch a parcel move, and another go quiet", f"{url}/story"),
            ("Everybody's mail", f"{url}/mail"),
            ("The tracking page of any order", f"{url}/demo/track/1001"),
            ("HTTP interface", f"{url}/docs"),
            ("Chat in a terminal", chat),
            (f"The same as {june.name}, known by phone", f"{chat} --channel sms --phone {june.phone}"),
        )
    ]


def _agent(url: str, password: str) -> list[Text]:
    words = ("Agents' console: ", (f"{url}/console", "cyan"), f"  sign in as {AGENT} with ", (password, "bold"))
    return [Text.assemble(*words, overflow="fold")] if password else []


def _tip(scenario: Scenario, proof: str, special: str = "") -> Tip:
    return Tip(scenario.number, proof, scenario.titles, special or scenario.special)


def _cells(tip: Tip) -> tuple[str, str, str]:
    return tip.number, tip.proof, tip.special


def _email(person: Person) -> str:
    return person.contact.email


def _postcode(person: Person) -> str:
    return person.address.postcode


def _phone(person: Person) -> str:
    return person.last_four
