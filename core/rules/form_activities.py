"""Forms of learning by taking part: training, study, meetings, postings and service.

The list and its evidence are those published for 豫人社[2017]121号; numbers marked 推定 are in no source at
hand and are shown with that mark.
"""

from __future__ import annotations

from core.rules.fields import FieldKind, FieldSpec
from core.rules.form_fields import (
    ENDED,
    ENDED_OR_PLANNED,
    STARTED,
    TRAINING_EVIDENCE,
    YES_NO,
    choice_field,
    count_field,
    filed_field,
    past_day_field,
    result_field,
    text_field,
)
from core.rules.hours import CreditHours
from core.rules.hours_rules import (
    INFERRED,
    SOURCED,
    PerCount,
    PerDay,
    Posting,
    Row,
    Table,
    WithReading,
)
from core.rules.learning_form import Cap, LearningForm, RequiredWhen

BASE_TRAINING = LearningForm(
    key="base_training",
    name="岗位培训(基地)",
    source_words="参加各级继续教育基地举办的继续教育培训班学习",
    fields=(
        text_field("base", "继续教育基地"),
        filed_field("class_name", "培训班名称", hint="按 F4 从已备案的培训班中选，也可照写"),
        STARTED,
        ENDED,
        result_field("result", "学习成绩"),
    ),
    evidence=TRAINING_EVIDENCE,
    clause="第七条第一款：参加各级继续教育基地举办的继续教育培训班学习，学时由基地审批部门按实际学习时间确定。",
    rule=PerDay(8, planned=True),
    certainty=INFERRED,
    basis="豫人社[2017]121号第七条；每天 8 学时为推定的上限",
    title_field="class_name",
    start_field="started_on",
    end_field="ended_on",
    result_field="result",
)

POST_TRAINING = LearningForm(
    key="post_training",
    name="岗位培训",
    source_words="参加培训、研修活动",
    fields=(
        text_field("organiser", "组织培训单位名称"),
        text_field("class_name", "培训班名称"),
        text_field("content", "学习内容", required=False, length=500),
        STARTED,
        ENDED,
        result_field("result", "学习成绩"),
    ),
    evidence=TRAINING_EVIDENCE,
    clause="第七条第二款：参加培训、研修活动，学时按实际学习时间确定，每天不超过 8 学时。",
    rule=PerDay(8),
    certainty=INFERRED,
    basis="豫人社[2017]121号第七条；每天 8 学时为推定的上限",
    title_field="class_name",
    start_field="started_on",
    end_field="ended_on",
    result_field="result",
)

DEGREE_STUDY = LearningForm(
    key="degree_study",
    name="学历(学位)教育",
    source_words="参加学历、学位教育(进修)",
    fields=(
        text_field("school", "院校"),
        text_field("major", "专业"),
        choice_field("level", "层次", "大学专科", "大学本科", "硕士研究生", "博士研究生", "进修"),
        FieldSpec("study_mode", "就读形式", FieldKind.CHOICE, choices_from="study_mode"),
        count_field("courses_passed", "通过课程门数", 30, hint="本年度通过的课程"),
        text_field("courses", "课程名称", required=False, length=500),
    ),
    evidence=("当年度成绩单", "进修的另附单位派出证明和进修单位考核证明"),
    clause="第七条第三款：参加学历、学位教育，每通过一门课程计 15 学时。",
    rule=PerCount("courses_passed", 15, "门"),
    certainty=SOURCED,
    basis="公开的学时折算标准（早于2017年，未署发文单位）",
    title_field="school",
)

ACADEMIC_MEETING = LearningForm(
    key="academic_meeting",
    name="学术会议",
    source_words="参加学术会议",
    fields=(
        text_field("meeting", "会议名称"),
        text_field("organiser", "主办单位"),
        choice_field("level", "级别", "国家级", "省级"),
        past_day_field("held_on", "会议时间"),
        text_field("place", "地点", required=False),
        choice_field("paper_read", "是否宣读论文", *YES_NO),
        text_field("paper_title", "论文题目", required=False, hint="宣读论文的必填"),
        count_field("paper_length", "论文字数", 999_999, required=False, hint="宣读论文的必填，单位：字"),
    ),
    evidence=("会议通知", "单位证明材料", "宣读论文的另附论文证明"),
    clause="学术会议：国家级 12 学时，宣读论文加 6 或 8；省级 8 学时，加 4 或 6（以 2000 字为界）。",
    rule=WithReading(
        base=Table(("level",), (Row(("国家级",), (12,)), Row(("省级",), (8,)))),
        read="paper_read",
        length="paper_length",
        long_from=2000,
        bonus={"国家级": (6, 8), "省级": (4, 6)},
    ),
    certainty=SOURCED,
    basis="公开的学时折算标准（早于2017年，未署发文单位）",
    title_field="meeting",
    start_field="held_on",
    requires=(
        RequiredWhen("paper_title", "paper_read", "是"),
        RequiredWhen("paper_length", "paper_read", "是"),
    ),
)

POSTING = LearningForm(
    key="posting",
    name="援派挂职",
    source_words="参加援藏、援疆、援外及到基层、贫困地区参加支教、支农、支医、扶贫和挂职锻炼",
    fields=(
        choice_field("kind", "类型", "援藏", "援疆", "援外", "支教", "支农", "支医", "扶贫", "挂职"),
        text_field("sent_by", "派出单位"),
        text_field("received_by", "接收单位"),
        STARTED,
        ENDED_OR_PLANNED,
        result_field("result", "年度考核结果"),
    ),
    evidence=("单位或主管部门印发的文件", "年度考核证明"),
    clause="援派挂职：本年度满 6 个月且年度考核合格的，视为完成本年度专业科目；不满的每周计 8 学时。",
    rule=Posting(6, 8),
    certainty=INFERRED,
    basis="学习形式见豫人社[2017]121号；数字为推定，比照科技奖项",
    title_field="received_by",
    start_field="started_on",
    end_field="ended_on",
    result_field="result",
    spans_years=True,
)

GRASSROOTS_SERVICE = LearningForm(
    key="grassroots_service",
    name="服务基层",
    source_words="参加人力资源和社会保障部门或本单位、行业组织的服务基层活动",
    fields=(
        text_field("activity", "活动名称"),
        text_field("organiser", "组织方"),
        past_day_field("held_on", "活动时间"),
        count_field("days", "天数", 366),
        text_field("place", "地点", required=False),
    ),
    evidence=("活动通知", "组织方参与证明", "本单位证明材料"),
    clause="服务基层：每天计 8 学时，每年最多 24 学时。",
    rule=PerCount("days", 8, "天"),
    certainty=INFERRED,
    basis="学习形式见豫人社[2017]121号；数字为推定",
    title_field="activity",
    start_field="held_on",
    days_field="days",
    cap=Cap(CreditHours.of(24)),
)

INDUSTRY_TRAINING = LearningForm(
    key="industry_training",
    name="行业培训",
    source_words="行业主管部门组织的专业技术人员专业科目培训",
    fields=(
        text_field("authority", "主管部门"),
        filed_field("plan", "备案计划", hint="按 F4 从已备案的计划中选，也可照写"),
        text_field("class_name", "培训班名称"),
        STARTED,
        ENDED,
        result_field("result", "考核结果"),
    ),
    evidence=("培训通知", "参与培训的证明材料"),
    clause="行业培训：须列入年度计划并在人社部门备案，学时以备案为准，每天不超过 8 学时。",
    rule=PerDay(8, planned=True),
    certainty=INFERRED,
    basis="豫人社[2017]121号：须列入年度计划并备案；每天 8 学时为推定的上限",
    title_field="class_name",
    start_field="started_on",
    end_field="ended_on",
    result_field="result",
)
