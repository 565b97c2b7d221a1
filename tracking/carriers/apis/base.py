"""How a carrier's API is declared: what it needs, what it is asked and how its answer reads; sends nothing itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracking.errors import NotConfigured, Unavailable
from tracking.model import DeliveryWindow, EventUpdate, Status
from tracking.reading import decode

Values = Callable[[str], str | None]
"""Gives a setting by its name, None when it is unset."""


class Slow(Unavailable):
    """The source asked for a pause, or may not be asked so often; `seconds` is how long not to ask it."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Refused(Unavailable):
    """The source won't answer this question, whenever it is asked; the message says its code."""


class Denied(Refused):
    """The source did not let us in: its key or its address is wrong."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is asked about; `carrier` is our code, empty when not known."""

    number: str
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. Every one may be sent twice: it only asks, or registers what may be registered already.

    `params` go into the address, and one of `json` and `form` into the body.
    """

    path: str
    method: str = "GET"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for good: any status below 500 except 401, 403 and 429, which never get this far."""

    status: int
    body: bytes

    def data(self) -> dict[str, Any]:
        """Return the JSON object in the body. Raises InvalidInput when it is anything else."""
        return decode(self.body)

    def checked(self, code: str = "") -> "Answer":
        """Return itself if the source did what it was asked. Raises Refused, naming the source's own code if given."""
        if self.status >= 400:
            raise Refused(f"the question was refused ({self.status}{' ' + code if code else ''})")
        return self


@dataclass(frozen=True, slots=True)
class Report:
    """What a source says about a parcel. `found` False is an answer too: it has never heard of the number.

    `events` are oldest first and ready for Ingest. `rejected` and `unmapped` are for the maintainer's log and hold
    nothing personal: what was left out and why, and the codes that the source's map lacks.
    """

    number: str
    checked_at: datetime
    found: bool = True
    events: tuple[EventUpdate, ...] = ()
    estimate: DeliveryWindow | None = None
    carrier: str | None = None
    rejected: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Keys:
    """What every request carries to be let in."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class OAuth:
    """OAuth2 client credentials, exchanged for a token at `path`; `basic` puts them into the header, else the form."""

    path: str
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    basic: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a source may be asked: `per_second` in the long run, `burst` at once."""

    per_second: float
    burst: int = 5


@dataclass(frozen=True, slots=True)
class CarrierApi:
    """One source that can be asked about parcels.

    `covers` names our carrier codes, or is empty for all carriers. `settings` are those it can't do without. `address`
    is the documented base address; the setting `{code}_api_url` overrides it. `call` and `read` are pure: the request
    for a parcel, and the report its answer makes; `read` may raise InvalidInput and Refused. `register`, where the
    source must be told of a parcel first or pushes updates, is the request for that, and `registered` checks its
    answer. What follows documents it: the map of statuses, and its rules in words.
    """

    code: str
    name: str
    covers: tuple[str, ...]
    settings: tuple[str, ...]
    address: str
    rate: Rate
    auth: Callable[[Values], Keys | OAuth] = field(repr=False)
    call: Callable[[Parcel, Values], Call] = field(repr=False)
    read: Callable[[Answer, Parcel, datetime], Report] = field(repr=False)
    statuses: Mapping[str, Status] = field(repr=False)
    asks: str
    zones: str
    proof: str
    estimates: str
    register: Callable[[Parcel, Values], Call] | None = field(default=None, repr=False)
    registered: Callable[[Answer], object] = field(default=Answer.checked, repr=False)

    def ready(self, values: Values) -> bool:
        """Whether all its settings are there."""
        return all(values(name) for name in self.settings)

    def require(self, values: Values) -> None:
        """Raise NotConfigured naming what is missing."""
        missing = [f"DOORSTEP_{name.upper()}" for name in self.settings if not values(name)]
        if missing:
            raise NotConfigured(f"{self.name} can't be asked: set {', '.join(missing)}.")

    def knows(self, carrier: str) -> bool:
        """Whether it can be asked about parcels of this carrier (our code)."""
        return not self.covers or carrier in self.covers


def setting(values: Values, name: str) -> str:
    """Return a setting as text, empty when it is unset."""
    return values(name) or ""
