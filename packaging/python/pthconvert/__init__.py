"""PyTorch checkpoints of face-verification networks, read without PyTorch and without running anything in them.

A thin layer over the program ``pthconvert``, which this package installs: every function starts it once and returns what it reports.
"""

from ._calls import align, convert, embed, inspect, scan
from ._program import PthconvertError, program, run, version

__all__ = ["PthconvertError", "align", "convert", "embed", "inspect", "program", "run", "scan", "version"]
__version__ = "@VERSION@"
