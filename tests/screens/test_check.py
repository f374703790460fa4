"""证书查询 by keys, without a login: valid, altered, revoked and foreign are told apart in words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.rules.roles import Actor
from core.schema.certificates import PrintCertificate, PrintedCertificate, RegisterQuery, RevokeCertificate
from core.services.certificates import print_certificate, register_page, revoke_certificate
from core.services.desk import Desk
from core.store.seal import create_seal
from core.store.store import Store
from tests.screens.office import Terminal, program
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world, id_number


@pytest.fixture
def world(sqlite_store: Store) -> World:
    create_seal(sqlite_store.settings.seal_dir, "河南省人力资源和社会保障厅")
    return build_world(sqlite_store)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def paper(desk: Desk, world: World) -> PrintedCertificate:
    person = world.person()
    remember(world, person, 2025, "30", "60")
    settle(desk, world.office(world.county_bureau), 2025)
    return desk.do(print_certificate, person, PrintCertificate(years=(2025,)))


def revoke(desk: Desk, bureau: Actor) -> None:
    (row,) = desk.do(register_page, bureau, RegisterQuery()).rows
    command = RevokeCertificate(certificate_id=row.id, version=row.version, reason="材料不实")
    desk.do(revoke_certificate, bureau, command)


def altered(path: str, folder: Path) -> Path:
    """The same file with one byte of its signed part changed."""
    content = bytearray(Path(path).read_bytes())
    content[len(content) // 3] ^= 1
    changed = folder / "改动.pdf"
    changed.write_bytes(content)
    return changed


async def ask_file(at: Terminal, path: object, way: str = "3") -> str:
    await at.press(way)
    await at.type(str(path))
    await at.press("enter")
    return at.text


async def test_a_number_and_its_code_show_every_fact_with_the_identity_number_masked(
    desk: Desk, paper: PrintedCertificate
) -> None:
    async with program(desk, None, "check") as at:
        await at.press("1")
        await at.type(paper.number)
        await at.press("enter")
        await at.type(paper.check_code)
        await at.press("enter")
        assert at.text.splitlines()[4].strip().startswith("有效")
        for fact in (
            paper.number,
            "张三",
            "汝阳县小店镇第一初级中学",
            "一级教师",
            "公需 30  专业 60  总学时 90",
        ):
            assert fact in at.text
        assert id_number(1) not in at.text


async def test_a_wrong_code_is_told_beside_its_field_and_what_was_typed_stays(
    desk: Desk, paper: PrintedCertificate
) -> None:
    async with program(desk, None, "check") as at:
        await at.press("1")
        await at.type(paper.number)
        await at.press("enter", *"abcdefgh", "enter")
        assert "查不到这张证书，请核对证书编号和校验码" in at.text
        assert paper.number in at.text and "abcdefgh" in at.text


async def test_an_untouched_file_is_valid(desk: Desk, paper: PrintedCertificate) -> None:
    async with program(desk, None, "check") as at:
        assert "有效" in (await ask_file(at, paper.path)).splitlines()[4]


async def test_a_file_with_one_changed_byte_is_called_altered(
    desk: Desk, paper: PrintedCertificate, tmp_path: Path
) -> None:
    async with program(desk, None, "check") as at:
        verdict = (await ask_file(at, altered(paper.path, tmp_path))).splitlines()[4]
        assert "有效" not in verdict and ("内容被改动" in verdict or "已损坏" in verdict)


async def test_a_revoked_certificate_says_when_and_why(
    desk: Desk, world: World, paper: PrintedCertificate
) -> None:
    revoke(desk, world.office(world.county_bureau))
    async with program(desk, None, "check") as at:
        text = await ask_file(at, paper.path)
        assert "已作废" in text.splitlines()[4] and "材料不实" in text and "2026-11-22" in text


async def test_a_file_signed_by_another_key_is_foreign(
    desk: Desk, world: World, paper: PrintedCertificate, tmp_path: Path
) -> None:
    kept = shutil.copy(paper.path, tmp_path / "外来.pdf")
    shutil.rmtree(world.store.settings.seal_dir)
    create_seal(world.store.settings.seal_dir, "另一个单位")
    async with program(desk, None, "check") as at:
        assert "非本平台签发" in (await ask_file(at, kept)).splitlines()[4]


async def test_something_else_is_no_certificate(
    desk: Desk, paper: PrintedCertificate, tmp_path: Path
) -> None:
    other = tmp_path / "其他.pdf"
    other.write_bytes(b"%PDF-1.4 nothing")
    async with program(desk, None, "check") as at:
        assert "不是证书或已损坏" in (await ask_file(at, other)).splitlines()[4]


async def test_a_pasted_line_is_checked_at_once(desk: Desk, paper: PrintedCertificate) -> None:
    async with program(desk, None, "check") as at:
        await at.type("JX1:AAAA")
        assert "查询结果：" in at.text and "有效" not in at.text.splitlines()[4]


async def test_a_folder_becomes_a_table_and_each_row_opens(
    desk: Desk, paper: PrintedCertificate, tmp_path: Path
) -> None:
    folder = tmp_path / "一批"
    folder.mkdir()
    shutil.copy(paper.path, folder / "1.pdf")
    altered(paper.path, folder)
    async with program(desk, None, "check") as at:
        text = await ask_file(at, folder, "4")
        assert "共 2 个文件，有效 1，其余 1" in text and paper.number in text
        await at.press("enter")
        assert "工作单位" in at.text
        await at.press("escape")
        assert "共 2 个文件" in at.text


async def test_a_path_that_leads_nowhere_says_so(desk: Desk, paper: PrintedCertificate) -> None:
    async with program(desk, None, "check") as at:
        assert "文件打不开" in await ask_file(at, "/没有/这个.pdf")


async def test_nothing_typed_is_told_and_the_sheet_stays(desk: Desk, paper: PrintedCertificate) -> None:
    async with program(desk, None, "check") as at:
        await at.press("2", "enter")
        assert "必填，请填写" in at.text and len(at.app.frame.overlays) == 1
