"""The 13 forms of learning (学习形式), in the order of the regulation."""

from __future__ import annotations

from core.rules.form_achievements import (
    PATENT,
    PUBLICATION,
    QUALIFICATION_EXAM,
    RESEARCH_PROJECT,
    SCIENCE_AWARD,
    SURVEY_REPORT,
)
from core.rules.form_activities import (
    ACADEMIC_MEETING,
    BASE_TRAINING,
    DEGREE_STUDY,
    GRASSROOTS_SERVICE,
    INDUSTRY_TRAINING,
    POST_TRAINING,
    POSTING,
)
from core.rules.learning_form import LearningForm

LEARNING_FORMS: tuple[LearningForm, ...] = (
    BASE_TRAINING,
    POST_TRAINING,
    DEGREE_STUDY,
    ACADEMIC_MEETING,
    RESEARCH_PROJECT,
    PUBLICATION,
    PATENT,
    SCIENCE_AWARD,
    QUALIFICATION_EXAM,
    SURVEY_REPORT,
    POSTING,
    GRASSROOTS_SERVICE,
    INDUSTRY_TRAINING,
)
