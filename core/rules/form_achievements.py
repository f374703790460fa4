"""Forms of learning by what was achieved: projects, publications, patents, awards, exams, reports.

The list and its evidence are those published for 豫人社[2017]121号; numbers marked 推定 are in no source at
hand and are shown with that mark.
"""

from __future__ import annotations

from core.rules.form_fields import (
    ENDED_OR_PLANNED,
    RANK,
    STARTED,
    choice_field,
    count_field,
    past_day_field,
    text_field,
)
from core.rules.hours_rules import (
    INFERRED,
    SOURCED,
    AtLeast,
    ByKind,
    Fixed,
    PerAmountByRank,
    Row,
    Table,
)
from core.rules.learning_form import LearningForm

RESEARCH_PROJECT = LearningForm(
    key="research_project",
    name="课题研究",
    source_words="课题研究与项目开发",
    fields=(
        text_field("project", "课题名称"),
        text_field("project_number", "编号", length=60),
        choice_field("level", "级别", "国家级", "省级", "市级"),
        choice_field("kind", "类型", "主课题", "子课题"),
        RANK,
        STARTED,
        ENDED_OR_PLANNED,
        text_field("granted_by", "立项单位"),
    ),
    evidence=("参加国家级、省级课题研究的证明材料",),
    clause="课题研究：按级别、类型和本人排名每年计学时，只在立项的研究期限内计算。",
    rule=Table(
        ("level", "kind"),
        (
            Row(("国家级", "主课题"), (64, 56, 48, 40, 32)),
            Row(("国家级", "子课题"), (48, 40, 32)),
            Row(("省级", "主课题"), (56, 48, 40)),
            Row(("省级", "子课题"), (40, 32, 24)),
        ),
        rank="rank",
    ),
    certainty=SOURCED,
    basis="公开的学时折算标准（早于2017年，未署发文单位）",
    title_field="project",
    start_field="started_on",
    end_field="ended_on",
    spans_years=True,
)

_WORKS = PerAmountByRank("characters", 10_000, "万字", "rank", (5, 4, 3))

PUBLICATION = LearningForm(
    key="publication",
    name="著作论文",
    source_words="出版著作(译作)或发表论文",
    fields=(
        choice_field("kind", "类型", "著作", "译作", "论文"),
        text_field("work_title", "题名"),
        text_field("publisher", "出版社或刊物"),
        text_field("serial", "ISBN/ISSN/CN", length=60),
        choice_field("level", "级别", "SCI/EI/核心期刊", "国家级", "省级", hint="被多处收录的选最高一级"),
        past_day_field("published_on", "发表时间"),
        count_field("rank", "作者排名", 99, hint="第一作者写 1"),
        count_field("characters", "字数", 9_999_999, hint="单位：字"),
    ),
    evidence=("著作：封面、扉页、目录", "论文：杂志封面、目录、文章"),
    clause="著作论文：只计前三名作者，增刊、副刊不计。著作每万字 5 学时；论文不少于 2000 字，按级别计学时。",
    rule=ByKind(
        "kind",
        {
            "著作": _WORKS,
            "译作": _WORKS,
            "论文": AtLeast(
                "characters",
                2000,
                "字",
                Table(
                    ("level",),
                    (
                        Row(("SCI/EI/核心期刊",), (36, 30, 24)),
                        Row(("国家级",), (24, 18, 12)),
                        Row(("省级",), (18, 12, 6)),
                    ),
                    rank="rank",
                ),
            ),
        },
    ),
    certainty=INFERRED,
    basis="公开的学时折算标准只限定前三名作者；数字为推定",
    title_field="work_title",
    start_field="published_on",
)

PATENT = LearningForm(
    key="patent",
    name="专利",
    source_words="发明专利、实用新型专利和外观设计专利",
    fields=(
        text_field("patent", "名称"),
        text_field("patent_number", "专利号", length=60),
        choice_field("kind", "类型", "发明", "实用新型", "外观设计"),
        past_day_field("granted_on", "授权日"),
        RANK,
    ),
    evidence=("专利证书",),
    clause="专利：发明专利第一名 48 学时，实用新型和外观设计专利第一名 36 学时，其后每名递减 6 学时。",
    rule=Table(
        ("kind",),
        (
            Row(("发明",), (48,), step=6),
            Row(("实用新型",), (36,), step=6),
            Row(("外观设计",), (36,), step=6),
        ),
        rank="rank",
    ),
    certainty=SOURCED,
    basis="公开的学时折算标准（早于2017年，未署发文单位）",
    title_field="patent",
    start_field="granted_on",
)

SCIENCE_AWARD = LearningForm(
    key="science_award",
    name="科技奖项",
    source_words="科学技术进步奖、自然科学奖、技术发明奖和社科奖等奖项",
    fields=(
        text_field("award", "奖项名称"),
        choice_field("kind", "类别", "科技进步奖", "自然科学奖", "技术发明奖", "社科奖", "其他"),
        choice_field("level", "级别", "国家级", "省部级", "市厅级"),
        choice_field("grade", "等级", "一等奖", "二等奖", "三等奖"),
        RANK,
        text_field("awarded_by", "授奖单位"),
        past_day_field("awarded_on", "获奖时间"),
    ),
    evidence=("获奖证书",),
    clause="科技奖项：国家一等奖和二等奖第一名视为完成本年度专业科目；其余按级别和等级，每名递减 3。",
    rule=Table(
        ("level", "grade", "kind"),
        (
            Row(("国家级", "一等奖", "*"), completes=-1),
            Row(("国家级", "二等奖", "*"), completes=1, step=3),
            Row(("国家级", "三等奖", "社科奖"), (46,), step=3),
            Row(("省部级", "一等奖", "*"), (46,), step=3),
            Row(("省部级", "二等奖", "*"), (42,), step=3),
            Row(("省部级", "三等奖", "*"), (38,), step=3),
            Row(("市厅级", "一等奖", "*"), (38,), step=3),
            Row(("市厅级", "二等奖", "*"), (34,), step=3),
            Row(("市厅级", "三等奖", "*"), (30,), step=3),
        ),
        rank="rank",
    ),
    certainty=SOURCED,
    basis="公开的学时折算标准（早于2017年，未署发文单位）",
    title_field="award",
    start_field="awarded_on",
)

QUALIFICATION_EXAM = LearningForm(
    key="qualification_exam",
    name="资格考试",
    source_words="通过全国高、中、初级专业技术资格考试；执业资格或职业水平考试",
    fields=(
        text_field("qualification", "资格名称"),
        choice_field("level", "级别", "高级", "中级", "初级", "执业资格", "职业水平"),
        past_day_field("passed_on", "通过时间"),
        text_field("certificate_number", "证书编号", length=60),
        text_field("issued_by", "发证机关"),
    ),
    evidence=("资格证书",),
    clause="资格考试：高级 60、中级 48、初级 36 学时，执业资格或职业水平 48 学时；每张证书只计一次。",
    rule=Table(
        ("level",),
        (
            Row(("高级",), (60,)),
            Row(("中级",), (48,)),
            Row(("初级",), (36,)),
            Row(("执业资格",), (48,)),
            Row(("职业水平",), (48,)),
        ),
    ),
    certainty=INFERRED,
    basis="学习形式见豫人社[2017]121号；数字为推定，不超过一年的专业课",
    title_field="qualification",
    start_field="passed_on",
)

SURVEY_REPORT = LearningForm(
    key="survey_report",
    name="调研报告",
    source_words="专题调研报告被省委、省政府领导或当地党委、政府主要领导、主管领导批示",
    fields=(
        text_field("report", "题目"),
        choice_field("endorsed_level", "批示领导层级", "省", "市县", "主管部门"),
        past_day_field("endorsed_on", "批示时间"),
    ),
    evidence=("领导批示件",),
    clause="调研报告：专题调研报告被领导批示的，计 20 学时。",
    rule=Fixed(20),
    certainty=SOURCED,
    basis="公开的学时折算标准（早于2017年，未署发文单位）",
    title_field="report",
    start_field="endorsed_on",
)
