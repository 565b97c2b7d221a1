"""What the tools take and give back, as types that become their JSON schemas; looks nothing up."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from tracking.model import Status

_Number = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class Given(BaseModel):
    """What a tool is called with; a name it doesn't know is an error."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Given):
    """No arguments."""


class AboutOrder(Given):
    """One order, or whichever is meant."""

    order_number: _Number | None = Field(
        None, description="The order's number as the shopper says it. Leave it out when they named none."
    )


class Problem(Given):
    """Something wrong with an order."""

    order_number: _Number = Field(min_length=1, description="The order's number.")
    kind: Literal["missing", "damaged", "late", "wrong_item", "other"] = Field(
        description="What is wrong. missing: it isn't here, though it should be or is said to be delivered."
    )
    details: _Text = Field("", description="What the shopper says about it, in their own words.")


class Wish(Given):
    """Something to tell a person."""

    message: _Text = Field("", description="What the shopper wants to tell the person, in their own words.")


class Shown(BaseModel):
    """What a tool gives back; null always means: not known."""

    model_config = ConfigDict(extra="forbid")


class Window(Shown):
    """When something should arrive."""

    earliest: AwareDatetime
    latest: AwareDatetime
    basis: str = Field(description="Whose word it is, such as carrier or shop.")


class Parcel(Shown):
    """One parcel of an order."""

    carrier: str | None = Field(description="The carrier's name.")
    tracking_number: str
    status: Status = Field(description="What its scans add up to. unknown is neither late nor delivered.")
    location: str | None = Field(description="Where it was last scanned.")
    last_scan_at: AwareDatetime | None = Field(description="When it was last scanned; null: never yet.")
    last_checked_at: AwareDatetime | None = Field(description="When its carrier last told us anything.")
    quiet_since: AwareDatetime | None = Field(description="Last sign of life, if that is longer ago than is normal.")
    arrival: Window | None


class OrderShown(Shown):
    """An order with all that is known of where it is."""

    order_number: str
    placed_at: AwareDatetime
    items: list[str] = Field(description="What was bought.")
    status: Status = Field(description="What its parcels add up to. unknown is neither late nor delivered.")
    headline: str = Field(description="The status in a few words.")
    parcels: list[Parcel]
    arrival: Window | None = Field(description="When the next parcel should arrive; null: nobody has said.")
    promised: Window | None = Field(description="When the shop promised the order.")
    is_late: bool | None = Field(
        description="Whether the time it was promised or expected by has passed and it isn't here; null: no such time."
    )
    quiet_since: AwareDatetime | None = Field(description="The oldest quiet_since of its parcels.")
    last_scan_at: AwareDatetime | None = Field(description="The newest scan of any of its parcels.")
    last_checked_at: AwareDatetime | None = Field(description="When a carrier last told us anything about it.")


class Choice(Shown):
    """An order that may be meant."""

    order_number: str
    placed_at: AwareDatetime
    items: list[str]
    status: Status
    headline: str


class Told(Shown):
    """What every tool gives back."""

    say: str = Field(description="The whole answer in sentences to be spoken. Speak it as it is.")
    as_of: AwareDatetime = Field(description="When this was looked up.")
    still_looking: bool = Field(
        description="True when the answer wasn't there in time: nothing is lost, ask again in a moment."
    )
    ticket: str | None = Field(description="The number of the ticket that a person at the shop has got for this.")


class AboutOne(Told):
    """An answer about one order, or the question which one."""

    order: OrderShown | None
    choices: list[Choice] = Field(description="Orders to choose from, when it isn't clear which is meant.")


class AboutAll(Told):
    """An answer about all orders."""

    orders: list[OrderShown] = Field(description="The newest first, 20 at most.")
    total: int = Field(description="How many there are.")


class Reported(Told):
    """A problem that was passed on."""

    order: OrderShown


class Called(Told):
    """A person who was called."""
