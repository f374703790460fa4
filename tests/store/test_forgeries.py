"""More than a thousand forged certificates: none is accepted, and each gets the verdict that fits it."""

from __future__ import annotations

from random import Random

import pytest

from core.rules.certificate import masked
from core.schema.certificates import PaperCheck, PaperVerdict
from core.store.paper import PaperPress
from core.store.seal import create_seal, load_seal
from core.store.verify import check_line, check_pdf
from tests.store import forgeries
from tests.store.forgeries import LINES, PAPERS, Forge, ForgeLine, Workshop
from tests.store.papers import ISSUER, sample

_BROKEN = {PaperVerdict.ALTERED, PaperVerdict.UNREADABLE}
_EXPECTED = {
    forgeries.flipped_byte: _BROKEN,
    forgeries.cut: _BROKEN,
    forgeries.cut_out: _BROKEN,
    forgeries.inserted: _BROKEN,
    forgeries.other_key: {PaperVerdict.FOREIGN},
    forgeries.line_character: _BROKEN | {PaperVerdict.FOREIGN},
    forgeries.line_swap: _BROKEN | {PaperVerdict.FOREIGN},
    forgeries.line_cut: _BROKEN,
    forgeries.line_other_key: {PaperVerdict.FOREIGN, PaperVerdict.ALTERED},
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Our seal, a stranger's of the same names, and two papers of ours."""
    folder = tmp_path_factory.mktemp("forgeries")
    for name in ("ours", "stranger"):
        create_seal(folder / name, ISSUER)
    ours = load_seal(folder / "ours")
    press = PaperPress(ours)
    return Workshop(press.render(sample(1)), press.render(sample(2)), ours, load_seal(folder / "stranger"))


def _verdicts(checks: list[PaperCheck]) -> set[PaperVerdict]:
    return {check.verdict for check in checks}


def test_at_least_a_thousand_forgeries_are_tried() -> None:
    assert sum(PAPERS.values()) + sum(LINES.values()) >= 1000


def test_the_papers_that_are_forged_are_genuine(shop: Workshop) -> None:
    assert _verdicts([check_pdf(paper, shop.ours.trust) for paper in (shop.paper, shop.other_paper)]) == {
        PaperVerdict.VALID
    }


@pytest.mark.parametrize("forge", PAPERS, ids=lambda forge: forge.__name__)
def test_a_forged_paper_is_refused_with_a_fitting_verdict(shop: Workshop, forge: Forge) -> None:
    chance = Random(forge.__name__)
    checks = [check_pdf(forge(shop, chance), shop.ours.trust) for _ in range(PAPERS[forge])]
    assert _verdicts(checks) <= _EXPECTED.get(forge, {PaperVerdict.ALTERED})


@pytest.mark.parametrize("forge", LINES, ids=lambda forge: forge.__name__)
def test_a_forged_line_is_refused_with_a_fitting_verdict(shop: Workshop, forge: ForgeLine) -> None:
    chance = Random(forge.__name__)
    checks = [check_line(forge(shop, chance), shop.ours.trust) for _ in range(LINES[forge])]
    assert _verdicts(checks) <= _EXPECTED.get(forge, {PaperVerdict.ALTERED})


@pytest.mark.parametrize("forge", [forgeries.flipped_byte, forgeries.appended, forgeries.later_revision])
def test_an_altered_paper_shows_what_was_signed_and_never_what_was_put_in(
    shop: Workshop, forge: Forge
) -> None:
    chance = Random(1)
    shown = [check_pdf(forge(shop, chance), shop.ours.trust).facts for _ in range(30)]
    assert {facts for facts in shown if facts is not None} <= {masked(sample(1)), masked(sample(2))}


def test_every_byte_of_the_signature_counts(shop: Workshop) -> None:
    start = shop.paper.index(b"/Contents <") + len(b"/Contents ")
    accepted = [
        place
        for place in range(start, start + 1800)
        if check_pdf(
            shop.paper[:place] + bytes([shop.paper[place] ^ 1]) + shop.paper[place + 1 :], shop.ours.trust
        ).verdict
        is PaperVerdict.VALID
    ]
    assert accepted == []


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-", b"hello", b"%PDF-1.7\n" + b"/ByteRange [0 1 2 3]" * 9, b"\0" * 99]
)
def test_a_file_that_is_no_certificate_is_unreadable(shop: Workshop, content: bytes) -> None:
    assert check_pdf(content, shop.ours.trust).verdict is PaperVerdict.UNREADABLE


@pytest.mark.parametrize("text", ["", "[/ 测试]", "JX1:", "JX1:" + "A" * 100_000, "\x00\x1b[31m", "豫JX2019"])
def test_a_text_that_is_no_line_is_unreadable(shop: Workshop, text: str) -> None:
    assert check_line(text, shop.ours.trust).verdict is PaperVerdict.UNREADABLE


def test_a_plain_pdf_of_someone_else_is_foreign(shop: Workshop) -> None:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_page()
    assert check_pdf(bytes(pdf.output()), shop.ours.trust).verdict is PaperVerdict.FOREIGN
