"""Only what Alexa signed, just now, for our skill is believed: every check, each with a request that fails it alone."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import Store
from starlette.datastructures import Headers

from skills.alexa.certificates import Certificates, NotFromAlexa, certificate_url, system_roots
from skills.alexa.verifying import Verifier
from tests.alexa_requests import (
    DAY,
    NOW,
    SKILL_ID,
    URL,
    Bucket,
    StoppedClock,
    certificate,
    chain,
    envelope,
    key_of,
    roots,
    signed,
)
from tracking.errors import InvalidInput, Unavailable

BODY = json.dumps(envelope()).encode()


def verifier(bucket: Bucket | None = None, clock: StoppedClock | None = None) -> Verifier:
    clock = clock or StoppedClock()
    return Verifier(Certificates((bucket or Bucket()).fetch, roots, clock), clock)


async def check(
    body: bytes = BODY, headers: dict[str, str] | None = None, pem: bytes | None = None, at: datetime = NOW
) -> None:
    bucket = Bucket({URL: pem}) if pem is not None else Bucket()
    given = Headers(signed(body) if headers is None else headers)
    await verifier(bucket, StoppedClock(at)).verify(given, body, SKILL_ID)


async def test_a_request_of_alexa_is_believed() -> None:
    await check()


async def test_header_names_may_be_in_any_case() -> None:
    await check(headers={name.upper(): value for name, value in signed(BODY).items()})


async def refused(why: str | None, **given: Any) -> None:
    with pytest.raises(NotFromAlexa, match=why):
        await check(**given)


def test_a_refusal_is_invalid_input() -> None:
    assert issubclass(NotFromAlexa, InvalidInput)


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "https://s3.amazonaws.com:443/echo.api/echo-api-cert-13.pem",
        "HTTPS://S3.AmazonAWS.com/echo.api/echo-api-cert-13.pem",
        "https://s3.amazonaws.com/echo.api/../echo.api/echo-api-cert-13.pem",
        "https://s3.amazonaws.com/echo.api/./echo-api-cert-13.pem",
        "https://s3.amazonaws.com/echo.api/echo-api-cert-13.pem?version=1#there",
    ],
)
def test_addresses_of_alexa_are_brought_to_one_form(url: str) -> None:
    assert certificate_url(url) == URL


@pytest.mark.parametrize(
    "url",
    [
        "",
        "echo-api-cert-13.pem",
        "http://s3.amazonaws.com/echo.api/echo-api-cert-13.pem",
        "ftp://s3.amazonaws.com/echo.api/echo-api-cert-13.pem",
        "https://example.com/echo.api/echo-api-cert-13.pem",
        "https://s3.amazonaws.com.example.com/echo.api/echo-api-cert-13.pem",
        "https://s3.amazonaws.com@example.com/echo.api/echo-api-cert-13.pem",
        "https://example.com@s3.amazonaws.com/echo.api/echo-api-cert-13.pem",
        "https://s3.amazonaws.com./echo.api/echo-api-cert-13.pem",
        "https://s3.amazonaws.com:563/echo.api/echo-api-cert-13.pem",
        "https://s3.amazonaws.com:0/echo.api/echo-api-cert-13.pem",
        "https://s3.amazonaws.com:port/echo.api/echo-api-cert-13.pem",
        "https://s3.amazonaws.com/EcHo.aPi/echo-api-cert-13.pem",
        "https://s3.amazonaws.com/other/echo-api-cert-13.pem",
        "https://s3.amazonaws.com/echo.api",
        "https://s3.amazonaws.com/echo.api/",
        "https://s3.amazonaws.com/echo.api/../other/cert.pem",
        "https://s3.amazonaws.com/echo.api/x/../../other/cert.pem",
        "https://s3.amazonaws.com/echo.api/%2e%2e/other/cert.pem",
        "https://s3.amazonaws.com/echo.api/..%2fother/cert.pem",
        "https://s3.amazonaws.com/echo.api\\..\\other/cert.pem",
        "https://s3.amazonaws.com//echo.api/cert.pem",
        "https://[s3.amazonaws.com/echo.api/cert.pem",
    ],
)
async def test_other_addresses_are_not_even_asked(url: str) -> None:
    bucket = Bucket()
    with pytest.raises(NotFromAlexa):
        await verifier(bucket).verify(Headers(signed(BODY, url)), BODY, SKILL_ID)
    assert bucket.fetched == []


@pytest.mark.parametrize("missing", ["SignatureCertChainUrl", "Signature-256"])
async def test_a_missing_header_is_refused(missing: str) -> None:
    await refused(None, headers={name: value for name, value in signed(BODY).items() if name != missing})


async def test_the_old_signature_alone_is_refused() -> None:
    old = base64.b64encode(key_of("alexa").sign(BODY, PKCS1v15(), SHA1())).decode()
    await refused("missing", headers={"SignatureCertChainUrl": URL, "Signature": old})
    await refused("does not match", headers={"SignatureCertChainUrl": URL, "Signature-256": old})


@pytest.mark.parametrize("signature", ["", "=", "not base64", "AAAA", "é"])
async def test_a_strange_signature_is_refused(signature: str) -> None:
    await refused(None, headers=signed(BODY) | {"Signature-256": signature})


async def test_a_changed_body_is_refused() -> None:
    await refused("does not match", body=BODY + b" ", headers=signed(BODY))
    await refused("does not match", body=BODY.replace(b"ONE", b"TWO"), headers=signed(BODY))


async def test_another_ones_signature_is_refused() -> None:
    await refused("does not match", headers=signed(BODY, signer="somebody"))


async def test_a_certificate_that_ran_out_is_refused() -> None:
    await refused("not a valid one", pem=chain(ends=NOW - timedelta(minutes=1), begins=NOW - 2 * DAY))


async def test_a_certificate_of_the_future_is_refused() -> None:
    await refused("not a valid one", pem=chain(begins=NOW + timedelta(minutes=1)))


async def test_a_certificate_for_another_name_is_refused() -> None:
    await refused("not a valid one", pem=chain("api.example.com"))
    await refused("not a valid one", pem=chain("echo-api.amazon.com.example.com"))


async def test_a_certificate_under_another_root_is_refused() -> None:
    own = certificate("alexa", "stranger", "echo-api.amazon.com"), certificate("stranger", "stranger")
    await refused("not a valid one", pem=b"".join(one.public_bytes(Encoding.PEM) for one in own))


async def test_a_chain_with_a_gap_is_refused() -> None:
    alone = chain().split(b"-----END CERTIFICATE-----\n")[0] + b"-----END CERTIFICATE-----\n"
    await refused("not a valid one", pem=alone)


@pytest.mark.parametrize("pem", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
async def test_what_is_no_certificate_is_refused(pem: bytes) -> None:
    await refused("not a valid one", pem=pem)


async def test_the_systems_roots_do_not_vouch_for_ours() -> None:
    certificates = Certificates(Bucket().fetch, system_roots, StoppedClock())
    with pytest.raises(NotFromAlexa):
        await certificates.key(URL)


def test_the_system_has_roots() -> None:
    assert isinstance(system_roots(), Store)


@pytest.mark.parametrize("seconds", [-150, 0, 150])
async def test_a_request_of_just_now_is_taken(seconds: int) -> None:
    await check(at=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-151, 151, 3600, 86_400])
async def test_a_stale_or_future_request_is_refused(seconds: int) -> None:
    await refused("just now", at=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("timestamp", [None, "", "now", 1763715600, "2026-11-21T09:00:00", [], {}])
async def test_a_strange_time_is_refused(timestamp: object) -> None:
    request = envelope()
    request["request"]["timestamp"] = timestamp
    await refused("time", body=json.dumps(request).encode())


async def test_another_skills_request_is_refused() -> None:
    await refused("another skill", body=json.dumps(envelope(skill_id="amzn1.ask.skill.other")).encode())


@pytest.mark.parametrize("place", ["session", "context"])
async def test_both_places_must_name_our_skill(place: str) -> None:
    request = envelope()
    (request["session"] if place == "session" else request["context"]["System"])["application"] = {
        "applicationId": "amzn1.ask.skill.other"
    }
    await refused("another skill", body=json.dumps(request).encode())


async def test_a_request_for_no_skill_is_refused() -> None:
    await refused("another skill", body=json.dumps({"request": envelope()["request"]}).encode())


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b"9" * 5000, b"{}"])
async def test_signed_garbage_is_refused(body: bytes) -> None:
    await refused(None, body=body)


async def test_a_certificate_is_fetched_once() -> None:
    bucket = Bucket()
    checking = verifier(bucket)
    for _ in range(3):
        await checking.verify(Headers(signed(BODY)), BODY, SKILL_ID)
    assert bucket.fetched == [URL]


async def test_a_certificate_is_fetched_again_when_it_ran_out() -> None:
    bucket, clock = Bucket({URL: chain(ends=NOW + DAY)}), StoppedClock()
    certificates = Certificates(bucket.fetch, roots, clock)
    await certificates.key(URL)
    clock.at = NOW + 2 * DAY
    with pytest.raises(NotFromAlexa):
        await certificates.key(URL)
    bucket.held[URL] = chain()
    await certificates.key(URL)
    assert bucket.fetched == [URL] * 3


async def test_few_certificates_are_kept() -> None:
    urls = [f"https://s3.amazonaws.com/echo.api/{i}.pem" for i in range(20)]
    bucket = Bucket(dict.fromkeys(urls, chain()))
    certificates = Certificates(bucket.fetch, roots, StoppedClock())
    for url in [*urls, urls[-1], urls[0]]:
        await certificates.key(url)
    assert bucket.fetched == [*urls, urls[0]]


async def test_a_refused_certificate_is_not_kept() -> None:
    bucket = Bucket({})
    certificates = Certificates(bucket.fetch, roots, StoppedClock())
    with pytest.raises(NotFromAlexa):
        await certificates.key(URL)
    bucket.held[URL] = chain()
    await certificates.key(URL)


async def test_a_place_out_of_reach_is_not_a_refusal() -> None:
    async def away(_: str) -> bytes:
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        await Certificates(away, roots, StoppedClock()).key(URL)


async def test_a_key_of_another_kind_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = certificate("alexa", "root", "echo-api.amazon.com", public=key.public_key()).public_bytes(Encoding.PEM)
    await refused("no RSA key", pem=pem)
