"""Positions in a list ("the second one") and words for things ("my blue shoes"); knows no catalogue."""

import re

from bot.nlu.spans import Span, table

_PLACES = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7"}
_PLACES |= {"eighth": "8", "ninth": "9", "tenth": "10", "1st": "1", "2nd": "2", "3rd": "3"}
_PLACES |= {f"{n}th": str(n) for n in range(4, 21)}
# Orders are listed newest first, so the newest is the first of the list, while "last" is said of the list itself.
_PLACES |= {"latest": "1", "newest": "1", "most recent": "1", "top": "1"}
_PLACES |= {"last": "-1", "oldest": "-1", "bottom": "-1", "final": "-1"}
_COUNTED = {w: str(n) for n, w in enumerate(table("one two three four five six seven eight nine ten"), 1)}
_THING = r"(?:ones?|orders?|parcels?|packages?|purchases?|deliver(?:y|ies)|shipments?|box(?:es)?|items?|option)"
_PLACE = "|".join(sorted(map(re.escape, _PLACES), key=len, reverse=True))
_ORDINAL = re.compile(rf"\b({_PLACE})(?=\s{_THING}\b)", re.IGNORECASE)
_ALONE = re.compile(
    rf"^\W*(?:(?:the|yes|no|ok|um|uh|my)\W+)*({_PLACE})(?:\W+(?:please|pls|thanks))?\W*$", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"\b(?:number|option|choice|no\.?|nr\.?)\s?(one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2})(?=\W*(?:$|please\b|pls\b))",
    re.IGNORECASE,
)

_WORD = re.compile(r"[^\W\d_](?:[^\W_]|['-](?=[^\W_]))*")
_DETERMINERS = frozenset(table("my our his her their the those these that this a an some"))
_FILLING = frozenset(
    table(
        "first second third last latest newest other same whole entire new next right wrong old own stupid "
        "damn bloody pair bit lot few couple one ones two three big of"
    )
)
_GENERIC = frozenset(
    table(
        "order orders package packages parcel parcels delivery deliveries shipment shipments box boxes stuff "
        "thing things item items product products purchase purchases article articles goods refund money "
        "address status number tracking driver courier carrier person human agent bot date day days time week "
        "weeks month weekend morning afternoon evening name email e-mail mail phone question problem issue "
        "help house home door neighbour neighbor neighbours post office shop store website site app chat "
        "service customer support manager company link code label card account password invoice return city "
        "street postcode zip way hell fuck eta update updates news info information state whereabouts truth "
        "point moment minute second today yesterday tomorrow monday tuesday wednesday thursday friday "
        "saturday sunday mistake reason delay hold holdup alert alerts text texts notification notifications "
        "answer rest middle end top bottom left mum mom dad wife husband friend daughter son kid dog birthday "
        "party joke scam total price size color colour instead back warehouse depot locker shed porch mailbox "
        "wrong claim complaint digits digit most recent"
    )
)
_ENDS = frozenset(
    table(
        "i you he she it we they me us him them is are was were be been am do does did has have had will "
        "would can could should may might must not and or but so if when where why how what who which that to "
        "from for in on at by with of about into out up off over under after before until since as than then "
        "there here please pls thanks get got gets came come comes coming arrived arrive arrives went go goes "
        "gone says said say bought ordered order shipped sent send still yet now already isn't wasn't hasn't "
        "haven't didn't doesn't don't won't never always cancelled broken damaged late missing lost delivered "
        "from my your our this these those a an the"
    )
)
_LONGEST = 4


def ordinals(text: str) -> list[Span]:
    """Return positions as "1", "2" … and "-1" for the last, where something to choose is meant."""
    found = [Span("ordinal", *m.span(1), _PLACES[m.group(1).lower()]) for m in _ORDINAL.finditer(text)]
    if not found and (alone := _ALONE.match(text)):
        found = [Span("ordinal", *alone.span(1), _PLACES[alone.group(1).lower()])]
    for match in _NUMBERED.finditer(text):
        said = match.group(1).lower()
        found.append(Span("ordinal", *match.span(), _COUNTED.get(said, said.lstrip("0") or "0")))
    return found


def items(text: str) -> list[Span]:
    """Return words for things after "my", "the" and their like, without words that fit any order."""
    words = [(m.group().lower(), m.start(), m.end()) for m in _WORD.finditer(text)]
    found: list[Span] = []
    for i, (word, _, end) in enumerate(words):
        if word in _DETERMINERS and (not found or end > found[-1].end):
            found += _thing(text, words[i + 1 : i + 1 + _LONGEST])
    return found


def _thing(text: str, words: list[tuple[str, int, int]]) -> list[Span]:
    kept: list[tuple[str, int, int]] = []
    for word, start, end in words:
        if word in _ENDS or (kept and text[kept[-1][2] : start].strip()):
            break
        if word in _GENERIC:
            if kept:
                break
            continue
        if kept or word not in _FILLING:
            kept.append((word, start, end))
    return [Span("item", kept[0][1], kept[-1][2], " ".join(word for word, _, _ in kept))] if kept else []
