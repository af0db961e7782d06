"""ONNX graphs of one operator with random attributes, shapes and operator sets, in `convert run` and in ONNX Runtime.

Usage: python operator_sweep.py CONVERT [--count N] [--seed N] [--verbose] [--keep DIR]
CONVERT is the built command. Each graph is one of an operator that is read, with one input of images, rows or tokens, constants as initializers or
Constant nodes, and an operator set from 9 to 22. Its output must be ONNX Runtime's within 1e-5 of the largest number, or the graph must be refused by a
message that names the node and the operator. What `convert` runs it also writes, and ONNX Runtime must give the same for that. A graph that ONNX
Runtime itself refuses is drawn again. Some operators on rows come between two reshapes that join the rows of all images into one matrix and put them
back, as optimizers do; some reshapes take their sizes from arithmetic on a shape; and some integers are at the ends of their range. Exit 1 if
anything is wrong.

Needs numpy, onnx and onnxruntime.
"""
import argparse
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

TOLERANCE = 1e-5
OPSETS = range(9, 23)
NODE = "the_node"
EXTREMES = [-2**63, -2**63 + 1, -2**31, 2**31, 2**63 - 1]
# What operators are called once they are nodes of a graph, if that is not their own name in small letters.
GRAPH_NAMES = {"Concat": "concatenate", "Transpose": "permute", "Unsqueeze": "reshape", "Gather": "slice", "ReshapeByShape": "reshape", "MatMul": "product", "LpNormalization": "l2normalize"}


class Drawing:
    """One graph that is being drawn."""

    def __init__(self, seed):
        self.random, self.numbers = random.Random(seed), np.random.default_rng(seed)
        self.opset = self.random.choice(OPSETS)
        # A file without a single weight is not a network.
        self.initializers, self.nodes = [numpy_helper.from_array(np.zeros(2, np.float32), "spare")], []

    def one(self, *choices):
        return self.random.choice(choices)

    def chance(self, share):
        return self.random.random() < share

    def tensor(self, *shape, scale=1.0, shift=0.0):
        return (self.numbers.standard_normal(shape) * scale + shift).astype(np.float32)

    def stored(self, array, name):
        """As an initializer, or as a Constant node."""
        array = np.asarray(array)
        if self.chance(0.7):
            self.initializers.append(numpy_helper.from_array(array, name))
        else:
            self.nodes.append(helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array, name + "_value")))
        return name

    def integers(self, numbers, name):
        return self.stored(np.array(numbers, np.int64), name)

    def image(self):
        return [3, self.random.randint(1, 6), self.random.randint(3, 11), self.random.randint(3, 11)]

    def shape(self):
        return self.one(self.image(), self.image(), [3, self.random.randint(1, 9)], [3, self.random.randint(1, 6), self.random.randint(1, 7)])

    def axis(self, rank):
        return self.random.randint(-rank, rank - 1)

    def window(self, shape, most=4):
        """Kernel, strides, pads and dilations; some of them left out."""
        kernel = [self.random.randint(1, min(most, shape[2])), self.random.randint(1, min(most, shape[3]))]
        given = dict(kernel_shape=kernel)
        if self.chance(0.7):
            given["strides"] = [self.random.randint(1, 3), self.random.randint(1, 3)]
        mode = self.one("pads", "pads", "pads", "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "none")
        if mode == "pads":
            given["pads"] = [self.random.randint(0, k - 1) for k in kernel * 2]
        elif mode != "none":
            given["auto_pad"] = mode
        return given


# ---- operators: each gives the input's shape and the node's operator, further inputs and attributes

def activation(name, **attributes):
    def draw(d):
        given = {key: value(d) for key, value in attributes.items() if d.chance(0.7)}
        return d.shape(), name, [], given
    return draw


def conv(d):
    shape = d.image()
    groups = d.one(1, 1, shape[1], *[g for g in range(1, shape[1] + 1) if shape[1] % g == 0])
    outputs = groups * d.random.randint(1, 4)
    given = d.window(shape)
    weight = d.stored(d.tensor(outputs, shape[1] // groups, *given["kernel_shape"]), "weight")
    if d.chance(0.3):
        given["dilations"] = [d.random.randint(1, 2), d.random.randint(1, 2)]
    if groups > 1 or d.chance(0.5):
        given["group"] = groups
    if d.chance(0.3):
        del given["kernel_shape"]
    return shape, "Conv", [weight] + ([d.stored(d.tensor(outputs), "bias")] if d.chance(0.5) else []), given


def max_pool(d):
    shape = d.image()
    given = d.window(shape)
    if d.opset >= 10 and d.chance(0.4):
        given["ceil_mode"] = d.one(0, 1)
    if d.opset >= 10 and d.chance(0.2):
        given["dilations"] = [d.random.randint(1, 2), d.random.randint(1, 2)]
    return shape, "MaxPool", [], given


def average_pool(d):
    shape = d.image()
    given = d.window(shape)
    if d.opset >= 10 and d.chance(0.4):
        given["ceil_mode"] = d.one(0, 1)
    if d.chance(0.5):
        given["count_include_pad"] = d.one(0, 1)
    return shape, "AveragePool", [], given


def batch_normalization(d):
    shape = d.one(d.image(), d.image(), [3, 5])
    c = shape[1]
    inputs = [d.stored(d.tensor(c), "scale"), d.stored(d.tensor(c), "shift"), d.stored(d.tensor(c), "mean"),
              d.stored(np.abs(d.tensor(c)) + np.float32(0.1), "variance")]
    return shape, "BatchNormalization", inputs, dict(epsilon=d.one(1e-5, 1e-3, 2e-5)) if d.chance(0.7) else {}


def prelu(d):
    shape = d.shape()
    slope = d.one([1], [shape[1]] + [1] * (len(shape) - 2), [1] + [shape[1]] + [1] * (len(shape) - 2), [shape[-1]], shape[1:])
    return shape, "PRelu", [d.stored(d.tensor(*slope), "slope")], {}


def clip(d):
    low, high = sorted(float(v) for v in d.tensor(2))
    if d.opset < 11:
        return d.shape(), "Clip", [], {key: value for key, value in (("min", low), ("max", high)) if d.chance(0.7)}
    inputs = [d.stored(np.float32(low), "low") if d.chance(0.7) else ""]
    if d.chance(0.7):
        inputs.append(d.stored(np.float32(high), "high"))
    return d.shape(), "Clip", inputs, {}


def operand(d, shape):
    """A second value that is repeated along some axes, from the last one on."""
    kind = d.one("number", "vector", "channels", "part", "whole", "itself")
    if kind == "itself":
        return "input"
    sizes = {"number": d.one([], [1]), "vector": [shape[-1]], "channels": [shape[1]] + [1] * (len(shape) - 2), "whole": [1] + shape[1:],
             "part": [s if d.chance(0.5) else 1 for s in shape[1:]]}[kind]
    values = d.tensor(*sizes)
    return d.stored(np.where(np.abs(values) < 0.1, np.float32(0.5), values).astype(np.float32), "operand")


def elementwise(name):
    def draw(d):
        shape = d.shape()
        other = operand(d, shape)
        return shape, name, [other], dict(first=other != "input" and d.chance(0.25))
    return draw


def power(d):
    exponent = np.float32(d.one(1, 2, 3, 2.5, 0.5))
    return d.shape(), "Pow", [d.stored(exponent, "exponent")], {}


def extreme(name):
    def draw(d):
        shape = d.shape()
        return shape, name, [operand(d, shape) for _ in range(d.one(1, 1, 1, 0))], {}
    return draw


def concat(d):
    shape = d.shape()
    return shape, "Concat", ["input"] * d.one(1, 2), dict(axis=d.axis(len(shape)))


def gemm(d):
    inputs, outputs = d.random.randint(1, 9), d.random.randint(1, 9)
    given = {}
    if d.chance(0.7):
        given["transB"] = d.one(0, 1)
    for name in ("alpha", "beta"):
        if d.chance(0.25):
            given[name] = d.one(1.0, 0.5)
    if d.chance(0.1):
        given["transA"] = 0
    weight = d.stored(d.tensor(*([outputs, inputs] if given.get("transB") else [inputs, outputs])), "weight")
    bias = [d.stored(d.tensor(*d.one([outputs], [1, outputs], [1], [])), "bias")] if d.opset >= 11 and d.chance(0.6) else []
    return [3, inputs], "Gemm", [weight] + (bias or ([] if d.opset >= 11 else [d.stored(d.tensor(outputs), "bias")])), given


def matmul(d):
    shape = d.shape()
    return shape, "MatMul", [d.stored(d.tensor(shape[-1], d.random.randint(1, 6)), "weight")], dict(first=d.chance(0.1) and len(shape) == 2)


def flatten(d):
    shape = d.shape()
    return shape, "Flatten", [], dict(axis=d.one(1, 1, 1, *range(-len(shape) + 1, len(shape)))) if d.chance(0.7) else {}


def transpose(d):
    shape = d.shape()
    axes = list(range(len(shape)))
    d.random.shuffle(axes)
    return shape, "Transpose", [], dict(perm=axes) if d.chance(0.9) else {}


def reshape(d):
    shape = d.shape()
    rest = int(np.prod(shape[1:]))
    divisors = [n for n in range(1, rest + 1) if rest % n == 0]
    first = d.one(*divisors)
    sizes = d.one([-1, rest], [0, -1], [0, first, -1], [0, first, rest // first], [-1, first, rest // first], [0, 0, -1], [3, -1], [-1], shape[::-1])
    given = dict(allowzero=0) if d.opset >= 14 and d.chance(0.2) else {}
    return shape, "Reshape", [d.integers(sizes, "sizes")], given


def squeeze(name):
    def draw(d):
        shape = d.shape()
        if name == "Squeeze":
            shape[d.random.randint(1, len(shape) - 1)] = 1
            axes = d.one([i for i, s in enumerate(shape) if s == 1][:1], [i - len(shape) for i, s in enumerate(shape) if s == 1])
        else:
            axes = [d.random.randint(-len(shape), len(shape))]
        if d.opset >= 13:
            return shape, name, [d.integers(axes, "axes")], {}
        return shape, name, [], dict(axes=axes)
    return draw


def slices(d):
    shape = d.shape()
    count = d.random.randint(1, len(shape) - 1)
    axes = d.random.sample(range(1, len(shape)), count)
    starts = [d.random.randint(-shape[a] - 1, shape[a] - 1) for a in axes]
    if d.chance(0.1):
        starts[0] = d.one(*EXTREMES)
    ends = [d.one(2**63 - 1, 2**31 - 1, *EXTREMES[:d.one(0, 0, 5)], d.random.randint(-shape[a], shape[a] + 1)) for a in axes]
    axes = [a - len(shape) if d.chance(0.3) else a for a in axes]
    if d.opset < 10:
        return shape, "Slice", [], dict(starts=starts, ends=ends, axes=axes)
    inputs = [d.integers(starts, "starts"), d.integers(ends, "ends"), d.integers(axes, "axes")]
    if d.chance(0.5):
        inputs.append(d.integers([d.one(1, 2, -1, *EXTREMES[:d.one(0, 0, 0, 5)]) for _ in axes], "steps"))
    return shape, "Slice", inputs, {}


def split(d):
    shape = d.shape()
    axis = d.random.randint(1, len(shape) - 1)
    shape[axis] = max(shape[axis], 2)
    first = d.random.randint(1, shape[axis] - 1)
    parts = [first, shape[axis] - first]
    given = dict(axis=d.one(axis, axis - len(shape)))
    if d.opset < 13:
        return shape, "Split", [], given | dict(split=parts, outputs=2)
    if d.opset >= 18 and d.chance(0.4):
        return shape, "Split", [], given | dict(num_outputs=2, outputs=2)
    return shape, "Split", [d.integers(parts, "parts")], given | dict(outputs=2)


def gather(d):
    shape = d.shape()
    axis = d.random.randint(1, len(shape) - 1)
    index = d.one(d.random.randint(-shape[axis], shape[axis] - 1), [d.random.randint(0, shape[axis] - 1) for _ in range(d.random.randint(1, 4))])
    if d.chance(0.15):
        columns = d.one(1, 2)
        index = [[d.random.randint(0, shape[axis] - 1) for _ in range(columns)] for _ in range(d.one(1, 2))]
    return shape, "Gather", [d.integers(index, "index")], dict(axis=d.one(axis, axis - len(shape)))


def sizes_of_shape(d):
    """A reshape to sizes that are taken from the input's shape: one of them, or a run of them, with further ones."""
    shape = d.one(d.image(), [3, d.random.randint(1, 6), d.random.randint(1, 7)])
    d.nodes.append(helper.make_node("Shape", ["input"], ["shape_of_input"], name="shape"))
    if d.chance(0.5):
        index = d.random.randint(-len(shape), len(shape) - 1)
        d.nodes.append(helper.make_node("Gather", ["shape_of_input", d.integers(d.one([index], [index], [[index]]), "place")], ["some"], name="size"))
    else:
        bounds = [d.one(0, 0, 1), d.one(1, 2, len(shape), 2**63 - 1), 0, d.one(1, 1, 1, 2, -1)]
        names = [d.integers([number], name) for number, name in zip(bounds, ("from", "to", "along", "by"))]
        d.opset = max(d.opset, 10)
        d.nodes.append(helper.make_node("Slice", ["shape_of_input", *names[:d.one(2, 3, 4, 4)]], ["some"], name="size"))
    d.nodes.append(helper.make_node("Concat", ["some", d.integers([-1], "rest")], ["sizes"], name="join", axis=0))
    return shape, "Reshape", ["sizes"], {}


def pad(d):
    shape = d.shape()
    low, high = ([d.random.randint(0, 2) if i >= 2 or d.chance(0.1) else 0 for i in range(len(shape))] for _ in range(2))
    given = dict(mode=d.one("constant", "constant", "constant", "reflect", "edge")) if d.chance(0.5) else {}
    if d.opset < 11:
        return shape, "Pad", [], given | dict(pads=low + high) | (dict(value=1.5) if d.chance(0.5) else {})
    inputs = [d.integers(low + high, "pads")] + ([d.stored(np.float32(d.one(0, 1.5)), "value")] if d.chance(0.5) else [])
    return shape, "Pad", inputs, given


def reduction(name, since=18):
    def draw(d):
        shape = d.shape()
        axes = d.random.sample(range(1, len(shape)), d.random.randint(1, len(shape) - 1))
        axes = [a - len(shape) if d.chance(0.3) else a for a in axes]
        given = dict(keepdims=d.one(0, 1)) if d.chance(0.7) else {}
        if d.chance(0.1):
            return shape, name, [], given
        if d.opset >= since:
            return shape, name, [d.integers(axes, "axes")], given
        return shape, name, [], given | dict(axes=axes)
    return draw


def softmax(d):
    shape = d.shape()
    return shape, "Softmax", [], dict(axis=d.axis(len(shape))) if d.chance(0.8) else {}


def lp_normalization(d):
    shape = d.shape()
    return shape, "LpNormalization", [], {key: value for key, value in (("axis", d.axis(len(shape))), ("p", d.one(2, 2, 2, 1))) if d.chance(0.7)}


def layer_normalization(d):
    shape = d.shape()
    axis = d.random.randint(1, len(shape) - 1)
    d.opset = max(d.opset, 17)
    sizes = shape[axis:]
    inputs = [d.stored(d.tensor(*sizes), "scale")] + ([d.stored(d.tensor(*sizes), "shift")] if d.chance(0.7) else [])
    given = dict(axis=d.one(axis, axis - len(shape)))
    return shape, "LayerNormalization", inputs, given | (dict(epsilon=d.one(1e-5, 1e-6, 1e-3)) if d.chance(0.7) else {})


def gelu(d):
    d.opset = max(d.opset, 20)
    return d.shape(), "Gelu", [], dict(approximate=d.one("none", "tanh")) if d.chance(0.7) else {}


def cast(d):
    return d.shape(), "Cast", [], dict(to=d.one(TensorProto.FLOAT, TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.INT64))


def expand(d):
    shape = d.shape()
    return shape, "Expand", [d.integers(d.one([1], shape, [1] * len(shape), [2] + shape), "sizes")], {}


def dropout(d):
    if d.opset < 12:
        return d.shape(), "Dropout", [], dict(ratio=0.3) if d.chance(0.5) else {}
    return d.shape(), "Dropout", [d.stored(np.float32(0.3), "ratio")] if d.chance(0.5) else [], {}


def since(opset, draw):
    def later(d):
        d.opset = max(d.opset, opset)
        return draw(d)
    return later


def number(low, high):
    return lambda d: round(d.random.uniform(low, high), 3)


OPERATORS = {
    "Conv": conv, "MaxPool": max_pool, "AveragePool": average_pool, "BatchNormalization": batch_normalization, "PRelu": prelu, "Clip": clip,
    "Relu": activation("Relu"), "Sigmoid": activation("Sigmoid"), "Tanh": activation("Tanh"), "LeakyRelu": activation("LeakyRelu", alpha=number(0, 1)),
    "HardSigmoid": activation("HardSigmoid", alpha=number(0.05, 0.5), beta=number(0, 1)), "HardSwish": since(14, activation("HardSwish")),
    "Gelu": gelu, "Erf": activation("Erf"), "Identity": activation("Identity"), "Add": elementwise("Add"), "Sub": elementwise("Sub"),
    "Mul": elementwise("Mul"), "Div": elementwise("Div"), "Pow": power, "Max": extreme("Max"), "Min": extreme("Min"), "Concat": concat, "Gemm": gemm,
    "MatMul": matmul, "Flatten": flatten, "Transpose": transpose, "Reshape": reshape, "ReshapeByShape": sizes_of_shape, "Squeeze": squeeze("Squeeze"),
    "Unsqueeze": squeeze("Unsqueeze"), "Slice": slices, "Split": split, "Gather": gather, "Pad": pad, "ReduceMean": reduction("ReduceMean"),
    "ReduceL2": reduction("ReduceL2"), "ReduceMax": reduction("ReduceMax"), "ReduceSum": reduction("ReduceSum", 13),
    "GlobalAveragePool": lambda d: (d.image(), "GlobalAveragePool", [], {}), "GlobalMaxPool": lambda d: (d.image(), "GlobalMaxPool", [], {}),
    "Softmax": softmax, "LpNormalization": lp_normalization, "LayerNormalization": layer_normalization, "Cast": cast, "Expand": expand,
    "Dropout": dropout, "Sqrt": activation("Sqrt"), "Neg": activation("Neg"), "Elu": activation("Elu", alpha=number(0.5, 2)),
    "Softplus": activation("Softplus"), "Abs": activation("Abs"), "Exp": activation("Exp"),
}


def drawn(name, seed):
    """A model, its input, and ONNX Runtime's outputs; None if ONNX Runtime does not take it."""
    d = Drawing(seed)
    shape, operator, inputs, attributes = OPERATORS[name](d)
    outputs = ["output", "second"][:attributes.pop("outputs", 1)]
    isFirst = attributes.pop("first", False)
    tokens = d.random.randint(1, 5) if len(shape) == 2 and len(outputs) == 1 and d.chance(0.4) else None
    entering = "rows" if tokens else "input"
    inputs = [entering if given == "input" else given for given in inputs]
    order = [*inputs, entering] if isFirst else [entering, *inputs]
    if tokens:
        # The rows of all images as one matrix, put back after the operator.
        d.nodes.append(helper.make_node("Reshape", ["input", d.integers([-1, shape[1]], "joined")], ["rows"], name="join_rows"))
        d.nodes.append(helper.make_node(operator, order, ["changed"], name=NODE, **attributes))
        d.nodes.append(helper.make_node("Reshape", ["changed", d.integers([-1, tokens, d.one(shape[1], -1)], "apart")], outputs, name="part_rows"))
        shape = [shape[0], tokens, shape[1]]
    else:
        d.nodes.append(helper.make_node(operator, order, outputs, name=NODE, **attributes))
    batch = d.one("batch", shape[0])
    entry = helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch, *shape[1:]])
    # Their shapes are left for the reader to find out.
    result = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None) for output in outputs]
    graph = helper.make_graph(d.nodes, "sweep", [entry], result, d.initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", d.opset)], ir_version=8 if d.opset < 19 else 10)
    x = d.tensor(*shape)
    try:
        y = run(model.SerializeToString(), x)
    except Exception:
        return None
    if not all(np.isfinite(value).all() and value.dtype == np.float32 and value.size for value in y):
        return None
    return model, x, y, f"opset {d.opset}, {batch}×{shape[1:]}, {attributes}, {[tuple(i.dims) for i in d.initializers]}"


def run(model, x):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]).run(None, {"input": x})


def far(found, expected):
    if found.shape != expected.shape:
        return f"shape {found.shape}, not {expected.shape}"
    distance = np.abs(found.astype(np.float64) - expected).max() / max(np.abs(expected).max(), 1e-6)
    return None if distance <= TOLERANCE else f"differs by {distance:.1e}"


def check(convert, folder, name, model, x, y):
    """ "equal", "refused" or "wrong", and the reason."""
    def command(*arguments):
        return subprocess.run([convert, *map(str, arguments)], capture_output=True, text=True, timeout=60)

    path, again = folder / "one.onnx", folder / "again.onnx"
    onnx.save(model, path)
    np.save(folder / "x.npy", x)
    made = command("run", path, "--input", folder / "x.npy", "-o", folder / "y.npy", "--force")
    message = " ".join((made.stderr + made.stdout).split())
    if made.returncode != 0:
        words = (name.lower(), GRAPH_NAMES.get(name, name.lower()))
        names = [node.name for node in model.graph.node if node.name]
        # Around the operator, the node at fault may be another one.
        isNamed = NODE in message and any(word in message.lower().replace("_", "") for word in words)
        if made.returncode == 2 and (isNamed or len(names) > 1 and any(f"node {other}" in message for other in names)):
            return "refused", message.partition("node ")[2][:120]
        return "wrong", f"exit {made.returncode}: {message[-200:]}"
    problem = far(np.load(folder / "y.npy"), y[0])
    if problem:
        return "wrong", problem
    made = command("export", path, "-o", again, "--force")
    if made.returncode != 0:
        return "wrong", "export: " + " ".join(made.stderr.split())[-200:]
    onnx.checker.check_model(str(again), full_check=True)
    for found, expected in zip(run(str(again), x), y, strict=True):
        problem = far(found, expected)
        if problem:
            return "wrong", f"export: {problem}"
    return "equal", ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("convert")
    parser.add_argument("--count", type=int, default=408)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--operator", choices=[*OPERATORS])
    parser.add_argument("--verbose", action="store_true", help="print what is refused, too")
    parser.add_argument("--keep", type=pathlib.Path, help="where graphs with a wrong result are kept")
    options = parser.parse_args()
    counts = {name: dict.fromkeys(["equal", "refused", "wrong"], 0) for name in OPERATORS}
    names = [options.operator] if options.operator else [*OPERATORS]
    seed = options.seed * 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        for index in range(options.count):
            name = names[index % len(names)]
            case = None
            while case is None:
                seed += 1
                case = drawn(name, seed)
            model, x, y, what = case
            try:
                result, detail = check(options.convert, pathlib.Path(folder), name, model, x, y)
            except Exception as error:
                result, detail = "wrong", f"{type(error).__name__}: {str(error)[:200]}"
            counts[name][result] += 1
            if result == "wrong" or result == "refused" and options.verbose:
                print(f"{result} {name} ({what}): {detail}", flush=True)
            if result == "wrong" and options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                onnx.save(model, options.keep / f"{name}_{seed}.onnx")
    print(f"{'operator':20} {'equal':>6} {'refused':>8} {'wrong':>6}")
    for name, row in counts.items():
        if sum(row.values()):
            print(f"{name:20} {row['equal']:6} {row['refused']:8} {row['wrong']:6}")
    total = {result: sum(row[result] for row in counts.values()) for result in ("equal", "refused", "wrong")}
    print(", ".join(f"{count} {result}" for result, count in total.items()))
    sys.exit(1 if total["wrong"] else 0)


if __name__ == "__main__":
    main()
