"""What all stand-ins share: where they are reached, what they took, and how they refuse."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Any, ClassVar

from alerts.model import OrderFact, Outgoing
from doorstep.settings import Settings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FACT = OrderFact("1004", "shipped", NOW, "Lantern & Loom", NOW)


BUSY = {"Retry-After": "7"}


class StandIn(ABC):
    """One provider. `settings` point the medium at it; what it took is in `taken`, as it came.

    Its answer to the next messages is set by `refuse`: for good, for now, or not at all. `says_when` where it can tell
    how long it is busy for; `scheme` is the one that it is spoken to by.
    """

    to: ClassVar[str]
    """An address that the provider can reach."""

    says_when: ClassVar[bool] = True
    scheme: ClassVar[str] = "http"
    settings: dict[str, str]
    taken: list[Any]

    @property
    def secrets(self) -> list[str]:
        """The address and the settings that are secret: what neither a log nor an error may tell."""
        secret = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
        return [self.to, *(self.settings[name] for name in secret if name in self.settings)]

    @abstractmethod
    def refuse(self, how: str) -> None:
        """Answer from now on as the provider does "never", "later", "busy" for 7 seconds, and "" when all is well."""

    @abstractmethod
    def move(self, origin: str) -> None:
        """Point the settings, and the address where it names its provider, at another origin, `http://127.0.0.1:9`."""

    def outgoing(self, key: str = "key-1") -> Outgoing:
        """A message that it takes."""
        return Outgoing(self.to, "Your order is on its way.", key, "On its way", "", "", FACT)
