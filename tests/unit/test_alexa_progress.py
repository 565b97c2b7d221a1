"""A progressive response carries a token, so it goes to Amazon's own addresses and nowhere else."""

import pytest

from skills.alexa.progress import amazon_url


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://api.amazonalexa.com", "https://api.amazonalexa.com"),
        ("https://api.eu.amazonalexa.com/", "https://api.eu.amazonalexa.com"),
        ("https://API.fe.amazon.com:443", "https://api.fe.amazon.com"),
    ],
)
def test_amazons_addresses(endpoint: str, url: str) -> None:
    assert amazon_url(endpoint) == url


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://api.amazonalexa.com",
        "https://amazonalexa.com.example.com",
        "https://api.amazonalexa.com@example.com",
        "https://user@api.amazonalexa.com",
        "https://evilamazonalexa.com",
        "https://api.amazonalexa.com:8443",
        "https://api.amazonalexa.com:x",
        "https://127.0.0.1",
        "https://[::1",
    ],
)
def test_other_addresses(endpoint: str) -> None:
    assert amazon_url(endpoint) is None
