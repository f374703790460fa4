"""Every way to forge a certificate that the tests try: seeded, so that each run tries the same ones."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from random import Random

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from core.rules.certificate import unwrap_line, wrap_line
from core.store.paper import PaperPress
from core.store.paper_seal import PaperSigner
from core.store.seal import Seal
from tests.store.papers import sample

_FACTS = re.compile(rb"JXF1:([^;]+);")
_RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]")


@dataclass(frozen=True)
class Workshop:
    """Two genuine papers of ours, and a stranger with an authority of the same names."""

    paper: bytes
    other_paper: bytes
    ours: Seal
    stranger: Seal


def flipped_byte(shop: Workshop, chance: Random) -> bytes:
    """One bit, anywhere in the file."""
    place = chance.randrange(len(shop.paper))
    return _put(shop.paper, place, bytes([shop.paper[place] ^ 1 << chance.randrange(8)]))


def flipped_signature(shop: Workshop, chance: Random) -> bytes:
    """One digit in the place of the signature, its unused rest and its case included."""
    first, second = _gap(shop.paper)
    place = chance.randrange(first + 1, second - 1)
    digit = bytes([chance.choice([c for c in b"0123456789ABCDEFabcdef" if c != shop.paper[place]])])
    return _put(shop.paper, place, digit)


def changed_digit(shop: Workshop, chance: Random) -> bytes:
    """A digit of the signed facts, put back into the file at the same length."""
    match = _FACTS.search(shop.paper)
    assert match is not None
    signed = bytearray(base64.urlsafe_b64decode(match[1]))
    place = chance.choice([at for at in range(80, len(signed)) if chr(signed[at]).isdigit()])
    signed[place] = ord(chance.choice([d for d in "0123456789" if d != chr(signed[place])]))
    return shop.paper.replace(match[1], base64.urlsafe_b64encode(bytes(signed)))


def swapped_facts(shop: Workshop, chance: Random) -> bytes:
    """The signed facts of another certificate of ours."""
    ours, theirs = _FACTS.search(shop.paper), _FACTS.search(shop.other_paper)
    assert ours is not None and theirs is not None
    extra = b" " * chance.randrange(30)
    return shop.paper.replace(ours[0], theirs[0] + extra)


def swapped_pages(shop: Workshop, chance: Random) -> bytes:
    """The printed page of another certificate in front of our signature."""
    # The files begin alike: from the first byte on in which they differ.
    pairs = zip(shop.paper, shop.other_paper, strict=False)
    start = next(place for place, (one, other) in enumerate(pairs) if one != other)
    place = chance.randrange(start + 1, 20_000)
    return shop.other_paper[:place] + shop.paper[place:]


def other_key(shop: Workshop, chance: Random) -> bytes:
    """Printed and signed by the stranger, with our names."""
    return PaperPress(shop.stranger).render(sample(chance.randrange(1, 999)))


def our_facts_other_key(shop: Workshop, chance: Random) -> bytes:
    """Our pages and our signed facts, but the file signed by the stranger."""
    facts = sample(chance.randrange(1, 999))
    return PaperSigner(shop.stranger).sign(PaperPress(shop.ours).draw(facts), facts)


def unsigned_pages(shop: Workshop, chance: Random) -> bytes:
    """Our pages and our signed facts without a signature of the file."""
    return PaperPress(shop.ours).draw(sample(chance.randrange(1, 999)))


def cut(shop: Workshop, chance: Random) -> bytes:
    """Only the beginning."""
    return shop.paper[: chance.randrange(len(shop.paper))]


def cut_out(shop: Workshop, chance: Random) -> bytes:
    """A piece of the middle is gone."""
    start = chance.randrange(len(shop.paper) - 100)
    return shop.paper[:start] + shop.paper[start + chance.randrange(1, 99) :]


def appended(shop: Workshop, chance: Random) -> bytes:
    """Anything after the end: blanks, a comment, chance, a second end, a whole other certificate."""
    tails = (b"\n", b" ", b"%", chance.randbytes(40), b"%%EOF\n", shop.other_paper, shop.paper)
    return shop.paper + chance.choice(tails)


def inserted(shop: Workshop, chance: Random) -> bytes:
    """A blank or a comment somewhere inside."""
    place = chance.randrange(1, len(shop.paper))
    return shop.paper[:place] + chance.choice((b" ", b"\n", b"%x\n")) + shop.paper[place:]


def later_revision(shop: Workshop, chance: Random) -> bytes:
    """A proper incremental update: another title, another page content, or another catalog."""
    writer = IncrementalPdfFileWriter(BytesIO(shop.paper))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    if chance.random() < 0.5:
        page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=chance.randbytes(60)))
        writer.update_container(page)
    else:
        page["/Rotate"] = generic.NumberObject(chance.choice((90, 180, 270)))
        writer.update_container(page)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def second_signature(shop: Workshop, chance: Random) -> bytes:
    """A revision on top, signed by the stranger in a field of its own."""
    revision = later_revision(shop, chance)
    return PaperSigner(shop.stranger).sign(revision.replace(b"(Seal)", b"(Sael)"), sample())


def transplanted_signature(shop: Workshop, chance: Random) -> bytes:
    """The whole place of the signature from another certificate of ours, shifted or not."""
    first, second = _gap(shop.paper)
    start, end = _gap(shop.other_paper)
    value = shop.other_paper[start:end]
    if chance.random() < 0.5:
        value = value[:-1] + b"0" * 2 * chance.randrange(1, 20) + b">"
    return shop.paper[:first] + value + shop.paper[second:]


def other_range(shop: Workshop, chance: Random) -> bytes:
    """Another range of bytes said to be signed."""
    match = _RANGE.search(shop.paper)
    assert match is not None
    numbers = [int(number) for number in match.groups()]
    numbers[chance.randrange(3)] += chance.choice((-100, -10, -1, 1, 10, 100))
    written = b"/ByteRange [0 %d %d %d]" % tuple(numbers)
    return shop.paper.replace(match[0], written.ljust(len(match[0]))[: max(len(match[0]), len(written))])


def second_range(shop: Workshop, chance: Random) -> bytes:
    """A second signature dictionary that points at the first one's range, before or behind."""
    match = _RANGE.search(shop.paper)
    assert match is not None
    more = b"\n99 0 obj\n<< /Type /Sig " + match[0] + b" >>\nendobj\n"
    return shop.paper + more if chance.random() < 0.5 else shop.paper[:20] + more + shop.paper[20:]


def wider_place(shop: Workshop, chance: Random) -> bytes:
    """The place of the signature made longer, the range adapted, and something hidden in the room."""
    first, second = _gap(shop.paper)
    hidden = b"0" * chance.randrange(2, 60) + b">" + chance.randbytes(9).hex().encode() + b"<00"
    match = _RANGE.search(shop.paper)
    assert match is not None
    wide = shop.paper[: second - 1] + hidden + shop.paper[second - 1 :]
    return wide.replace(match[0], b"/ByteRange [0 %d %d %d]" % (first, second + len(hidden), int(match[3])))


def line_character(shop: Workshop, chance: Random) -> str:
    """One character of the line changed."""
    line = shop.ours.sign_line(sample(chance.randrange(1, 50)))
    place = chance.randrange(len(line))
    wrong = chance.choice([c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if c != line[place]])
    return line[:place] + wrong + line[place + 1 :]


def line_swap(shop: Workshop, chance: Random) -> str:
    """Two different characters of the line changed over."""
    line = list(shop.ours.sign_line(sample(chance.randrange(1, 50))))
    one, other = chance.sample(range(4, len(line)), 2)
    while line[one] == line[other]:
        one, other = chance.sample(range(4, len(line)), 2)
    line[one], line[other] = line[other], line[one]
    return "".join(line)


def line_facts(shop: Workshop, chance: Random) -> str:
    """Another name or more hours in the payload, spelled properly, under the old signature."""
    content = unwrap_line(shop.ours.sign_line(sample(1)))
    name, hours = "王五".encode(), str(chance.randrange(10, 99)).encode()
    changed = content.replace("李四光明".encode(), name).replace(b"[2019,60,", b"[2019," + hours + b",")
    return wrap_line(changed if changed != content else content + b" ")


def line_cut(shop: Workshop, chance: Random) -> str:
    """A line cut short or made longer."""
    line = shop.ours.sign_line(sample(2))
    return line[: chance.randrange(len(line))] if chance.random() < 0.6 else line + chance.choice("A2Z") * 8


def line_other_key(shop: Workshop, chance: Random) -> str:
    """The stranger's signature, under its own name or under the name of our key."""
    facts = replace(sample(chance.randrange(1, 50)), title="正高级工程师")
    content = unwrap_line(shop.stranger.sign_line(facts))
    ours = unwrap_line(shop.ours.sign_line(facts))
    return wrap_line(ours[:8] + content[8:] if chance.random() < 0.5 else content)


Forge = Callable[[Workshop, Random], bytes]
ForgeLine = Callable[[Workshop, Random], str]

# Each with how many are tried.
PAPERS: dict[Forge, int] = {
    flipped_byte: 250,
    flipped_signature: 60,
    changed_digit: 60,
    swapped_facts: 20,
    swapped_pages: 40,
    other_key: 20,
    our_facts_other_key: 20,
    unsigned_pages: 10,
    cut: 80,
    cut_out: 40,
    appended: 60,
    inserted: 40,
    later_revision: 30,
    second_signature: 10,
    transplanted_signature: 20,
    other_range: 30,
    second_range: 20,
    wider_place: 20,
}
LINES: dict[ForgeLine, int] = {
    line_character: 80,
    line_swap: 40,
    line_facts: 20,
    line_cut: 20,
    line_other_key: 20,
}


def _put(content: bytes, place: int, value: bytes) -> bytes:
    return content[:place] + value + content[place + len(value) :]


def _gap(content: bytes) -> tuple[int, int]:
    match = _RANGE.search(content)
    assert match is not None
    return int(match[1]), int(match[2])
