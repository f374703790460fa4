"""R10 by keys alone: the seed and the population shown, the sample fixed, worked through, drawn again and exported."""

from __future__ import annotations

from python_calamine import CalamineWorkbook

from core.rules.roles import Role
from tests.journeys.counted import approve_some
from tests.journeys.steps import PERSON_NAME, Installation


def test_a_sample_is_drawn_by_a_written_seed_looked_at_and_drawn_again(home: Installation) -> None:
    approve_some(home, 3)
    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":", "cc", "Enter")
        bureau.see("抽查", "还没有抽查，N 新抽查")
        bureau.type("n", "ctrl+u", "26", "Tab", "ctrl+u", "0", "F8")
        bureau.see("年度请写成四位数字", "应在 1 至 10000 之间")
        bureau.type("ctrl+u", "2026", "Tab", "ctrl+u", "2", "Tab", "2026-11-22", "F8")
        bureau.see(
            "抽取之前", "种子      2026-11-22", "自己填写", "3 件已审核通过的申报", "SHA-256", "请记下种子"
        )
        bureau.type("Enter")
        bureau.see("已抽取 2 件，Enter 看名单")
        bureau.type("Enter")
        bureau.see("抽查 逐条核对", "总体 3 件，抽取 2 件，已核 0", PERSON_NAME, "新课标培训")
        bureau.type("Enter")
        bureau.see("申报详细", "附件", PERSON_NAME)
        bureau.type("Esc")
        bureau.see("总体 3 件")
        bureau.type("g")
        bureau.see("无问题", "已核 1")
        bureau.type("b", "Enter")
        bureau.see("请选择或写明原因")
        bureau.type("编号与扫描件不符", "Enter")
        bureau.see("有问题，按 T 到撤销认定办理", "已核 2，有问题 1")
        bureau.type("v")
        bureau.see("重新抽取，总体 3 件和名单完全相同")
        bureau.type("x")
        bureau.see("已导出", "docs/spot-checks.md")
        bureau.type("Esc")
        bureau.type("t")
        bureau.see("撤销认定")
    (path,) = home.settings.export_dir.glob("抽查-2026-*.xlsx")
    book = CalamineWorkbook.from_path(path)
    lists = [len(book.get_sheet_by_name(name).to_python()) - 4 for name in ("总体", "名单")]
    assert lists == [3, 2]
