"""What the two official guides promise a person, in our own words, with the tests that prove each of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """One promise: the guide's chapter, what it says, and `file::test` of what proves it."""

    chapter: str
    words: str
    proofs: tuple[str, ...]


def promise(chapter: str, words: str, *proofs: str) -> Promise:
    """A promise with its proofs."""
    return Promise(chapter, words, proofs)


LIFE = "journeys/test_register_to_certificate.py::test_from_registration_to_a_certificate_that_anyone_can_check"
REGISTER = "screens/test_register.py::"
REGISTRATIONS = "services/test_registrations.py::"
DECLARE = "screens/test_declare.py::"
DECLARATIONS = "services/test_declarations.py::"
PROGRESS = "screens/test_progress.py::"
ANNUAL = "screens/test_annual.py::"
EVIDENCE = "services/test_evidence.py::"
SIGN_IN = "services/test_sign_in.py::"
FOUR_WAYS = "journeys/test_wrong_login_four_ways.py::"
WITHDRAWN = (
    "journeys/test_withdrawn_registration.py::"
    "test_a_registration_with_the_wrong_unit_is_taken_back_and_made_again"
)

GUIDE_2019 = (
    promise("1", "The front page has a window 专业技术人员 with 注册, 登录 and the other entries", LIFE),
    promise("1", "注册 opens the form of a personal user", LIFE, WITHDRAWN),
    promise(
        "1",
        "The number that is typed becomes the login name",
        REGISTRATIONS + "test_an_approved_registration_becomes_a_person_who_can_sign_in",
    ),
    promise(
        "1",
        "证件号, 密码, 手机号 and 电子邮箱 must be filled in, and so must all that bears a star",
        REGISTER + "test_every_mistake_is_shown_at_once_beside_its_field_and_what_was_typed_stays",
        REGISTRATIONS + "test_all_fields_at_fault_are_named_at_once",
    ),
    promise(
        "1",
        "A password has 8 to 20 characters, not only digits and not only letters",
        "rules/test_entry.py::test_a_password_has_8_to_20_characters_of_more_than_one_kind",
    ),
    promise(
        "1",
        "The block 个人信息 asks for region, unit, department, name, sex, birth, 民族, 籍贯, school and major",
        REGISTER + "test_the_form_asks_for_every_field_that_was_declared",
    ),
    promise(
        "1",
        "The region is chosen first; the popup then shows its units with type and code, and takes one over",
        REGISTER + "test_left_widens_the_region_of_the_unit_popup_and_the_unit_brings_its_own_region",
        "services/test_employers.py::test_a_region_limits_the_search_to_itself_and_below",
        "services/test_employers.py::test_a_row_says_type_code_and_region",
    ),
    promise(
        "1",
        "The popup finds a unit by name, exactly or by a part of it",
        REGISTER + "test_f3_asks_for_the_exact_name_and_back",
        "services/test_employers.py::test_an_exact_search_wants_the_whole_name",
    ),
    promise("1", "Department and major are picked from popups too", LIFE),
    promise(
        "1",
        "After 注册 the sentence says that it waits for review, and by whom",
        REGISTER + "test_a_complete_form_is_sent_in_and_names_who_reviews_it",
        LIFE,
    ),
    promise(
        "1",
        "Whoever the unit has admitted can sign in",
        REGISTRATIONS + "test_an_approved_registration_becomes_a_person_who_can_sign_in",
        LIFE,
    ),
    promise("1.1", "注册审核进度查询 stands at the foot of the login, and takes the registration back", WITHDRAWN),
    promise(
        "1.1",
        "A registration that was taken back can be made again with the right unit",
        WITHDRAWN,
        REGISTRATIONS + "test_a_withdrawn_registration_frees_the_number",
    ),
    promise("2", "The login asks for 用户类型, account, password and 验证码", LIFE, SIGN_IN + "test_an_office_signs_in"),
    promise("2", "The 验证码 is read from the picture beside it", SIGN_IN + "test_the_picture_answers_the_challenge"),
    promise(
        "3",
        "A wrong account or password is told so, and typed again",
        FOUR_WAYS + "test_a_refused_login_says_why_beside_its_field_and_keeps_the_account",
    ),
    promise(
        "3",
        "A wrong 验证码 is told so, and another can be had",
        FOUR_WAYS + "test_a_wrong_challenge_is_refused_beside_it_and_the_rest_is_kept",
        SIGN_IN + "test_a_challenge_is_good_for_one_answer_only",
    ),
    promise("3", "Who waits for review is told to wait", SIGN_IN + "test_whoever_waits_for_review_is_told_so"),
    promise(
        "3",
        "An account without the role is told so",
        SIGN_IN + "test_a_role_that_the_account_does_not_hold_is_refused",
        FOUR_WAYS + "test_the_four_sentences_are_the_guides_own",
    ),
    promise(
        "3",
        "注册审核进度查询 names the reviewing unit",
        REGISTER + "test_the_status_says_where_it_stands_and_takes_it_back",
    ),
)
GUIDE_OLDER = ()
