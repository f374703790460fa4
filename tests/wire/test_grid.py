"""The cell grid: whatever Textual writes, the client ends up with the same picture."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.screens import Client, Look, look_of
from tui.wire.caps import NARROW_STAND_INS, Caps, Colours
from tui.wire.grid import CellGrid

COLS, ROWS = 32, 10
SIZES = ((COLS, ROWS), (20, 6), (50, 14), (33, 10), (COLS, ROWS))
EDITS = 400
"""For each of the 32 kinds of terminal: 12,800 edits in all."""
STYLES = (
    "",
    "1",
    "2;3",
    "4",
    "7",
    "9",
    "38;2;224;224;224;48;2;18;18;18",
    "1;38;2;255;0;0;48;2;18;18;18",
    "38;2;10;200;30",
    "48;2;1;120;212",
    "31;44",
    "97",
    "38;5;120;48;5;17",
    "4;48;2;1;120;212",
)
WORDS = (
    "a",
    "学时",
    "继续教育 2024",
    "    ",
    "----------",
    "李明轩ab",
    "x" * 14,
    " " * 20,
    "●─│",
    "é\u0301",
    "中" * 9,
    "㐂𠮷①“是”…",
)

COLOURS: tuple[Colours, ...] = ("truecolor", "256", "16", "mono")
KINDS = [
    Caps(
        colours=colours,
        rep=rep,
        bce=bce,
        scroll=scroll,
        substitutes=NARROW_STAND_INS if number % 3 == 0 else {},
        encoding="gb18030" if number % 5 < 2 else "utf-8",
    )
    for number, (colours, rep, bce, scroll) in enumerate(
        itertools.product(COLOURS, (False, True), (False, True), (False, True))
    )
]


def wanted(grid: CellGrid) -> list[list[Look]]:
    """The picture the grid wants, as far as the terminal can show its characters."""
    stand_ins = grid.caps.substitutes
    return [[look_of(stand_ins.get(text, text), style) for text, style in row] for row in grid.back]


def show(grid: CellGrid, client: Client, cursor: tuple[int, int] = (0, 0)) -> None:
    """Send a frame in the terminal's encoding."""
    encoding = grid.caps.encoding
    client.feed(grid.frame(cursor).encode(encoding).decode(encoding))


def at(x: int, y: int, text: str, params: str = "") -> str:
    """What Textual writes to put a styled text at a place."""
    return f"\x1b[{y + 1};{x + 1}H\x1b[{params}m{text}\x1b[0m" if params else f"\x1b[{y + 1};{x + 1}H{text}"


def random_edit(chance: random.Random, grid: CellGrid) -> None:
    """Change the wanted picture in one of the ways screens change."""
    kind = chance.random()
    cols, rows = grid.cols, grid.rows
    y = chance.randrange(rows)
    if kind < 0.6:
        grid.feed(at(chance.randrange(cols), y, chance.choice(WORDS), chance.choice(STYLES)))
    elif kind < 0.7:
        grid.feed(at(0, y, " " * cols, chance.choice(STYLES)))
    elif kind < 0.8:
        style = chance.choice(STYLES)
        for row in range(rows):
            word = chance.choice(WORDS)
            grid.feed(at(0, row, " " * cols, style) + at(1, row, f"{row} {word}", style))
    elif kind < 0.97:  # a list that moves
        top, bottom = sorted(chance.sample(range(rows + 1), 2))
        by = chance.choice((-2, -1, 1, 2))
        block = grid.back[top:bottom]
        for row, cells in enumerate(block[by:] + block[:by], top):
            text = "".join(text for text, _ in cells)
            grid.feed(at(0, row, text, chance.choice(STYLES[:1] * 6 + STYLES)))
    elif kind < 0.98:
        grid.invalidate()
    else:
        grid.resize(*chance.choice(SIZES))


@pytest.mark.parametrize(
    "caps", KINDS, ids=lambda c: f"{c.colours}-rep{c.rep:d}-bce{c.bce:d}-scroll{c.scroll:d}"
)
def test_after_each_frame_the_client_shows_exactly_the_wanted_picture(caps: Caps) -> None:
    chance = random.Random(f"wire {caps}")
    grid, client = CellGrid(COLS, ROWS, caps), Client(COLS, ROWS)
    done = 0
    while done < EDITS:
        for _ in range(chance.randint(1, 3)):
            random_edit(chance, grid)
            done += 1
        client.resize(grid.cols, grid.rows)
        cursor = chance.randrange(grid.cols), chance.randrange(grid.rows)
        show(grid, client, cursor)
        assert client.picture() == wanted(grid)
        assert (client.screen.cursor.x, client.screen.cursor.y) == cursor
        assert not client.screen.cursor.hidden


@given(
    st.sampled_from(KINDS),
    st.lists(
        st.lists(
            st.tuples(
                st.integers(0, COLS - 1),
                st.integers(0, ROWS - 1),
                st.text("ab -继续教育㐂●─“", max_size=COLS),
                st.sampled_from(STYLES),
            ),
            min_size=1,
            max_size=8,
        ),
        max_size=8,
    ),
)
def test_any_texts_at_any_places_end_up_at_the_client(
    caps: Caps, frames: list[list[tuple[int, int, str, str]]]
) -> None:
    grid, client = CellGrid(COLS, ROWS, caps), Client(COLS, ROWS)
    for edits in frames:
        for x, y, text, style in edits:
            grid.feed(at(x, y, text, style))
        show(grid, client)
        assert client.picture() == wanted(grid)


@pytest.mark.parametrize(("cols", "rows"), [(20, 6), (50, 14), (33, 10)])
def test_another_size_of_the_window_keeps_the_picture_true(cols: int, rows: int) -> None:
    chance = random.Random(cols)
    grid = CellGrid(COLS, ROWS)
    for _ in range(40):
        random_edit(chance, grid)
    grid.frame((0, 0))
    grid.resize(cols, rows)
    grid.feed(at(0, 0, "继续教育"))
    client = Client(cols, rows)
    client.feed(grid.frame((0, 0)))
    assert client.picture() == wanted(grid)


def test_a_frame_without_change_is_empty() -> None:
    grid = CellGrid(80, 24)
    grid.feed(at(3, 3, "学时", "1"))
    grid.frame((5, 3))
    grid.feed(at(3, 3, "学时", "1"))
    assert grid.frame((5, 3)) == ""


def test_a_cursor_that_moves_costs_a_few_bytes_and_no_cell() -> None:
    grid = CellGrid(80, 24)
    grid.frame((5, 3))
    assert grid.frame((6, 3)) == "\x1b[C"


def test_a_typed_character_costs_itself() -> None:
    grid = CellGrid(80, 24)
    grid.feed(at(0, 0, "姓名：李"))
    grid.frame((8, 0))
    grid.feed(at(0, 0, "姓名：李明"))
    assert grid.frame((10, 0)) == "明"


def test_a_list_that_scrolls_costs_one_row() -> None:
    def page(first: int) -> str:
        return "".join(at(0, y, f"{first + y:>4} 第{first + y}号申报的名称和学时") for y in range(20))

    grid = CellGrid(80, 24)
    grid.feed(page(0))
    grid.frame((0, 0))
    grid.feed(page(1))
    assert len(grid.frame((0, 0)).encode()) < 90


def test_control_sequences_hidden_in_a_text_never_reach_the_client() -> None:
    grid = CellGrid(80, 24)
    grid.frame((0, 0))
    grid.feed(at(0, 0, "名称\x1b]52;c;aGk=\x07\x1b[6n\x1b[2J\x07\x08\u202e\x9b6n\x1bc结束"))
    sent = grid.frame((0, 0))
    assert "名称" in sent
    assert not any(bad in sent for bad in ("]52", "[6n", "[2J", "\x07", "\u202e", "\x9b", "\x1bc"))


def test_characters_a_terminal_draws_too_wide_are_replaced() -> None:
    grid = CellGrid(20, 2, Caps(substitutes=NARROW_STAND_INS))
    grid.feed(at(0, 0, "●“学时”─"))
    client = Client(20, 2)
    client.feed(grid.frame((0, 0)))
    assert client.screen.display[0].rstrip() == '*"学时"-'


@pytest.mark.parametrize("colours", COLOURS)
def test_a_marked_row_differs_from_the_others_in_every_number_of_colours(colours: Colours) -> None:
    grid = CellGrid(20, 2, Caps(colours=colours))
    grid.feed(at(0, 0, "学时", "38;2;224;224;224;48;2;18;18;18"))
    grid.feed(at(0, 1, "学时", "38;2;224;224;224;48;2;1;120;212"))
    client = Client(20, 2)
    client.feed(grid.frame((0, 0)))
    assert client.picture()[0][0] != client.picture()[1][0]


def test_text_is_never_written_in_the_colour_of_its_ground() -> None:
    grid = CellGrid(20, 1, Caps(colours="16"))
    grid.feed(at(0, 0, "学时", "38;2;30;30;34;48;2;10;10;10"))
    client = Client(20, 1)
    client.feed(grid.frame((0, 0)))
    cell = client.screen.buffer[0][0]
    assert cell.fg != cell.bg


def test_without_colours_no_colour_is_sent() -> None:
    grid = CellGrid(20, 1, Caps(colours="mono"))
    for number, style in enumerate(STYLES):
        grid.feed(at(number, 0, "x", style))
    sent = grid.frame((0, 0))
    assert not any(code in sent for code in ("38;", "48;", ";31", "[31", "[97", ";44"))
