"""The shapes of the API by which devices are handed in."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from web.fields import In, Number, bounded, plain


class PushAddressIn(In):
    """A browser or an app on a device, and the order that it is told about."""

    order_number: Number
    medium: Literal["web_push", "fcm", "apns"]
    address: Annotated[
        str,
        bounded(4096, 1),
        AfterValidator(plain),
        Field(description="The device's token; of a browser, what `JSON.stringify(subscription)` gives"),
    ]


class NewPushAddressIn(PushAddressIn):
    """The same, with how its owner agreed to be told; that is kept with it."""

    consent: Annotated[str, bounded(255, 1), AfterValidator(plain), Field(examples=["switched on in the app"])]


class PushOut(BaseModel):
    """What became of it."""

    outcome: Literal["kept", "removed"]
