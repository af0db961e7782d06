"""The module against the program, in the environment that the wheel was installed into. PTHCONVERT_FILES names the folder with the inputs:
checkpoint.pth, dangerous.pth and faces/."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import pthconvert

FILES = Path(os.environ["PTHCONVERT_FILES"])
CHECKPOINT = FILES / "checkpoint.pth"
PICTURES = sorted((FILES / "faces").glob("*/*.png"))

try:
    import numpy
except ImportError:
    numpy = None


class Calls(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_version_is_the_programs(self):
        self.assertEqual(pthconvert.version(), pthconvert.__version__)
        said = subprocess.run([pthconvert.program(), "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
        self.assertEqual(said.split()[-1], pthconvert.__version__)

    def test_python_m_is_the_program(self):
        done = subprocess.run([sys.executable, "-m", "pthconvert", "--version"], stdout=subprocess.PIPE, text=True, check=True)
        self.assertEqual(done.stdout.split()[-1], pthconvert.__version__)
        wrong = subprocess.run([sys.executable, "-m", "pthconvert", "no-such-command"], stderr=subprocess.PIPE, text=True)
        self.assertEqual(wrong.returncode, 64)

    def test_inspect_returns_tensors_and_network(self):
        found = pthconvert.inspect(CHECKPOINT)
        self.assertEqual(found["network"]["architecture"], "ir_resnet18")
        self.assertGreater(len(found["state_dict"]["tensors"]), 100)
        self.assertEqual(pthconvert.inspect(str(CHECKPOINT)), found)

    def test_scan_has_a_verdict(self):
        self.assertEqual(pthconvert.scan(CHECKPOINT)["verdict"], "clean")
        self.assertEqual(pthconvert.scan(FILES / "dangerous.pth")["verdict"], "dangerous")

    def test_convert_writes_a_file_that_is_the_same_network(self):
        output = self.folder / "model.onnx"
        report = pthconvert.convert(CHECKPOINT, output)
        self.assertEqual(report["output_bytes"], output.stat().st_size)
        self.assertEqual(report["verification"]["verdict"], "the same network")
        self.assertEqual(pthconvert.inspect(output)["network"]["architecture"], "ir_resnet18")
        with self.assertRaises(pthconvert.PthconvertError) as caught:
            pthconvert.convert(CHECKPOINT, output)
        self.assertEqual(caught.exception.status, 2)
        self.assertIn("--force", str(caught.exception))
        half = pthconvert.convert(CHECKPOINT, output, force=True, dtype="float16", opset=17)
        self.assertEqual(half["changes"]["dtype"], "float16")
        dtypes = {tensor["dtype"] for tensor in pthconvert.inspect(output)["state_dict"]["tensors"]}
        self.assertEqual(dtypes, {"float16", "int64"})

    def test_a_missing_file_is_an_error_with_what_the_program_said(self):
        for call in (pthconvert.inspect, pthconvert.scan):
            with self.assertRaises(pthconvert.PthconvertError) as caught:
                call(self.folder / "absent.pth")
            self.assertEqual(caught.exception.status, 2)
            self.assertIn("absent.pth", str(caught.exception))

    def test_align_writes_one_crop_per_picture_with_the_packages_own_weights(self):
        report = pthconvert.align(PICTURES, self.folder / "crops")
        self.assertEqual(report["crops"], len(PICTURES))
        self.assertEqual(report["failed"], [])
        self.assertTrue((self.folder / "crops" / PICTURES[0].name).is_file())
        with self.assertRaises(pthconvert.PthconvertError):
            pthconvert.align(CHECKPOINT, self.folder / "none")

    @unittest.skipIf(numpy is None, "NumPy is not installed")
    def test_embed_returns_one_row_per_picture(self):
        found = pthconvert.embed(CHECKPOINT, PICTURES, normalize=True)
        self.assertEqual((found.shape[0], found.dtype), (len(PICTURES), numpy.float32))
        self.assertTrue(numpy.allclose(numpy.linalg.norm(found, axis=1), 1, atol=1e-5))
        alone = pthconvert.embed(CHECKPOINT, PICTURES[3], normalize=True)
        self.assertTrue(numpy.allclose(alone[0], found[3], atol=1e-5))

    @unittest.skipIf(numpy is None, "NumPy is not installed")
    def test_embed_of_an_array_equals_embed_of_an_export(self):
        side = pthconvert.inspect(CHECKPOINT)["network"]["contract"]["height"]
        batch = numpy.random.default_rng(3).standard_normal((2, 3, side, side)).astype(numpy.float32)
        pthconvert.convert(CHECKPOINT, self.folder / "model.onnx")
        first, second = pthconvert.embed(CHECKPOINT, batch), pthconvert.embed(self.folder / "model.onnx", batch)
        self.assertEqual(first.shape[0], 2)
        self.assertTrue(numpy.array_equal(first, second))
        self.assertFalse(numpy.allclose(first[0], first[1]))

    @unittest.skipIf(numpy is not None, "NumPy is installed")
    def test_embed_without_numpy_says_what_to_install(self):
        with self.assertRaisesRegex(ImportError, "pip install numpy"):
            pthconvert.embed(CHECKPOINT, PICTURES)


if __name__ == "__main__":
    unittest.main()
