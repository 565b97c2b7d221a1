"""How a medium is declared: the one way out through which its provider takes messages."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from alerts.model import Outgoing, Sent
from tracking.errors import NotConfigured

Values = Callable[[str], str | None]
"""Gives a setting by its name, None when it is unset."""
Send = Callable[[Outgoing], Awaitable[Sent]]
"""Hands one message to the provider. Raises NotSent when it never will go, Unavailable when it may go later."""


@dataclass(frozen=True, slots=True)
class Medium:
    """One way out: its code, its name for people, the settings it needs, and how to open it with them."""

    code: str
    name: str
    settings: tuple[str, ...]
    open: Callable[[Values], Send] = field(repr=False)

    def ready(self, values: Values) -> bool:
        """Whether all its settings are there."""
        return all(values(name) for name in self.settings)

    def sender(self, values: Values) -> Send:
        """Open it. Raises NotConfigured naming what is missing."""
        missing = [f"DOORSTEP_{name.upper()}" for name in self.settings if not values(name)]
        if missing:
            raise NotConfigured(f"{self.name} is not configured: set {', '.join(missing)}.")
        return self.open(values)
