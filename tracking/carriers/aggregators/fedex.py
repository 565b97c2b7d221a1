"""FedEx Advanced Integrated Visibility: verifies and reads its pushes; asking FedEx is in `apis`."""

from datetime import datetime
from typing import Any

from tracking.carriers.apis._reading import to_message
from tracking.carriers.apis.base import Parcel
from tracking.carriers.apis.fedex import number_of, read_result
from tracking.errors import InvalidInput
from tracking.reading import decode, obj, objects
from tracking.webhooks import Headers, Message, Webhook, header, signed_base64


def verify(body: bytes, headers: Headers, secret: str) -> bool:
    """Whether FedEx signed the body with the webhook project's security token."""
    return signed_base64(body, secret, header(headers, "fdx-signature"))


def parse(body: bytes, _headers: Headers, recorded_at: datetime) -> Message:
    """Return the scans of all parcels in a push; one that can't be read is left out."""
    results = _results(decode(body))
    read = [_message(result, recorded_at) for result in results]
    return Message(
        events=tuple(update for message in read for update in message.events),
        rejected=tuple(reason for message in read for reason in message.rejected),
        unmapped=tuple(dict.fromkeys(code for message in read for code in message.unmapped)),
    )


def _message(result: dict[str, Any], recorded_at: datetime) -> Message:
    try:
        return to_message(read_result(result, Parcel(number_of(result), "fedex"), recorded_at))
    except InvalidInput as error:
        return Message(rejected=(str(error),))


def _results(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Find the track results, whether they come wrapped as in an answer or by themselves."""
    outer = obj(told.get("output")) or told
    complete = objects(outer.get("completeTrackResults")) or [outer]
    return [result for part in complete for result in objects(part.get("trackResults"))]


AGGREGATOR = Webhook("fedex", "FedEx", "fedex_secret", verify, parse)
