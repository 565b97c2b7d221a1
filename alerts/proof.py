"""Reads from a carrier's words where a parcel was left and who signed; says nothing where that is not certain."""

import re

_PLACES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), words)
    for pattern, words in (
        (r"front desk[\s/,]+reception(?:[\s/,]+mail ?room)?", "at the reception"),
        (r"front door(?:[\s/,]+porch)?|front porch", "at the front door"),
        (r"back door|rear door|back porch", "at the back door"),
        (r"side door", "at the side door"),
        (r"porch", "on the porch"),
        (r"garage", "at the garage"),
        (r"parcel locker|parcel box", "in the parcel locker"),
        (r"mail ?box|letter ?box", "in the mailbox"),
        (r"mail ?room", "in the mail room"),
        (r"reception(?:ist)?|front desk", "at the reception"),
        (r"neighbou?rs?", "with a neighbour"),
        (r"safe ?place", "in a safe place"),
    )
)
_NO = re.compile(r"\b(?:no|not|never|unable|could|couldn't|can't|cannot|failed|attempt\w*|if|or)\b", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][^\W\d_ .'’-]*(?:[ .'’-]+[^\W\d_]+){0,4}\.?")
_NO_NAME = re.compile(
    r"\b(?:signature|signed|required|release[d]?|driver|door|porch|desk|office|box|room|locker|garage|customer|"
    r"consignee|recipient|resident|neighbou?rs?|place|none|unknown|not|no|na|contactless|delivered|left|safe|see)\b",
    re.IGNORECASE,
)
_LONGEST_NAME = 40


def left_at(description: str) -> str:
    """Return where a parcel was left, such as "at the front door"; empty where the words name no place, or several."""
    if _NO.search(description):
        return ""
    found = [(words, *match.span()) for pattern, words in _PLACES if (match := pattern.search(description))]
    # A place inside another's words ("porch" in "front door/porch") is no place of its own.
    outer = {
        words
        for words, start, end in found
        if not any(s <= start and end <= e and e - s > end - start for _, s, e in found)
    }
    return next(iter(outer)) if len(outer) == 1 else ""


def signer(written: str) -> str:
    """Return the name of who signed, as the carrier writes it; empty for words that are no name."""
    name = " ".join(written.split())
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name) or _NO_NAME.search(name):
        return ""
    return name
