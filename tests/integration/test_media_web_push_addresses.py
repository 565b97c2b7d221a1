"""Where a push never goes: to no address inside, and to no subscription that is none."""

import socket
from dataclasses import replace

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from alerts.media import media
from alerts.media.web_push import PublicNames, Subscription, new_key
from alerts.model import NotSent
from tests.media_stands.web_push import push_service
from tests.push_browser import ENDPOINT, RFC_BROWSER, b64
from tracking.errors import NotConfigured


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.net/x",
        "https://localhost/x",
        "https://push/x",
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://0x7f.1/x",
        "https://2130706433/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "https://push.example.net:22/x",
        "https://push.example.net",
        "https://me@push.example.net/x",
        "https://push.example.net\\@127.0.0.1/x",
        "https://push.example.net/x\r\nHost: y",
        "https://push.example.net/x y",
        "https://push.example.net?@127.0.0.1/x",
        "https://push.example.net./x",
        "https://püsh.example.net/x",
        " https://push.example.net/x",
        "file:///etc/passwd",
        "https://push.example.net/" + "x" * 2001,
        "",
    ],
)
async def test_what_is_no_public_address_is_not_called(endpoint: str) -> None:
    with pytest.raises(NotSent) as refusal:
        Subscription.read(RFC_BROWSER.subscription(endpoint))
    assert refusal.value.code == "address"


@pytest.mark.parametrize("endpoint", [ENDPOINT, "https://push.example.net:443/a?b=%2F", "https://a.b.xn--p1ai/"])
def test_a_public_address_is_taken(endpoint: str) -> None:
    read = Subscription.read(RFC_BROWSER.subscription(endpoint))
    assert read.endpoint == endpoint
    assert read.origin in {"https://push.example.net", "https://a.b.xn--p1ai"}


async def test_a_stand_in_is_called_only_where_the_setting_says() -> None:
    async with push_service() as provider:
        for setting in ("", "http://127.0.0.1:1"):
            with pytest.raises(NotSent):
                await media()["web_push"].sender({**provider.settings, "web_push_stand_in": setting}.get)(
                    provider.outgoing()
                )
        elsewhere = provider.browser.subscription(f"{provider.settings['web_push_stand_in']}0/push/one")
        with pytest.raises(NotSent):
            await media()["web_push"].sender(provider.settings.get)(replace(provider.outgoing(), to=elsewhere))
    assert provider.taken == []


@pytest.mark.parametrize(
    "origin", ["http://push.example.net", "http://10.0.0.1:80", "https://localhost:9", "http://127.0.0.1:9/"]
)
def test_a_stand_in_is_on_this_machine(origin: str) -> None:
    settings = {"vapid_private_key": new_key(), "web_push_stand_in": origin}
    with pytest.raises(NotConfigured, match="DOORSTEP_WEB_PUSH_STAND_IN"):
        media()["web_push"].sender(settings.get)


class Names(AbstractResolver):
    """Finds what it was told."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0) for one in self.hosts
        ]

    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
    ],
)
async def test_a_name_for_a_place_inside_is_not_called(address: str) -> None:
    for hosts in ((address,), ("93.184.215.14", address)):
        with pytest.raises(NotSent, match="not on the internet"):
            await PublicNames(Names(*hosts)).resolve("push.example.net", 443)


async def test_a_name_for_a_place_outside_is_called_there() -> None:
    found = await PublicNames(Names("93.184.215.14", "2606:2800:21f:cb07::1")).resolve("push.example.net", 443)
    assert [one["host"] for one in found] == ["93.184.215.14", "2606:2800:21f:cb07::1"]


async def test_the_refusal_of_a_name_reaches_who_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiohttp, "ThreadedResolver", lambda: Names("127.0.0.1"))
    send = media()["web_push"].sender({"vapid_private_key": new_key()}.get)
    async with push_service() as provider:
        outgoing = replace(provider.outgoing(), to=provider.browser.subscription(ENDPOINT))
        with pytest.raises(NotSent) as refusal:
            await send(outgoing)
    assert refusal.value.code == "address"


@pytest.mark.parametrize(
    "written",
    ["", "x", "{}", "[]", "1", "null", "[" * 4000, '{"endpoint":"https://push.example.net/x","keys":[]}', " " * 5000]
    + [
        RFC_BROWSER.subscription(ENDPOINT, **keys)
        for keys in (
            {"auth": ""},
            {"auth": "x"},
            {"auth": None},
            {"auth": b64(b"x" * 15)},
            {"p256dh": b64(RFC_BROWSER.point[:64])},
            {"p256dh": b64(b"\4" + b"\1" * 64)},
            {"p256dh": b64(b"\2" + RFC_BROWSER.point[1:33])},
            {"p256dh": "é" * 87},
        )
    ],
)
def test_what_is_no_subscription_is_refused(written: str) -> None:
    with pytest.raises(NotSent) as refusal:
        Subscription.read(written)
    assert refusal.value.code == "address"


def test_padded_keys_are_read_too() -> None:
    padded = RFC_BROWSER.subscription(ENDPOINT, auth=b64(RFC_BROWSER.auth) + "==")
    assert Subscription.read(padded).auth == RFC_BROWSER.auth
