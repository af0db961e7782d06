"""Compares ONNX exports with PyTorch, ONNX Runtime, OpenVINO and pnnx, runs onnx's checker on them, and compares the other formats bit for bit.

Usage: python exports_against_runtimes.py CONVERT ORACLE FILE…
CONVERT is the built command, ORACLE a folder whose nets.py builds the reference networks (build(arch)) and whose faces.py gives crops.
Bounds: 3e-6 on the L2-normalized output, 3e-5 of the largest component before normalization, for batches of 1, 2 and 7.
"""
import sys

if {"-h", "--help"} & set(sys.argv[1:]):
    sys.exit(print(__doc__))

import os
import subprocess
import tempfile

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

VARIANTS = [[], ["--opset", "11"], ["--opset", "13"], ["--opset", "22"], ["--fold-batchnorm"], ["--opset", "11", "--fold-batchnorm"],
            ["--opset", "22", "--fold-batchnorm"], ["--external-data"], ["--normalize"]]


class Unit(nn.Module):
    def __init__(self, cin, cout, kernel, stride=1, groups=1, act=True):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(cout)
        if act:
            self.prelu = nn.PReLU(cout)
        self.act = act

    def forward(self, x):
        x = self.bn(self.conv(x))
        return self.prelu(x) if self.act else x


class Residual(nn.Module):
    def __init__(self, cin, mid, cout, stride):
        super().__init__()
        self.conv, self.conv_dw = Unit(cin, mid, 1), Unit(mid, mid, 3, stride, mid)
        self.project = Unit(mid, cout, 1, act=False)
        self.added = stride == 1

    def forward(self, x):
        y = self.project(self.conv_dw(self.conv(x)))
        return x + y if self.added else y


class Stage(nn.Module):
    def __init__(self, channels, mid, count):
        super().__init__()
        self.model = nn.Sequential(*[Residual(channels, mid, channels, 1) for _ in range(count)])

    def forward(self, x):
        return self.model(x)


class MobileFaceNet(nn.Module):
    """As ../shared/weights/README.md describes it."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2_dw, self.conv_23 = Unit(3, 64, 3, 2), Unit(64, 64, 3, 1, 64), Residual(64, 128, 64, 2)
        self.conv_3, self.conv_34 = Stage(64, 128, 4), Residual(64, 256, 128, 2)
        self.conv_4, self.conv_45 = Stage(128, 256, 6), Residual(128, 512, 128, 2)
        self.conv_5 = Stage(128, 256, 2)
        self.sep, self.sep_bn, self.prelu = nn.Conv2d(128, 512, 1, bias=False), nn.BatchNorm2d(512), nn.PReLU(512)
        self.GDC_dw, self.GDC_bn = nn.Conv2d(512, 512, 7, groups=512, bias=False), nn.BatchNorm2d(512)
        self.features, self.last_bn = nn.Conv2d(512, 128, 1, bias=False), nn.BatchNorm2d(128)

    def forward(self, x):
        for name in ("conv1", "conv2_dw", "conv_23", "conv_3", "conv_34", "conv_4", "conv_45", "conv_5"):
            x = getattr(self, name)(x)
        x = self.GDC_bn(self.GDC_dw(self.prelu(self.sep_bn(self.sep(x)))))
        return torch.flatten(self.last_bn(self.features(x)), 1)


def strip(state):
    """The state dict without the prefix that all its keys share."""
    keys = list(state)
    for tail in ("input_layer.0.weight", "conv1.weight", "conv2d_1a.conv.weight", "conv1.conv.weight"):
        found = [k for k in keys if k == tail or k.endswith("." + tail)]
        if found:
            prefix = min(found, key=len)[:-len(tail)]
            return {k[len(prefix):]: v for k, v in state.items()}
    return state


def network(file, nets):
    loaded = torch.load(file, map_location="cpu", weights_only=True)
    state = strip(loaded.get("backbone_state_dict", loaded))
    if "conv2d_1a.conv.weight" in state:
        net = nets.inception_resnet_v1()
    elif "GDC_dw.weight" in state:
        net = MobileFaceNet()
    elif "dense6_3.weight" in state or "dense5_1.weight" in state or "conv4_1.weight" in state:
        return None, loaded
    else:
        blocks = len({k.rsplit(".residual", 1)[0] for k in state if ".residual." in k} or {k.rsplit(".", 2)[0] for k in state if k.startswith("layer") and ".prelu." in k})
        net = nets.build("ir_resnet18" if blocks == 8 else "ir_resnet34")
        if "layer1.0.conv1.weight" in state:
            import make_checkpoint
            names = {make_checkpoint.relayout(k): k for k in net.state_dict()}
            state = {names[k]: v for k, v in state.items()}
    net.load_state_dict({k: v for k, v in state.items() if not k.startswith("logits.")})
    return net.eval(), loaded


def unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)


def bits(x):
    return np.ascontiguousarray(x).tobytes()


def check_inner_values(path):
    """Every value between nodes has a type in the file, and it is what onnx itself infers."""
    def kind(value):
        sizes = value.type.tensor_type.shape.dim
        return value.type.tensor_type.elem_type, [d.dim_value if d.HasField("dim_value") else d.dim_param for d in sizes]

    model = onnx.load(path)
    stated = {value.name: kind(value) for value in model.graph.value_info}
    ends = {value.name for value in model.graph.output}
    missing = [name for node in model.graph.node for name in node.output if name not in stated and name not in ends]
    assert not missing, f"no type for {missing[:3]}"
    del model.graph.value_info[:]
    for value in onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph.value_info:
        assert stated[value.name] == kind(value), f"{value.name} is {stated[value.name]}, onnx infers {kind(value)}"


def check_onnx(convert, file, net, crops, folder):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    worst = []
    for variant in VARIANTS:
        out = os.path.join(folder, "net.onnx")
        subprocess.run([convert, file, out, "--force", "--quiet", *variant], check=True)
        onnx.checker.check_model(out, full_check=True)
        check_inner_values(out)
        session = onnxruntime.InferenceSession(out, options, providers=["CPUExecutionProvider"])
        far, far_unit = 0.0, 0.0
        for batch in (1, 2, 7):
            x = crops[:batch]
            with torch.inference_mode():
                expected = net(torch.from_numpy(x)).numpy()
            if "--normalize" in variant:
                expected = unit(expected)
            found = session.run(["embedding"], {"input": x})[0]
            far = max(far, np.abs(found - expected).max() / np.abs(expected).max())
            far_unit = max(far_unit, np.abs(unit(found) - unit(expected)).max())
        assert far <= 3e-5 and far_unit <= 3e-6, f"{variant}: {far:.2e} of the largest component, {far_unit:.2e} normalized"
        worst.append((far_unit, far))
    return max(worst)


def check_loaders(convert, file, folder):
    import openvino
    out = os.path.join(folder, "net.onnx")
    subprocess.run([convert, file, out, "--force", "--quiet"], check=True)
    openvino.Core().compile_model(out, "CPU")
    pnnx = os.path.join(os.path.dirname(sys.executable), "pnnx")
    run = subprocess.run([pnnx, "net.onnx", "inputshape=[1,3,112,112]"], cwd=folder, capture_output=True, text=True)
    with open(os.path.join(folder, "net.ncnn.param")) as f:
        layers = [line.split()[0] for line in f.readlines()[2:]]
    unknown = [layer for layer in layers if "." in layer]
    assert run.returncode == 0 and not unknown, run.stderr[-300:] + str(unknown)
    return len(layers)


def check_formats(convert, file, state, folder):
    """safetensors, HDF5 and flat hold the state dict's own bits; a chain through all formats ends in the same tensors."""
    import h5py
    import safetensors.torch
    def run(source, target):
        subprocess.run([convert, source, target, "--force", "--quiet"], check=True)
    path = lambda name: os.path.join(folder, name)
    state = {k: v for k, v in state.items() if not k.startswith("logits.")}
    run(file, path("net.safetensors"))
    loaded = safetensors.torch.load_file(path("net.safetensors"))
    assert set(loaded) == set(state) and all(torch.equal(loaded[k], v) for k, v in state.items()), "safetensors"
    run(file, path("net.h5"))
    with h5py.File(path("net.h5")) as f:
        for key, value in state.items():
            assert bits(f[key.replace(".", "/")][()]) == bits(value.numpy()), f"h5py: {key}"
    run(file, path("net.flat"))
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Tests"))
    import flat_reader
    flat = flat_reader.load(path("net.flat"))
    assert list(flat) == list(state), "flat: order"
    for key, value in state.items():
        assert bytes(flat[key][2]) == bits(value.numpy()), f"flat: {key}"
    ring = [file] + [path("ring%d.%s" % pair) for pair in enumerate(["onnx", "flat", "h5", "safetensors", "onnx", "pth"])]
    for source, target in zip(ring, ring[1:]):
        run(source, target)
    back = torch.load(ring[-1], weights_only=True)["backbone_state_dict"]
    assert list(back) == list(state) and all(bits(back[k].numpy()) == bits(v.contiguous().numpy()) for k, v in state.items()), "ring"
    graphs = [subprocess.run([convert, "inspect", name, "--graph"], check=True, capture_output=True, text=True).stdout for name in ring]
    assert len(set(graphs)) == 1, "the ring's graphs differ"


def main():
    convert, oracle, *files = sys.argv[1:]
    sys.path.insert(0, oracle)
    import faces
    import nets
    rows = faces.rows()[::120][:7]
    crops = faces.standardise(np.stack([faces.crop(row) for row in rows]))
    failed = 0
    for file in files:
        name = os.path.basename(file)
        try:
            net, loaded = network(file, nets)
            with tempfile.TemporaryDirectory() as folder:
                normal, largest = check_onnx(convert, file, net, crops, folder)
                layers = check_loaders(convert, file, folder)
                check_formats(convert, file, loaded.get("backbone_state_dict", loaded), folder)
            print(f"same network  {name}: {len(VARIANTS)} ONNX exports checked; normalized {normal:.1e}, of the largest component {largest:.1e}; "
                  f"OpenVINO and pnnx load it ({layers} ncnn layers); safetensors, h5py, flat and the ring of formats bit for bit", flush=True)
        except (AssertionError, subprocess.CalledProcessError) as error:
            failed += 1
            print(f"DIFFERENT  {name}: {error}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
