"""Every refusal of the program: a code, and one sentence that says what happened and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from enum import StrEnum


class ErrorCode(StrEnum):
    """The codes of refusals. Each has one text in ERROR_TEXTS; a test holds the two together."""

    # signing in (登录)
    WRONG_LOGIN = "E101"
    WRONG_CHALLENGE = "E102"
    NOT_YET_REVIEWED = "E103"
    ROLE_MISSING = "E104"
    LOCKED = "E105"
    DISABLED = "E106"
    SESSION_ENDED = "E107"
    CHALLENGE_EXPIRED = "E108"
    MUST_CHANGE_PASSWORD = "E109"
    RESET_CODE_WRONG = "E110"
    RESET_TOO_OFTEN = "E111"
    WRONG_OLD_PASSWORD = "E112"
    SAME_PASSWORD = "E113"
    NO_MAIL = "E114"
    RESET_OTHER_ROLES = "E115"
    WAY_IN_OVER = "E116"
    KEY_UNREADABLE = "E117"
    KEY_WEAK = "E118"
    KEY_TWICE = "E119"
    KEYS_ENOUGH = "E120"
    SERVICE_FULL = "E121"
    ACCOUNT_FULL = "E122"
    ADDRESS_FULL = "E123"
    SERVICE_ENDING = "E124"
    KEY_PRIVATE = "E125"
    # permission
    NOT_ALLOWED = "E201"
    NOT_YOURS = "E202"
    # objects and moves
    NOT_FOUND = "E301"
    STALE = "E302"
    MOVE_NOT_ALLOWED = "E303"
    NOT_PAINTED = "E304"
    NOT_IN_BATCH = "E305"
    # fields
    REQUIRED = "E401"
    TOO_LONG = "E402"
    BAD_DATE = "E403"
    BAD_HOURS = "E404"
    NOT_IN_LIST = "E405"
    BAD_NUMBER = "E406"
    BAD_ID_FORMAT = "E407"
    BAD_ID_CHECK_DIGIT = "E408"
    BAD_ID_DATE = "E409"
    BAD_MOBILE = "E410"
    BAD_EMAIL = "E411"
    BAD_PASSWORD = "E412"
    PASSWORDS_DIFFER = "E413"
    BAD_USCC = "E414"
    DATE_ORDER = "E415"
    CONTROL_CHARACTERS = "E416"
    NO_GLYPH = "E417"
    OUT_OF_RANGE = "E418"
    FUTURE_DATE = "E419"
    FIELDS_REFUSED = "E420"
    BAD_YEAR = "E421"
    MISMATCH_WITH_ID = "E422"
    BAD_ID_PROVINCE = "E423"
    BAD_DOCUMENT_NUMBER = "E424"
    BAD_NAME = "E425"
    NOT_IN_SERIES = "E426"
    MISMATCH_WITH_LIST = "E427"
    # registration
    ID_TAKEN = "E501"
    ID_PENDING = "E502"
    EMPLOYER_CLOSED = "E503"
    REGISTRATION_NOT_FOUND = "E504"
    LOGIN_TAKEN = "E505"
    ORG_NOT_FOUND = "E506"
    FILE_UNREADABLE = "E507"
    PERSON_NOT_FOUND = "E508"
    CHANGE_PENDING = "E509"
    TRANSFER_BLOCKED = "E510"
    TRANSFER_PENDING = "E511"
    SAME_EMPLOYER = "E512"
    IDENTITY_TOO_SOON = "E513"
    IDENTITY_BOTH_CHANGED = "E514"
    IDENTITY_UNCHANGED = "E515"
    PICTURE_MISSING = "E516"
    RECORD_TWICE = "E517"
    TOO_MANY_RECORDS = "E518"
    OFFICE_TAKEN = "E519"
    OFFICE_PENDING = "E520"
    NO_REVIEWER = "E521"
    NOT_CHIEF = "E522"
    OWN_ACCOUNT = "E523"
    LAST_OPERATOR = "E524"
    HAS_DEPENDANTS = "E525"
    NAME_TWICE = "E526"
    TABLE_EMPTY = "E527"
    TABLE_COLUMNS = "E528"
    ACCOUNT_NOT_FOUND = "E529"
    SHARED_ACCOUNT = "E530"
    LOGIN_IN_USE = "E531"
    BAD_LOGIN = "E532"
    OFFICE_MISMATCH = "E533"
    ROWS_REFUSED = "E534"
    # declaration
    YEAR_CLOSED = "E601"
    ABOVE_RULE = "E602"
    ABOVE_CLAIM = "E603"
    DUPLICATE_DECLARATION = "E604"
    REASON_REQUIRED = "E605"
    ALREADY_REVIEWED = "E606"
    RESULT_FAILED = "E607"
    OUTSIDE_YEAR = "E608"
    FLAGGED_IN_BATCH = "E609"
    TOO_SOON_TO_URGE = "E610"
    NO_BUREAU = "E611"
    ABOVE_CAP = "E612"
    ACTIVITY_REVIEWED = "E613"
    NOBODY_CHOSEN = "E614"
    PLAN_NOT_FILED = "E615"
    ABOVE_PLAN = "E616"
    CLASS_NOT_OVER = "E617"
    CLASS_EMPTY = "E618"
    STUDENT_TWICE = "E619"
    NOT_APPROVED = "E620"
    COURSES_DIFFER = "E621"
    NAME_OF_ANOTHER = "E622"
    PLAN_BEGUN = "E623"
    # evidence
    EVIDENCE_COUNT = "E701"
    EVIDENCE_TOO_LARGE = "E702"
    EVIDENCE_NOT_PICTURE = "E703"
    EVIDENCE_UNREADABLE = "E704"
    EVIDENCE_TWICE = "E705"
    ARCHIVE_UNREADABLE = "E706"
    ARCHIVE_TOO_LARGE = "E707"
    ARCHIVE_EMPTY = "E708"
    ARCHIVE_ENCRYPTED = "E709"
    ARCHIVE_TOO_MANY = "E710"
    NOT_IN_INBOX = "E711"
    INBOX_FULL = "E712"
    INBOX_FILE_TOO_LARGE = "E713"
    INBOX_KIND = "E714"
    INBOX_NAME = "E715"
    EVIDENCE_UNREACHABLE = "E716"
    # year and certificate
    YEAR_NOT_PASSED = "E801"
    CERTIFICATE_NOT_FOUND = "E802"
    CERTIFICATE_REVOKED = "E803"
    FOREIGN_CERTIFICATE = "E804"
    YEAR_OPEN = "E805"
    EXEMPTION_TWICE = "E806"
    NOTHING_TO_DRAW = "E807"
    CERTIFICATE_NOT_VALID = "E808"
    YEARS_MISSING = "E809"
    PROVIDER_UNKNOWN = "E810"
    SIGNATURE_WRONG = "E811"
    PROVIDER_FILE_BROKEN = "E812"
    FILE_TAKEN_ALREADY = "E813"
    BAD_PUBLIC_KEY = "E814"
    PROVIDER_TWICE = "E815"
    BAD_PROVIDER_CODE = "E816"
    # installation
    NOT_INITIALISED = "E901"
    KEY_MISSING = "E902"
    KEY_WRONG = "E903"
    DATABASE_UNREACHABLE = "E904"
    SCHEMA_OLD = "E905"
    SEAL_MISSING = "E906"
    DRAFT_TOO_LARGE = "E907"
    JOB_RUNNING = "E908"
    JOB_OVER = "E909"
    BACKUP_BROKEN = "E910"
    BACKUP_PLACE = "E911"
    EDITION_REFUSED = "E912"
    SERVER_TOOLS_MISSING = "E913"
    EXTRA_MISSING = "E914"
    DIRECT_URL_MISSING = "E915"
    INTERNAL = "E999"


ERROR_TEXTS: dict[ErrorCode, str] = {
    ErrorCode.WRONG_LOGIN: "账户号或密码错误",
    ErrorCode.WRONG_CHALLENGE: "验证码错误",
    ErrorCode.NOT_YET_REVIEWED: "此帐号还未被审核",
    ErrorCode.ROLE_MISSING: "帐号未分配角色，请联系系统管理员",
    ErrorCode.LOCKED: "错误次数过多，请在 {minutes} 分钟后再试",
    ErrorCode.DISABLED: "此帐号已停用，请联系所在单位管理员",
    ErrorCode.SESSION_ENDED: "登录已失效，请重新登录",
    ErrorCode.CHALLENGE_EXPIRED: "验证码已过期，已换一张，请重新输入",
    ErrorCode.MUST_CHANGE_PASSWORD: "密码是重置后的初始密码，请先修改密码",
    ErrorCode.RESET_CODE_WRONG: "验证码不对或已失效，请核对，或重新获取",
    ErrorCode.RESET_TOO_OFTEN: "获取验证码过于频繁，请在 {minutes} 分钟后再试",
    ErrorCode.WRONG_OLD_PASSWORD: "原始密码不正确",
    ErrorCode.SAME_PASSWORD: "新密码与原始密码相同，请另设一个",
    ErrorCode.RESET_OTHER_ROLES: "该帐号还有其他用户类型，请本人在登录页用“忘记登录密码”重置",
    ErrorCode.NO_MAIL: "本平台还没有设置邮件，请联系单位管理员重置密码",
    ErrorCode.WAY_IN_OVER: "登录凭证已用过或已失效，请在这里登录",
    ErrorCode.KEY_UNREADABLE: "看不懂这把公钥，请粘贴 .pub 文件里的一整行，如 ssh-ed25519 AAAA...",
    ErrorCode.KEY_WEAK: "不接受这种公钥：请用 ssh-ed25519、ecdsa，或 3072 位以上的 ssh-rsa",
    ErrorCode.KEY_TWICE: "这把公钥已经登记过",
    ErrorCode.KEYS_ENOUGH: "最多登记 {limit} 把公钥，请先删去不用的",
    ErrorCode.SERVICE_FULL: "同时使用的人已满（{limit} 个），请稍后再连",
    ErrorCode.ACCOUNT_FULL: "这个帐号已开着 {limit} 个会话，请先退出一个再连",
    ErrorCode.ADDRESS_FULL: "从您的地址已开着 {limit} 个会话，请稍后再连",
    ErrorCode.KEY_PRIVATE: "这是私钥，没有存下。私钥不能给任何人，请另做一对，粘贴 .pub 文件里的一行",
    ErrorCode.SERVICE_ENDING: "服务正在停止，请过几分钟再连",
    ErrorCode.NOT_ALLOWED: "{role} 没有此项权限",
    ErrorCode.NOT_YOURS: "不在您的管理范围内，不能办理",
    ErrorCode.NOT_FOUND: "找不到这条记录，请按 F5 刷新",
    ErrorCode.STALE: "这条记录刚被他人处理过，您的操作没有生效，请看新内容后再办",
    ErrorCode.MOVE_NOT_ALLOWED: "当前状态是“{state}”，不能{move}",
    ErrorCode.NOT_PAINTED: "这一条显示出来之前按的键不算，请看清后再按",
    ErrorCode.NOT_IN_BATCH: "{kind}不能批量通过，请逐条核对图片",
    ErrorCode.REQUIRED: "必填，请填写",
    ErrorCode.TOO_LONG: "最多 {limit} 个字，现在 {length} 个，请删减",
    ErrorCode.BAD_DATE: "日期看不懂，请写成 2019-01-05",
    ErrorCode.BAD_HOURS: "学时请写成 0.5 的倍数，如 40 或 45.5",
    ErrorCode.NOT_IN_LIST: "不在可选项内，请按 F4 选择",
    ErrorCode.BAD_NUMBER: "请填写整数",
    ErrorCode.BAD_ID_FORMAT: "身份证号应为 18 位，前 17 位是数字",
    ErrorCode.BAD_ID_CHECK_DIGIT: "身份证号校验位不符，请核对每一位",
    ErrorCode.BAD_ID_DATE: "身份证号中的出生日期不存在，请核对第 7 至 14 位",
    ErrorCode.BAD_ID_PROVINCE: "身份证号前两位不是省级代码，请核对",
    ErrorCode.BAD_MOBILE: "手机号应为 11 位数字，以 1 开头",
    ErrorCode.BAD_EMAIL: "邮箱格式不对，请写成 name@example.cn",
    ErrorCode.BAD_PASSWORD: "请输入8~20位密码，请勿输入纯数字或纯字母",
    ErrorCode.PASSWORDS_DIFFER: "两次输入的密码不一致",
    ErrorCode.BAD_USCC: "统一社会信用代码校验不符，请核对 18 位",
    ErrorCode.DATE_ORDER: "结束日期早于开始日期，请核对",
    ErrorCode.CONTROL_CHARACTERS: "含有不能显示的字符，请删去",
    ErrorCode.NO_GLYPH: "“{character}”无法印在证书上，请核对用字",
    ErrorCode.OUT_OF_RANGE: "应在 {low} 至 {high} 之间",
    ErrorCode.FUTURE_DATE: "日期在今天之后，请核对",
    ErrorCode.FIELDS_REFUSED: "有 {count} 处需要修改，见各项旁的说明",
    ErrorCode.BAD_YEAR: "年度请写成四位数字，如 2026",
    ErrorCode.MISMATCH_WITH_ID: "与身份证号不一致（号码中是 {expected}）",
    ErrorCode.BAD_DOCUMENT_NUMBER: "{id_type}的号码应为 {low} 至 {high} 位，只用字母和数字",
    ErrorCode.BAD_NAME: "姓名应为 2 至 40 个汉字或字母，可用间隔号“·”，不能有括号和其他符号",
    ErrorCode.NOT_IN_SERIES: "“{series}”系列没有这个任职资格，请按 F4 选择",
    ErrorCode.MISMATCH_WITH_LIST: "与“{label}”不相符，请按 F4 选择",
    ErrorCode.ID_TAKEN: "此证件号已注册。如已是本系统用户请直接登录，或在注册审核进度查询中查看",
    ErrorCode.ID_PENDING: "此证件号的注册正在审核，可在注册审核进度查询中查看或撤回",
    ErrorCode.EMPLOYER_CLOSED: "该单位现在不接受注册，请重新选择单位",
    ErrorCode.REGISTRATION_NOT_FOUND: "证件号(机构代码)或密码错误，或没有这个注册申请",
    ErrorCode.LOGIN_TAKEN: "帐号 {login} 已经有“{role}”这个用户类型",
    ErrorCode.ORG_NOT_FOUND: "没有机构代码为 {org_code} 的{role}，请核对，或先用 jijiao import units 导入",
    ErrorCode.FILE_UNREADABLE: "读不了文件 {path}（{reason}）",
    ErrorCode.PERSON_NOT_FOUND: "查不到这个证件号的人员，请核对号码",
    ErrorCode.CHANGE_PENDING: "已有一项{kind}在办理，请等结果，或先撤回",
    ErrorCode.TRANSFER_BLOCKED: "还有在审核中的流程，办结或撤回后才能调转单位：{blocking}",
    ErrorCode.TRANSFER_PENDING: "单位调转正在办理，新单位处理或撤回后才能{what}",
    ErrorCode.SAME_EMPLOYER: "已在这个单位，请选择另一个单位",
    ErrorCode.IDENTITY_TOO_SOON: "证件信息 {days} 天内只允许修改一次，{until} 起可再修改",
    ErrorCode.IDENTITY_BOTH_CHANGED: "姓名、证件号中必须有一项与修改前一致",
    ErrorCode.IDENTITY_UNCHANGED: "姓名和证件号都与修改前一致，没有要修改的",
    ErrorCode.PICTURE_MISSING: "请上传{what}",
    ErrorCode.RECORD_TWICE: "已有相同的一条（{title}）",
    ErrorCode.TOO_MANY_RECORDS: "最多 {limit} 条，请先删除不用的",
    ErrorCode.YEAR_CLOSED: "{year}年度申报已截止",
    ErrorCode.ABOVE_RULE: "申请 {claimed} 学时高于规则得出的 {allowed} 学时，请改正，或在备注写明理由",
    ErrorCode.ABOVE_CLAIM: "认定学时不能高于申请的 {claimed} 学时",
    ErrorCode.DUPLICATE_DECLARATION: "与已有申报重复（{other}），同一项学习只能申报一次",
    ErrorCode.REASON_REQUIRED: "请选择或写明原因",
    ErrorCode.ALREADY_REVIEWED: "单位已经审核，不能再撤销",
    ErrorCode.RESULT_FAILED: "学习成绩不合格的不能申报",
    ErrorCode.OUTSIDE_YEAR: "学习时间不在 {year} 年内，请核对计入年度或起止时间",
    ErrorCode.FLAGGED_IN_BATCH: "有疑点的不能批量通过，请逐条审核",
    ErrorCode.TOO_SOON_TO_URGE: "提交满 {days} 天后才能催办，每次催办也需间隔 {days} 天",
    ErrorCode.NO_BUREAU: "所属区域还没有人社部门帐号，暂不能提交，请联系系统管理员",
    ErrorCode.ABOVE_CAP: "该学习形式本年度最多 {cap} 学时，还剩 {left} 学时",
    ErrorCode.EVIDENCE_COUNT: "附件应为 1 至 {limit} 个，现在 {count} 个",
    ErrorCode.EVIDENCE_TOO_LARGE: "文件 {size} KB，超过 {limit} KB，请缩小后再选",
    ErrorCode.EVIDENCE_NOT_PICTURE: "不是 .jpg .jpeg .gif .bmp .png 图片（按内容判断），请另选",
    ErrorCode.EVIDENCE_UNREADABLE: "文件打不开或已损坏，请另选",
    ErrorCode.EVIDENCE_TWICE: "这个文件已经添加过了",
    ErrorCode.ARCHIVE_UNREADABLE: "压缩包打不开或已损坏，请用 .zip 重新压缩",
    ErrorCode.ARCHIVE_TOO_LARGE: "压缩包内容过大，图片合计不能超过 {limit} KB",
    ErrorCode.ARCHIVE_EMPTY: "压缩包里没有可用的图片",
    ErrorCode.ARCHIVE_ENCRYPTED: "压缩包有密码，请去掉密码后再选",
    ErrorCode.ARCHIVE_TOO_MANY: "压缩包里有 {count} 张图片，只能再添加 {left} 张，请删减后再选",
    ErrorCode.NOT_IN_INBOX: "收件箱里没有这个文件；请先用 sftp 把它放进 inbox",
    ErrorCode.INBOX_FULL: "收件箱和发件箱共可放 {limit} MB，已满；请先删去不用的文件",
    ErrorCode.INBOX_FILE_TOO_LARGE: "一个文件最多 {limit} MB",
    ErrorCode.INBOX_KIND: "只收图片、zip、xlsx、csv、pdf、json 文件和公钥；这个文件的内容不是",
    ErrorCode.INBOX_NAME: "文件名不能用：最多 {limit} 个字，不能有 / 和控制字符，不能以点开头",
    ErrorCode.EVIDENCE_UNREACHABLE: "附件存储暂时连不上，没有存下也没有读出，请稍后再试",
    ErrorCode.YEAR_NOT_PASSED: "年度认定结果不合格时，该年度学时证明无法打印",
    ErrorCode.CERTIFICATE_NOT_FOUND: "查不到这张证书，请核对证书编号和校验码",
    ErrorCode.CERTIFICATE_REVOKED: "该证书已作废（{reason}）",
    ErrorCode.FOREIGN_CERTIFICATE: "不是本平台签发的证书",
    ErrorCode.YEAR_OPEN: "{year}年度尚未截止，请先关闭该年度",
    ErrorCode.NOT_INITIALISED: "数据库还没有建立，请先运行 jijiao init",
    ErrorCode.KEY_MISSING: "找不到数据密钥，请设置 JIJIAO_DATA_KEY 或恢复密钥文件 {path}",
    ErrorCode.KEY_WRONG: "数据密钥与数据库不符，请换回建库时的密钥",
    ErrorCode.DATABASE_UNREACHABLE: "连不上数据库，请检查 --database 或 JIJIAO_DATABASE_URL",
    ErrorCode.SEAL_MISSING: "找不到证书签发密钥，请运行 jijiao init，或恢复目录 {path}",
    ErrorCode.DRAFT_TOO_LARGE: "草稿内容过多，没有存下，请先保存或提交",
    ErrorCode.SCHEMA_OLD: "数据库结构是旧版，请运行 jijiao init 升级",
    ErrorCode.OFFICE_TAKEN: "这个机构代码已登记，请核对；单位已有账号的，请其管理员开设子账户",
    ErrorCode.OFFICE_PENDING: "这个机构代码的注册或变更正在审核，可在注册审核进度查询中查看或撤回",
    ErrorCode.NO_REVIEWER: "这个区域还没有可以审核的上级单位、主管部门或人社部门，请联系上一级人社部门",
    ErrorCode.NOT_CHIEF: "子账户不能办理这一项，请用本单位的管理员账号",
    ErrorCode.OWN_ACCOUNT: "这是您自己正在使用的帐号，不能在这里停用或重置；修改密码请用 :mm",
    ErrorCode.LAST_OPERATOR: "这是最后一个可用的系统管理员，不能停用",
    ErrorCode.HAS_DEPENDANTS: "还有 {count} {what}，不能{action}",
    ErrorCode.ACCOUNT_NOT_FOUND: "没有 {login} 这个帐号，请核对登录名或证件号",
    ErrorCode.SHARED_ACCOUNT: "该帐号还有其他用户类型，不能在这里{action}，请联系系统管理员",
    ErrorCode.LOGIN_IN_USE: "登录名 {login} 已被使用，请另取一个",
    ErrorCode.BAD_LOGIN: "登录名应为 4 至 40 个字母、数字或 . _ -，不能全是数字，也不能是证件号或 guest",
    ErrorCode.NAME_TWICE: "已有同名的“{name}”",
    ErrorCode.TABLE_EMPTY: "文件里没有可导入的行",
    ErrorCode.OFFICE_MISMATCH: "这个机构代码登记的{label}是“{value}”，请核对",
    ErrorCode.ROWS_REFUSED: "有 {count} 行有错，不能全部导入：请改正后重新检查，或按 F9 只导入无误的行",
    ErrorCode.TABLE_COLUMNS: "文件缺少这些列：{columns}，请按模板填写",
    ErrorCode.ACTIVITY_REVIEWED: "其中 {count} 人的申报已经审核，不能整批撤销",
    ErrorCode.NOBODY_CHOSEN: "还没有选人",
    ErrorCode.PLAN_NOT_FILED: "培训计划还没有备案，不能办理",
    ErrorCode.ABOVE_PLAN: "实得学时不能高于备案的 {allowed} 学时",
    ErrorCode.CLASS_NOT_OVER: "培训班 {until} 结束，结束后才能申报学时",
    ErrorCode.CLASS_EMPTY: "培训班还没有学员",
    ErrorCode.STUDENT_TWICE: "学员 {name} 已在班里",
    ErrorCode.COURSES_DIFFER: "课程表各门合计 {total} 学时，与计划学时不一致，请核对",
    ErrorCode.NAME_OF_ANOTHER: "姓名与这个证件号登记的姓名不一致，请核对",
    ErrorCode.PLAN_BEGUN: "培训计划 {since} 已开始，不能取消",
    ErrorCode.NOT_APPROVED: "只有审核通过的申报才能撤销认定",
    ErrorCode.EXEMPTION_TWICE: "该人员这一年度已有减免，请先撤销原来的",
    ErrorCode.NOTHING_TO_DRAW: "{year} 年度没有已通过的申报可以抽查",
    ErrorCode.CERTIFICATE_NOT_VALID: "这张证书已不在有效状态，不能{what}",
    ErrorCode.YEARS_MISSING: "{years} 年度还没有认定，不能出具证明；请缩小年度范围，或等年度认定",
    ErrorCode.PROVIDER_UNKNOWN: "文件写的公需课平台“{provider}”没有登记或已停用",
    ErrorCode.SIGNATURE_WRONG: "文件的签名不对：内容可能被改动，或不是该平台签发的，请向平台索取原文件",
    ErrorCode.PROVIDER_FILE_BROKEN: "第 {line} 行看不懂（{reason}），请向平台索取原文件",
    ErrorCode.BAD_PUBLIC_KEY: "应为 Ed25519 公钥：32 字节的 base64 或十六进制，或整个 PEM",
    ErrorCode.BAD_PROVIDER_CODE: "平台代码应为 2 至 16 个大写字母或数字",
    ErrorCode.PROVIDER_TWICE: "平台代码“{code}”已登记",
    ErrorCode.FILE_TAKEN_ALREADY: "这个文件已在 {at} 收过，没有重复计入",
    ErrorCode.JOB_RUNNING: "这项后台任务还在进行，请等它结束，或先取消",
    ErrorCode.JOB_OVER: "这项后台任务已经结束，不能{what}",
    ErrorCode.BACKUP_BROKEN: "备份不完整，不能恢复：{reason}",
    ErrorCode.BACKUP_PLACE: "不能用这个位置存放备份：{reason}",
    ErrorCode.EDITION_REFUSED: "改动没有生效：{reason}",
    ErrorCode.SERVER_TOOLS_MISSING: "找不到 {tool}，请安装 PostgreSQL 的客户端程序",
    ErrorCode.EXTRA_MISSING: "{what}要用的软件包没有安装，请运行 pip install 'jijiao[{extra}]'",
    ErrorCode.DIRECT_URL_MISSING: "数据库前有连接池，备份和恢复要直连：请设置 JIJIAO_DATABASE_DIRECT_URL",
    ErrorCode.INTERNAL: "程序出错，已记入日志，编号 {incident}；请把编号告诉系统管理员",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """A refusal that belongs to one field of a form; shown beside that field."""

    field: str
    code: ErrorCode
    params: Mapping[str, object] = with_default(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence shown beside the field."""
        return ERROR_TEXTS[self.code].format(**self.params)


class Refused(Exception):
    """A use case says no. Carries a code with its parameters, and the fields at fault if there are any."""

    def __init__(self, code: ErrorCode, fields: tuple[FieldError, ...] = (), **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields
        self.params = params

    @classmethod
    def for_fields(cls, fields: tuple[FieldError, ...]) -> Refused:
        """All the fields of one form that must be mended."""
        return cls(ErrorCode.FIELDS_REFUSED, fields, count=len(fields))

    @property
    def text(self) -> str:
        """The sentence shown to the user."""
        return ERROR_TEXTS[self.code].format(**self.params)

    def __str__(self) -> str:
        return f"{self.code.value} {self.text}"
