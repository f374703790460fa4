"""Archives of pictures: what honest programs pack is taken, and what hostile ones pack does no harm."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from core.rules.errors import ErrorCode, Refused
from core.store.archives import ArchiveLimits, Unpacked, pictures_in
from tests.worlds import picture

LIMITS = ArchiveLimits(pictures=5, entry_bytes=64 * 1024, total_bytes=160 * 1024)
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0"
MB = 1024 * 1024


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content, compress_type=method)
    return buffer.getvalue()


def names(unpacked: Unpacked) -> list[str]:
    return [name for name, _ in unpacked.pictures]


def refused(content: bytes, limits: ArchiveLimits = LIMITS) -> ErrorCode:
    with pytest.raises(Refused) as caught:
        pictures_in(content, limits)
    return caught.value.code


def test_pictures_come_out_as_they_went_in(tmp_path: Path) -> None:
    scans = [picture(tmp_path, f"{shade}.png", shade).read_bytes() for shade in (1, 2)]
    content = packed(("证书.png", scans[0]), ("材料/通知.png", scans[1]))
    assert pictures_in(content, LIMITS).pictures == (("证书.png", scans[0]), ("通知.png", scans[1]))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_both_usual_ways_of_packing_are_read(method: int) -> None:
    assert names(pictures_in(packed(("a.png", PNG + bytes(99)), method=method), LIMITS)) == ["a.png"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_without_a_bound_on_memory_is_refused(method: int) -> None:
    assert refused(packed(("a.png", PNG + bytes(99)), method=method)) is ErrorCode.ARCHIVE_UNREADABLE


def test_a_picture_is_known_by_its_content_and_the_rest_is_named() -> None:
    unpacked = pictures_in(packed(("证书.txt", JPEG + bytes(9)), ("证书.png", b"words")), LIMITS)
    assert (names(unpacked), unpacked.skipped) == (["证书.txt"], ("证书.png（不是图片）",))


def test_an_archive_inside_is_not_opened() -> None:
    unpacked = pictures_in(packed(("里面.zip", packed(("a.png", PNG)))), LIMITS)
    assert (names(unpacked), unpacked.skipped) == ([], ("里面.zip（不是图片）",))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("/etc/cron.d/a.png", "a.png"),
        ("..\\..\\windows\\a.png", "a.png"),
        ("C:\\evil\\a.png", "a.png"),
        ("C:a.png", "a.png"),
        ("\\\\server\\share\\a.png", "a.png"),
        ("材料/D:", "图片1"),
        ("材料/\u200b", "图片1"),
        ("CON", "CON"),
        ("/dev/null", "null"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\x1b[2Jb.png", "a[2Jb.png"),
    ],
)
def test_a_name_is_only_a_label(path: str, name: str) -> None:
    assert names(pictures_in(packed((path, PNG)), LIMITS)) == [name]


def test_a_name_with_a_nul_in_it_is_only_a_label() -> None:
    content = packed(("aXb.png", PNG)).replace(b"aXb.png", b"a\x00b.png")
    assert names(pictures_in(content, LIMITS)) == ["ab.png"]


@pytest.mark.parametrize("name", ["毕业证书.jpg", "誠信.png"])
def test_names_packed_in_chinese_windows_are_read(name: str) -> None:
    raw = name.encode("gbk")
    plain = "x" * len(raw)
    content = packed((plain, PNG)).replace(plain.encode(), raw)
    assert names(pictures_in(content, LIMITS)) == [name]


def test_names_in_utf_8_without_its_mark_are_read() -> None:
    raw = "毕业证书.jpg".encode()
    content = packed(("x" * len(raw), PNG)).replace(b"x" * len(raw), raw)
    assert names(pictures_in(content, LIMITS)) == ["毕业证书.jpg"]


def test_what_systems_leave_behind_is_passed_over_in_silence() -> None:
    leftovers = ("__MACOSX/._a.png", "材料/.DS_Store", "Thumbs.db", "空/")
    unpacked = pictures_in(packed(*((name, PNG) for name in leftovers), ("a.png", PNG)), LIMITS)
    assert (names(unpacked), unpacked.skipped) == (["a.png"], ())


@pytest.mark.parametrize("kind", [0o120000, 0o060000, 0o020000, 0o010000, 0o140000])
def test_links_and_devices_are_left_out(kind: int) -> None:
    entry = zipfile.ZipInfo("a.png")
    entry.create_system, entry.external_attr = 3, (kind | 0o777) << 16
    unpacked = pictures_in(packed((entry, PNG + b"/etc/passwd")), LIMITS)
    assert (names(unpacked), unpacked.skipped) == ([], ("a.png（不是文件）",))


def test_a_picture_above_the_limit_is_left_out_and_named() -> None:
    content = packed(("大.png", PNG + bytes(LIMITS.entry_bytes)), ("小.png", PNG))
    unpacked = pictures_in(content, LIMITS)
    assert (names(unpacked), unpacked.skipped) == (["小.png"], ("大.png（超过 64 KB）",))


def test_pictures_above_the_limit_together_are_refused() -> None:
    full = PNG + bytes(LIMITS.entry_bytes - len(PNG))
    assert refused(packed(*((f"{n}.png", full) for n in range(3)))) is ErrorCode.ARCHIVE_TOO_LARGE


def test_more_pictures_than_there_is_room_for_are_counted() -> None:
    with pytest.raises(Refused) as caught:
        pictures_in(packed(*((f"{n}.png", PNG) for n in range(7))), LIMITS)
    assert (caught.value.code, caught.value.params) == (
        ErrorCode.ARCHIVE_TOO_MANY,
        {"count": 7, "left": 5},
    )


def test_a_bomb_is_not_unpacked() -> None:
    """A hundred megabytes of nothing in a hundred kilobytes."""
    content = packed(("a.png", PNG + bytes(100 * MB)))
    assert len(content) < MB
    unpacked, peak = measured(content)
    assert (unpacked.skipped, peak < 8 * MB) == (("a.png（超过 64 KB）",), True)


def test_a_bomb_whose_headers_lie_is_not_unpacked() -> None:
    """It says that it holds a hundred bytes."""
    honest = packed(("a.png", PNG + bytes(100 * MB)))
    content = honest.replace(struct.pack("<L", 100 * MB + len(PNG)), struct.pack("<L", 100))
    assert content != honest
    tracemalloc.start()
    code = refused(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (code, peak < 8 * MB) == (ErrorCode.ARCHIVE_UNREADABLE, True)


def test_a_size_that_is_claimed_and_not_there_is_refused() -> None:
    content = packed(("a.png", PNG + bytes(99)))
    lying = content.replace(struct.pack("<L", 99 + len(PNG)), struct.pack("<L", 0xFFFFFF00))
    assert names(pictures_in(content, LIMITS)) == ["a.png"]
    assert tried(lying) in (ErrorCode.ARCHIVE_UNREADABLE, None)


def test_entries_that_share_their_bytes_are_refused() -> None:
    """A thousand names for one kernel: small outside, very large inside."""
    assert refused(overlapping(200)) is ErrorCode.ARCHIVE_UNREADABLE


def test_a_hundred_thousand_entries_are_not_even_listed() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for number in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"{number}"), b"")
    content = buffer.getvalue()
    tracemalloc.start()
    code = refused(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (code, peak < 4 * MB) == (ErrorCode.ARCHIVE_TOO_LARGE, True)


@pytest.mark.parametrize("flag", [0x1, 0x41])
def test_an_archive_with_a_password_is_refused(flag: int) -> None:
    assert refused(flagged(packed(("a.png", PNG)), flag)) is ErrorCode.ARCHIVE_ENCRYPTED


def test_every_archive_cut_short_is_refused(tmp_path: Path) -> None:
    content = packed(("a.png", picture(tmp_path).read_bytes()))
    codes = {refused(content[:length]) for length in range(4, len(content))}
    assert codes == {ErrorCode.ARCHIVE_UNREADABLE}


def test_an_archive_that_was_altered_never_breaks_the_program(tmp_path: Path) -> None:
    content = packed(("a.png", picture(tmp_path).read_bytes()), ("b.txt", b"words"))
    chance, codes = random.Random(7), set()
    for _ in range(2000):
        broken = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        codes.add(tried(bytes(broken)))
    known = {None, ErrorCode.ARCHIVE_UNREADABLE, ErrorCode.ARCHIVE_ENCRYPTED, ErrorCode.ARCHIVE_TOO_LARGE}
    assert codes <= known


def tried(content: bytes) -> ErrorCode | None:
    try:
        pictures_in(content, LIMITS)
    except Refused as refusal:
        return refusal.code
    return None


def measured(content: bytes) -> tuple[Unpacked, int]:
    """What comes out, and the most bytes that were held on the way."""
    tracemalloc.start()
    unpacked = pictures_in(content, LIMITS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return unpacked, peak


def flagged(content: bytes, flag: int) -> bytes:
    """The same archive, marked as packed with a password in both of its headers."""
    raw = bytearray(content)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.index(mark) + at
        raw[place : place + 2] = struct.pack("<H", flag)
    return bytes(raw)


def overlapping(count: int) -> bytes:
    """An archive whose directory leads to one and the same entry under many names."""
    body = PNG + bytes(50_000)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = deflate.compress(body) + deflate.flush()
    fields = struct.pack("<HHHHHLLL", 20, 0, 8, 0, 0x21, zlib.crc32(body), len(kernel), len(body))
    local = b"PK\x03\x04" + fields + struct.pack("<HH", 1, 0) + b"a" + kernel
    tail = struct.pack("<HHHHHLL", 1, 0, 0, 0, 0, 0, 0)
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + fields + tail + b"a"
    directory = entry * count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(local), 0)
    return local + directory + end
