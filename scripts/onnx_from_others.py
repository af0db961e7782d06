"""ONNX files of face networks as other programs write them: each is inspected, run, verified against its checkpoint, and written again.

Usage: python onnx_from_others.py CONVERT [MODULE.py …] [--family NAME …] [--writer NAME …] [--width N] [--folder DIR]
CONVERT is the built command. A MODULE has a table FAMILIES like fixtures/face_families.py; without any, that one and fixtures/face_families_2.py.

For each family and writer, "ok" means: `convert inspect` names the family; `convert run` gives what torch gives, within 1e-5 on outputs of unit length;
`convert verify FILE --against CHECKPOINT` says the same network; `convert export` writes a file that onnx's checker accepts and that ONNX Runtime runs
with the same result. A file may be refused if the message names a node and its operator, with the domain if it is not the standard's; it is counted
apart. A float16 file is compared with ONNX Runtime on the same file widened to float32, since arithmetic is float32 here; `verify` may say either, as its
weights may have been folded before they were rounded. Exit 1 if anything is wrong.

Needs torch, onnx, onnxruntime; onnxscript, onnxsim and onnxconverter-common for their writers.
"""
import argparse
import json
import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fixtures"))
from make_families import load

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"
TOLERANCE = 1e-5
BATCH = 3


# ---- writers: each gives the path of an ONNX file, or raises if that program cannot write it

def exported(net, x, path, opset=17, dynamic=True, inputs="input", outputs=1, **options):
    names = ["output", "norm"][:outputs]
    axes = {name: {0: "batch"} for name in [inputs, *names]} if dynamic else None
    torch.onnx.export(net, x, path, dynamo=False, opset_version=opset, input_names=[inputs], output_names=names, dynamic_axes=axes, **options)


def torchscript(opset, **options):
    return lambda net, x, path, made: exported(net, x, path, opset, **options, outputs=made["outputs"])


def dynamo(opset):
    def write(net, x, path, made):
        names = dict(input_names=["input"], output_names=["output", "norm"][:made["outputs"]])
        batch = ({0: torch.export.Dim("batch")},)
        torch.onnx.export(net, (x,), path, dynamo=True, opset_version=opset, dynamic_shapes=batch, external_data=False, verbose=False, **names)
    return write


def insightface(net, x, path, made):
    """Traced with one image; only the input's batch is made open afterwards."""
    exported(net, x[:1], path, 11, dynamic=False, inputs="data", outputs=made["outputs"], keep_initializers_as_inputs=False)
    model = onnx.load(path)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "None"
    onnx.save(model, path)


def yakhyo(net, x, path, made):
    exported(net, x[:1], path, 11, dynamic=False, outputs=made["outputs"], export_params=True, do_constant_folding=True)


def simplified(source):
    def write(net, x, path, made):
        import onnxsim
        model, _ = onnxsim.simplify(onnx.load(made[source]))
        onnx.save(model, path)
    write.source = source
    return write


def optimized(source, level):
    def write(net, x, path, made):
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = level
        options.log_severity_level = 3
        options.optimized_model_filepath = str(path)
        onnxruntime.InferenceSession(made[source], options, providers=["CPUExecutionProvider"])
    write.source = source
    return write


def narrow(source, keeps):
    def write(net, x, path, made):
        from onnxconverter_common import float16
        onnx.save(float16.convert_float_to_float16(onnx.load(made[source]), keep_io_types=keeps), path)
    write.source = source
    return write


def slim(source):
    def write(net, x, path, made):
        import onnxslim
        onnx.save(onnxslim.slim(onnx.load(made[source])), path)
    write.source = source
    return write


LEVEL = onnxruntime.GraphOptimizationLevel
WRITERS = {
    "torchscript_11": torchscript(11),
    "torchscript_13": torchscript(13),
    "torchscript_17": torchscript(17),
    "torchscript_unfolded": torchscript(17, do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE),
    "dynamo_18": dynamo(18),
    "insightface": insightface,
    "yakhyo": yakhyo,
    "onnxsim_11": simplified("torchscript_11"),
    "onnxsim_17": simplified("torchscript_17"),
    "onnxsim_unfolded": simplified("torchscript_unfolded"),
    "onnxsim_dynamo": simplified("dynamo_18"),
    "onnxsim_insightface": simplified("insightface"),
    "onnxsim_yakhyo": simplified("yakhyo"),
    "onnxslim_17": slim("torchscript_17"),
    "ort_basic": optimized("torchscript_17", LEVEL.ORT_ENABLE_BASIC),
    "ort_basic_dynamo": optimized("dynamo_18", LEVEL.ORT_ENABLE_BASIC),
    "ort_extended": optimized("torchscript_17", LEVEL.ORT_ENABLE_EXTENDED),
    "float16_all": narrow("torchscript_17", False),
    "float16_inside": narrow("torchscript_17", True),
    "float16_dynamo": narrow("dynamo_18", True),
}


# ---- comparison

def unit(y):
    y = np.asarray(y, np.float64).reshape(len(y), -1)
    return y / np.maximum(np.linalg.norm(y, axis=1, keepdims=True), 1e-30)


def difference(one, other):
    if one.shape != other.shape:
        return float("inf")
    value = np.abs(unit(one) - unit(other)).max()
    return float(value) if np.isfinite(value) else float("inf")


def widened(path):
    """A float16 file with the same numbers as float32, whose arithmetic ONNX Runtime then does in float32."""
    model = onnx.load(path)
    half, single = onnx.TensorProto.FLOAT16, onnx.TensorProto.FLOAT

    def tensor(value):
        if value.data_type == half:
            value.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(value).astype(np.float32), value.name))

    for value in model.graph.initializer:
        tensor(value)
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        if value.type.tensor_type.elem_type == half:
            value.type.tensor_type.elem_type = single
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "to" and attribute.i == half:
                attribute.i = single
            if attribute.HasField("t"):
                tensor(attribute.t)
    return model.SerializeToString()


def onnxruntime_output(model, x):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    x = x.astype(np.float16) if "float16" in entry.type else x
    size = len(x) if isinstance(entry.shape[0], str) or entry.shape[0] is None else entry.shape[0]
    return np.concatenate([session.run(None, {entry.name: x[i:i + size]})[0] for i in range(0, len(x), size)])


def refused(message, path):
    """The operator that a file was refused for, with its domain; None if the message does not name it and a node that has it."""
    for node in onnx.load(path).graph.node:
        name = f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type
        if f"the operator {name} is not supported" in message and (node.name or node.output[0]) in message:
            return name
    return None


class Case:
    """One file: what is wrong with it, what it was refused for, and figures."""

    def __init__(self, convert, path, checkpoint, x, y, is_narrow):
        self.convert, self.path, self.checkpoint, self.x, self.is_narrow = convert, path, checkpoint, x, is_narrow
        self.problems, self.refusal, self.family, self.largest = [], None, "-", None
        self.expected = onnxruntime_output(widened(path), x) if is_narrow else y
        self.check()

    def command(self, *arguments):
        made = subprocess.run([self.convert, *map(str, arguments)], capture_output=True, text=True, timeout=600)
        if made.returncode < 0 or made.returncode > 2:
            self.problems.append(f"{arguments[0]}: exit {made.returncode}")
        return made

    def check(self):
        folder = self.path.parent
        shown = self.command("inspect", "--json", self.path)
        network = (json.loads(shown.stdout).get("network") or {}) if shown.returncode == 0 else {}
        if "graph" not in network:
            message = " ".join((network.get("error") or shown.stderr + shown.stdout).split())
            self.refusal = refused(message, self.path)
            if not self.refusal:
                self.problems.append("inspect: " + message[:300])
            return
        self.family = (network.get("recognized") or {}).get("family") or "-"
        if self.family == "-":
            self.problems.append("not recognized")
        self.largest = self.run(self.path, "run")
        verified = self.command("verify", self.path, "--against", self.checkpoint)
        # Rounded as they are, weights are the checkpoint's rounded; folded first, they are not.
        if verified.returncode not in ((0, 1) if self.is_narrow else (0,)):
            lines = (verified.stdout + verified.stderr).strip().splitlines()
            self.problems.append(f"verify: exit {verified.returncode}: " + " / ".join(lines[-4:])[:300])
        again = folder / "again.onnx"
        made = self.command("export", self.path, "-o", again, "--force")
        if made.returncode:
            self.problems.append("export: " + (made.stderr + made.stdout).strip()[:300])
            return
        onnx.checker.check_model(str(again), full_check=True)
        distance = difference(onnxruntime_output(str(again), self.x), self.expected)
        if not distance <= TOLERANCE:
            self.problems.append(f"export: ONNX Runtime differs by {distance:.1e}")

    def run(self, model, what):
        output = self.path.parent / "y.npy"
        made = self.command("run", model, "--input", self.path.parent / "x.npy", "-o", output, "--force")
        if made.returncode:
            self.problems.append(f"{what}: " + (made.stderr + made.stdout).strip()[:300])
            return None
        distance = difference(np.load(output), self.expected)
        if not distance <= TOLERANCE:
            self.problems.append(f"{what}: differs by {distance:.1e}")
        return distance


# ---- the table

def network(module, entry, width):
    import make_families
    return getattr(module, "build", make_families.face_families.build)(entry, width, 1)


def files(net, x, folder, writers, outputs):
    """Pairs of a writer and its file, or the reason why it cannot write one."""
    made = {"outputs": outputs}
    with torch.no_grad():
        for name in writers:
            path = folder / f"{name}.onnx"
            try:
                if not path.exists():
                    WRITERS[name](net, x, path, made)
                made[name] = str(path)
                yield name, path, None
            except Exception as error:
                yield name, path, f"{type(error).__name__}: {str(error).splitlines()[0][:160]}" if str(error) else type(error).__name__


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("convert")
    parser.add_argument("modules", nargs="*", type=pathlib.Path, metavar="MODULE.py")
    parser.add_argument("--family", action="append")
    parser.add_argument("--writer", action="append", choices=[*WRITERS])
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--folder", type=pathlib.Path, help="keep the files there, and use those that are")
    options = parser.parse_args()
    sys.path.insert(0, str(FIXTURES))
    counts = dict.fromkeys(["ok", "refused", "wrong", "not written"], 0)
    refusals = {}
    print(f"{'family':30} {'writer':22} {'recognized as':26} {'difference':>10}  result")
    for path in options.modules or [FIXTURES / "face_families.py", FIXTURES / "face_families_2.py"]:
        module = load(path.resolve())
        for name, entry in module.FAMILIES.items():
            if options.family and name not in options.family:
                continue
            with tempfile.TemporaryDirectory() as temporary:
                folder = (options.folder / name) if options.folder else pathlib.Path(temporary)
                folder.mkdir(parents=True, exist_ok=True)
                for row in family(options, module, entry, folder):
                    counts[row[-1]] += 1
                    if row[-1] == "refused":
                        refusals[row[3]] = refusals.get(row[3], 0) + 1
                    writer, recognized, largest, detail, result = row
                    print(f"{name:30} {writer:22} {recognized:26} {largest:>10}  {result}{detail}", flush=True)
    for operator, count in sorted(refusals.items()):
        print(f"refused{operator}: {count} files")
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    sys.exit(1 if counts["wrong"] else 0)


def family(options, module, entry, folder):
    net = network(module, entry, options.width)
    import make_families
    tools = module if hasattr(module, "prepare") else make_families.face_families
    x = tools.prepare(tools.images(entry.contract, 7, BATCH), entry.contract)
    with torch.inference_mode():
        y = net(torch.from_numpy(x))
    outputs = len(y) if isinstance(y, tuple) else 1
    y = (y[0] if isinstance(y, tuple) else y).numpy()
    np.save(folder / "x.npy", x)
    # Saving may take a network's program away.
    torch.save(entry.save(network(module, entry, options.width)), folder / "checkpoint.pth")
    wanted = options.writer or [*WRITERS]
    sources = {getattr(WRITERS[name], "source", None) for name in wanted}
    needed = [name for name in WRITERS if name in wanted or name in sources]
    for writer, path, problem in files(net, torch.from_numpy(x), folder, needed, outputs):
        if writer not in wanted:
            continue
        if problem:
            yield writer, "-", "-", f": {problem}", "not written"
            continue
        try:
            case = Case(options.convert, path, folder / "checkpoint.pth", x, y, writer.startswith("float16"))
        except Exception as error:
            yield writer, "-", "-", f": {type(error).__name__}: {str(error)[:200]}", "wrong"
            continue
        largest = "-" if case.largest is None else f"{case.largest:.1e}"
        if case.problems:
            yield writer, case.family, largest, ": " + "; ".join(case.problems), "wrong"
        elif case.refusal:
            yield writer, case.family, largest, f": {case.refusal}", "refused"
        else:
            yield writer, case.family, largest, "", "ok"


if __name__ == "__main__":
    main()
