"""Plays a script of keys on the program: headless with each screen as text, or visibly at a chosen speed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

from tui.app import JijiaoApp
from tui.keys import TWINS, Press
from tui.look import Look

_NAMED = {
    "Tab": "tab",
    "S-Tab": "shift+tab",
    "Enter": "enter",
    "Esc": "escape",
    "Up": "up",
    "Down": "down",
    "Left": "left",
    "Right": "right",
    "PgUp": "pageup",
    "PgDn": "pagedown",
    "Home": "home",
    "End": "end",
    "BS": "backspace",
    "Del": "delete",
    "Space": "space",
    **{f"F{number}": f"f{number}" for number in range(1, 13)},
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is done, in one line; the keys (`<Tab>` names a key, the rest is typed); what must then be
    on screen. `aside` happens off the screen before the keys."""

    says: str
    keys: str
    expect: str
    aside: Callable[[JijiaoApp], Awaitable[None]] | None = None


class DoesNotHold(Exception):
    """A step whose screen is not what the script says."""

    def __init__(self, step: Step, screen: str) -> None:
        super().__init__(f"这一步没有做到：{step.says}（应出现“{step.expect}”）\n{screen}")


def presses(keys: str) -> Iterator[Press]:
    """The presses of a script line."""
    rest = keys
    while rest:
        name, closed, after = rest[1:].partition(">") if rest[0] == "<" else ("", "", "")
        if closed and (name in _NAMED or name.startswith("ctrl+")):
            key = _NAMED.get(name, name)
            yield Press(TWINS.get(key, key), " " if key == "space" else None)
            rest = after
        else:
            yield Press(rest[0], rest[0])
            rest = rest[1:]


def screen_text(app: JijiaoApp) -> str:
    """What is on the screen, as lines of text without trailing blanks."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def play(
    app: JijiaoApp,
    steps: Sequence[Step],
    *,
    on_step: Callable[[int, Step, str], None],
    pause: float = 0.0,
) -> None:
    """Play the steps in turn; `pause` is the time between two keys in seconds. Raises DoesNotHold."""
    for number, step in enumerate(steps, 1):
        if step.aside is not None:
            await step.aside(app)
        if pause:
            app.frame.notice.show(f"演示 {number}/{len(steps)}  {step.says}", Look.MARK)
            await asyncio.sleep(pause * 20)
        for press in presses(step.keys):
            app.gate.feed(press._replace(arrived=monotonic()))
            await app.gate.idle()
            await painted(app)
            if pause:
                await asyncio.sleep(pause)
        screen = screen_text(app)
        if step.expect not in screen.replace(" ", "") and step.expect not in screen:
            raise DoesNotHold(step, screen)
        on_step(number, step, screen)
        if pause:
            await asyncio.sleep(pause * 20)


async def painted(app: JijiaoApp) -> None:
    """Wait until the screen has drawn what changed."""
    done = asyncio.Event()
    app.screen.call_after_refresh(done.set)
    await asyncio.wait_for(done.wait(), 10)
    await asyncio.sleep(0)
