"""The menus of the homes (单位首页, 系统管理): one line each, in the order in which they are needed most."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.roles import Role
from core.schema.review import Subject


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a menu: its words, the jump code it stands for, what it is for, and the queue it leads to."""

    label: str
    code: str
    purpose: str
    subject: Subject | None = None
    of_province: bool = False
    """Only the province's bureau has it; the bureaus below it are refused."""


CHECK = Entry("证书查询", "zs", "按编号、二维码或 PDF 文件核验证书")
MESSAGES = Entry("消息", "xx", "转入转出、重置密码等通知")
_JOBS = Entry("后台任务", "rw", "年度认定、导入等的进度，取消，继续")
_OFFICES = Entry("单位审核", "dh", "下级单位的注册", Subject.OFFICE)
_OFFICE_CHANGES = Entry("单位变更审核", "db", "下级单位名称、代码、区域、上级的变更", Subject.OFFICE_CHANGE)
_PROFILE = Entry("单位资料管理", "dx", "联系方式即时修改，名称等申请变更")
_SUB_ACCOUNTS = Entry("子账户", "zb", "给每位经办人开一个账号")
_BELOW = Entry("管理账户", "xz", "下级单位和它们的账号")
_PEOPLE = Entry("专业技术人员", "ry", "按姓名、拼音、证件号查人和学时")
_STATISTICS = Entry("查询统计", "tj", "完成率、学时合计，图表，导出")
_PRINT = Entry("证书打印", "dy", "成批打印已通过年度的证书")
_PROOF = Entry("职称申报证明", "zm", "多年继续教育证明")
_WAITING = Entry("催办", "cb", "哪里积压了什么，积压多久")
_PLANS = Entry("培训计划", "jh", "计划和课程表，报备，审批进度")
_IMPORTS = Entry("批量导入", "pl", "从 .xlsx 或 .csv 导入，先检查后入库")
_PROVIDERS = Entry("公需课平台", "gx", "平台的公钥，收签名的学时文件", of_province=True)

MENUS: dict[Role, tuple[Entry, ...]] = {
    Role.EMPLOYER: (
        Entry("学时初审", "sh", "本单位人员的学时申报", Subject.DECLARATION),
        Entry("审核账户", "zh", "本单位人员的注册", Subject.REGISTRATION),
        Entry("调入人员", "dr", "调入本单位的人员：接收或拒绝", Subject.TRANSFER),
        Entry("职务审核", "zw", "本单位人员的专业技术职务", Subject.POSITION),
        Entry("证件审核", "sf", "本单位人员的姓名、证件号修改", Subject.IDENTITY),
        Entry("管理直属账户", "gl", "本单位人员：查找，停用，重置密码"),
        Entry("单位学时申报", "ds", "一项活动为多人申报学时"),
        Entry("单位申报记录", "sj", "单位申报的进度，撤销"),
        _IMPORTS,
        MESSAGES,
        _STATISTICS,
        _PRINT,
        Entry("工作部门", "bm", "部门的增加、改名、移动"),
        _PROFILE,
        _SUB_ACCOUNTS,
        _OFFICES,
        _OFFICE_CHANGES,
        _PROOF,
        _JOBS,
        CHECK,
    ),
    Role.BASE: (
        _PLANS,
        Entry("培训班", "bj", "学员、成绩，学时申报"),
        Entry("综合查询", "zq", "本基地的学员和学时"),
        _IMPORTS,
        MESSAGES,
        _PROFILE,
        _SUB_ACCOUNTS,
        _JOBS,
        CHECK,
    ),
    Role.AUTHORITY: (
        Entry("学时审核", "sh", "所属单位已初审的学时申报", Subject.DECLARATION),
        _OFFICES,
        _OFFICE_CHANGES,
        _PLANS,
        _PEOPLE,
        _STATISTICS,
        _WAITING,
        _PRINT,
        MESSAGES,
        _BELOW,
        _PROFILE,
        _SUB_ACCOUNTS,
        _PROOF,
        _JOBS,
        CHECK,
    ),
    Role.BUREAU: (
        Entry("学时审核", "sh", "认定本区域的学时申报", Subject.DECLARATION),
        _OFFICES,
        Entry("计划审批", "js", "基地的培训计划，行业培训备案", Subject.PLAN),
        Entry("班级学时审核", "bs", "基地申报的培训班学时", Subject.CLASS_REPORT),
        _OFFICE_CHANGES,
        Entry("年度认定", "rd", "开放、截止年度，对一个年度作认定"),
        Entry("证书登记", "zd", "本区域的证书：查询、作废、换发"),
        _STATISTICS,
        _WAITING,
        _PEOPLE,
        Entry("撤销认定", "rc", "撤销一条已通过的学时"),
        Entry("减免", "jm", "休假人员的年度减免"),
        Entry("抽查", "cc", "按种子抽取已通过的申报"),
        _PRINT,
        _PROOF,
        _BELOW,
        _PROVIDERS,
        _SUB_ACCOUNTS,
        _JOBS,
        MESSAGES,
        CHECK,
    ),
    Role.OPERATOR: (
        Entry("基础数据管理", "jc", "各种名单、学习形式、学时标准、年度标准"),
        Entry("管理员管理", "gy", "系统管理员的账号，给账号加用户类型"),
        Entry("审计日志", "rz", "谁在何时何地做了什么，链的校验"),
        Entry("备份与体检", "bf", "备份，检查安装，恢复的办法"),
        _IMPORTS,
        _PROVIDERS,
        _JOBS,
        MESSAGES,
        CHECK,
    ),
}
