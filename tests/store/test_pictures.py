"""Evidence: what counts as a picture, how it is kept, and how it looks in cells."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from core.rules.errors import ErrorCode, Refused
from core.store.blobs import FolderBlobs
from core.store.pictures import Picture, PictureLimits, cells, inspect

LIMITS = PictureLimits(file_bytes=2048 * 1024, pixels=50_000_000)
KINDS = {"jpg": "JPEG", "gif": "GIF", "bmp": "BMP", "png": "PNG"}
RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def _picture(kind: str = "png", size: tuple[int, int] = (60, 40), colour: tuple[int, ...] = RED) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour).save(out, KINDS[kind])
    return out.getvalue()


def _noise(kind: str) -> bytes:
    grain = random.Random(7).randbytes(60 * 40 * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (60, 40), grain).save(out, KINDS[kind])
    return out.getvalue()


def _refusal(content: bytes, limits: PictureLimits = LIMITS) -> ErrorCode:
    with pytest.raises(Refused) as refused:
        inspect(content, limits)
    return refused.value.code


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_known_by_its_content(kind: str) -> None:
    assert inspect(_picture(kind), LIMITS) == Picture(kind, 60, 40)


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\n", b"PK\x03\x04" + bytes(100), bytes(5000)])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    assert _refusal(content) == ErrorCode.EVIDENCE_NOT_PICTURE


@pytest.mark.parametrize("form", ["TIFF", "WEBP", "ICO"])
def test_pictures_of_other_kinds_are_refused(form: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (32, 32)).save(out, form)
    assert _refusal(out.getvalue()) == ErrorCode.EVIDENCE_NOT_PICTURE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.5, 0.9])
def test_a_cut_file_is_refused(kind: str, part: float) -> None:
    content = _noise(kind)
    assert _refusal(content[: int(len(content) * part)]) == ErrorCode.EVIDENCE_UNREADABLE


def test_a_file_above_the_limit_is_refused_with_both_sizes() -> None:
    with pytest.raises(Refused, match=r"3 KB.*2 KB"):
        inspect(bytes(2049), PictureLimits(file_bytes=2048, pixels=1))


def test_a_picture_that_unpacks_into_too_much_is_refused() -> None:
    assert (
        _refusal(_picture(size=(2000, 2000)), PictureLimits(1 << 20, 1_000_000))
        == ErrorCode.EVIDENCE_UNREADABLE
    )


def test_random_damage_never_ends_in_anything_but_a_refusal() -> None:
    dice = random.Random(3)
    for kind in KINDS:
        for _ in range(60):
            content = bytearray(_noise(kind))
            for _ in range(5):
                content[dice.randrange(len(content))] = dice.randrange(256)
            try:
                inspect(bytes(content), LIMITS)
            except Refused:
                continue


def test_a_picture_fills_its_cells_and_keeps_its_shape() -> None:
    rows = cells(_picture(size=(40, 40)), cols=20, rows=4)
    middle = [cell == (RED, RED) for cell in rows[0]]
    assert (len(rows), len(rows[0]), sum(middle), middle.index(True)) == (4, 20, 8, 6)


def test_the_upper_and_lower_half_of_a_cell_have_their_own_colours() -> None:
    out = io.BytesIO()
    picture = Image.new("RGB", (2, 2), RED)
    picture.putpixel((0, 1), BLUE)
    picture.putpixel((1, 1), BLUE)
    picture.save(out, "PNG")
    assert cells(out.getvalue(), cols=2, rows=1) == (((RED, BLUE), (RED, BLUE)),)


def test_a_zoomed_picture_shows_the_part_that_was_panned_to() -> None:
    out = io.BytesIO()
    picture = Image.new("RGB", (100, 100), RED)
    picture.paste(BLUE, (50, 50, 100, 100))
    picture.save(out, "PNG")
    corner = cells(out.getvalue(), cols=10, rows=5, zoom=2.0, x=1.0, y=1.0)
    assert {colour for row in corner for cell in row for colour in cell} == {BLUE}


def test_what_is_see_through_is_shown_as_paper() -> None:
    assert cells(_picture(size=(4, 4), colour=(0, 0, 0, 0)), cols=4, rows=2)[0][0] == (WHITE, WHITE)


@pytest.mark.parametrize(
    ("zoom", "x", "y"), [(1.0, -5.0, 9.0), (50.0, 0.0, 1.0), (0.1, 0.5, 0.5), (1e9, 2, 2)]
)
def test_no_zoom_and_no_pan_leaves_the_picture(zoom: float, x: float, y: float) -> None:
    assert len(cells(_picture(), cols=7, rows=3, zoom=zoom, x=x, y=y)) == 3


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    assert blobs.put(b"scan") == blobs.put(b"scan")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_kept_bytes_come_back(tmp_path: Path) -> None:
    assert FolderBlobs(tmp_path).get(FolderBlobs(tmp_path).put(b"scan")) == b"scan"


def test_bytes_that_were_altered_on_disk_are_refused(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    sha256 = blobs.put(b"scan")
    blobs.path(sha256).write_bytes(b"forged")
    with pytest.raises(Refused):
        blobs.get(sha256)


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_what_is_no_hash_is_never_a_path(tmp_path: Path, sha256: str) -> None:
    with pytest.raises(ValueError):
        FolderBlobs(tmp_path).path(sha256)
