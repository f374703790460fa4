"""One valid declaration of every form of learning, as typed, and the hours its rule gives."""

from __future__ import annotations

from datetime import date

TODAY = date(2026, 11, 20)
COMMON = {"subject": "专业课", "year": "2026", "claimed_hours": "8"}
DAYS = {"started_on": "2026-07-10", "ended_on": "2026-07-14"}

SAMPLES: dict[str, dict[str, str]] = {
    "base_training": {"base": "洛阳继续教育基地", "class_name": "骨干班", **DAYS, "result": "合格"},
    "post_training": {
        "organiser": "汝阳县教育局",
        "class_name": "[/ 测试]新课标培训",
        **DAYS,
        "result": "优秀",
    },
    "degree_study": {
        "school": "郑州大学",
        "major": "数学",
        "level": "硕士研究生",
        "study_mode": "非全日制",
        "courses_passed": "2",
    },
    "academic_meeting": {
        "meeting": "中原教育年会",
        "organiser": "某学会",
        "level": "国家级",
        "held_on": "2026-05-08",
        "paper_read": "否",
    },
    "research_project": {
        "project": "乡村教育研究",
        "project_number": "K-12",
        "level": "省级",
        "kind": "子课题",
        "rank": "2",
        "started_on": "2025-03-01",
        "ended_on": "2027-02-28",
        "granted_by": "省教育厅",
    },
    "publication": {
        "kind": "论文",
        "work_title": "论分数教学",
        "publisher": "某学报",
        "serial": "ISSN 0000-0000",
        "level": "省级",
        "published_on": "2026-04-01",
        "rank": "1",
        "characters": "5000",
    },
    "patent": {
        "patent": "一种教具",
        "patent_number": "ZL0000",
        "kind": "发明",
        "granted_on": "2026-02-01",
        "rank": "3",
    },
    "science_award": {
        "award": "某奖",
        "kind": "科技进步奖",
        "level": "省部级",
        "grade": "二等奖",
        "rank": "2",
        "awarded_by": "省政府",
        "awarded_on": "2026-01-20",
    },
    "qualification_exam": {
        "qualification": "中级会计",
        "level": "中级",
        "passed_on": "2026-09-01",
        "certificate_number": "C-1",
        "issued_by": "财政部",
    },
    "survey_report": {"report": "关于县域教育的调研", "endorsed_level": "市县", "endorsed_on": "2026-03-03"},
    "posting": {
        "kind": "援疆",
        "sent_by": "某校",
        "received_by": "哈密某校",
        "started_on": "2025-09-01",
        "ended_on": "2026-08-31",
        "result": "合格",
    },
    "grassroots_service": {
        "activity": "送教下乡",
        "organiser": "县人社局",
        "held_on": "2026-06-01",
        "days": "2",
    },
    "industry_training": {
        "authority": "县教育局",
        "plan": "2026 年第 3 号",
        "class_name": "实验教学",
        **DAYS,
        "result": "良好",
    },
}

# What the rule gives for each sample, in 学时.
SUGGESTED = {
    "base_training": "40",
    "post_training": "40",
    "degree_study": "30",
    "academic_meeting": "12",
    "research_project": "32",
    "publication": "18",
    "patent": "36",
    "science_award": "39",
    "qualification_exam": "48",
    "survey_report": "20",
    "posting": "60",
    "grassroots_service": "16",
    "industry_training": "40",
}


def sample(key: str, **changes: str) -> dict[str, str]:
    """The sample of a form with changed entries."""
    return {**COMMON, **SAMPLES[key], **changes}
