"""Faces: real photographs compared, and whatever may go wrong in the process that does it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from core.rules.faces import (
    NOT_COMPARED,
    NOT_INSTALLED,
    SAME_PERSON_AT_MOST,
    UNREADABLE_CARD,
    UNREADABLE_PORTRAIT,
    FaceVerdict,
)
from core.store import face_worker
from core.store.faces import FaceLimits, compare_faces, faces_available
from core.store.settings import Settings
from tests import photographs as photo

LIMITS = FaceLimits.of(Settings())
ROOT = Path(__file__).parents[2]
PEOPLE = {"hopper": photo.hopper, "coelho": photo.coelho}
ANSWER = '{"card": [90], "portrait": [90], "distance": 0.2}'


def _says(script: str) -> tuple[str, ...]:
    """A worker that does something else."""
    return (sys.executable, "-S", "-P", "-c", script)


def _run(script: str, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *flags, "-c", f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{script}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_card_and_a_new_portrait_of_one_person_match(person: str) -> None:
    photograph = PEOPLE[person]()
    result = compare_faces(
        photo.jpeg(photo.on_card(photograph)), photo.jpeg(photo.taken_anew(photograph)), LIMITS
    )
    assert result.verdict is FaceVerdict.MATCH
    assert result.distance is not None and result.distance <= SAME_PERSON_AT_MOST


@pytest.mark.parametrize(("card", "portrait"), [("hopper", "coelho"), ("coelho", "hopper")])
def test_the_card_of_one_and_the_portrait_of_another_are_different(card: str, portrait: str) -> None:
    result = compare_faces(
        photo.jpeg(photo.on_card(PEOPLE[card]())), photo.jpeg(photo.taken_anew(PEOPLE[portrait]())), LIMITS
    )
    assert result.verdict is FaceVerdict.DIFFERENT


@pytest.mark.parametrize("nobody", [photo.drawn_face, photo.street])
def test_a_drawn_face_and_a_street_have_no_face(nobody: object) -> None:
    assert callable(nobody)
    result = compare_faces(photo.jpeg(photo.on_card(photo.hopper())), photo.jpeg(nobody()), LIMITS)
    assert (result.verdict, result.distance) == (FaceVerdict.NO_FACE, None)
    assert "人像照片" in result.words


def test_a_card_without_a_face_is_named_as_such() -> None:
    blank = photo.on_card(Image.new("RGB", (220, 280), (200, 210, 220)))
    result = compare_faces(photo.jpeg(blank), photo.jpeg(photo.hopper()), LIMITS)
    assert result.verdict is FaceVerdict.NO_FACE
    assert "证件照片" in result.words


def test_a_portrait_of_two_people_is_unclear_even_if_one_of_them_matches() -> None:
    result = compare_faces(*photo.unclear(), LIMITS)
    assert result.verdict is FaceVerdict.UNCLEAR
    assert "不止一人" in result.words


def test_of_several_faces_on_a_card_the_largest_counts() -> None:
    card = photo.on_card(photo.hopper(), beside=photo.coelho())
    result = compare_faces(photo.jpeg(card), photo.jpeg(photo.taken_anew(photo.hopper())), LIMITS)
    assert result.verdict is FaceVerdict.MATCH


def test_one_picture_handed_in_as_card_and_as_portrait_is_no_match() -> None:
    portrait = photo.jpeg(photo.hopper())
    assert compare_faces(portrait, portrait, LIMITS).verdict is FaceVerdict.UNCLEAR


def test_a_portrait_that_the_camera_took_lying_is_stood_up() -> None:
    lying = photo.taken_anew(photo.hopper()).transpose(Image.Transpose.ROTATE_90)
    notes = Image.Exif()
    notes[0x0112] = 6  # "turn to the right to see it"
    out = io.BytesIO()
    lying.save(out, "JPEG", exif=notes)
    result = compare_faces(photo.jpeg(photo.on_card(photo.hopper())), out.getvalue(), LIMITS)
    assert result.verdict is FaceVerdict.MATCH


@pytest.mark.parametrize("broken", [b"", b"\xff\xd8\xff\xe0 no picture", b"%PDF-1.7", b"cut"])
def test_broken_pictures_are_named_and_never_raise(broken: bytes) -> None:
    whole = photo.jpeg(photo.coelho())
    broken = whole[: len(whole) // 2] if broken == b"cut" else broken
    assert compare_faces(broken, whole, LIMITS) == UNREADABLE_CARD
    assert compare_faces(whole, broken, LIMITS) == UNREADABLE_PORTRAIT


def test_a_picture_that_unpacks_to_hundreds_of_megapixels_is_not_unpacked() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    # With too little memory to unpack it, the answer is still about the picture: it was not tried.
    tight = FaceLimits(LIMITS.seconds, 300)
    assert compare_faces(photo.jpeg(photo.coelho()), out.getvalue(), tight) == UNREADABLE_PORTRAIT


def test_without_the_extra_the_comparison_is_unavailable_and_says_why() -> None:
    # -S: no installed package is found.
    worker = (sys.executable, "-S", "-P", "-B", face_worker.__file__)
    assert compare_faces(*photo.matching(), LIMITS, worker) == NOT_INSTALLED


def test_whether_the_extra_is_there_is_known_without_loading_it() -> None:
    asked = "from core.store.faces import faces_available\nprint(faces_available(), *sys.modules)"
    there, loaded = _run(asked).stdout.split(" ", 1)
    assert there == "True" and faces_available()
    assert not {"dlib", "_dlib_pybind11", "numpy", "PIL"} & set(loaded.split())
    assert _run(asked, "-S").stdout.startswith("False ")


def test_the_program_itself_never_loads_the_library() -> None:
    done = _run(
        "from core.store.faces import FaceLimits, compare_faces\n"
        f"picture = open({photo.hopper_file()!r}, 'rb').read()\n"
        "print(compare_faces(picture, picture, FaceLimits(60, 1024)).verdict, *sys.modules)"
    )
    verdict, loaded = done.stdout.split(" ", 1)
    assert verdict == "unclear"
    assert not {"dlib", "_dlib_pybind11", "numpy", "PIL"} & set(loaded.split())


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "no json",
        "[]",
        "[" * 4000,
        "{" + '"a": 1, ' * 100_000,
        "{}",
        '{"fault": "new"}',
        '{"fault": ["card"]}',
        '{"card": [90], "portrait": [90], "distance": NaN}',
        '{"card": [90], "portrait": [90], "distance": "0.1"}',
        '{"card": [90], "portrait": [90], "distance": -0.1}',
        '{"card": [90], "portrait": [90], "distance": null}',
        '{"card": [true], "portrait": [90], "distance": 0.1}',
        '{"card": [-90], "portrait": [90], "distance": 0.1}',
        '{"card": 90, "portrait": [90], "distance": 0.1}',
        '{"portrait": [90], "distance": 0.1}',
    ],
)
def test_nonsense_from_the_process_is_no_verdict(answer: str) -> None:
    worker = _says(f"import sys; sys.stdin.read(); sys.stdout.write({answer!r})")
    assert compare_faces(b"card", b"portrait", LIMITS, worker) == NOT_COMPARED


@pytest.mark.parametrize("end", ["os.abort()", "os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_a_process_that_dies_after_its_answer_gives_no_verdict(end: str) -> None:
    worker = _says(f"import os, sys; sys.stdout.write({ANSWER!r}); sys.stdout.flush(); {end}")
    assert compare_faces(b"card", b"portrait", LIMITS, worker) == NOT_COMPARED


def test_a_process_that_can_not_be_started_gives_no_verdict(tmp_path: Path) -> None:
    assert compare_faces(b"card", b"portrait", LIMITS, (str(tmp_path / "none"),)) == NOT_COMPARED


def test_a_process_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    import fcntl

    sign = tmp_path / "sign"
    # Both processes hold the lock; it is free only when both have ended.
    worker = _says(
        "import fcntl, os, time\n"
        f"sign = open({str(sign)!r}, 'w', buffering=1)\n"
        "fcntl.flock(sign, fcntl.LOCK_EX)\n"
        "sign.write('began')\n"
        "sign.flush()\n"
        "os.fork()\n"
        "time.sleep(60)\n"
        "sign.write(' and lived on')\n"
    )
    assert compare_faces(b"card", b"portrait", FaceLimits(3, 1024), worker) == NOT_COMPARED
    with sign.open() as left:
        fcntl.flock(left, fcntl.LOCK_EX)
        assert left.read() == "began"


def test_a_comparison_with_too_little_memory_is_no_verdict() -> None:
    assert compare_faces(*photo.matching(), FaceLimits(LIMITS.seconds, 64)) == NOT_COMPARED


def test_the_process_gets_no_more_memory_than_its_limit() -> None:
    confined = "from core.store.face_worker import confine\nconfine(60, {})\n"
    script = confined + "bytearray(700 * 1024 * 1024)\nprint('got it')"
    assert _run(script.format(512)).stderr.endswith("MemoryError\n")
    assert _run(script.format(1024)).stdout == "got it\n"


def test_the_process_gets_no_more_processor_time_than_its_limit() -> None:
    ended = _run("from core.store.face_worker import confine\nconfine(1, 1024)\nwhile True: pass")
    assert ended.returncode < 0


def test_the_process_leaves_no_core_and_writes_no_large_file(tmp_path: Path) -> None:
    large = tmp_path / "large"
    ended = _run(
        "from core.store.face_worker import confine\nimport resource\nconfine(60, 1024)\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))\n"
        f"open({str(large)!r}, 'wb', buffering=0).write(bytes(1024 * 1024)); "
        f"open({str(large)!r}, 'ab', buffering=0).write(b'more')"
    )
    assert ended.stdout == "(0, 0)\n"
    assert "File too large" in ended.stderr
    assert large.stat().st_size < 1024 * 1024


def test_the_process_knows_nothing_of_our_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JIJIAO_DATA_KEY", "secret")
    seen = tmp_path / "seen"
    worker = _says(f"import os; open({str(seen)!r}, 'w').write(' '.join(os.environ))")
    compare_faces(b"card", b"portrait", LIMITS, worker)
    assert "JIJIAO_DATA_KEY" in os.environ
    assert "JIJIAO" not in seen.read_text()
