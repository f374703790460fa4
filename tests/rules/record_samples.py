"""One entry of each of a person's lists, filled in completely and right."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, str]] = {
    "education": {
        "education": "大学本科",
        "degree": "学士",
        "school": "河南师范大学",
        "major": "数学类",
        "enrolled_on": "2003-09-01",
        "graduated_on": "2007-07-01",
        "certificate": "104761200705000001",
        "study_mode": "全日制",
    },
    "qualification": {
        "qualification": "教师资格",
        "level": "初级中学",
        "speciality": "数学",
        "obtained_on": "2007-10-01",
        "certificate": "20074103200000001",
        "issuer": "汝阳县教育局",
        "valid_until": "2037-10-01",
    },
    "honour": {
        "honour": "中原名师",
        "level": "省级",
        "granted_on": "2020-09-10",
        "grantor": "河南省教育厅",
        "document": "教师〔2020〕1号",
    },
}
