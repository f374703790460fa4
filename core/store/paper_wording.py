"""What a paper is called and what it certifies, in words: the 学时证明 of years, and the 职称申报证明 of a span."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaperWording:
    """The words of one kind of paper. `{years}` in the sentence are the years it states."""

    title: str
    title_points: float
    subtitle: str
    sentence: str
    spans: bool = False
    """Whether years in a row are written as from and to."""

    def certifies(self, years: tuple[int, ...]) -> str:
        """The sentence, of these years."""
        words = "、".join(str(year) for year in years)
        if self.spans and len(years) > 2 and list(years) == list(range(years[0], years[-1] + 1)):
            words = f"{years[0]} 至 {years[-1]} "
        return self.sentence.format(years=words)


ANNUAL = PaperWording(
    "继续教育证书",
    30,
    "（专业技术人员年度学时证明）",
    "该同志{years}年度继续教育学时认定结果如下，特此证明。",
)
PROOF = PaperWording(
    "继续教育情况证明",
    26,
    "（专业技术人员申报职称用）",
    "该同志{years}年度参加继续教育的学时和认定结果如下，供申报专业技术职称使用，特此证明。",
    spans=True,
)
