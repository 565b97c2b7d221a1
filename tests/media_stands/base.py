"""What all stand-ins share: where they are reached, what they took, and how they refuse."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Any, ClassVar

from alerts.model import OrderFact, Outgoing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FACT = OrderFact("1004", "shipped", NOW, "Lantern & Loom", NOW)


class StandIn(ABC):
    """One provider. `settings` point the medium at it; what it took is in `taken`, as it came.

    Its answer to the next messages is set by `refuse`: for good, for now, or not at all.
    """

    to: ClassVar[str]
    """An address that the provider can reach."""

    settings: dict[str, str]
    taken: list[Any]

    @abstractmethod
    def refuse(self, how: str) -> None:
        """Answer from now on as the provider does "never", "later", and "" when all is well."""

    def outgoing(self, key: str = "key-1") -> Outgoing:
        """A message that it takes."""
        return Outgoing(self.to, "Your order is on its way.", key, "On its way", "", "", FACT)
