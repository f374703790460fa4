"""Every screen by name: its jump code, its title, who may open it, and where its class is found."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.roles import Role

OFFICES = frozenset({Role.EMPLOYER, Role.AUTHORITY, Role.BUREAU})
WORKPLACES = OFFICES | {Role.BASE}
PERSON = frozenset({Role.PERSON})
EMPLOYER = frozenset({Role.EMPLOYER})
BUREAU = frozenset({Role.BUREAU})
OPERATOR = frozenset({Role.OPERATOR})
EVERYBODY = PERSON | WORKPLACES | {Role.OPERATOR}


@dataclass(frozen=True, slots=True)
class Route:
    """A screen. `code` is typed after `:` (at most 3 letters, never renamed); `roles` empty means no login.

    Routes without a code need something to be opened with, so there is no jumping to them.
    """

    name: str
    code: str
    title: str
    target: str
    roles: frozenset[Role] = frozenset()


ROUTES: dict[str, Route] = {
    route.name: route
    for route in (
        Route("front", "sy", "首页", "tui.screens.front:FrontScreen"),
        Route("login", "dl", "登录", "tui.screens.login:LoginScreen"),
        Route("register", "zc", "注册", "tui.screens.register:RegisterScreen"),
        Route(
            "registration_status", "jd", "注册审核进度查询", "tui.screens.registration_status:StatusScreen"
        ),
        Route("forgotten", "wj", "忘记登录密码", "tui.screens.forgotten:ForgottenScreen"),
        Route("check", "zs", "证书查询", "tui.screens.check:CheckScreen"),
        Route("password", "mm", "修改密码", "tui.screens.password:PasswordScreen", EVERYBODY),
        Route("messages", "xx", "消息", "tui.screens.messages:MessagesScreen", EVERYBODY),
        Route("person_home", "gr", "个人首页", "tui.screens.person_home:PersonHomeScreen", PERSON),
        Route("profile", "zl", "用户资料管理", "tui.screens.profile:ProfileScreen", PERSON),
        Route("declare", "sb", "学时(分)申报", "tui.screens.declare:DeclareScreen", PERSON),
        Route("progress", "cx", "申报进度查询", "tui.screens.progress:ProgressScreen", PERSON),
        Route("declaration", "", "申报详细", "tui.screens.declaration:DeclarationScreen", PERSON | OFFICES),
        Route("annual", "nd", "年度完成情况", "tui.screens.annual:AnnualScreen", PERSON),
        Route(
            "annual_detail", "", "继续教育历程明细", "tui.screens.annual_detail:AnnualDetailScreen", PERSON
        ),
        Route("basics", "xg", "基本信息修改", "tui.screens.basics:BasicsScreen", PERSON),
        Route("position", "zj", "专业技术职务", "tui.screens.position:PositionScreen", PERSON),
        Route(
            "position_changes",
            "",
            "专业技术职务变更记录",
            "tui.screens.position_changes:PositionChangesScreen",
            PERSON,
        ),
        Route("education", "xl", "学历及学位情况", "tui.screens.records:EducationScreen", PERSON),
        Route("qualification", "zg", "职(执)业资格", "tui.screens.records:QualificationScreen", PERSON),
        Route("honour", "ch", "学术技术称号", "tui.screens.records:HonourScreen", PERSON),
        Route("record", "", "学历、资格、称号", "tui.screens.record:RecordScreen", PERSON),
        Route("transfers", "dz", "单位调转", "tui.screens.transfers:TransfersScreen", PERSON),
        Route("transfer", "", "单位调转 转出申请", "tui.screens.transfer:TransferScreen", PERSON),
        Route("identity", "zx", "证件信息修改", "tui.screens.identity:IdentityScreen", PERSON),
        Route(
            "identity_form", "", "证件信息修改 申请", "tui.screens.identity_form:IdentityFormScreen", PERSON
        ),
        Route("change", "", "变更详情", "tui.screens.change:ChangeScreen", PERSON),
        Route("faces", "", "并排比对", "tui.screens.faces:FacesScreen", PERSON | EMPLOYER),
        Route("picture", "", "查看附件", "tui.screens.picture:PictureScreen", PERSON | OFFICES),
        Route("office_home", "dw", "单位首页", "tui.screens.office_home:OfficeHomeScreen", WORKPLACES),
        Route(
            "operator_home",
            "xt",
            "系统管理",
            "tui.screens.office_home:OfficeHomeScreen",
            frozenset({Role.OPERATOR}),
        ),
        Route("audit_log", "rz", "审计日志", "tui.screens.audit_log:AuditLogScreen", OPERATOR),
        Route("health", "bf", "备份与体检", "tui.screens.health:HealthScreen", OPERATOR),
        Route("review", "sh", "审核台", "tui.screens.review:ReviewScreen", OFFICES),
        Route(
            "registrations",
            "zh",
            "审核账户",
            "tui.screens.registrations:RegistrationsScreen",
            frozenset({Role.EMPLOYER}),
        ),
        Route("arrivals", "dr", "调入人员", "tui.screens.arrivals:ArrivalsScreen", EMPLOYER),
        Route("positions", "zw", "职务审核", "tui.screens.positions:PositionsScreen", EMPLOYER),
        Route("identities", "sf", "证件审核", "tui.screens.identities:IdentitiesScreen", EMPLOYER),
        Route("staff", "gl", "管理直属账户", "tui.screens.staff:StaffScreen", frozenset({Role.EMPLOYER})),
        Route("years", "rd", "年度认定", "tui.screens.years:YearsScreen", BUREAU),
        Route("certificates", "zd", "证书登记", "tui.screens.certificates:CertificatesScreen", BUREAU),
        Route("jobs", "rw", "后台任务", "tui.screens.jobs:JobsScreen", WORKPLACES | OPERATOR),
    )
}
CODES: dict[str, Route] = {route.code: route for route in ROUTES.values() if route.code}
HOMES: dict[Role, str] = {
    Role.PERSON: "person_home",
    Role.EMPLOYER: "office_home",
    Role.BASE: "office_home",
    Role.AUTHORITY: "office_home",
    Role.BUREAU: "office_home",
    Role.OPERATOR: "operator_home",
}
