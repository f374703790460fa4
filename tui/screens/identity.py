"""证件信息修改 (P3): what holds now, when it may be changed, what waits at the employer, and former changes."""

from __future__ import annotations

from core.rules.changes import IDENTITY_PAUSE_DAYS, ChangeKind, TransferState
from core.rules.errors import ErrorCode, Refused
from core.rules.identity import mask_id_number
from core.schema.base import Nothing
from core.schema.changes import ChangeRow, IdentityPage, TransferPage
from core.services.identities import identity_page, withdraw_identity
from core.services.transfers import transfer_page
from tui.change_list import ChangeListFrame, warning_lines
from tui.look import Line, Look
from tui.widgets.change_lines import entry_lines


class IdentityScreen(ChangeListFrame):
    """证件信息修改."""

    title_text = "证件信息修改"
    help_text = (
        f"姓名、证件号中必须有一项与修改前一致，{IDENTITY_PAUSE_DAYS} 天内只允许修改一次。",
        "需要身份证正面、反面和一张本人近照；证件号改后就是新的登录账号。",
    )
    kind = ChangeKind.IDENTITY
    columns = ("修改前", "修改后")
    form_route = "identity_form"
    withdraw_use_case = withdraw_identity

    async def fetch(self) -> tuple[ChangeRow, ...]:
        """What holds now, and the changes."""
        self.page: IdentityPage = await self.ask(identity_page, Nothing())
        return self.page.rows

    def heading(self) -> list[Line]:
        """What holds now, the rule, and what waits."""
        page = self.page
        number = f"{page.id_type} {mask_id_number(page.id_number)}"
        out: list[Line] = [(), *entry_lines("姓名", page.name), *entry_lines("证件", number)]
        rule = f"一次只改一项，另一项不变；{IDENTITY_PAUSE_DAYS} 天内只允许修改一次。"
        who = "照片比对一致即改，否则" if page.faces else "本机没有人脸比对，"
        out += [(), *warning_lines(f"{rule}{who}由 {page.employer} 核对照片后决定。", Look.HINT)]
        if page.pending is not None:
            waiting = f"有一项待 {page.pending.handler} 审核，办结之前可按 F7 撤回。"
            out += warning_lines(waiting)
        elif page.not_before is not None:
            out += warning_lines(f"{page.not_before} 起可再修改。")
        return [*out, ()]

    async def check_new(self) -> None:
        """One at a time, not again within the pause, and not between two units."""
        if self.page.pending is not None:
            raise Refused(ErrorCode.CHANGE_PENDING, kind=self.kind.label)
        if self.page.not_before is not None:
            until = self.page.not_before.isoformat()
            raise Refused(ErrorCode.IDENTITY_TOO_SOON, days=IDENTITY_PAUSE_DAYS, until=until)
        transfers: TransferPage = await self.ask(transfer_page, Nothing())
        if any(row.state == TransferState.PENDING for row in transfers.rows):
            raise Refused(ErrorCode.TRANSFER_PENDING, what="修改证件信息")
