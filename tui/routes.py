"""Every screen by name: its jump code, its title, who may open it, and where its class is found."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.roles import Role

OFFICES = frozenset({Role.EMPLOYER, Role.AUTHORITY, Role.BUREAU})
WORKPLACES = OFFICES | {Role.BASE}
PERSON = frozenset({Role.PERSON})
EMPLOYER = frozenset({Role.EMPLOYER})
BUREAU = frozenset({Role.BUREAU})
BASE = frozenset({Role.BASE})
PLANNERS = frozenset({Role.BASE, Role.AUTHORITY})
SELF_KEPT = frozenset({Role.EMPLOYER, Role.BASE, Role.AUTHORITY})
OPERATOR = frozenset({Role.OPERATOR})
ABOVE = frozenset({Role.AUTHORITY, Role.BUREAU})
IMPORTERS = frozenset({Role.EMPLOYER, Role.BASE, Role.OPERATOR})
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
        Route("enter", "", "选择用户类型", "tui.screens.enter:EnterScreen"),
        Route("register", "zc", "注册", "tui.screens.register:RegisterScreen"),
        Route(
            "registration_status", "jd", "注册审核进度查询", "tui.screens.registration_status:StatusScreen"
        ),
        Route("office_register", "dj", "单位注册", "tui.screens.office_register:OfficeRegisterScreen"),
        Route("forgotten", "wj", "忘记登录密码", "tui.screens.forgotten:ForgottenScreen"),
        Route("check", "zs", "证书查询", "tui.screens.check:CheckScreen"),
        Route("password", "mm", "修改密码", "tui.screens.password:PasswordScreen", EVERYBODY),
        Route("keys", "gk", "SSH 公钥", "tui.screens.keys:KeysScreen", EVERYBODY),
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
        Route("picture", "", "查看附件", "tui.screens.picture:PictureScreen", PERSON | WORKPLACES),
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
        Route("offices", "dh", "单位审核", "tui.screens.offices:OfficesScreen", OFFICES),
        Route(
            "office_changes", "db", "单位变更审核", "tui.screens.office_changes:OfficeChangesScreen", OFFICES
        ),
        Route("org_profile", "dx", "单位资料管理", "tui.screens.org_profile:OrgProfileScreen", SELF_KEPT),
        Route("org_change", "", "单位变更 申请", "tui.screens.org_change:OrgChangeScreen", SELF_KEPT),
        Route("org_changes", "", "单位变更记录", "tui.screens.org_changes:OrgChangesScreen", SELF_KEPT),
        Route("departments", "bm", "工作部门", "tui.screens.departments:DepartmentsScreen", EMPLOYER),
        Route("arrivals", "dr", "调入人员", "tui.screens.arrivals:ArrivalsScreen", EMPLOYER),
        Route("positions", "zw", "职务审核", "tui.screens.positions:PositionsScreen", EMPLOYER),
        Route("identities", "sf", "证件审核", "tui.screens.identities:IdentitiesScreen", EMPLOYER),
        Route("staff", "gl", "管理直属账户", "tui.screens.staff:StaffScreen", frozenset({Role.EMPLOYER})),
        Route("sub_accounts", "zb", "子账户", "tui.screens.sub_accounts:SubAccountsScreen", WORKPLACES),
        Route("offices_below", "xz", "管理账户", "tui.screens.offices_below:OfficesBelowScreen", ABOVE),
        Route("people", "ry", "专业技术人员", "tui.screens.people:PeopleScreen", ABOVE),
        Route("person_file", "", "人员详细", "tui.screens.person_file:PersonFileScreen", ABOVE),
        Route("operators", "gy", "管理员管理", "tui.screens.operators:OperatorsScreen", OPERATOR),
        Route("unit_declare", "ds", "单位学时申报", "tui.screens.unit_declare:UnitDeclareScreen", EMPLOYER),
        Route("activities", "sj", "单位申报记录", "tui.screens.activities:ActivitiesScreen", EMPLOYER),
        Route("activity", "", "单位申报详细", "tui.screens.activity:ActivityScreen", EMPLOYER),
        Route("plans", "jh", "培训计划", "tui.screens.plans:PlansScreen", PLANNERS),
        Route("plan", "", "培训计划报备", "tui.screens.plan:PlanScreen", PLANNERS),
        Route("plan_view", "", "计划详细", "tui.screens.plan_view:PlanViewScreen", PLANNERS | BUREAU),
        Route("classes", "bj", "培训班", "tui.screens.classes:ClassesScreen", BASE),
        Route("training_class", "", "学员", "tui.screens.training_class:TrainingClassScreen", BASE),
        Route("students", "zq", "综合查询", "tui.screens.students:StudentsScreen", BASE),
        Route("plan_review", "js", "计划审批", "tui.screens.plan_review:PlanReviewScreen", BUREAU),
        Route("class_review", "bs", "班级学时审核", "tui.screens.class_review:ClassReviewScreen", BUREAU),
        Route(
            "report_students",
            "",
            "逐人核对",
            "tui.screens.report_students:ReportStudentsScreen",
            BUREAU,
        ),
        Route("years", "rd", "年度认定", "tui.screens.years:YearsScreen", BUREAU),
        Route("certificates", "zd", "证书登记", "tui.screens.certificates:CertificatesScreen", BUREAU),
        Route(
            "waiting",
            "cb",
            "催办",
            "tui.screens.waiting:WaitingScreen",
            frozenset({Role.AUTHORITY, Role.BUREAU}),
        ),
        Route("spot_checks", "cc", "抽查", "tui.screens.spot_checks:SpotChecksScreen", BUREAU),
        Route("spot_check", "", "抽查 逐条核对", "tui.screens.spot_check:SpotCheckScreen", BUREAU),
        Route("print_many", "dy", "证书打印", "tui.screens.print_many:PrintManyScreen", OFFICES),
        Route("statistics", "tj", "查询统计", "tui.screens.statistics:StatisticsScreen", OFFICES),
        Route(
            "statistics_people",
            "",
            "查询统计 人员",
            "tui.screens.statistics_people:StatisticsPeopleScreen",
            OFFICES,
        ),
        Route("reference", "jc", "基础数据管理", "tui.screens.reference:ReferenceScreen", OPERATOR),
        Route(
            "reference_entries",
            "",
            "基础数据 条目",
            "tui.screens.reference_entries:ReferenceEntriesScreen",
            OPERATOR,
        ),
        Route(
            "reference_entry",
            "",
            "基础数据 修改",
            "tui.screens.reference_entry:ReferenceEntryScreen",
            OPERATOR,
        ),
        Route(
            "reference_history",
            "",
            "基础数据 修改历史",
            "tui.screens.reference_history:ReferenceHistoryScreen",
            OPERATOR,
        ),
        Route("imports", "pl", "批量导入", "tui.screens.imports:ImportsScreen", IMPORTERS),
        Route("import", "", "批量导入 检查结果", "tui.screens.import_result:ImportResultScreen", IMPORTERS),
        Route("providers", "gx", "公需课平台", "tui.screens.providers:ProvidersScreen", BUREAU | OPERATOR),
        Route(
            "provider_file",
            "",
            "公需课平台 文件",
            "tui.screens.provider_file:ProviderFileScreen",
            BUREAU | OPERATOR,
        ),
        Route("approved", "rc", "撤销认定", "tui.screens.approved:ApprovedScreen", BUREAU),
        Route("revoked", "", "失信记录", "tui.screens.revoked:RevokedScreen", BUREAU),
        Route("exemptions", "jm", "减免", "tui.screens.exemptions:ExemptionsScreen", BUREAU),
        Route("exemption_form", "", "新减免", "tui.screens.exemption_form:ExemptionFormScreen", BUREAU),
        Route("proof", "zm", "职称申报证明", "tui.screens.proof:ProofScreen", PERSON | OFFICES),
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
