"""Certificates on paper (继续教育证书): one A4 page with every fact, the learning history behind it, all signed.

Public: `render_certificate(seal, facts) -> bytes`, `PaperPress(seal).render(facts) -> bytes` for many,
`missing_glyphs(text) -> str` (what can't be printed; asked when a name is entered).

What is printed is exactly `CertificateFacts` and the 校验码; the QR code holds `Seal.sign_line(facts)`; the file
carries `Seal.sign_facts(facts)` as an attachment, and the whole file is signed (`core.store.paper_seal`).
The same facts and seal give the same file. About 20 ms a certificate once the first is done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, time
from typing import TYPE_CHECKING

from core.rules.certificate import canonical_bytes, facts_from_canonical
from core.rules.clock import CHINA
from core.rules.errors import ErrorCode, Refused
from core.rules.facts import CertificateFacts, LearningFacts, YearFacts
from core.store.paper_wording import ANNUAL, PaperWording
from core.store.seal import Seal
from core.store.typeface import missing_glyphs, typeface

if TYPE_CHECKING:
    from core.store.paper_pdf import PaperPdf
    from core.store.paper_seal import PaperSigner

__all__ = ["PaperPress", "missing_glyphs", "render_certificate"]

ANNEX_TITLE = "附页　继续教育历程"
CHECK_WORDS = (
    "扫描左侧二维码得到一行文字，在“证书查询”中粘贴，",
    "不联网也能验证本页内容；也可凭证书编号和校验码查询。",
    "本文件带有电子签名，任何改动都会使签名失效。",
)
_RED, _BLACK, _GREY = (150, 20, 20), (0, 0, 0), (90, 90, 90)
_LEFT, _RIGHT, _BOTTOM = 22.0, 188.0, 280.0
_ANNEX_COLUMNS: tuple[tuple[str, float], ...] = (
    ("序号", 10.0),
    ("年度", 12.0),
    ("科目", 16.0),
    ("学习形式", 22.0),
    ("内容", 53.0),
    ("起止时间", 41.0),
    ("学时", 12.0),
)
_YEAR_COLUMNS = ("年度", "公需课学时", "专业课学时", "总学时", "认定结果")


class PaperPress:
    """Prints one certificate after another; font, outlines and signer are kept. One thread at a time."""

    def __init__(self, seal: Seal) -> None:
        from core.store.paper_seal import PaperSigner

        self._seal = seal
        self._signer: PaperSigner = PaperSigner(seal)

    def render(self, facts: CertificateFacts, wording: PaperWording = ANNUAL) -> bytes:
        """The signed PDF. Raises Refused NO_GLYPH for a character that the font lacks."""
        return self._signer.sign(self.draw(facts, wording), facts)

    def draw(self, facts: CertificateFacts, wording: PaperWording = ANNUAL) -> bytes:
        """The pages without the signature of the file: the same facts give the same bytes."""
        from core.store.paper_pdf import PaperPdf

        canonical = canonical_bytes(facts)
        # What is printed is what was signed, down to the spelling of each character.
        facts = facts_from_canonical(canonical)
        _refuse_unprintable(facts)
        moment = datetime.combine(facts.issued_on, time(), tzinfo=CHINA)
        fingerprint = hashlib.sha256(canonical).hexdigest()
        pdf = PaperPdf(typeface(), moment, fingerprint[:32].upper())
        pdf.set_title(f"{wording.title} {facts.number}")
        pdf.set_author(facts.issuer)
        pdf.embed_file(
            bytes=self._seal.sign_facts(facts),
            basename="certificate.jxf",
            desc="证书内容及其签名",
            mime_type="text/plain",
            modification_date=moment,
        )
        sheets = list(_sheets(pdf, facts.learning))
        _front(pdf, facts, self._seal, wording, pages=1 + len(sheets))
        for page, rows in enumerate(sheets, 2):
            _annex(pdf, facts, rows, page=page, pages=1 + len(sheets))
        return pdf.finished()


def render_certificate(seal: Seal, facts: CertificateFacts, wording: PaperWording = ANNUAL) -> bytes:
    """One certificate as a signed PDF. Raises Refused NO_GLYPH. For several, a `PaperPress` is faster."""
    return PaperPress(seal).render(facts, wording)


def _refuse_unprintable(facts: CertificateFacts) -> None:
    texts = [facts.number, facts.name, facts.gender, facts.id_number]
    texts += [facts.employer, facts.title, facts.issuer]
    texts += [year.result for year in facts.years]
    texts += [text for row in facts.learning for text in (row.subject, row.form, row.title, row.period)]
    missing = missing_glyphs("".join(texts))
    if missing:
        raise Refused(ErrorCode.NO_GLYPH, character=missing[0])


def _front(pdf: PaperPdf, facts: CertificateFacts, seal: Seal, wording: PaperWording, *, pages: int) -> None:
    pdf.add_page()
    pdf.set_draw_color(*_RED)
    pdf.set_line_width(1.0)
    pdf.rect(12, 12, 186, 273)
    pdf.set_line_width(0.3)
    pdf.rect(14, 14, 182, 269)
    _ink(pdf, _RED)
    _centred(pdf, wording.title, 105, 41, wording.title_points, bold=True)
    _centred(pdf, wording.subtitle, 105, 51, 13)
    _ink(pdf, _BLACK)
    _put(pdf, f"证书编号：{facts.number}", _LEFT, 64, 11)
    code = f"校验码：{seal.check_code(facts)}"
    _put(pdf, code, _RIGHT - pdf.text_width(code, 11), 64, 11)
    bottom = _person(pdf, facts, 68.0)
    years = facts.years
    words = wording.certifies(tuple(year.year for year in years))
    for line in _wrapped(pdf, "　　" + words, 166, 12):
        bottom += 8
        _put(pdf, line, _LEFT, bottom, 12)
    _years(pdf, years, bottom + 4)
    _stamp(pdf, facts, seal)
    _foot(pdf, facts, 1, pages)


def _person(pdf: PaperPdf, facts: CertificateFacts, top: float) -> float:
    """The table of the person; gives its lower edge."""
    pdf.set_draw_color(*_BLACK)
    pdf.set_line_width(0.2)
    middle = _LEFT + 83
    _row(pdf, top, 11, [("姓名", _LEFT, 28), ("性别", middle, 28)], [facts.name, facts.gender], 55)
    top += 11
    for label, value, height in (
        ("证件号", facts.id_number, 11.0),
        ("工作单位", facts.employer, 14.0),
        ("专业技术职务", facts.title, 14.0),
    ):
        _row(pdf, top, height, [(label, _LEFT, 28)], [value], 138)
        top += height
    return top


def _row(
    pdf: PaperPdf,
    top: float,
    height: float,
    labels: list[tuple[str, float, float]],
    values: list[str],
    value_width: float,
) -> None:
    for (label, left, width), value in zip(labels, values, strict=True):
        _cell(pdf, label, left, top, width, height, 11)
        _cell(pdf, value, left + width, top, value_width, height, 12)


def _years(pdf: PaperPdf, years: tuple[YearFacts, ...], top: float) -> None:
    # The place above the QR code holds 10 rows of full height; more years share it.
    height = min(8.5, (218 - top) / (len(years) + 1))
    width = (_RIGHT - _LEFT) / len(_YEAR_COLUMNS)
    rows = [_YEAR_COLUMNS]
    rows += [(str(y.year), str(y.public), str(y.professional), str(y.total), y.result) for y in years]
    for row in rows:
        for column, text in enumerate(row):
            _cell(pdf, text, _LEFT + column * width, top, width, height, min(11, height * 2))
        top += height


def _stamp(pdf: PaperPdf, facts: CertificateFacts, seal: Seal) -> None:
    """The QR code, how to check, and who issued it when."""
    import segno

    # A fixed mask saves 25 ms; every reader takes any of the eight.
    code = segno.make(seal.sign_line(facts), error="m", micro=False, boost_error=False, mask=3)
    side = 46.0
    module = side / code.symbol_size(border=0)[0]
    left, top = _LEFT, 226.0
    pdf.blocks(
        [
            (left + first * module, top + row * module, length * module, module)
            for row, line in enumerate(code.matrix)
            for first, length in _runs(line)
        ]
    )
    _ink(pdf, _GREY)
    for number, words in enumerate(CHECK_WORDS):
        _put(pdf, words, left + side + 6, 260 + 5.5 * number, 9)
    _ink(pdf, _BLACK)
    lines = _wrapped(pdf, facts.issuer, 100, 13)
    for number, words in enumerate(lines):
        _centred(pdf, words, 138, 236 - 6 * (len(lines) - 1) + 6 * number, 13)
    day = facts.issued_on
    _centred(pdf, f"{day.year}年{day.month}月{day.day}日", 138, 245, 13)


def _annex(pdf: PaperPdf, facts: CertificateFacts, rows: list[_AnnexRow], *, page: int, pages: int) -> None:
    pdf.add_page()
    pdf.set_draw_color(*_BLACK)
    pdf.set_line_width(0.2)
    _centred(pdf, ANNEX_TITLE, 105, 24, 16, bold=True)
    _put(pdf, f"证书编号：{facts.number}　　姓名：{facts.name}", _LEFT, 34, 10)
    top = _annex_row(pdf, [[title] for title, _ in _ANNEX_COLUMNS], 38.0, 8.0)
    for cells, height in rows:
        top = _annex_row(pdf, cells, top, height)
    _foot(pdf, facts, page, pages)


_AnnexRow = tuple[list[list[str]], float]


def _sheets(pdf: PaperPdf, learning: tuple[LearningFacts, ...]) -> Iterator[list[_AnnexRow]]:
    """The rows of each annex page: the lines of each cell, and the height in millimetres."""
    sheet: list[_AnnexRow] = []
    left = _BOTTOM - 46
    for number, row in enumerate(learning, 1):
        texts = (str(number), str(row.year), row.subject, row.form, row.title, row.period, str(row.hours))
        cells = [
            _wrapped(pdf, text, width - 2, 9) for text, (_, width) in zip(texts, _ANNEX_COLUMNS, strict=True)
        ]
        height = 3.0 + 4.2 * max(len(lines) for lines in cells)
        if height > left and sheet:
            yield sheet
            sheet, left = [], _BOTTOM - 46
        sheet.append((cells, height))
        left -= height
    if sheet:
        yield sheet


def _annex_row(pdf: PaperPdf, cells: list[list[str]], top: float, height: float) -> float:
    left = _LEFT
    for lines, (_, width) in zip(cells, _ANNEX_COLUMNS, strict=True):
        pdf.rect(left, top, width, height)
        first = top + height / 2 - 2.1 * len(lines) + 3.2
        for number, line in enumerate(lines):
            _put(pdf, line, left + (width - pdf.text_width(line, 9)) / 2, first + 4.2 * number, 9)
        left += width
    return top + height


def _foot(pdf: PaperPdf, facts: CertificateFacts, page: int, pages: int) -> None:
    _ink(pdf, _GREY)
    _centred(pdf, f"{facts.number}　第 {page} 页　共 {pages} 页", 105, 290, 8.5)
    _ink(pdf, _BLACK)


def _cell(
    pdf: PaperPdf, text: str, left: float, top: float, width: float, height: float, points: float
) -> None:
    """A framed cell; a long text wraps, and shrinks until its lines fit the cell's height."""
    pdf.rect(left, top, width, height)
    lines = _wrapped(pdf, text, width - 3, points)
    while len(lines) * points * 0.42 > height - 1 and points > 5:
        points -= 0.5
        lines = _wrapped(pdf, text, width - 3, points)
    pitch = points * 0.42
    first = top + height / 2 - pitch * len(lines) / 2 + pitch * 0.76
    for number, line in enumerate(lines):
        _put(pdf, line, left + (width - pdf.text_width(line, points)) / 2, first + pitch * number, points)


def _wrapped(pdf: PaperPdf, text: str, width: float, points: float) -> list[str]:
    """The text broken after any character where the width (millimetres) ends."""
    lines, line, room = [], "", width
    for letter in text:
        advance = pdf.text_width(letter, points)
        if advance > room and line:
            lines.append(line)
            line, room = "", width
        line += letter
        room -= advance
    return [*lines, line]


def _centred(
    pdf: PaperPdf, text: str, middle: float, baseline: float, points: float, *, bold: bool = False
) -> None:
    _put(pdf, text, middle - pdf.text_width(text, points) / 2, baseline, points, bold=bold)


def _put(
    pdf: PaperPdf, text: str, left: float, baseline: float, points: float, *, bold: bool = False
) -> None:
    pdf.size(points)
    if bold:
        with pdf.local_context(text_mode="FILL_STROKE", line_width=points * 0.009):
            pdf.text(left, baseline, text)
    else:
        pdf.text(left, baseline, text)


def _ink(pdf: PaperPdf, colour: tuple[int, int, int]) -> None:
    pdf.set_text_color(*colour)


def _runs(line: bytearray) -> Iterator[tuple[int, int]]:
    """Where dark modules begin in a row of the QR code, and how many follow."""
    start: int | None = None
    for place, dark in enumerate([*line, 0]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            yield start, place - start
            start = None
