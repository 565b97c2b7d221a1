"""How a medium is declared: the one way out through which its provider takes messages."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from alerts.model import Outgoing, Sent
from tracking.errors import NotConfigured
from tracking.facts import Occasion

Values = Callable[[str], str | None]
"""Gives a setting by its name, None when it is unset."""
Send = Callable[[Outgoing], Awaitable[Sent]]
"""Hands one message to the provider. Raises NotSent when it never will go, Unavailable when it may go later."""
Named = Callable[[str, Values], str]
"""Reads an address that comes from outside and gives the part that tells it from others. Raises NotSent for none."""
Reader = Literal["customer", "subscriber", "merchant"]
"""Who hears on a medium: the customer that an order names, whoever asked to be told there, or the merchant."""
SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Medium:
    """One way out: its code, its name for people, the settings it needs, how to open it with them, and for whom it is.

    `named` is there where addresses are handed to us to be kept, as those of browsers and apps are; `merchants` gives
    those that the settings name, where it is the merchant who hears. `knows` are the occasions that it has words for,
    None where the words are ours.
    """

    code: str
    name: str
    settings: tuple[str, ...]
    open: Callable[[Values], Send] = field(repr=False)
    reader: Reader = "customer"
    named: Named | None = field(default=None, repr=False)
    merchants: Callable[[Values], Sequence[str]] | None = field(default=None, repr=False)
    knows: frozenset[Occasion] | None = field(default=None, repr=False)

    def ready(self, values: Values) -> bool:
        """Whether all its settings are there."""
        return all(values(name) for name in self.settings)

    def sender(self, values: Values) -> Send:
        """Open it. Raises NotConfigured naming what is missing."""
        missing = [f"DOORSTEP_{name.upper()}" for name in self.settings if not values(name)]
        if missing:
            raise NotConfigured(f"{self.name} is not configured: set {', '.join(missing)}.")
        return self.open(values)


def patience(values: Values) -> float:
    """The seconds to wait for a provider's answer."""
    return float(values("alert_timeout") or SECONDS)
