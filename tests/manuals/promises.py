"""What the two official guides promise a person, in our own words, with the tests that prove each of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """One promise: the guide's chapter, what it says, and `file::test` of what proves it."""

    chapter: str
    words: str
    proofs: tuple[str, ...]


def _said(chapter: str, words: str, *proofs: str) -> Promise:
    return Promise(chapter, words, proofs)


GUIDE_2019 = (
    _said(
        "1",
        "The front page has a window 专业技术人员 with 注册, 登录 and its other entries, each a digit away",
        "journeys/test_register_to_certificate.py::test_from_registration_to_a_certificate_that_anyone_can_check",
    ),
    _said(
        "1",
        "注册 opens the form of a personal user",
        "journeys/test_register_to_certificate.py::test_from_registration_to_a_certificate_that_anyone_can_check",
        "journeys/test_withdrawn_registration.py::test_a_registration_with_the_wrong_unit_is_taken_back_and_made_again",
    ),
    _said(
        "1",
        "The number that is typed becomes the login name and is not changed afterwards by editing",
        "services/test_registrations.py::test_an_approved_registration_becomes_a_person_who_can_sign_in",
        "services/test_profile.py::test_the_name_and_the_number_are_not_among_what_can_be_changed",
    ),
    _said(
        "1",
        "证件号, 密码, 手机号 and 电子邮箱 must be filled in, and so must all that bears a star",
        "screens/test_register.py::test_every_mistake_is_shown_at_once_beside_its_field_and_what_was_typed_stays",
        "rules/test_checking.py::test_each_required_entry_that_is_missing_gives_exactly_that_refusal",
    ),
    _said(
        "1",
        "Whoever is a user of the system already ticks a box; the existing password proves them and the role is added",
        "journeys/test_front_door.py::test_an_account_of_a_unit_gets_the_role_of_a_person_chosen_at_login_and_switched_inside",
        "services/test_registrations.py::test_an_existing_account_must_be_proved_by_its_password",
    ),
    _said(
        "1",
        "A password has 8 to 20 characters, not only digits and not only letters; the hint says so",
        "rules/test_entry.py::test_a_weak_password_is_refused_in_the_words_of_the_guide",
        "rules/test_entry.py::test_a_mixed_password_is_taken_as_typed",
    ),
    _said(
        "1",
        "Labels and blocks of the form are those of the guide: 账号信息, then 个人信息 from the region to the major",
        "rules/test_checking.py::test_the_labels_are_those_of_the_guide",
        "screens/test_register.py::test_the_form_asks_for_every_field_that_was_declared",
    ),
    _said(
        "1",
        "姓名 and 证件号 cannot be edited after the registration",
        "screens/test_profile.py::test_the_name_and_the_number_are_shown_and_passed_over",
    ),
    _said(
        "1",
        "The region comes first; the popup then shows its units with type and code and takes one over with 选定",
        "screens/test_register.py::test_left_widens_the_region_of_the_unit_popup_and_the_unit_brings_its_own_region",
        "services/test_employers.py::test_a_region_limits_the_search_to_itself_and_below",
        "services/test_employers.py::test_a_row_says_type_code_and_region",
    ),
    _said(
        "1",
        "The popup finds a unit by its name, exactly or by a part of it",
        "screens/test_register.py::test_f3_asks_for_the_exact_name_and_back",
        "services/test_employers.py::test_an_exact_search_wants_the_whole_name",
    ),
    _said(
        "1",
        "Department and major are picked from popups",
        "screens/test_register.py::test_a_department_needs_a_unit_first",
        "services/test_employers.py::test_departments_of_an_employer_come_in_their_order",
    ),
    _said(
        "1",
        "After 注册 a sentence says that it waits for review, and by whom",
        "screens/test_register.py::test_a_complete_form_is_sent_in_and_names_who_reviews_it",
    ),
    _said(
        "1",
        "Once the unit has admitted a person, they sign in",
        "journeys/test_register_to_certificate.py::test_from_registration_to_a_certificate_that_anyone_can_check",
        "services/test_registrations.py::test_an_approved_registration_becomes_a_person_who_can_sign_in",
    ),
    _said(
        "1.1",
        "注册审核进度查询 at the foot of the login takes a registration at the wrong unit back",
        "journeys/test_withdrawn_registration.py::test_a_registration_with_the_wrong_unit_is_taken_back_and_made_again",
    ),
    _said(
        "1.1",
        "A registration that was taken back can be made again",
        "journeys/test_withdrawn_registration.py::test_a_registration_with_the_wrong_unit_is_taken_back_and_made_again",
        "services/test_registrations.py::test_a_withdrawn_registration_frees_the_number",
    ),
    _said(
        "2",
        "The login asks for 用户类型, account, password and 验证码, and lets in who has them right",
        "journeys/test_register_to_certificate.py::test_from_registration_to_a_certificate_that_anyone_can_check",
        "services/test_sign_in.py::test_an_office_signs_in",
    ),
    _said(
        "2",
        "The 验证码 is read from the picture beside it",
        "services/test_sign_in.py::test_the_picture_answers_the_challenge",
    ),
    _said(
        "3",
        "账户号或密码错误: typed again, the rest is kept",
        "journeys/test_wrong_login_four_ways.py::test_a_refused_login_says_why_beside_its_field_and_keeps_the_account",
    ),
    _said(
        "3",
        "验证码错误: typed again from another picture",
        "journeys/test_wrong_login_four_ways.py::test_a_wrong_challenge_is_refused_beside_it_and_the_rest_is_kept",
    ),
    _said(
        "3",
        "此帐号还未被审核: whoever waits for review is told so",
        "services/test_sign_in.py::test_whoever_waits_for_review_is_told_so",
    ),
    _said(
        "3",
        "帐号未分配角色: an account is signed in with the role it was registered for",
        "services/test_sign_in.py::test_a_role_that_the_account_does_not_hold_is_refused",
        "journeys/test_wrong_login_four_ways.py::test_the_four_sentences_are_the_guides_own",
    ),
    _said(
        "3",
        "注册审核进度查询 names the reviewing unit, and a wrong one is taken back there",
        "screens/test_register.py::test_the_status_says_where_it_stands_and_takes_it_back",
    ),
    _said(
        "功能列表",
        "The home of a person leads to 用户资料管理, 学时(分)申报, 申报进度查询 and 年度完成情况",
        "journeys/test_main_screens.py::test_every_main_screen_answers_fits_and_points_at_what_has_the_focus",
        "screens/test_profile.py::test_each_digit_opens_the_page_of_its_name",
    ),
    _said(
        "4",
        "What was given at registration is changed and holds as soon as it is saved",
        "journeys/test_basics_changed.py::test_basic_facts_are_changed_and_hold_at_once",
        "services/test_profile.py::test_what_is_saved_is_in_force_at_once",
    ),
    _said(
        "4",
        "基本信息修改 has buttons 单位调转 and 证件信息修改 beside the name",
        "screens/test_profile.py::test_the_buttons_lead_to_transfer_and_identity",
    ),
    _said(
        "4",
        "证件信息修改 asks for both sides of the card and a fresh photograph",
        "services/test_identities.py::test_all_three_pictures_are_asked_for_at_once",
        "journeys/test_identity.py::test_a_new_number_is_passed_by_the_employer_and_is_the_login_from_then_on",
    ),
    _said(
        "4",
        "A face that is recognised completes the change at once",
        "services/test_identities.py::test_a_clear_match_completes_it_at_once",
        "screens/test_identity.py::test_a_clear_match_changes_the_name_at_once",
        "store/test_faces.py::test_the_card_and_a_new_portrait_of_one_person_match",
    ),
    _said(
        "4",
        "One of 姓名 and 证件号 must stay as it was",
        "services/test_identities.py::test_exactly_one_of_the_two_is_changed",
        "screens/test_identity.py::test_both_at_once_are_refused",
    ),
    _said(
        "4",
        "证件信息 is changed once in thirty days",
        "services/test_identities.py::test_it_is_changed_once_in_thirty_days",
    ),
    _said(
        "4",
        "单位调转 is asked for with the fields that bear a star and holds once the new unit takes the person in",
        "journeys/test_transfer.py::test_a_transfer_is_blocked_taken_back_received_and_the_old_unit_is_told",
        "services/test_transfers.py::test_taken_in_the_person_belongs_to_the_new_unit_its_department_and_its_region",
    ),
    _said(
        "4",
        "A transfer to the wrong unit is taken back with 撤回 and made again",
        "screens/test_transfers.py::test_it_is_taken_back_after_a_question_and_made_again",
    ),
    _said(
        "4",
        "While anything else is under review there is no transfer; what it is, is named",
        "screens/test_transfers.py::test_what_blocks_it_is_named_with_where_it_is_settled",
        "services/test_transfers.py::test_everything_under_review_bars_it_and_is_named",
    ),
    _said(
        "4",
        "The list of transfers has 序号, 原调出单位, 调入单位, 处理结果 and 操作",
        "screens/test_transfers.py::test_the_columns_of_the_list_are_those_of_the_guide",
    ),
    _said(
        "4",
        "专业技术职务 that is saved says that it was sent for review, and is valid once the unit has agreed",
        "journeys/test_position_declared.py::test_a_position_is_declared_refused_mended_and_approved",
        "services/test_positions.py::test_it_is_valid_only_once_the_unit_has_agreed",
    ),
    _said(
        "4",
        "变更记录 shows what was changed",
        "screens/test_position_screen.py::test_the_record_of_changes_lists_every_state_and_the_reason",
    ),
    _said(
        "4",
        "单位地区, 单位名称 and 工作部门 stand there to be read; 系列 and 任职资格 are picked",
        "screens/test_position_screen.py::test_the_unit_stands_above_the_form_and_is_passed_over",
        "screens/test_position_screen.py::test_the_titles_are_those_of_the_chosen_series_only",
    ),
    _said(
        "4",
        "学历, 职(执)业资格 and 学术技术称号 are filled in under their own headings and hold at once",
        "journeys/test_records_kept.py::test_the_three_lists_are_filled_changed_and_cleared",
        "services/test_person_records.py::test_an_entry_of_every_list_is_in_force_at_once",
    ),
    _said(
        "4.1",
        "修改密码 is reached from the name and asks for the old password",
        "screens/test_password.py::test_the_password_is_changed_and_the_page_before_comes_back",
        "screens/test_password.py::test_a_wrong_old_password_says_how_often_it_may_still_be_tried",
    ),
    _said(
        "4.1",
        "The new password follows the same rule",
        "screens/test_password.py::test_every_mistake_is_shown_beside_its_field",
        "services/test_password_change.py::test_what_is_wrong_is_said_beside_its_field_and_nothing_changes",
    ),
    _said(
        "5",
        "A person declares the professional subject",
        "rules/test_forms.py::test_a_person_declares_the_professional_subject_only",
    ),
    _said(
        "5",
        "The chosen 学习形式 brings the fields that belong to it",
        "screens/test_declare.py::test_the_chosen_form_of_learning_gives_the_fields_on_screen",
    ),
    _said(
        "5",
        "The clause that sets the hours stands under 申请学时",
        "screens/test_declare.py::test_the_hours_of_the_rule_stand_beside_the_claim",
    ),
    _said(
        "5",
        "Hours count in the 计入年度 once they were approved",
        "services/test_review.py::test_the_last_approval_counts_the_recognised_hours",
        "services/test_annual.py::test_the_history_of_a_year_lists_what_counted_and_the_rule",
    ),
    _said(
        "5",
        "Attachments are .jpg, .jpeg, .gif, .bmp or .png and have a limit of size",
        "services/test_evidence.py::test_a_picture_is_known_by_its_content_not_by_its_name",
        "services/test_evidence.py::test_a_file_above_the_limit_is_refused",
    ),
    _said(
        "5",
        "At most five pictures, each with its 附件说明",
        "screens/test_declare.py::test_a_sixth_attachment_is_refused",
        "screens/test_declare.py::test_the_caption_of_an_attachment_can_be_rewritten",
    ),
    _said(
        "5",
        "保存暂不提交 keeps it, and 申报进度查询 has it",
        "screens/test_declare.py::test_a_draft_is_kept_and_gone_on_with",
        "screens/test_progress.py::test_a_draft_opens_in_the_form",
    ),
    _said(
        "5",
        "提交申报 hands it to the reviewers",
        "screens/test_declare.py::test_a_complete_declaration_goes_to_the_employer",
    ),
    _said(
        "6",
        "申报进度查询 lists all records, also those that a training base reported",
        "screens/test_progress.py::test_the_tabs_count_and_show_what_stands_in_each_state",
        "screens/test_progress.py::test_what_providers_reported_has_a_page_of_its_own_with_tabs_and_filters",
    ),
    _said(
        "6",
        "全部, 待提交, 待审核, 审核通过 and 审核不通过 narrow the list",
        "screens/test_progress.py::test_the_tabs_count_and_show_what_stands_in_each_state",
    ),
    _said(
        "6",
        "计入年度 and 科目类型 narrow it too, and 清空 clears them",
        "screens/test_progress.py::test_the_filters_narrow_by_year_and_subject_and_c_clears_them",
    ),
    _said(
        "6",
        "详细 shows everything of one of them",
        "screens/test_progress.py::test_the_detail_shows_every_entry_the_evidence_and_the_history",
    ),
    _said(
        "6",
        "What the unit has not reviewed is taken back with 撤销 and is 待提交 again",
        "screens/test_progress.py::test_a_waiting_one_is_withdrawn_and_becomes_a_draft",
        "screens/test_progress.py::test_after_the_employer_has_reviewed_withdrawing_says_why_not",
    ),
    _said(
        "6",
        "What is 待提交 is changed and deleted",
        "screens/test_progress.py::test_a_draft_opens_in_the_form",
        "screens/test_progress.py::test_a_draft_is_deleted_only_after_a_yes",
    ),
    _said(
        "6",
        "The row names the 当前处理人",
        "screens/test_progress.py::test_the_row_says_whose_turn_it_is",
    ),
    _said(
        "7",
        "All years stand there with 公需课, 专业课 and 总学时 as the guide prints them",
        "screens/test_annual.py::test_the_years_stand_newest_first_with_hours_as_the_guide_prints_them",
        "services/test_annual.py::test_the_seven_years_of_the_guide_come_out_as_printed",
    ),
    _said(
        "7",
        "详细 shows 继续教育历程明细",
        "screens/test_annual.py::test_the_detail_lists_what_counted_and_the_rule",
    ),
    _said(
        "7",
        "The list is narrowed by a range of years and the result",
        "screens/test_annual.py::test_the_filter_takes_a_range_of_years_and_a_result",
    ),
    _said(
        "7",
        "A year that passed is printed",
        "screens/test_annual.py::test_a_passed_year_is_printed_with_number_check_code_and_place",
    ),
    _said(
        "7",
        "A year that did not pass is not printed, and the page says so",
        "screens/test_annual.py::test_a_year_that_did_not_pass_says_why_it_can_not_be_printed",
    ),
    _said(
        "8",
        "忘记登录密码 on the login sets a new one by the e-mail and the mobile of the registration",
        "journeys/test_front_door.py::test_a_forgotten_password_comes_back_with_the_code_of_a_real_mail",
        "screens/test_forgotten.py::test_the_front_page_and_the_login_lead_there",
    ),
    _said(
        "8",
        "The unit's administrator resets it to the last six characters of the number, X as a capital",
        "services/test_staff.py::test_the_initial_password_is_the_end_of_the_number_with_a_capital_x",
        "screens/test_staff.py::test_a_forgotten_password_is_set_back_after_a_question",
    ),
)

GUIDE_OLDER = (
    _said(
        "注册",
        "个人用户注册 asks for the account and then for the person; the number is the login name",
        "journeys/test_register_to_certificate.py::test_from_registration_to_a_certificate_that_anyone_can_check",
        "services/test_registrations.py::test_an_approved_registration_becomes_a_person_who_can_sign_in",
    ),
    _said(
        "注册",
        "The number cannot be changed by editing, nor can unit and name",
        "services/test_profile.py::test_the_name_and_the_number_are_not_among_what_can_be_changed",
    ),
    _said(
        "注册",
        "Unit, department and major come from popups, the region first",
        "screens/test_register.py::test_a_department_needs_a_unit_first",
        "screens/test_register.py::test_another_region_empties_a_unit_that_is_not_in_it",
    ),
    _said(
        "注册",
        "What bears a star must be filled in",
        "screens/test_register.py::test_every_mistake_is_shown_at_once_beside_its_field_and_what_was_typed_stays",
    ),
    _said(
        "注册",
        "A sentence says that the unit will review it",
        "screens/test_register.py::test_a_complete_form_is_sent_in_and_names_who_reviews_it",
    ),
    _said(
        "注册",
        "A mail tells of the approval",
        "services/test_told.py::test_whoever_is_admitted_is_told_inside_and_by_mail",
    ),
    _said(
        "登录",
        "An admitted person signs in with type, account, password and 验证码",
        "journeys/test_register_to_certificate.py::test_from_registration_to_a_certificate_that_anyone_can_check",
    ),
    _said(
        "登录",
        "Wrong account or password, wrong 验证码 and 还未被审核 are told apart",
        "journeys/test_wrong_login_four_ways.py::test_the_four_sentences_are_the_guides_own",
        "services/test_sign_in.py::test_whoever_waits_for_review_is_told_so",
    ),
    _said(
        "登录",
        "A 验证码 that cannot be read is exchanged for another",
        "journeys/test_wrong_login_four_ways.py::test_a_wrong_challenge_is_refused_beside_it_and_the_rest_is_kept",
        "services/test_sign_in.py::test_a_challenge_is_good_for_one_answer_only",
    ),
    _said(
        "功能列表",
        "账号管理 has basic facts and the password; 继续教育信息 has query, declaration and the years",
        "screens/test_profile.py::test_every_page_of_the_hub_is_there",
        "journeys/test_main_screens.py::test_every_main_screen_answers_fits_and_points_at_what_has_the_focus",
    ),
    _said(
        "个人基本信息维护",
        "What was given at registration is changed and valid once saved",
        "journeys/test_basics_changed.py::test_basic_facts_are_changed_and_hold_at_once",
    ),
    _said(
        "个人基本信息维护",
        "工作单位, 姓名 and 身份证号 are not changed there",
        "screens/test_profile.py::test_the_name_and_the_number_are_shown_and_passed_over",
    ),
    _said(
        "修改密码",
        "A new password is set by whoever types the old one rightly",
        "services/test_password_change.py::test_every_role_changes_its_own_password",
        "services/test_password_change.py::test_the_old_password_is_good_no_more",
    ),
    _said(
        "查看",
        "Records are narrowed by what the system offers to filter by",
        "journeys/test_messages_and_filters.py::test_the_list_is_narrowed_by_form_name_and_days_and_follows_a_declaration_made_again",
    ),
    _said(
        "查看",
        "详细 shows everything of a record",
        "screens/test_progress.py::test_the_detail_shows_every_entry_the_evidence_and_the_history",
    ),
    _said(
        "申报",
        "The chosen type brings the entries that belong to it",
        "screens/test_declare.py::test_the_chosen_form_of_learning_gives_the_fields_on_screen",
    ),
    _said(
        "申报",
        "计入年度 says in which year it counts",
        "services/test_annual.py::test_the_history_of_a_year_lists_what_counted_and_the_rule",
    ),
    _said(
        "申报",
        "Several files are packed into one archive and handed in together",
        "screens/test_declare.py::test_an_archive_adds_all_its_pictures_and_names_what_it_leaves_out",
        "store/test_archives.py::test_pictures_come_out_as_they_went_in",
    ),
    _said(
        "申报",
        "The last entry takes remarks of at most 1000 characters",
        "rules/test_forms.py::test_a_remark_holds_a_thousand_characters_and_no_more",
    ),
    _said(
        "学时完成情况",
        "Every year that is on record stands there",
        "services/test_annual.py::test_the_seven_years_of_the_guide_come_out_as_printed",
    ),
)
