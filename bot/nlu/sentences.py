"""Turns a text into its sentence vector with the encoder that `bot.encoder` builds; downloads nothing."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parents[2] / "models" / "encoder"
MOST_TOKENS = 64
"""Longer texts are cut: the wish is nearly always in the first sentences, and time grows with length."""


class EncoderMissing(Exception):
    """The encoder has not been built; the message names the command."""


class SentenceEncoder:
    """One loaded encoder, on one thread. Vectors have 384 floats and length 1."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        model, tokenizer = folder / "encoder.onnx", folder / "tokenizer.json"
        if not (model.is_file() and tokenizer.is_file()):
            raise EncoderMissing(f"no sentence encoder in {folder}: run bot/.venv/bin/python -m bot.encoder")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)

    def vector(self, text: str) -> Any:
        """Return the vector of one text."""
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        return self._session.run(None, {"input_ids": ids})[0][0]

    def vectors(self, texts: Iterable[str]) -> Any:
        """Return one row a text."""
        return np.stack([self.vector(text) for text in texts])

    def words(self) -> list[str]:
        """Return the whole words that the encoder knows."""
        return [word for word in self._tokenizer.get_vocab() if word.isalpha() and word.isascii()]


@cache
def load_encoder(folder: Path = FOLDER) -> SentenceEncoder:
    """Return the encoder of a folder, loaded once a process. Raises EncoderMissing."""
    return SentenceEncoder(folder)
