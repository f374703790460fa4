"""Faces (人脸比对): what two pictures may say about one person, and where the lines between the verdicts run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaceVerdict(StrEnum):
    """What the comparison of the card's face with the portrait says (人脸比对结论)."""

    MATCH = "match"
    UNCLEAR = "unclear"
    DIFFERENT = "different"
    NO_FACE = "no_face"
    UNAVAILABLE = "unavailable"

    @property
    def label(self) -> str:
        """A word for lists."""
        return _LABELS[self]

    @property
    def suffices(self) -> bool:
        """Whether a change of identity is complete with this; after all others the employer looks."""
        return self is FaceVerdict.MATCH


_LABELS = {
    FaceVerdict.MATCH: "一致",
    FaceVerdict.UNCLEAR: "不能确定",
    FaceVerdict.DIFFERENT: "不一致",
    FaceVerdict.NO_FACE: "未找到人脸",
    FaceVerdict.UNAVAILABLE: "未能比对",
}

# Distances between two faces as the network places them, 0 (the same picture) to about 1.2. Its makers part people
# at 0.6, measured on faces from the press; on faces unlike those it was taught with, Chinese ones among them, it is
# known to place strangers closer. docs/faces.md has what we measured: strangers not below 0.46. A wrong 一致 gives
# somebody's account away, a needless 不能确定 costs the employer a look: so the line is drawn far on the strict side.
SAME_PERSON_AT_MOST = 0.35
OTHER_PERSON_ABOVE = 0.60
# One picture handed in twice, or a piece cut from it: saving it as a poor JPEG moved the faces we measured by 0.05.
SAME_PICTURE_AT_MOST = 0.03
# How sure the finder of faces must be of one (its own measure); below, folds and flags pass for faces.
FACE_SURE_FROM = 0.3
# A second face on the portrait at least that wide, against the largest one, leaves open whose portrait it is.
RIVAL_FACE_FROM = 0.6


@dataclass(frozen=True, slots=True)
class FaceResult:
    """A verdict, the distance it rests on (None: nothing was compared), and a sentence for people."""

    verdict: FaceVerdict
    distance: float | None
    words: str


@dataclass(frozen=True, slots=True)
class FacesSeen:
    """What was found: the widths (pixels) of the faces on card and portrait, the largest first.

    `distance` is that between the largest face of each, None if one of them has none.
    """

    card: tuple[int, ...]
    portrait: tuple[int, ...]
    distance: float | None


NOT_INSTALLED = FaceResult(FaceVerdict.UNAVAILABLE, None, "未安装人脸比对，由单位核对照片")
NOT_COMPARED = FaceResult(FaceVerdict.UNAVAILABLE, None, "人脸比对没有完成，由单位核对照片")
UNREADABLE_CARD = FaceResult(FaceVerdict.UNAVAILABLE, None, "证件照片无法读取，由单位核对照片")
UNREADABLE_PORTRAIT = FaceResult(FaceVerdict.UNAVAILABLE, None, "人像照片无法读取，由单位核对照片")


def judged(seen: FacesSeen) -> FaceResult:
    """The verdict about what was found. A hint with a strict threshold: it can't tell a living face from a print."""
    for widths, where in ((seen.card, "证件照片上"), (seen.portrait, "人像照片上")):
        if not widths:
            return FaceResult(FaceVerdict.NO_FACE, None, f"{where}未找到人脸，由单位核对照片")
    distance = seen.distance
    if distance is None:
        return NOT_COMPARED
    if len(seen.portrait) > 1 and seen.portrait[1] >= RIVAL_FACE_FROM * seen.portrait[0]:
        return FaceResult(FaceVerdict.UNCLEAR, distance, "人像照片上不止一人，由单位核对照片")
    if distance <= SAME_PICTURE_AT_MOST:
        return FaceResult(FaceVerdict.UNCLEAR, distance, "人像照片与证件上的是同一张，由单位核对照片")
    if distance <= SAME_PERSON_AT_MOST:
        return FaceResult(FaceVerdict.MATCH, distance, "人像与证件照片一致")
    if distance <= OTHER_PERSON_ABOVE:
        return FaceResult(FaceVerdict.UNCLEAR, distance, "人像与证件照片是否一致不能确定，由单位核对照片")
    return FaceResult(FaceVerdict.DIFFERENT, distance, "人像与证件照片不一致，由单位核对照片")
