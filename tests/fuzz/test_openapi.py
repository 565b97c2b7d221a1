"""Calls every documented route with what the OpenAPI allows and with what it forbids; judges only the answers."""

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_dict
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from support.helpdesks import helpdesks
from tests.conftest import Running

ROUTES = (
    ("POST", "/api/v1/messages"),
    ("POST", "/api/v1/orders"),
    ("GET", "/api/v1/orders/{number}"),
    ("POST", "/api/v1/tracking-events"),
    ("GET", "/api/v1/tickets"),
    ("GET", "/api/v1/tickets/{number}"),
    ("PATCH", "/api/v1/tickets/{number}"),
    ("POST", "/api/v1/push-addresses"),
    ("DELETE", "/api/v1/push-addresses"),
    ("POST", "/webhooks/aftership"),
    ("POST", "/webhooks/alexa"),
    ("POST", "/webhooks/chatwoot"),
    ("POST", "/webhooks/dialogflow"),
    ("POST", "/webhooks/easypost"),
    ("POST", "/webhooks/fedex"),
    ("POST", "/webhooks/freshdesk"),
    ("POST", "/webhooks/gorgias"),
    ("POST", "/webhooks/karrio"),
    ("POST", "/webhooks/seventeentrack"),
    ("POST", "/webhooks/shipengine"),
    ("POST", "/webhooks/shippo"),
    ("POST", "/webhooks/shopify"),
    ("POST", "/webhooks/twilio/sms"),
    ("POST", "/webhooks/twilio/status"),
    ("POST", "/webhooks/ups"),
    ("POST", "/webhooks/woocommerce"),
    ("POST", "/webhooks/zendesk"),
    ("POST", "/chat/hello"),
    ("POST", "/chat/messages"),
    ("GET", "/chat/events"),
    ("POST", "/chat/files"),
    ("GET", "/chat/files/{id}"),
    ("POST", "/chat/notify"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
)
EXAMPLES = 60
UNCONFIGURED = frozenset({"/api/v1/push-addresses", *(f"/webhooks/{code}" for code in helpdesks())})
"""The test server has no helpdesk, nor does it tell anybody anything: what other tests do would all be sent there."""
# Refusals that every route may give, and that say themselves what was wrong.
ALWAYS_POSSIBLE = (400, 405, 413, 415, 429)


@pytest.fixture(scope="module")
def described(doorstep_server: Running) -> BaseSchema:
    """What the running server says it can do."""
    description = httpx.get(f"{doorstep_server.base_url}/openapi.json", trust_env=False).json()
    schema = from_dict(description)
    schema.config.update(base_url=doorstep_server.base_url)
    return schema


@pytest.fixture(scope="module")
def visitor(doorstep_server: Running) -> str:
    """The token of somebody who chats."""
    answer = httpx.post(f"{doorstep_server.base_url}/chat/hello", json={}, trust_env=False)
    return str(answer.json()["token"])


def test_no_route_is_left_out(described: BaseSchema) -> None:
    found = [operation.ok() for operation in described.get_all_operations()]
    assert {(operation.method.upper(), operation.path) for operation in found} == set(ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_answers_sensibly(
    described: BaseSchema, doorstep_server: Running, visitor: str, method: str, path: str
) -> None:
    operation = described[path][method]
    key = visitor if path in ("/chat/messages", "/chat/notify") else doorstep_server.api_key
    cases = st.one_of(
        operation.as_strategy(GenerationMode.POSITIVE),
        operation.as_strategy(GenerationMode.NEGATIVE) if operation.body or operation.query else st.nothing(),
    )

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def call(case: Case) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {key}"}, timeout=10)
        if path in UNCONFIGURED and answer.status_code == 503:
            assert answer.json()["error"]["code"] == "not_configured"
            return
        case.validate_response(answer, checks=[not_a_server_error])
        if answer.status_code not in ALWAYS_POSSIBLE:
            case.validate_response(answer, checks=[status_code_conformance, response_schema_conformance])

    call()
