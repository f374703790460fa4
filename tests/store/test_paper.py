"""The printed certificate: its text, its font, its attachment, and what can't be printed."""

from __future__ import annotations

import hashlib
import re
import socket
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from core.rules.errors import ErrorCode, Refused
from core.schema.certificates import CheckState, PaperVerdict
from core.store.paper import PaperPress, missing_glyphs, render_certificate
from core.store.seal import Seal, create_seal, load_seal, load_trust, renew_seal
from core.store.typeface import Typeface, font_path, typeface
from core.store.verify import check_pdf
from tests.store.papers import ISSUER, sample


@pytest.fixture(scope="module")
def seal(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    """One seal for the whole file."""
    folder = tmp_path_factory.mktemp("paper") / "seal"
    create_seal(folder, ISSUER)
    return load_seal(folder)


@pytest.fixture(scope="module")
def press(seal: Seal) -> PaperPress:
    """One press for the whole file."""
    return PaperPress(seal)


def _pages(content: bytes) -> list[str]:
    """The text of each page as a reader copies it: glyph codes through the font's ToUnicode table."""
    root = PdfFileReader(BytesIO(content)).root
    return [_page_text(page.get_object()) for page in root["/Pages"]["/Kids"]]


def _page_text(page: Any) -> str:
    font = next(iter(page["/Resources"]["/Font"].values())).get_object()
    table = font["/ToUnicode"].data.decode("ascii")
    pairs = re.findall(r"^<([0-9A-F]{4})> <([0-9A-F]+)>$", table, re.MULTILINE)
    letters = {code: bytes.fromhex(letter).decode("utf-16-be") for code, letter in pairs if code != "0000"}
    shown = re.findall(r"<([0-9A-F]+)> Tj", page["/Contents"].data.decode("latin-1"))
    return "\n".join("".join(letters[run[at : at + 4]] for at in range(0, len(run), 4)) for run in shown)


def test_every_fact_stands_on_the_page_as_text_that_can_be_copied(press: PaperPress) -> None:
    facts = sample(2)
    page = _pages(press.render(facts))[0].splitlines()
    wanted = {facts.name, facts.gender, facts.id_number, facts.employer, facts.title, facts.issuer}
    wanted |= {f"证书编号：{facts.number}", "2019年12月31日", "2019", "30", "61.5", "91.5", "通过"}
    assert wanted <= set(page)


def test_the_check_code_stands_on_the_page(press: PaperPress, seal: Seal) -> None:
    assert f"校验码：{seal.check_code(sample())}" in _pages(press.render(sample()))[0]


def test_the_learning_history_is_the_annex(press: PaperPress) -> None:
    assert "第3期专业技术人员知识更新培训班" in _pages(press.render(sample()))[1].replace("\n", "")


def test_a_long_history_goes_on_over_several_pages(press: PaperPress) -> None:
    pages = _pages(press.render(sample(rows=90)))
    assert (len(pages), "第 5 页　共 5 页" in pages[4], "\n90\n" in pages[4]) == (5, True, True)


def test_a_certificate_without_history_has_one_page(press: PaperPress) -> None:
    assert len(_pages(press.render(sample(rows=0)))) == 1


def test_names_of_a_hundred_characters_lose_none_of_them(press: PaperPress) -> None:
    facts = replace(sample(), employer="河南省" * 33, title="高级工程师" * 20)
    page = _pages(press.render(facts))[0].replace("\n", "")
    assert facts.employer in page and facts.title in page


def test_fifteen_years_stand_on_one_paper(press: PaperPress) -> None:
    page = _pages(press.render(sample(years=15)))[0].splitlines()
    assert {str(year) for year in range(2005, 2020)} <= set(page)


def test_the_same_certificate_printed_again_is_the_same_file(press: PaperPress, seal: Seal) -> None:
    assert press.render(sample()) == render_certificate(seal, sample())


def test_rare_characters_of_names_are_printed(press: PaperPress) -> None:
    assert "㛃䶮𠅤" in _pages(press.render(sample(name="㛃䶮𠅤")))[0]


def test_what_the_font_lacks_is_found_when_a_name_is_entered() -> None:
    assert missing_glyphs("张\u202e三😀四😀") == "\u202e😀"


def test_a_certificate_that_can_not_be_printed_is_refused(press: PaperPress) -> None:
    with pytest.raises(Refused) as refusal:
        press.render(sample(name="张😀"))
    assert (refusal.value.code, "😀" in refusal.value.text) == (ErrorCode.NO_GLYPH, True)


def test_the_font_is_the_one_the_certificates_were_drawn_for() -> None:
    digest = hashlib.sha256(font_path().read_bytes()).hexdigest()
    assert digest == "e8f396decc1f0963a016a989c3d8852e863d1350996f573860a80767c83a1cd3"


def test_all_characters_of_the_standard_table_can_be_printed() -> None:
    level_one = (
        bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFA)
    )
    assert missing_glyphs("".join(level_one)) == ""


def test_a_small_font_draws_the_same_shapes_as_the_whole_one() -> None:
    from fontTools.cffLib import CFFFontSet
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.ttLib import TTFont

    face = Typeface(font_path().read_bytes())
    glyphs = [
        face.glyph(letter)
        for letter in "继续教育证书㛃䶮𠅤AQgj0189（）" + "".join(map(chr, range(0x5000, 0x5040)))
    ]
    small = CFFFontSet()
    small.decompile(BytesIO(face.subset(glyphs)), None)
    whole = TTFont(font_path(), lazy=True)
    shapes = whole.getGlyphSet()
    different = []
    for glyph in glyphs:
        ours, theirs = RecordingPen(), RecordingPen()
        small.topDictIndex[0].CharStrings[f"cid{glyph:05d}"].draw(ours)
        shapes[whole.getGlyphName(glyph)].draw(theirs)
        if ours.value != theirs.value:
            different.append(glyph)
    assert different == []


def test_the_font_of_a_paper_holds_only_the_characters_on_it(press: PaperPress) -> None:
    press.render(sample(name="曌"))
    other = press.render(sample())
    assert f"<{typeface().glyph('曌'):04X}>" not in _to_unicode(other)


def _to_unicode(content: bytes) -> str:
    page = PdfFileReader(BytesIO(content)).root["/Pages"]["/Kids"][0].get_object()
    font = next(iter(page["/Resources"]["/Font"].values())).get_object()
    return str(font["/ToUnicode"].data.decode("ascii"))


def test_the_facts_lie_in_the_file_as_an_attachment(press: PaperPress, seal: Seal) -> None:
    root = PdfFileReader(BytesIO(press.render(sample()))).root
    names = root["/Names"]["/EmbeddedFiles"]["/Names"]
    assert names[1].get_object()["/EF"]["/F"].data == seal.sign_facts(sample())


def test_a_printed_certificate_is_valid_with_every_check_passed(press: PaperPress, seal: Seal) -> None:
    check = check_pdf(press.render(sample()), seal.trust)
    assert (check.verdict, {line.state for line in check.lines}) == (PaperVerdict.VALID, {CheckState.OK})


def test_a_check_names_form_signature_issuer_and_change(press: PaperPress, seal: Seal) -> None:
    names = [line.name for line in check_pdf(press.render(sample()), seal.trust).lines]
    assert names == ["格式", "签名", "签发单位", "签发后改动"]


def test_a_check_gives_every_fact_with_the_number_masked(press: PaperPress, seal: Seal) -> None:
    check = check_pdf(press.render(sample(years=3)), seal.trust)
    assert check.facts == replace(sample(years=3), id_number="410099********1235")


def test_a_check_opens_no_connection(press: PaperPress, seal: Seal, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert check_pdf(press.render(sample()), seal.trust).verdict is PaperVerdict.VALID


async def test_printing_and_checking_work_below_a_running_loop(press: PaperPress, seal: Seal) -> None:
    assert check_pdf(press.render(sample(3)), seal.trust).verdict is PaperVerdict.VALID


def test_a_fault_inside_a_library_is_not_a_valid_certificate(
    press: PaperPress, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("as a validator may do on a forged authority")

    paper = press.render(sample())
    monkeypatch.setattr("pyhanko.pdf_utils.reader.PdfFileReader.__init__", fail)
    assert check_pdf(paper, seal.trust).verdict is PaperVerdict.UNREADABLE


def test_a_paper_of_another_authority_with_the_same_names_is_foreign(
    press: PaperPress, seal: Seal, tmp_path: Path
) -> None:
    create_seal(tmp_path / "other", ISSUER)
    other = load_seal(tmp_path / "other")
    assert check_pdf(press.render(sample()), other.trust).verdict is PaperVerdict.FOREIGN


def test_a_paper_of_a_newer_key_is_valid_by_the_root_published_before(tmp_path: Path) -> None:
    create_seal(tmp_path / "seal", ISSUER)
    published = load_trust(tmp_path / "seal")
    renew_seal(tmp_path / "seal")
    paper = render_certificate(load_seal(tmp_path / "seal"), sample())
    assert check_pdf(paper, published).verdict is PaperVerdict.VALID


def test_a_paper_of_an_older_key_stays_valid(tmp_path: Path) -> None:
    create_seal(tmp_path / "seal", ISSUER)
    paper = render_certificate(load_seal(tmp_path / "seal"), sample())
    renew_seal(tmp_path / "seal")
    assert check_pdf(paper, load_trust(tmp_path / "seal")).verdict is PaperVerdict.VALID
