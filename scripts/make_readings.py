"""Writes core/reference/readings.tsv: how each common character is read, without tones, the commonest first.

Run it when a reference list gains a character that the table lacks:
`.venv/bin/python scripts/make_readings.py`.
"""

from __future__ import annotations

from pathlib import Path

from pypinyin import Style, pinyin

REFERENCE = Path(__file__).resolve().parents[1] / "core" / "reference"
TARGET = REFERENCE / "readings.tsv"

# The dictionary puts these characters' rarer reading first; here the one that names and places use leads.
LEADING = {"长": "chang", "重": "zhong", "行": "hang", "会": "hui", "单": "dan", "车": "che", "省": "sheng"}


def main() -> None:
    """Write the table and print how many characters and bytes it holds."""
    lines = ["character\treadings"]
    for character in sorted(gb2312() | used_in_lists()):
        found = readings(character)
        if found:
            lines.append(f"{character}\t{' '.join(found)}")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 1} characters, {TARGET.stat().st_size} bytes")


def gb2312() -> set[str]:
    """The 6,763 characters of levels 1 and 2 (GB/T 2312, rows 16 to 87)."""
    found = set()
    for row in range(16, 88):
        for cell in range(1, 95):
            try:
                found.add(bytes((row + 0xA0, cell + 0xA0)).decode("gb2312"))
            except UnicodeDecodeError:  # five cells at the end of level 1 are empty
                continue
    return found


def used_in_lists() -> set[str]:
    """Every Chinese character of the reference lists."""
    text = "".join(path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.csv"))
    return {character for character in text if "㐀" <= character <= "鿿" or character >= "\U00020000"}


def readings(character: str) -> list[str]:
    """All readings of one character in letters a to z (ü as v), each once, the commonest first."""
    found: list[str] = []
    leading = LEADING.get(character)
    for reading in [
        *([leading] if leading else []),
        *pinyin(character, style=Style.NORMAL, heteronym=True)[0],
    ]:
        if reading.isascii() and reading.isalpha() and reading not in found:
            found.append(reading)
    return found


if __name__ == "__main__":
    main()
