"""The tests' own terminal: what it shows and counts is what the program wrote."""

from __future__ import annotations

from tests.terminal import Terminal


def shell(script: str) -> Terminal:
    """A shell script on a terminal of 40x5."""
    return Terminal(["sh", "-c", script], cols=40, rows=5)


def test_repeated_characters_are_shown_as_often_as_they_are_repeated() -> None:
    with shell(r"printf 'ab\033[4bc'; sleep 9") as terminal:
        assert terminal.wait("c").startswith("abbbbbc")


def test_wide_characters_stand_once_and_are_found_by_their_column() -> None:
    with shell(r"printf '继续教育 学时'; sleep 9") as terminal:
        terminal.wait("学时")
        assert (terminal.find("学时"), terminal.cursor) == ((9, 0), (13, 0))


def test_the_bytes_of_an_action_are_counted() -> None:
    with shell(r"stty -echo; printf start; read x; printf '继续%s' $x; sleep 9") as terminal:
        terminal.wait("start")
        assert terminal.press("A", "Enter") == 7


def test_the_end_of_the_program_is_seen_with_its_exit_code() -> None:
    with shell("exit 7") as terminal:
        assert terminal.wait_exit() == 7
