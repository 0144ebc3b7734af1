"""YAMNet's ONNX graph, freed of its 8-bit activations.

The package ships float weights in a graph that quantises every activation, for one patch a call. Taking the
quantise–dequantise pairs out gives the float network, finer scores, and batches.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer import FloatArray

BATCH = 64
"""Patches a call; bounds memory on long sounds."""


class YamnetGraph:
    """Runs patches through the network on ONNX Runtime."""

    def __init__(self, model: Path, device: str) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        providers = ["CUDAExecutionProvider"] if device.startswith("cuda") else []
        known = set(onnxruntime.get_available_providers())
        self._session = onnxruntime.InferenceSession(
            float_graph(model),
            options,
            providers=[p for p in providers if p in known] + ["CPUExecutionProvider"],
        )

    def scores(self, patches: FloatArray) -> FloatArray:
        """(p, 96, 64) → (p, 521) float32 class scores in [0, 1], each class on its own (sigmoid)."""
        import numpy as np

        parts = [
            self._session.run(["logits"], {"audio": patches[start : start + BATCH, None]})[0]
            for start in range(0, len(patches), BATCH)
        ]
        logits = np.concatenate(parts)
        scores: FloatArray = (1.0 / (1.0 + np.exp(-np.clip(logits, -60, 60)))).astype(np.float32)
        return scores


def float_graph(path: Path) -> bytes:
    """The model at `path` (its weights beside it) without QuantizeLinear and DequantizeLinear, batch free."""
    import onnx

    model = onnx.load(str(path))
    graph = model.graph
    renamed: dict[str, str] = {}
    kept: list[Any] = []
    for node in graph.node:
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            renamed[node.output[0]] = renamed.get(node.input[0], node.input[0])
            continue
        for i, name in enumerate(node.input):
            node.input[i] = renamed.get(name, name)
        kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)
    last = renamed[graph.output[0].name]
    for node in graph.node:
        node.output[:] = ["logits" if name == last else name for name in node.output]
        if node.op_type == "Reshape":  # (1, 1024) in the file; −1 keeps the batch
            _free_batch(graph, node)
    used = {name for node in graph.node for name in node.input}
    weights = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(weights)
    float_type = onnx.TensorProto.FLOAT
    del graph.input[:]
    graph.input.append(onnx.helper.make_tensor_value_info("audio", float_type, ["n", 1, 96, 64]))
    del graph.output[:]
    graph.output.append(onnx.helper.make_tensor_value_info("logits", float_type, ["n", 521]))
    del graph.value_info[:]
    data: bytes = model.SerializeToString()
    return data


def _free_batch(graph: Any, node: Any) -> None:
    import numpy as np
    import onnx

    shape = next(t for t in graph.initializer if t.name == node.input[1])
    values = onnx.numpy_helper.to_array(shape).copy()
    values[0] = -1
    values[1:] = np.where(values[1:] == -1, 1024, values[1:])
    shape.CopyFrom(onnx.numpy_helper.from_array(values, shape.name))
