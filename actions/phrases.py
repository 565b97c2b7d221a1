"""Set phrases that forms must know whatever the classifier thinks: giving up, correcting a number, not having one."""

import re

_GIVES_UP = re.compile(
    r"(?:no[, ]*|ok[, ]*|oh[, ]*|actually[, ]*)?"
    r"(?:never ?mind|nvm|forget (?:it|about it|that)|cancel(?: that| this| it)?|stop(?: it| this)?|quit|abort|exit|"
    r"leave it|drop it|skip it|no,? thanks?|no,? thank you|nothing|don'?t bother|(?:i(?:'ve)? )?changed my mind)"
    r"[,.! ]*(?:please|thanks|thank you)?[.! ]*",
    re.IGNORECASE,
)
_HAS_NONE = re.compile(
    r"\b(?:don'?t|do not|can'?t|cannot|can not|didn'?t|haven'?t) (?:even )?(?:know|have|remember|find|recall|see|get)\b"
    r"(?!\s+(?:where|when|why|how))(?!.*\b(?:parcel|package|delivery|order(?!['s]* (?:number|no|id|nr|code)))\b)"
    r"|\b(?:dunno|lost it|i forgot|no idea|no clue|not sure|i have no)\b"
    r"|\bwhere (?:is|do|can|would|will) (?:i|it|that)\b"
    r"|\b(?:idk|which number|what number)\b",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"#|\b(?:no|nope|not|order|meant|mean|instead|sorry|wrong|actually|rather|wait|correction)\b", re.IGNORECASE
)
_FILLER = re.compile(
    r"a|about|actually|ah|am|an|and|be|correction|er|erm|for|had|hang|hmm|hold|have|hi|i|i'm|id|im|instead|is|it|it's|"
    r"its|look|made|mean|meant|my|no|nope|not|nr|num|"
    r"number|of|oh|on|oops|or|order|orders|package|parcel|please|pls|said|should|sorry|that|that's|thats|the|then|this|"
    r"to|track|tracking|try|typo|uh|um|up|wait|was|wrong|yes|yeah|"
    r"zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|double|triple",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\b(?:other|another|different) (?:one|order|purchase)\b", re.IGNORECASE)
_BY = re.compile(r"\b(?:by|before|until|till|in time for|needed? (?:it|this|them) (?:on|for))\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|both|every ?one|each|everything)\b", re.IGNORECASE)
_QUESTION = re.compile(
    r"(?:and |but |so |wait,? )?(?:where|when|who|what|how|why|which|is|are|can|could|do|does|did|will|has|have)\b",
    re.IGNORECASE,
)
_SHOP = re.compile(
    r"\b(?:invoice|receipt|bill|billing|pay|paid|payment|card|charge[ds]?|price|cost|discount|coupon|voucher|promo|"
    r"account|password|log ?in|newsletter|stock|product|size|colou?r|buy|sell|store|shop|gift|warranty|vat|tax|"
    r"subscription|membership|points|catalog(?:ue)?|opening hours)s?\b",
    re.IGNORECASE,
)


_LOOKED = re.compile(
    r"\b(?:looked|checked|searched|asked|tried|did (?:all|that)|done|everywhere|nowhere|nothing|nobody|no ?one|none|"
    r"still (?:missing|gone|not|nothing)|not (?:here|there|with))\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(r"\b(?:yet|haven'?t|have not|didn'?t|did not|will|later|let me|going to|i'?ll)\b", re.IGNORECASE)


def gives_up(text: str) -> bool:
    """Say whether the whole message means "never mind"."""
    return bool(_GIVES_UP.fullmatch(text.strip()))


def has_none(text: str) -> bool:
    """Say whether the message means "I don't have that", or asks where to find it."""
    return bool(_HAS_NONE.search(text.replace("’", "'")))


def has_looked(text: str) -> bool:
    """Say whether the answer to "have you looked for it?" is that they have, in vain."""
    plain = text.replace("’", "'")
    return bool(_LOOKED.search(plain)) and not _NOT_YET.search(plain)


def corrects(text: str) -> bool:
    """Say whether there is a word in it that makes a number a correction, or an order number."""
    return bool(_CORRECTION.search(text))


def only_filler(text: str) -> bool:
    """Say whether all words without digits are words that people put around a number ("no, I meant order")."""
    words = (word for word in re.findall(r"[^\s,.!?;:#-]+", text.lower()) if not any(c.isdigit() for c in word))
    return all(_FILLER.fullmatch(word) for word in words)


def is_filler(word: str) -> bool:
    """Say whether a word tells nothing about what was bought."""
    return bool(_FILLER.fullmatch(word))


def means_other(text: str) -> bool:
    """Say whether the message speaks of another order than the one before."""
    return bool(_OTHER.search(text))


def names_deadline(text: str) -> bool:
    """Say whether a date in the message is one to arrive by, not one that an order was placed on."""
    return bool(_BY.search(text))


def means_all(text: str) -> bool:
    """Say whether the answer to "which one?" is: all of them."""
    return bool(_ALL.search(text))


def is_question(text: str) -> bool:
    """Say whether the message asks something, with or without its question mark."""
    return "?" in text or bool(_QUESTION.match(text))


def is_shop_matter(text: str) -> bool:
    """Say whether the message is about the shop but not about deliveries: invoices, payment, products, accounts."""
    return bool(_SHOP.search(text))
