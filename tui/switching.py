"""停用, 启用 and initial passwords: what the lists of accounts and offices have in common on screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from core.rules.refusals import UsualReason, reason_text
from core.schema.accounts import GivenPassword
from tui.frame import Frame
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.confirm_sheet import ConfirmSheet

Switch = Callable[[bool, str], Awaitable[None]]
"""Takes whether it is switched on, and why."""


async def ask_why(
    frame: Frame,
    name: str,
    active: bool,
    reasons: Sequence[UsualReason],
    switch: Switch,
    *,
    notes: Sequence[str] = (),
) -> None:
    """The reason first, for what is in use 停用 with the usual ones under digits, else 启用."""
    verb, usual = ("停用", tuple(reasons)) if active else ("启用", ())

    async def given(digit: str, words: str) -> None:
        why = reason_text(digit, words, usual) if active else words
        await switch(not active, why)

    await frame.open(
        AskSheet(
            f"{verb}：{name}",
            given,
            label="原因",
            choices=tuple((reason.digit, reason.text) for reason in usual),
            notes=("原因写入记录，必填", *notes),
            done=verb,
        )
    )


async def show_password(frame: Frame, given: GivenPassword) -> None:
    """The initial password, this once: it is stored as its hash alone."""
    lines = [
        f"帐号      {given.login}",
        f"使用人    {given.name}",
        f"初始密码  {given.password}",
        "",
        "初始密码只显示这一次，请现在记下并交给使用人。登录后须立即修改密码。",
    ]
    await frame.open(ConfirmSheet("初始密码", lines))
