"""The process that compares two faces: reads two pictures from stdin, prints one line of JSON, and ends.

Pictures come from anybody, and the libraries that read them are C: what goes wrong here ends this process, not the
program. Nothing of the program is imported, no file is written, no network is used.
"""

from __future__ import annotations

import io
import json
import struct
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Sequence

LENGTH = struct.Struct(">Q")
"""Stands before each picture: its length in bytes."""

MISSING = "missing"
UNREADABLE = ("card", "portrait")
"""Faults by name: the extra is not installed; this picture can't be read."""

_KINDS = ("JPEG", "PNG", "GIF", "BMP")
# A card fills a picture at this size with a face some 200 pixels wide; the finder sees faces from 40 pixels.
_SIDE = 1600
_PIXELS = 50_000_000
_OUTPUT_BYTES = 65536
_MODELS = ("shape_predictor_5_face_landmarks.dat", "dlib_face_recognition_resnet_model_v1.dat")


def confine(seconds: int, memory_mb: int) -> None:
    """Bound this process: CPU time (seconds), address space (MB), what it may write; and no core dump.

    Windows knows no such limits, and macOS none of memory: there only the parent's clock ends it.
    """
    if sys.platform == "win32":
        return
    import resource

    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: _OUTPUT_BYTES,
    }
    if sys.platform != "darwin":
        bounds[resource.RLIMIT_AS] = memory_mb * 1024 * 1024
    for kind, bound in bounds.items():
        # Never above what the program itself was given.
        hard = resource.getrlimit(kind)[1]
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (bound, bound))


def model_files() -> tuple[Path, Path] | None:
    """Landmarks and network; None if not installed. The package is not imported: it asks for a library long gone."""
    spec = find_spec("face_recognition_models")
    folders = spec.submodule_search_locations if spec is not None else None
    for folder in folders or ():
        landmarks, network = (Path(folder) / "models" / name for name in _MODELS)
        if landmarks.is_file() and network.is_file():
            return landmarks, network
    return None


def main(arguments: Sequence[str]) -> int:
    """`face_worker SECONDS MEMORY_MB SURE`: the two limits, and how sure one must be of a face."""
    confine(int(arguments[0]), int(arguments[1]))
    pictures = [_read(sys.stdin.buffer) for _ in UNREADABLE]
    print(json.dumps(_seen(pictures, float(arguments[2]))))
    return 0


def _read(stream: BinaryIO) -> bytes:
    (length,) = LENGTH.unpack(stream.read(LENGTH.size))
    content = stream.read(length)
    if len(content) != length:
        raise EOFError
    return content


def _seen(pictures: Sequence[bytes], sure: float) -> dict[str, object]:
    models = model_files()
    if models is None or find_spec("dlib") is None or find_spec("numpy") is None:
        return {"fault": MISSING}
    pixels = []
    for name, content in zip(UNREADABLE, pictures, strict=True):
        try:
            pixels.append(_pixels(content))
        except MemoryError:
            raise
        except Exception:  # the library names no bound to what a broken file may raise
            return {"fault": name}
    return _compared(pixels, models, sure)


def _pixels(content: bytes) -> Any:
    """A picture as rows of RGB, at most `_SIDE` long, the way up it was taken."""
    import numpy
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        # The library's own bound only warns; ours refuses.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        picture = Image.open(io.BytesIO(content), formats=_KINDS)
    if picture.width * picture.height > _PIXELS:
        raise ValueError("too many pixels")
    # A large JPEG is unpacked small at once.
    picture.draft("RGB", (_SIDE, _SIDE))
    flat: Image.Image = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    flat.thumbnail((_SIDE, _SIDE))
    return numpy.asarray(ImageOps.exif_transpose(flat).convert("RGB"))


def _compared(pictures: Sequence[Any], models: tuple[Path, Path], sure: float) -> dict[str, object]:
    import dlib
    import numpy

    finder = dlib.get_frontal_face_detector()
    # Once enlarged, so that the small face of a card is found.
    found = [_largest_first(finder.run(picture, 1, sure)[0]) for picture in pictures]
    seen: dict[str, object] = {
        name: [face.width() for face in faces] for name, faces in zip(UNREADABLE, found, strict=True)
    }
    if not all(found):
        return seen | {"distance": None}
    landmarks = dlib.shape_predictor(str(models[0]))
    network = dlib.face_recognition_model_v1(str(models[1]))
    places = [
        numpy.array(network.compute_face_descriptor(picture, landmarks(picture, faces[0])))
        for picture, faces in zip(pictures, found, strict=True)
    ]
    return seen | {"distance": round(float(numpy.linalg.norm(places[0] - places[1])), 4)}


def _largest_first(faces: Any) -> list[Any]:
    return sorted(faces, key=lambda face: face.area(), reverse=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
