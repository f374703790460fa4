"""The verdict about two faces: only a clear match suffices."""

from __future__ import annotations

import pytest

from core.rules.faces import (
    OTHER_PERSON_ABOVE,
    SAME_PERSON_AT_MOST,
    SAME_PICTURE_AT_MOST,
    FacesSeen,
    FaceVerdict,
    judged,
)

MATCH, UNCLEAR, DIFFERENT = FaceVerdict.MATCH, FaceVerdict.UNCLEAR, FaceVerdict.DIFFERENT


@pytest.mark.parametrize(
    ("distance", "verdict"),
    [
        (0.0, UNCLEAR),
        (SAME_PICTURE_AT_MOST, UNCLEAR),
        (SAME_PICTURE_AT_MOST + 0.001, MATCH),
        (SAME_PERSON_AT_MOST, MATCH),
        (SAME_PERSON_AT_MOST + 0.001, UNCLEAR),
        (OTHER_PERSON_ABOVE, UNCLEAR),
        (OTHER_PERSON_ABOVE + 0.001, DIFFERENT),
        (1.4, DIFFERENT),
    ],
)
def test_the_distance_decides_between_match_unclear_and_different(
    distance: float, verdict: FaceVerdict
) -> None:
    assert judged(FacesSeen((100,), (200,), distance)).verdict is verdict


@pytest.mark.parametrize(
    ("portrait", "verdict"), [((200, 119), MATCH), ((200, 120), UNCLEAR), ((200, 200, 40), UNCLEAR)]
)
def test_a_second_face_of_similar_size_on_the_portrait_leaves_it_unclear(
    portrait: tuple[int, ...], verdict: FaceVerdict
) -> None:
    assert judged(FacesSeen((100, 100), portrait, 0.2)).verdict is verdict


@pytest.mark.parametrize(
    ("card", "portrait", "named"), [((), (200,), "证件"), ((100,), (), "人像"), ((), (), "证件")]
)
def test_the_picture_without_a_face_is_named(
    card: tuple[int, ...], portrait: tuple[int, ...], named: str
) -> None:
    result = judged(FacesSeen(card, portrait, None))
    assert result.verdict is FaceVerdict.NO_FACE
    assert named in result.words


@pytest.mark.parametrize("verdict", FaceVerdict)
def test_only_a_match_completes_a_change_by_itself(verdict: FaceVerdict) -> None:
    assert verdict.suffices == (verdict is MATCH)
    assert verdict.label
