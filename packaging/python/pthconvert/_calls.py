"""One function for each command that returns something."""

import os
import tempfile
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Optional, Sequence, Union

from ._program import Path, PthconvertError, document, run

if TYPE_CHECKING:
    import numpy
    import numpy.typing

Paths = Union[Path, Iterable[Path]]


def inspect(path: Path, *, options: Sequence[str] = ()) -> Dict[str, Any]:
    """What is in a file: container, metadata, network, state dict, tensors and bytes by group (docs/inspect-json.md)."""
    return document(["inspect", path, *options])


def scan(path: Path) -> Dict[str, Any]:
    """What loading the file with Python could run; nothing in it is run here (docs/safety.md).

    ``verdict`` is ``clean``, ``unknown`` or ``dangerous``. A file that cannot be read is an error.
    """
    return document(["inspect", "--safety", path], accepted=(0, 1, 2, 3))


def convert(source: Path, output: Path, *, dtype: Optional[str] = None, opset: Optional[int] = None, force: bool = False,
            options: Sequence[str] = ()) -> Dict[str, Any]:
    """Rebuilds the network and exports it in the format of ``output``'s ending; the file is read back and compared before it appears.

    ``options`` are any others of ``pthconvert export``. Raises PthconvertError, with status 1 and nothing written, if a check fails.
    """
    arguments: List[Path] = ["export", source, "-o", output, *options]
    if dtype is not None:
        arguments += ["--dtype", dtype]
    if opset is not None:
        arguments += ["--opset", str(opset)]
    if force:
        arguments.append("--force")
    return document(arguments)


def embed(model: Path, images: "Union[Paths, numpy.typing.NDArray[Any]]", *, normalize: bool = False,
          options: Sequence[str] = ()) -> "numpy.typing.NDArray[Any]":
    """A network's outputs, one row per image, for pictures or for an array N × C × H × W that is already preprocessed.

    Needs NumPy. Faces are cut out of pictures as the model says. An image that cannot be read is an error.
    ``options`` are any others of ``pthconvert run``.
    """
    try:
        import numpy
    except ImportError as error:
        raise ImportError("pthconvert.embed returns a NumPy array: pip install numpy") from error
    with tempfile.TemporaryDirectory(prefix="pthconvert-") as folder:
        output = os.path.join(folder, "embeddings.npy")
        arguments: List[Path] = ["run", model, "-o", output, *options]
        if normalize:
            arguments.append("--normalize")
        if isinstance(images, numpy.ndarray):
            given = os.path.join(folder, "images.npy")
            numpy.save(given, images)
            arguments += ["-i", given]
        else:
            arguments += _listed(images)
        run(arguments)
        found: "numpy.typing.NDArray[Any]" = numpy.load(output, allow_pickle=False)
        return found


def align(images: Paths, output: Path, *, options: Sequence[str] = ()) -> Dict[str, Any]:
    """Finds faces with MTCNN, cuts them out, and writes the crops into the folder ``output`` (docs/faces.md).

    Pictures that cannot be read are in ``failed``; if there is nothing but such pictures, that is an error.
    ``options`` are any others of ``pthconvert align``.
    """
    report = document(["align", *_listed(images), "-o", output, *options], accepted=(0, 1))
    if report["failed"] and not report["crops"]:
        raise PthconvertError("; ".join(f"{one['image']}: {one['error']}" for one in report["failed"]), 1)
    return report


def _listed(paths: Paths) -> List[Path]:
    return [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
