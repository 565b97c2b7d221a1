"""Writes a trained classifier as plain numbers and JSON and reads it back; nothing in a model file is ever executed."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.fused import Examples, Fused, Linear, Tuning
from bot.nlu.sentences import SentenceEncoder
from bot.nlu.spelling import Speller
from bot.nlu.tfidf import Half, Tfidf

NUMBERS, WORDS = "classifier.npz", "classifier.json"


def save(model: Fused, folder: Path) -> None:
    """Write the classifier's two files into an existing folder."""
    words = {
        "labels": model.labels,
        "tuning": asdict(model.tuning),
        "threshold": model.threshold,
        "counts": model.speller.counts,
        "word_features": list(model.tfidf.words.columns),
        "letter_features": list(model.tfidf.letters.columns),
        "ends": model.examples.ends,
    }
    (folder / WORDS).write_text(json.dumps(words))
    np.savez(folder / NUMBERS, **_numbers(model))


def _numbers(model: Fused) -> dict[str, Any]:
    return {
        "word_idf": model.tfidf.words.idf,
        "letter_idf": model.tfidf.letters.idf,
        "word_weights": model.words.weights.astype(np.float16),
        "word_bias": model.words.bias,
        "sentence_weights": model.sentence.weights,
        "sentence_bias": model.sentence.bias,
        "rows": model.examples.rows.astype(np.float16),
    }


def load(folder: Path, encoder: SentenceEncoder) -> Fused:
    """Read a classifier that `save` wrote."""
    words = json.loads((folder / WORDS).read_text())
    with np.load(folder / NUMBERS, allow_pickle=False) as numbers:
        n = {name: numbers[name] for name in numbers.files}
    known = words["word_features"]
    return Fused(
        labels=words["labels"],
        tuning=Tuning(**words["tuning"]),
        speller=Speller(words["counts"], encoder.words()),
        tfidf=Tfidf(_half(known, 0, n["word_idf"]), _half(words["letter_features"], len(known), n["letter_idf"])),
        words=Linear(n["word_weights"].astype(np.float32), n["word_bias"]),
        sentence=Linear(n["sentence_weights"], n["sentence_bias"]),
        examples=Examples(n["rows"].astype(np.float32), words["ends"]),
        encoder=encoder,
        threshold=words["threshold"],
    )


def _half(features: list[str], offset: int, idf: Any) -> Half:
    return Half({feature: offset + i for i, feature in enumerate(features)}, idf)
