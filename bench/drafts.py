"""Drafts: what it costs that a form is kept while it is filled in, on the wire, in the echo and in the database.

The same form is typed into three times in turn: kept as a draft, with that switched off, and its twin of stock
widgets (`bench.stock`).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import stock
from bench.ground import Ground
from bench.results import LimitOn, Row, Series, Unit, each_timed, in_turn
from tests.terminal import Terminal
from tests.wire.budget_steps import BUDGETS, LETTER, QUIET, sign_in

LETTERS = "jixujiaoyupeixunzhongxinkecheng"[:30]
"""One field's worth: some ten saves, and the first of them writes 草稿已存 into the header."""
LETTER_QUIET = 0.1
ECHO_QUIET = 0.06
"""Seconds: as fast as somebody types, so that letters and saves meet."""
IDLE_SECONDS = 10.0
_SAVE_WITHIN = 2.0
_SAVES = 40
_FILE = "jijiao.sqlite3"
_KEY = "benchbenchbenchbench"


def measure(ground: Ground) -> list[Row]:
    """The wire, the echo, an idle form with a saved draft, and one save."""
    with ExitStack() as opened:
        kept = opened.enter_context(_declaration(ground, keeping=True))
        plain = opened.enter_context(_declaration(ground, keeping=False))
        twin = opened.enter_context(ground.other("-m", "bench.stock"))
        twin.wait(stock.FRONT_TEXT)
        twin.press("F2", quiet=1.0, timeout=3.0)
        twin.press("Tab", quiet=QUIET)
        terminals = (kept, plain, twin)
        wire = _wire_rows(terminals, ground.rounds(2, 1))
        echo = _echo_row(kept, plain, ground.rounds(3, 1))
        idle = _idle_row(kept, plain, IDLE_SECONDS if not ground.quick else 3.0)
    return [*wire, echo, idle, _save_row(ground.folder / "drafts", ground.rounds(10, 4))]


def _declaration(ground: Ground, *, keeping: bool) -> Terminal:
    """学时申报 with the caret in a field of text."""
    from core.services.demonstration import LOGINS

    terminal = ground.program(keeping=keeping)
    try:
        terminal.wait("服务窗口")
        sign_in(terminal, ("1", "2"), LOGINS[0].login)
        terminal.press(":", "s", "b", "Enter", quiet=QUIET)
        terminal.wait("培训班名称")
        terminal.press("Tab", "Tab", "Tab", quiet=QUIET)
    except BaseException:
        terminal.close()
        raise
    return terminal


def _wire_rows(terminals: tuple[Terminal, ...], rounds: int) -> list[Row]:
    """Each letter by itself, and all that came from the first letter until the draft had been saved."""
    singles: list[list[float]] = [[] for _ in terminals]
    means: list[list[float]] = [[] for _ in terminals]
    for _round in range(rounds):
        before = [terminal.total_bytes for terminal in terminals]
        twin_before = len(singles[-1])
        for letter in LETTERS:
            for sizes, terminal in zip(singles, terminals, strict=True):
                sizes.append(terminal.press(letter, quiet=LETTER_QUIET))
        for terminal in terminals[:2]:  # the twin's cursor blinks, it is never quiet
            terminal.settle(quiet=_SAVE_WITHIN)
        for values, terminal, start in zip(means, terminals, before, strict=True):
            values.append((terminal.total_bytes - start) / len(LETTERS))
        # What its cursor costs by blinking between the keys is left out.
        means[-1][-1] = sum(singles[-1][twin_before:]) / len(LETTERS)
        for terminal in terminals:
            terminal.press(*["BS"] * len(LETTERS), quiet=QUIET)
    kept, plain, twin = (Series(tuple(values)) for values in singles)
    mean_kept, mean_plain, mean_twin = (Series(tuple(values)) for values in means)
    off, beside, mean = "the same form, saving off", "the form of stock widgets", "drafts: mean of 30 letters"
    limit, on = BUDGETS[LETTER], LimitOn.MEDIAN
    return [
        Row("drafts: a letter, kept", Unit.BYTES, kept, off, plain, limit, on),
        Row("drafts: a letter, kept, beside stock", Unit.BYTES, kept, beside, twin),
        Row(f"{mean}, 草稿已存 included", Unit.BYTES, mean_kept, off, mean_plain, limit, LimitOn.EACH),
        Row(f"{mean}, beside stock", Unit.BYTES, mean_kept, beside, mean_twin),
    ]


def _echo_row(kept: Terminal, plain: Terminal, rounds: int) -> Row:
    """Letters typed fast, to the last byte of each."""
    echoes: tuple[list[float], list[float]] = ([], [])
    for _round in range(rounds):
        for letter in LETTERS:
            for values, terminal in zip(echoes, (kept, plain), strict=True):
                begin = time.monotonic()
                if terminal.press(letter, quiet=ECHO_QUIET):
                    values.append((terminal.last_byte_at - begin) * 1000)
        for terminal in (kept, plain):
            terminal.press(*["BS"] * len(LETTERS), quiet=QUIET)
    on, off = (Series(tuple(values)) for values in echoes)
    return Row(
        "echo: a letter while drafts are saved", Unit.MILLISECONDS, on, "the same form, saving off", off
    )


def _idle_row(kept: Terminal, plain: Terminal, seconds: float) -> Row:
    """Nobody types any more, and the draft is in the database."""
    for terminal in (kept, plain):
        terminal.press("xiaoxue", quiet=_SAVE_WITHIN)
    kept.wait("草稿已存")
    if "草稿已存" in plain.screen_text():
        raise AssertionError("the form that is to keep nothing is kept")
    for terminal in (kept, plain):
        terminal.send()  # nothing is sent; the count begins
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for terminal in (kept, plain):
            terminal.settle(quiet=0.05, timeout=0.1)
    kept_bytes, plain_bytes = (Series((float(each.action_bytes),)) for each in (kept, plain))
    name = f"drafts: idle for {seconds:g} s, one saved"
    return Row(name, Unit.BYTES, kept_bytes, "the same form, saving off", plain_bytes, 0, LimitOn.EACH)


# ------------------------------------------------------------------------------------- in the database


def _save_row(folder: Path, rounds: int) -> Row:
    """One save through the desk, sealed and committed, beside a bare UPDATE of as many bytes and its commit."""
    from core.schema.drafts import SaveDraft
    from core.services.desk import Desk
    from core.services.drafts import save_draft
    from core.services.settings import read_settings
    from core.store.store import create_store
    from tests.worlds import build_world, training

    store = create_store(read_settings({"data_dir": folder / "ours", "captcha": False}))
    actor = build_world(store).person()
    desk, content = Desk(store), json.dumps({"typed": training()}, ensure_ascii=False)

    def save(number: int) -> None:
        typed = content.replace("新课标", f"新课标{number:04d}")
        desk.do(save_draft, actor, SaveDraft(key=_KEY, form="declare", title="学时申报", content=typed))

    try:
        save(0)
        with desk.reading() as work:
            driver = work.connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            (size,) = driver.execute("select length(sealed) from draft").fetchone()
            modes = [
                (name, driver.execute(f"pragma {name}").fetchone()[0])
                for name in ("journal_mode", "synchronous")
            ]
        shutil.copytree(folder / "ours", folder / "bare")
        bare = sqlite3.connect(folder / "bare" / _FILE, isolation_level=None)
        for name, value in modes:
            bare.execute(f"pragma {name}={value}")

        def update(number: int) -> None:
            bare.execute("begin immediate")
            bare.execute("update draft set sealed = randomblob(?)", (size,))
            bare.execute("commit")

        ours, beside = in_turn(rounds, _of_many(save), _of_many(update))
        bare.close()
    finally:
        desk.close()
    return Row(
        "drafts: one saved, in its thread",
        Unit.MILLISECONDS,
        ours.scaled(1000),
        "a bare UPDATE of as many bytes and its commit, through sqlite3",
        beside.scaled(1000),
    )


def _of_many(call: Callable[[int], None]) -> Callable[[], float]:
    return lambda: each_timed([partial(call, number) for number in range(_SAVES)])
