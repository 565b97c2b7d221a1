"""The shapes of the API with a bound on every field; turns them into tracking's values and back."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from tracking.model import (
    Address,
    Contact,
    DeliveryWindow,
    EventUpdate,
    Item,
    Money,
    OrderUpdate,
    Refund,
    ShipmentUpdate,
    Status,
    TrackingEvent,
)
from tracking.shops.phones import normal_email, normal_phone
from web.fields import Code, In, Name, Number, Time, bounded, mended, plain

SOURCE = "api"


class Window(In):
    """Earliest and latest arrival, ISO 8601 with zone."""

    earliest: Time
    latest: Time

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.latest < self.earliest:
            raise ValueError("latest lies before earliest")
        return self


class CustomerIn(In):
    """The customer's contacts; e-mail and phone are what a shopper can prove an order with."""

    name: Name = ""
    email: Name = ""
    phone: Annotated[str, bounded(40), AfterValidator(plain)] = ""


class ShipToIn(In):
    """Where the order goes; `country` is a two-letter code."""

    postcode: Annotated[str, bounded(20), AfterValidator(plain)] = ""
    city: Name = ""
    region: Name = ""
    country: Annotated[str, bounded(2), AfterValidator(plain)] = ""


class ItemIn(In):
    """One line of an order."""

    sku: Name = ""
    title: Annotated[str, bounded(500), AfterValidator(plain)]
    quantity: Annotated[int, Field(ge=1, le=100_000)] = 1


class ShipmentIn(In):
    """A parcel; without a carrier, it is detected from the number where only one is possible."""

    tracking_number: Number
    carrier: Code | None = None
    items: Annotated[list[Name], Field(max_length=200)] | None = None
    service: Code = ""


class MoneyIn(In):
    """A sum, such as "129.90", in a currency by its three letters."""

    amount: Annotated[Decimal, Field(ge=0, lt=1_000_000_000_000, decimal_places=2)]
    currency: Annotated[str, Field(pattern="^[A-Za-z]{3}$")]


class RefundIn(MoneyIn):
    """Money paid back, in whole or in part; the same `id` is the same refund. Without one, its sum and day are."""

    id: Code = ""
    at: Time

    def refund(self) -> Refund:
        """This refund as tracking takes it in."""
        paid = Money(self.amount, self.currency.upper())
        return Refund(self.id or f"{paid.amount:.2f} {paid.currency} {self.at.astimezone(UTC):%Y-%m-%d}", paid, self.at)


class OrderIn(In):
    """An order as a shop knows it. Sending it again updates it; a parcel left out stays."""

    number: Number
    placed_at: Time
    customer: CustomerIn = CustomerIn()
    ship_to: ShipToIn = ShipToIn()
    promised: Window | None = None
    items: Annotated[list[ItemIn], Field(max_length=200)] = Field(default_factory=list)
    shipments: Annotated[list[ShipmentIn], Field(max_length=100)] = Field(default_factory=list)
    status: Literal["open", "cancelled"] | None = None
    total: MoneyIn | None = None
    refunds: Annotated[list[RefundIn], Field(max_length=50)] = Field(default_factory=list)

    def update(self, now: datetime) -> OrderUpdate:
        """This order as tracking takes it in, said at `now`."""
        country = self.ship_to.country.upper()
        window = self.promised
        promised = DeliveryWindow(window.earliest, window.latest, now, "shop") if window else None
        return OrderUpdate(
            number=self.number,
            updated_at=now,
            source=SOURCE,
            placed_at=self.placed_at,
            customer=Contact(
                self.customer.name, normal_email(self.customer.email), normal_phone(self.customer.phone, country)
            ),
            ship_to=Address(self.ship_to.postcode, self.ship_to.city, self.ship_to.region, country),
            items=tuple(Item(item.sku, item.title, item.quantity) for item in self.items) or None,
            shipments=tuple(
                ShipmentUpdate(parcel.tracking_number, parcel.carrier, tuple(parcel.items or ()), parcel.service)
                for parcel in self.shipments
            ),
            promised=promised,
            cancelled=None if self.status is None else self.status == "cancelled",
            total=Money(self.total.amount, self.total.currency) if self.total else None,
            refunds=tuple(refund.refund() for refund in self.refunds),
        )


class EventIn(In):
    """One scan from any source."""

    tracking_number: Number
    carrier: Code | None = None
    status: Status
    occurred_at: Time
    location: Name = ""
    description: Annotated[str, bounded(1000), AfterValidator(plain)] = ""
    event_id: Name = ""
    signed_by: Name = ""
    service: Code = ""

    def update(self, now: datetime) -> EventUpdate:
        """This scan as tracking takes it in, recorded at `now`."""
        event = TrackingEvent(
            status=self.status,
            occurred_at=self.occurred_at,
            recorded_at=now,
            source=SOURCE,
            raw_status=self.status,
            location=self.location,
            description=self.description,
            event_id=self.event_id,
            signed_by=self.signed_by,
        )
        return EventUpdate(self.tracking_number, event, self.carrier, service=self.service)


class ErrorOut(BaseModel):
    """Why we said no."""

    code: str
    message: str


class ProblemOut(BaseModel):
    """The one shape of every refusal."""

    error: ErrorOut


class RowOut(BaseModel):
    """What became of one row of a batch, counted from 0."""

    row: int
    outcome: Literal["created", "updated", "unchanged", "refused"]
    error: str = ""


class BatchOut(BaseModel):
    """What became of each row of a batch; good rows are kept whatever became of the others."""

    results: list[RowOut]


class IdentityIn(In):
    """Who the caller vouches for: its own logged-in shopper or verified sender; phone in E.164."""

    phone: Annotated[str, bounded(40), AfterValidator(plain)] = ""
    email: Name = ""


class MessageIn(In):
    """One message of a shopper."""

    conversation: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\w.:+@-]+$")]
    message_id: Annotated[str, bounded(128, 1), AfterValidator(plain)]
    text: Annotated[str, BeforeValidator(mended), Field(description="Over 2,000 characters: politely refused")]
    channel: Literal["web", "sms", "voice"] = "web"
    identity: IdentityIn | None = None
    client_address: Code = ""


class ButtonOut(BaseModel):
    """A quick reply: send `payload` as the next text when it is pressed."""

    title: str
    payload: str


class ReplyOut(BaseModel):
    """One answer; `card` is an order card where there is one."""

    text: str
    buttons: list[ButtonOut]
    card: dict[str, object] | None = None


class TurnOut(BaseModel):
    """What came of a message."""

    conversation: str
    owner: Literal["bot", "human"]
    replies: list[ReplyOut]
    ticket: str | None


class TicketOut(BaseModel):
    """A case for a person."""

    number: str
    conversation: str
    reason: str
    summary: str
    state: Literal["open", "pending", "solved"]
    priority: Literal["low", "normal", "high", "urgent"]
    order_number: str | None
    opened_at: datetime
    details: dict[str, object]
    due_at: datetime | None
    assignee: str
    contact: str
    calls: int
    taken_at: datetime | None
    solved_at: datetime | None
    order: dict[str, object] | None


class TicketChange(In):
    """What may be changed on a ticket."""

    state: Literal["open", "pending", "solved"] | None = None
    priority: Literal["low", "normal", "high", "urgent"] | None = None
