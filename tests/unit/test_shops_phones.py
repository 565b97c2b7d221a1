"""Phone numbers and e-mail addresses, brought into one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.shops.phones import normal_email, normal_phone


@pytest.mark.parametrize(
    ("written", "country", "expected"),
    [
        ("+1 202-555-0123", "", "+12025550123"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("202.555.0123", "us", "+12025550123"),
        ("1 202 555 0123", "US", "+12025550123"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 20 7946 0958", "US", "+442079460958"),
        ("0044 20 7946 0958", "GB", "+442079460958"),
        ("(202) 555-0123", "", ""),
        ("(202) 555-0123", "ZZ", ""),
        ("12", "US", ""),
        ("call me", "US", ""),
        ("", "US", ""),
        ("+1" + "2" * 80, "US", ""),
    ],
)
def test_phones(written: str, country: str, expected: str) -> None:
    assert normal_phone(written, country) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [(" Robin@Example.COM ", "robin@example.com"), ("robin", ""), ("", ""), ("a@b@c", ""), ("a b@c.d", ""), ("@x", "")],
)
def test_emails(written: str, expected: str) -> None:
    assert normal_email(written) == expected


@given(st.text(max_size=80), st.text(max_size=4))
def test_normal_forms_stay_as_they_are(written: str, country: str) -> None:
    phone, email = normal_phone(written, country), normal_email(written)
    assert normal_phone(phone, country) == phone
    assert normal_email(email) == email
