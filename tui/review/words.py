"""What a review desk calls things, by what its queue holds: one entry a subject, no branch in the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from core.rules.refusals import (
    CLASS_REASONS,
    IDENTITY_REASONS,
    OFFICE_CHANGE_REASONS,
    OFFICE_REASONS,
    PLAN_REASONS,
    POSITION_REASONS,
    REGISTRATION_REASONS,
    TRANSFER_REASONS,
    USUAL_REASONS,
    UsualReason,
)
from core.schema.review import Bucket, Subject, Verdict
from tui.keys import Command
from tui.review.keys import COMPARE, STUDENTS
from tui.widgets.queue_list import PERSON

_CHANGE_BUCKETS = (Bucket.ALL, Bucket.OVERDUE, Bucket.PLAIN)


@dataclass(frozen=True, slots=True)
class DeskWords:
    """The words of one desk.

    `title` is empty where it follows from the caller's level. `name` and `column` head what the list shows of a
    row; `hours` says whether there are hours. `absent` are the commands that have no meaning here, each with the
    reason it gives; `instead` are commands that stand on the keys of another.
    """

    title: str
    column: str
    reasons: tuple[UsualReason, ...]
    name: str = PERSON
    approve: str = "通过"
    reject: str = "不通过"
    hours: bool = False
    buckets: tuple[Bucket, ...] = _CHANGE_BUCKETS
    absent: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, Command] = field(default_factory=dict)

    def verdict(self, verdict: Verdict) -> str:
        """A verdict as this desk calls it."""
        words = {Verdict.APPROVE: self.approve, Verdict.REJECT: self.reject, Verdict.RETURN: "退回修改"}
        return words[verdict]

    def keys(self, commands: Iterable[Command]) -> tuple[Command, ...]:
        """The desk's own form of the commands of all desks."""
        return tuple(self._own(command) for command in commands)

    def guide(self) -> list[str]:
        """What F1 says of the desk."""
        back = "" if "send_back" in self.absent else "，B 退回修改"
        out = [
            "审核台：一个键办一条，下一条自己出来。显示出来之前按的审核键不算。",
            f"A {self.approve}，R {self.reject}{back} (原因按数字选，可再写文字，Enter 确定)。",
        ]
        if "doubts" not in self.absent:
            out.append("有疑点的不会批量通过；按 D 看相关的另一条申报。")
        return out

    def _own(self, command: Command) -> Command:
        action = command.action
        if action in self.instead:
            return self.instead[action]
        if action in self.absent:
            return replace(command, action="absent", help=self.absent[action], bar=False)
        own = {"approve": self.approve, "reject": self.reject, "batch": f"批量{self.approve}"}.get(action)
        if own is None or own == command.label:
            return command
        return replace(command, label=own, help=command.help.replace(command.label, own))


DESK_WORDS: Mapping[Subject, DeskWords] = {
    Subject.DECLARATION: DeskWords(
        title="", column="学习形式", reasons=USUAL_REASONS, hours=True, buckets=tuple(Bucket)
    ),
    Subject.REGISTRATION: DeskWords(
        title="审核账户",
        column="工作部门",
        reasons=REGISTRATION_REASONS,
        absent={
            "send_back": "注册只有通过和不通过：按 R 写明原因，本人可修改后重新提交",
            "undo": "注册审核后不能收回，结果已到本人手中",
            "doubts": "注册没有疑点核对，请对照各项内容",
        },
    ),
    Subject.TRANSFER: DeskWords(
        title="调入人员",
        column="原调出单位",
        reasons=TRANSFER_REASONS,
        approve="接收",
        reject="拒绝",
        absent={
            "send_back": "调入只有接收和拒绝：按 R 写明原因，本人可重新调转",
            "undo": "接收或拒绝后不能收回，结果已到本人手中",
            "doubts": "调入没有疑点核对，请对照各项内容",
        },
    ),
    Subject.POSITION: DeskWords(
        title="职务审核",
        column="任职资格",
        reasons=POSITION_REASONS,
        absent={
            "send_back": "职务只有通过和不通过：按 R 写明原因，本人可修改后重新提交",
            "undo": "职务审核后不能收回，结果已到本人手中",
            "doubts": "职务没有疑点核对，请对照证书附件",
        },
    ),
    Subject.IDENTITY: DeskWords(
        title="证件审核",
        column="修改内容",
        reasons=IDENTITY_REASONS,
        absent={
            "send_back": "证件修改只有通过和不通过：按 R 写明原因，本人可重新提交",
            "undo": "证件修改审核后不能收回，结果已到本人手中",
            "doubts": "证件修改没有疑点核对，请按 F2 并排比对照片",
            "choose": "证件修改要逐条比对照片，不能批量",
            "choose_range": "证件修改要逐条比对照片，不能批量",
            "batch": "证件修改要逐条比对照片，不能批量",
        },
        instead={"hours": COMPARE},
    ),
    Subject.OFFICE: DeskWords(
        title="单位审核",
        column="单位类型",
        reasons=OFFICE_REASONS,
        name="单位名称",
        absent={
            "send_back": "单位注册只有通过和不通过：按 R 写明原因，申请单位可修改后重新提交",
            "undo": "单位注册审核后不能收回，结果已到申请单位手中",
            "doubts": "疑点写在单上，没有另一条可看；请逐项核对",
        },
    ),
    Subject.OFFICE_CHANGE: DeskWords(
        title="单位变更审核",
        column="变更内容",
        reasons=OFFICE_CHANGE_REASONS,
        name="单位名称",
        absent={
            "send_back": "单位变更只有通过和不通过：按 R 写明原因，单位可重新申请",
            "undo": "单位变更审核后不能收回，结果已到单位手中",
            "doubts": "疑点写在单上，没有另一条可看；请逐项核对",
        },
    ),
    Subject.PLAN: DeskWords(
        title="计划审批",
        column="培训计划",
        reasons=PLAN_REASONS,
        hours=True,
        absent={
            "undo": "计划审批后不能收回，结果已到报送单位手中",
            "doubts": "计划没有疑点核对，请对照课程表和培训通知",
        },
    ),
    Subject.CLASS_REPORT: DeskWords(
        title="班级学时审核",
        column="培训班",
        reasons=CLASS_REASONS,
        absent={
            "undo": "学时已记入学员的年度，不能收回",
            "doubts": "疑点写在单上，没有另一条可看；按 E 逐人核对",
            "choose": "班级学时要逐班核对，不能批量",
            "choose_range": "班级学时要逐班核对，不能批量",
            "batch": "班级学时要逐班核对，不能批量",
        },
        instead={"hours": STUDENTS},
    ),
}
