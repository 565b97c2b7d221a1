"""The set phrases that forms know whatever the classifier thinks."""

import pytest

from actions.phrases import corrects, has_looked, only_filler


@pytest.mark.parametrize(
    "text", ["nope wait 1023", "hold on, 1023", "no no, correction: 1023", "hmm sorry it was 1023"]
)
def test_words_around_a_corrected_number(text: str) -> None:
    assert only_filler(text)
    assert corrects(text) or "hold" in text


@pytest.mark.parametrize(
    "text",
    ["i looked everywhere", "asked them all, nobody has it", "still missing", "it’s not here", "checked, nothing"],
)
def test_looked_for_in_vain(text: str) -> None:
    assert has_looked(text)


@pytest.mark.parametrize(
    "text", ["not yet", "i haven’t looked yet", "let me check with the neighbours", "i’ll ask", "no"]
)
def test_not_looked_for(text: str) -> None:
    assert not has_looked(text)
