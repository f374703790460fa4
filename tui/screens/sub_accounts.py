"""子账户: the office's administrator gives each reviewer an account of their own, shuts it, sets its password."""

from __future__ import annotations

from core.schema.accounts import MakeSubAccount
from core.services.sub_accounts import (
    make_sub_account,
    reset_sub_account,
    sub_account_page,
    switch_sub_account,
)
from tui.account_list import AccountList


class SubAccountsScreen(AccountList):
    """子账户 of one office."""

    title_text = "子账户"
    made = "子账户"
    help_text = (
        "每位经办人一个子账户，审核记录里写的是经办人的姓名。",
        "子账户可以审核、申报、查询，不能管理帐号，也不能改单位资料。管理员帐号的密码由上级单位重置。",
    )
    rows_of = sub_account_page
    make_one = make_sub_account
    switch_one = switch_sub_account
    reset_one = reset_sub_account

    def make_command(self, values: dict[str, str]) -> MakeSubAccount:
        """Login name and holder."""
        return MakeSubAccount(login=values["login"], name=values["name"])
