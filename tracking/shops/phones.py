"""Brings phone numbers, and e-mail addresses with them, into the form in which they are stored and compared."""

import re

import phonenumbers

_EMAIL = re.compile(r"[^\s@,;<>]{1,64}@[^\s@,;<>]{1,190}")


def normal_phone(written: str, country: str = "") -> str:
    """Return a phone number in E.164 ("+12025550123"), empty if it can't be one.

    `country` (ISO 3166 alpha-2, usually where the order goes) says how to read a number without its country code.
    """
    if len(written) > 60:
        return ""
    try:
        number = phonenumbers.parse(written, country.strip().upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_email(written: str) -> str:
    """Return an e-mail address stripped and in lower case, empty if it can't be one."""
    found = written.strip().lower()
    return found if _EMAIL.fullmatch(found) else ""
