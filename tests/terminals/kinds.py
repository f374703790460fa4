"""The terminals that people have, each with the settings that docs/terminals.md names for it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FONT = "WenQuanYi Zen Hei Mono"
LATIN = "DejaVu Sans Mono"
BEYOND_THE_FONT = "𠅤"
"""A character of names that the font of the tests lacks: a box is shown, and it must take its two cells."""
COLS, ROWS = 80, 24
RELAY = Path(__file__).with_name("relay.py")
_EVERYWHERE = ("Xvfb", "xdotool", "fc-match", "ssh")


@dataclass(frozen=True)
class Kind:
    """One terminal: how it is started on a command, and its files below the user's home."""

    name: str
    window: str
    """The class of its window."""
    start: Callable[[str], list[str]]
    """The command line that runs a shell command in it; PuTTY is given its own options instead."""
    files: Mapping[str, str] = field(default_factory=dict)
    program: str = ""
    """Where that is another word than its name."""
    encoding: str = "utf-8"
    """How it reads and writes characters, as Python calls it."""
    lang: str = "C.UTF-8"
    """What its user's environment says of that."""
    typed: tuple[str, str] = ("洛阳市教育局", f"㛃䶮数学培训{BEYOND_THE_FONT}")
    """What is typed into the form: the unit and the class."""

    def relaying(self, *words: str) -> str:
        """What shows in this terminal what `relay.py` is told to show."""
        return (
            f"LANG={self.lang} exec {shlex.join([sys.executable, '-S', str(RELAY), self.encoding, *words])}"
        )

    @property
    def missing(self) -> list[str]:
        """What is not installed here of the programs and the fonts."""
        programs = (self.program or self.name, *_EVERYWHERE)
        missing = [program for program in programs if shutil.which(program) is None]
        return missing or [font for font in (FONT, LATIN) if not _is_there(font)]

    def write_files(self, home: Path) -> None:
        """Put its settings into the home folder of a user."""
        for name, text in self.files.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(text, encoding="utf-8")


def _is_there(font: str) -> bool:
    found = subprocess.run(["fc-match", "-f", "%{family}", font], capture_output=True, text=True, check=False)
    return font in found.stdout.split(",")


def _xterm(command: str) -> list[str]:
    fonts = ["-fa", f"{LATIN}:pixelsize=16", "-fd", f"{FONT}:pixelsize=16"]
    return ["xterm", "-u8", *fonts, "-geometry", f"{COLS}x{ROWS}+0+0", "-e", command]


def _mlterm(command: str) -> list[str]:
    return _mlterm_in("UTF-8", command)


def _mlterm_gb18030(command: str) -> list[str]:
    return _mlterm_in("GB18030", command)


def _mlterm_in(encoding: str, command: str) -> list[str]:
    looks = ["--type=cairo", "--sbmod=none", "-w", "16", "-g", f"{COLS}x{ROWS}+0+0"]
    return [
        "mlterm",
        *looks,
        "--ac=2",
        "-E",
        encoding,
        "-M",
        "none",
        "--onlyucsfont=true",
        "-e",
        "sh",
        "-c",
        command,
    ]


def _sakura(command: str) -> list[str]:
    return [
        *("sakura", "-c", str(COLS), "-r", str(ROWS), "-f", f"{FONT} 12"),
        *("-x", f"sh -c {shlex.quote(command)}"),
    ]


def _putty(options: str) -> list[str]:
    return ["putty", "-load", "jijiao", *shlex.split(options)]


_PUTTY_SESSION = f"""\
FontName=client:{FONT} 12
LineCodePage=UTF-8
TermWidth={COLS}
TermHeight={ROWS}
ScrollBar=0
WarnOnClose=0
CloseOnExit=2
LocalEcho=1
LocalEdit=1
"""

_MLTERM_FONTS = {".mlterm/aafont": f"DEFAULT={FONT}\nISO10646_UCS4_1={FONT}\n"}

KINDS = (
    Kind("xterm", "xterm", _xterm),
    Kind("putty", "putty", _putty, {".putty/sessions/jijiao": _PUTTY_SESSION}),
    Kind("sakura", "sakura", _sakura),
    Kind("mlterm", "mlterm", _mlterm, _MLTERM_FONTS),
    Kind(
        "mlterm-gb18030",
        "mlterm",
        _mlterm_gb18030,
        _MLTERM_FONTS,
        program="mlterm",
        encoding="gb18030",
        lang="zh_CN.GB18030",
        # Without an input method mlterm sends UTF-8 for keys with Chinese on them, whatever its encoding.
        typed=("Luoyang jiaoyuju", "Shuxue peixun"),
    ),
)
