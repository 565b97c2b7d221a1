"""The tools by name: what each takes, gives back, changes and needs to be allowed; does none of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from skills.mcp_server.shapes import (
    AboutAll,
    AboutOne,
    AboutOrder,
    Called,
    Given,
    Nothing,
    Problem,
    Reported,
    Told,
    Wish,
)

READ = "orders:read"
HELP = "orders:help"


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. `scope` is what the shopper must have allowed; `changes`: a person gets to know of the call."""

    name: str
    title: str
    description: str
    takes: type[Given]
    gives: type[Told]
    scope: str
    changes: bool = False


_ALL = (
    Tool(
        "list_my_orders",
        "List my orders",
        "All orders of the shopper, the newest first, each with its status, parcels and expected arrival.",
        Nothing,
        AboutAll,
        READ,
    ),
    Tool(
        "track_order",
        "Where is my order?",
        "Where an order is, when it should arrive and how old that knowledge is. Without a number: the order that is"
        " on its way, or a choice of several.",
        AboutOrder,
        AboutOne,
        READ,
    ),
    Tool(
        "explain_delay",
        "Why is my order late?",
        "Whether an order is late, by whose word, and why, as far as its carrier has said. Without a number: the order"
        " that is on its way, or a choice of several.",
        AboutOrder,
        AboutOne,
        READ,
    ),
    Tool(
        "report_problem",
        "Report a problem",
        "Tells a person at the shop that something is wrong with an order, with all that is known of it. A second"
        " report of the same kind is added to the first. Ask the shopper before you call it.",
        Problem,
        Reported,
        HELP,
        changes=True,
    ),
    Tool(
        "talk_to_a_person",
        "Talk to a person",
        "Asks a person at the shop to get back to the shopper. Ask the shopper before you call it.",
        Wish,
        Called,
        HELP,
        changes=True,
    ),
)
TOOLS: Mapping[str, Tool] = {tool.name: tool for tool in _ALL}
