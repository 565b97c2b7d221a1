"""What account linking is given: services, secrets and limits; makes none of them."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from support.clients import Clients
from support.limits import RateLimit
from support.linking import Links
from support.sign_in import SignIn
from tracking.errors import NotConfigured
from tracking.ports import Clock

_QUARTER, _HOUR = 15 * 60.0, 60 * 60.0


@dataclass(frozen=True, slots=True)
class LinkingServices:
    """Everything the pages and endpoints may use. The limits count per client address."""

    links: Links
    clients: Clients
    sign_in: SignIn
    clock: Clock
    public_url: str
    shop_name: str
    secret: str
    registration: bool = False
    codes_sent: RateLimit = field(default_factory=lambda: RateLimit(20, _QUARTER))
    codes_tried: RateLimit = field(default_factory=lambda: RateLimit(40, _QUARTER))
    registrations: RateLimit = field(default_factory=lambda: RateLimit(10, _HOUR))

    @property
    def issuer(self) -> str:
        """Our name as an authorization server."""
        return self.public_url.rstrip("/")

    @property
    def resource(self) -> str:
        """The one address that tokens may be asked for by name (RFC 8707)."""
        return f"{self.issuer}/mcp"

    @property
    def encrypted(self) -> bool:
        """Whether we are reached over https; cookies then go over nothing else."""
        return self.issuer.startswith("https://")

    def check(self) -> None:
        """Raise NotConfigured where tokens would go over the network in the clear."""
        if not self.encrypted and urlsplit(self.issuer).hostname not in {"127.0.0.1", "localhost"}:
            raise NotConfigured("Account linking is not configured: DOORSTEP_PUBLIC_URL must be an https address.")
