"""The fields that the API's shapes are made of, each with its bound."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, StringConstraints, model_validator

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def plain(text: str) -> str:
    """Return the text itself. Raises ValueError when a part of it can't be shown or stored."""
    if any(ord(character) < 32 and character not in "\n\t" for character in text) or "\x7f" in text:
        raise ValueError("control characters are not allowed")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("the text is not valid Unicode") from error
    return text


def mended(text: object) -> object:
    """Half a character is no reason to refuse a shopper's words."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else text


def _sane(at: datetime) -> datetime:
    if not _EARLIEST <= at <= _LATEST:
        raise ValueError("the time must lie between the years 2000 and 2100")
    return at


def bounded(longest: int, shortest: int = 0) -> StringConstraints:
    """A text of so many characters at most and at least, blanks at its ends not counted."""
    return StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest)


Name = Annotated[str, bounded(255), AfterValidator(plain)]
Number = Annotated[str, bounded(64, 1), AfterValidator(plain)]
Code = Annotated[str, bounded(64), AfterValidator(plain)]
Time = Annotated[AwareDatetime, AfterValidator(_sane)]


class In(BaseModel):
    """What a caller sends: a null means the same as leaving the field out; fields we don't know are ignored."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: object) -> object:
        return {k: v for k, v in given.items() if v is not None} if isinstance(given, dict) else given
