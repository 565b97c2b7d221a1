"""Providers as the media meet them, on loopback: one stand-in for each medium, in its documented wire format."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from tests.media_stands.alexa import alexa
from tests.media_stands.apns import apple
from tests.media_stands.apprise import chat_room
from tests.media_stands.base import StandIn
from tests.media_stands.email import mail_server
from tests.media_stands.fcm import firebase
from tests.media_stands.sms import twilio
from tests.media_stands.web_push import push_service
from tests.media_stands.webhook import merchant

# Every medium has one here, by its code; a medium without one fails tests/contract/test_media.py.
STAND_INS: dict[str, Callable[[], AbstractAsyncContextManager[StandIn]]] = {
    "alexa": alexa,
    "apns": apple,
    "apprise": chat_room,
    "email": mail_server,
    "fcm": firebase,
    "sms": twilio,
    "web_push": push_service,
    "webhook": merchant,
}
