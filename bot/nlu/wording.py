"""Brings a text into the form that the classifier sees: clean, lower case, identifiers masked, courtesy cut."""

import re
import unicodedata

LONGEST = 2000
"""Characters looked at; the desk refuses longer messages anyway."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff\ud800-\udfff]+")
_COMBINING = re.compile(r"[\u0300-\u036f]+")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_GLUED_BEFORE = re.compile(r"([a-z]{3,})(#?\d{3,})")
_GLUED_AFTER = re.compile(r"(\d{3,})([a-z]{3,})")
_IDENTIFIER = re.compile(r"#?(?<![\w-])(?=[\w-]{0,40}\d{3})[\w-]{3,60}(?![\w-])")
_HASH_NUMBER = re.compile(r"#\s?\d{1,12}\b")
_REPEATED = re.compile(r"(.)\1{3,}")
_SPACES = re.compile(r"\s+")

_GREETING = (
    r"(?:hi|hello|hey|hiya|heya|yo|greetings|good\s(?:morning|afternoon|evening|day)"
    r"|dear\s(?:sir\sor\smadam|team|sirs?|madam|customer\sservice))"
)
_LEADING = re.compile(rf"^{_GREETING}(?:\s(?:there|again|team|bot|guys|all|everyone|doorstep))?(?:[\s,.!:;-]+|$)")
_THANKS = r"(?:many\sthanks|thanks?(?:\syou)?|thankyou|thx|thnx|ty|cheers|pls|plz|please)"
_MORE = r"(?:\s(?:a\slot|so\smuch|very\smuch|in\sadvance|a\smillion|kindly|again|bye))?"
_TRAILING = re.compile(rf"[\s,.!;-]+{_THANKS}{_MORE}[\s.!]*$")
_CLOSING = re.compile(r"[\s,.!;]+(?:(?:kind|best|warm)\s)?regards\b.{0,40}$")
_FEWEST_WORDS = 2


def clean(text: str) -> str:
    """Return the text in one line of plain characters: no controls, direction marks, stacked accents or odd widths."""
    text = _UNSEEN.sub(" ", text[:LONGEST]).replace("’", "'").replace("`", "'")
    if not text.isascii():
        text = unicodedata.normalize("NFC", _COMBINING.sub("", unicodedata.normalize("NFKD", text)))
    return _SPACES.sub(" ", text).strip()


def mask(text: str) -> str:
    """Put the words "email" and "number" in place of e-mail addresses and anything with three digits in a row."""
    text = _EMAIL.sub(" email ", text)
    text = _GLUED_AFTER.sub(r"\1 \2", _GLUED_BEFORE.sub(r"\1 \2", text))
    text = _HASH_NUMBER.sub(" number ", _IDENTIFIER.sub(" number ", text))
    return _SPACES.sub(" ", text).strip()


def without_courtesy(text: str) -> str:
    """Cut greetings in front and thanks behind, unless hardly anything else is said."""
    for pattern in (_LEADING, _CLOSING, _TRAILING):
        rest = pattern.sub("", text)
        if rest.count(" ") + 1 >= _FEWEST_WORDS and rest:
            text = rest
    return text


def normalise(text: str) -> str:
    """Return what the classifier is to see of a text."""
    return without_courtesy(mask(_REPEATED.sub(r"\1\1\1", clean(text).lower())))
