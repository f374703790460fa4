"""The font of `typeface` inside fpdf2: one page writer for certificates. Imports fpdf: import this file late."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import FontDescriptorFlags, TextEmphasis
from fpdf.fonts import PDFFontDescriptor, TTFFont
from fpdf.output import CIDSystemInfo, OutputProducer, PDFFont, PDFFontStream, PDFType3Font
from fpdf.syntax import Name, PDFArray, PDFContentStream, PDFString

from core.store.typeface import Typeface

FAMILY = "song"
_FONT_NAME = "JXCERT+NotoSerifSC-Regular"


class PaperPdf(FPDF):
    """An A4 document in millimetres, printed in one font. The same input gives the same bytes."""

    def __init__(self, face: Typeface, moment: datetime, file_id: str) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.set_auto_page_break(False)
        self.set_creation_date(moment)
        self.set_lang("zh-CN")
        self._paper_id = file_id
        self._face = face
        self.fonts[FAMILY] = _PaperFont(face, len(self.fonts) + 1)

    def file_id(self) -> str:
        """The identifier of the document, from its content instead of from the clock."""
        return f"<{self._paper_id}><{self._paper_id}>"

    def size(self, points: float) -> None:
        """Choose the size of the letters, in points."""
        self.set_font(FAMILY, size=points)

    def text_width(self, text: str, points: float) -> float:
        """The width of a text in millimetres."""
        return sum(self._face.width(self._face.glyph(letter)) for letter in text) * points / 1000 / self.k

    def blocks(self, rectangles: list[tuple[float, float, float, float]]) -> None:
        """Fill many rectangles (x, y, width, height in millimetres) as one path."""
        k, top = self.k, self.h
        parts = [
            f"{x * k:.3f} {(top - y - h) * k:.3f} {w * k:.3f} {h * k:.3f} re" for x, y, w, h in rectangles
        ]
        self._out("\n".join(["q 0 g", *parts, "f Q"]))

    def finished(self) -> bytes:
        """The whole file, not yet signed."""
        return bytes(self.output(output_producer_class=_PaperProducer))


class _Widths(defaultdict[int, float]):
    """Widths by character, asked from the font when first needed."""

    def __init__(self, face: Typeface) -> None:
        super().__init__()
        self._face = face

    def __missing__(self, character: int) -> float:
        width = float(self._face.width(self._face.glyph(chr(character))))
        self[character] = width
        return width


class _PaperFont(TTFFont):
    """Stands in for a font file that fpdf2 would read whole and cut anew for each document."""

    def __init__(self, face: Typeface, number: int) -> None:  # fpdf2's own reads the file: not called
        self.i = number
        self.type = "TTF"
        self.ttffile = Path()
        self.fontkey = FAMILY
        self.name = _FONT_NAME
        self.emphasis = TextEmphasis.NONE
        self.scale = 1000 / face.units_per_em
        self.biggest_size_pt = 0.0
        self.is_symbol = self.is_compressed = False
        self.is_cff = self.is_cid_keyed = True
        self.color_font = None
        self.missing_glyphs = []
        self.cmap = {}
        self.cw = _Widths(face)
        self.up, self.ut, self.sp, self.ss = -100, 50, 250, 50
        self._face = face
        self._used: dict[int, str] = {}

    __slots__ = ("_face", "_used")

    def encode_text(self, text: str) -> str:
        """The operator that shows the text; its glyphs go into the font of this document."""
        codes = []
        for letter in text:
            glyph = self._face.glyph(letter)
            self._used.setdefault(glyph, letter)
            codes.append(f"{glyph:04X}")
        return f"<{''.join(codes)}> Tj"

    def used(self) -> dict[int, str]:
        """The glyphs shown so far, each with the character it stands for, in the order of their numbers."""
        return dict(sorted(self._used.items()))

    def face(self) -> Typeface:
        """The font behind it."""
        return self._face


class _PaperProducer(OutputProducer):
    """Writes the font objects of a `PaperPdf`; everything else is fpdf2's."""

    def _add_fonts(self, *_others: object) -> dict[int, PDFFont | PDFType3Font]:
        font = self.fpdf.fonts[FAMILY]
        assert isinstance(font, _PaperFont)
        face, used = font.face(), font.used()
        widths = " ".join(f"{glyph} [{face.width(glyph)}]" for glyph in used)
        whole = PDFFont(subtype="Type0", base_font=_FONT_NAME, encoding="Identity-H")
        self._add_pdf_obj(whole, "fonts")
        by_cid = PDFFont(subtype="CIDFontType0", base_font=_FONT_NAME, d_w=1000, w=f"[{widths}]")
        self._add_pdf_obj(by_cid, "fonts")
        whole.descendant_fonts = PDFArray([by_cid])
        to_unicode = PDFContentStream(_to_unicode(used), compress=True)
        self._add_pdf_obj(to_unicode, "fonts")
        whole.to_unicode = to_unicode
        system = CIDSystemInfo()
        system.ordering = PDFString("Identity", encrypt=True)
        self._add_pdf_obj(system, "fonts")
        by_cid.c_i_d_system_info = system
        descriptor = _descriptor(face)
        self._add_pdf_obj(descriptor, "fonts")
        by_cid.font_descriptor = descriptor
        stream = PDFFontStream(contents=face.subset(used))
        stream.subtype = Name("CIDFontType0C")  # type: ignore[attr-defined]
        self._add_pdf_obj(stream, "fonts")
        descriptor.font_file3 = stream  # type: ignore[attr-defined]
        return {font.i: whole}


def _descriptor(face: Typeface) -> PDFFontDescriptor:
    descriptor = PDFFontDescriptor(
        ascent=face.ascent,
        descent=face.descent,
        cap_height=face.cap_height,
        flags=FontDescriptorFlags.SYMBOLIC,
        font_b_box="[" + " ".join(map(str, face.box)) + "]",
        italic_angle=0,
        stem_v=80,
        missing_width=1000,
    )
    descriptor.font_name = Name(_FONT_NAME)
    return descriptor


def _to_unicode(used: dict[int, str]) -> bytes:
    """The table by which a reader copies and searches the text."""
    rows = [f"<{glyph:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for glyph, letter in used.items()]
    blocks = [rows[start : start + 100] for start in range(0, len(rows), 100)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <FFFF>",
        "endcodespacerange",
    ]
    for block in blocks:
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode("ascii")
