"""Finds names of people and places by spaCy, where it is installed; the only module that knows of it."""

from collections.abc import Iterable
from importlib import import_module

from support.masking_more import Names
from tracking.errors import NotConfigured

MODEL = "en_core_web_sm"
_KINDS = frozenset({"PERSON", "GPE", "LOC", "FAC"})


def names_by_spacy(model: str = MODEL) -> Names:
    """Load spaCy's model. Raises NotConfigured, saying what to install."""
    try:
        nlp = import_module("spacy").load(model, exclude=["parser", "lemmatizer", "attribute_ruler", "tagger"])
    except (ImportError, OSError) as error:
        raise NotConfigured(
            f"DOORSTEP_MASK_MORE needs spaCy and its model {model}, which are not installed here: "
            "docs/privacy.md says how, or unset the setting."
        ) from error

    def names(text: str) -> Iterable[tuple[int, int]]:
        return [(found.start_char, found.end_char) for found in nlp(text).ents if found.label_ in _KINDS]

    return names
