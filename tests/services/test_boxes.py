"""Inbox and outbox: what is taken in and handed out where the program is served, and nothing of the machine's own."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from core.model import Job
from core.rules.boxes import Box, kind_of
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, Guest
from core.schema.backup import BackUp
from core.schema.boxes import BoxQuery, DeleteFile
from core.schema.certificates import CheckFile, PrintCertificate
from core.schema.declarations import AddArchive, AddEvidence
from core.schema.jobs import JobKey
from core.schema.print_many import PrintMany
from core.services import box_files, paper_packs
from core.services.backup import back_up, backup_folder
from core.services.box_files import content_of, files_of, put_file, rename_file
from core.services.boxes import box_list, delete_file
from core.services.certificate_checks import check_file, check_folder
from core.services.certificates import print_certificate
from core.services.desk import Desk
from core.services.evidence import add_archive, add_evidence, add_identity_picture
from core.services.jobs import cancel_job, resume_job, run_job
from core.services.print_many import PACKS, print_many
from core.services.purge import purge
from core.store.seal import create_seal
from core.store.store import Store
from tests.conftest import ENGINES
from tests.services.front_door import cheap_desk
from tests.services.hall import ISSUER
from tests.services.life_counted import NoRunner
from tests.services.test_print_many import PAST, passed
from tests.worlds import World, build_world, picture

PDF = b"%PDF-1.7\nfictitious\n"


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, open_new_store: Callable[..., Store]) -> Store:
    """A store of a served program, its boxes small."""
    return open_new_store(request.param, served=True, inbox_mb=2, inbox_file_mb=1)


@pytest.fixture
def world(store: Store) -> World:
    create_seal(store.settings.seal_dir, ISSUER)
    return build_world(store)


@pytest.fixture
def desk(world: World) -> Desk:
    """Its jobs wait until a test runs them."""
    made = cheap_desk(world.store)
    made.shelf["job_runner"] = NoRunner(made)
    return made


def names(desk: Desk, who: Actor, box: Box = Box.OUTBOX) -> list[str]:
    return [file.name for file in desk.do(box_list, who, BoxQuery(box=box)).files]


def code(call: Callable[[], object]) -> ErrorCode:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.fields[0].code if caught.value.fields else caught.value.code


def lying(desk: Desk) -> int:
    return len(list(desk.store.blobs.passing()))


def in_inbox(desk: Desk, who: Actor, path: Path) -> str:
    put_file(desk, who.account_id, Box.INBOX, path.name, path.read_bytes())
    return f"inbox:/{path.name}"


def test_a_picture_of_the_inbox_becomes_an_attachment(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    kept = desk.do(add_evidence, person, AddEvidence(path=in_inbox(desk, person, picture(tmp_path))))
    assert kept.file_name == "证书.png"


@pytest.mark.parametrize(
    "path", ["/etc/hostname", "~/x.png", "inbox:../x", "inbox:", "证书.png", "inbox:/a/b"]
)
def test_no_typed_path_leads_to_a_file_of_the_machine(desk: Desk, world: World, path: str) -> None:
    person = world.person()
    calls = (
        lambda: desk.do(add_evidence, person, AddEvidence(path=path)),
        lambda: desk.do(add_archive, person, AddArchive(path=path, room=5)),
        lambda: desk.do(add_identity_picture, person, AddEvidence(path=path)),
        lambda: desk.do(check_file, person, CheckFile(path=path)),
    )
    assert {code(call) for call in calls} == {ErrorCode.NOT_IN_INBOX}


def test_a_real_path_of_a_real_picture_is_refused_too(desk: Desk, world: World, tmp_path: Path) -> None:
    path = str(picture(tmp_path))
    assert (
        code(lambda: desk.do(add_evidence, world.person(), AddEvidence(path=path))) is ErrorCode.NOT_IN_INBOX
    )


def test_anothers_inbox_is_not_reached_by_its_name(desk: Desk, world: World, tmp_path: Path) -> None:
    path = in_inbox(desk, world.person("李四"), picture(tmp_path))
    assert (
        code(lambda: desk.do(add_evidence, world.person(), AddEvidence(path=path))) is ErrorCode.NOT_IN_INBOX
    )


def test_a_guest_has_no_inbox(desk: Desk, world: World, tmp_path: Path) -> None:
    path = in_inbox(desk, world.person(), picture(tmp_path))
    assert code(lambda: desk.do(check_file, Guest(), CheckFile(path=path))) is ErrorCode.NOT_IN_INBOX


def test_a_printed_certificate_is_in_the_outbox_and_nowhere_else(desk: Desk, world: World) -> None:
    person = passed(world, "张三")
    printed = desk.do(print_certificate, person, PrintCertificate(years=(PAST,)))
    assert printed.path == f"发件箱 outbox/{printed.number}.pdf"
    assert names(desk, person) == [f"{printed.number}.pdf"]
    assert list(desk.settings.export_dir.glob("*")) == []


def test_a_certificate_of_the_inbox_is_checked(desk: Desk, world: World) -> None:
    person = passed(world, "张三")
    printed = desk.do(print_certificate, person, PrintCertificate(years=(PAST,)))
    content = content_of(desk, person.account_id, Box.OUTBOX, f"{printed.number}.pdf")
    put_file(desk, person.account_id, Box.INBOX, "来的.pdf", content)
    put_file(desk, person.account_id, Box.INBOX, "空的.pdf", PDF)
    found = desk.do(check_file, person, CheckFile(path="inbox:/来的.pdf"))
    page = desk.do(check_folder, person, CheckFile(path="inbox:"))
    assert found.verdict.label == "有效"
    assert {row.file_name: row.check.verdict.label for row in page.rows} == {
        "来的.pdf": "有效",
        "空的.pdf": "不是证书或已损坏",
    }


def test_a_batch_comes_as_one_archive_with_its_list(desk: Desk, world: World) -> None:
    people = [passed(world, f"教师{number}") for number in range(3)]
    school = world.office(world.school)
    packed = outcome_of(desk, school, people)
    (name,) = names(desk, school)
    assert packed == f"发件箱 outbox/{name}"
    with zipfile.ZipFile(io.BytesIO(content_of(desk, school.account_id, Box.OUTBOX, name))) as archive:
        (listed,) = (each for each in archive.namelist() if each.endswith(".xlsx"))
        papers = {each for each in archive.namelist() if each.endswith(".pdf")}
        table = CalamineWorkbook.from_filelike(io.BytesIO(archive.read(listed)))
        rows = table.get_sheet_by_index(0).to_python()
        assert {row[6] for row in rows[1:]} == papers and len(papers) == 3
        assert {kind_of(archive.read(each)) for each in papers} == {"pdf"}


def test_a_large_batch_comes_in_several_archives(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_packs, "PACK", 2)
    people = [passed(world, f"教师{number}") for number in range(5)]
    school = world.office(world.school)
    packed = outcome_of(desk, school, people)
    found: list[str] = []
    for name in names(desk, school):
        with zipfile.ZipFile(io.BytesIO(content_of(desk, school.account_id, Box.OUTBOX, name))) as archive:
            found += [each for each in archive.namelist() if each.endswith(".pdf")]
    assert (len(found), len(set(found)), packed.count("outbox/")) == (5, 5, len(names(desk, school)))


def test_a_batch_that_finds_the_outbox_full_goes_on_where_it_stopped(desk: Desk, world: World) -> None:
    school, person = world.office(world.school), passed(world, "张三")
    job = desk.do(print_many, school, PrintMany(year=PAST, people=(person.person_id or 0,)))
    for number in range(2):
        put_file(desk, school.account_id, Box.INBOX, f"{number}.pdf", PDF.ljust(1024 * 1024))
    assert run_job(desk, job.id) == "failed"
    with desk.reading() as work:
        assert "已满" in work.session.get_one(Job, job.id).trouble
    (first, *_) = desk.do(box_list, school, BoxQuery()).files
    desk.do(delete_file, school, DeleteFile(file_id=first.id))
    desk.do(resume_job, school, JobKey(job_id=job.id))
    assert (run_job(desk, job.id), len(names(desk, school))) == ("done", 1)


def test_a_cancelled_batch_hands_out_what_it_had_printed(desk: Desk, world: World) -> None:
    people = [passed(world, f"教师{number}") for number in range(3)]
    school = world.office(world.school)
    ids = tuple(person.person_id or 0 for person in people)
    job = desk.do(print_many, school, PrintMany(year=PAST, people=ids))
    parts = iter((False, False, True))
    run_job(desk, job.id, stop=lambda: next(parts))
    desk.do(cancel_job, school, JobKey(job_id=job.id))
    (name,) = names(desk, school)
    with zipfile.ZipFile(io.BytesIO(content_of(desk, school.account_id, Box.OUTBOX, name))) as archive:
        assert len([each for each in archive.namelist() if each.endswith(".pdf")]) == 2


def test_no_certificate_is_issued_while_the_outbox_is_full(desk: Desk, world: World) -> None:
    person = passed(world, "张三")
    for number in range(2):
        put_file(desk, person.account_id, Box.INBOX, f"{number}.pdf", PDF.ljust(1024 * 1024))
    call = lambda: desk.do(print_certificate, person, PrintCertificate(years=(PAST,)))  # noqa: E731
    assert (code(call), names(desk, person)) == (ErrorCode.INBOX_FULL, [])


def test_a_backup_goes_nowhere_but_to_the_servers_own_folder(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    boss = world.office(world.province_bureau)
    target = tmp_path / "mine.tar"
    with pytest.raises(Refused) as caught:
        back_up(desk, boss, BackUp(path=str(target)))
    assert (caught.value.code, target.exists()) == (ErrorCode.BACKUP_PLACE, False)
    assert not backup_folder(desk).exists()


def test_a_backup_leaves_the_boxes_out(desk: Desk, world: World, tmp_path: Path) -> None:
    in_inbox(desk, world.person(), picture(tmp_path))
    assert (list(desk.store.blobs.names()), lying(desk)) == ([], 1)


def test_a_file_of_the_same_name_replaces_the_one_before(desk: Desk, world: World) -> None:
    person = world.person()
    for content in (PDF, PDF * 2):
        put_file(desk, person.account_id, Box.INBOX, "a.pdf", content)
    assert content_of(desk, person.account_id, Box.INBOX, "a.pdf") == PDF * 2
    assert (names(desk, person, Box.INBOX), lying(desk)) == (["a.pdf"], 1)


def test_many_who_put_the_same_name_at_once_leave_one_file(desk: Desk, world: World) -> None:
    person, troubles = world.person(), list[Exception]()

    def put(number: int) -> None:
        try:
            put_file(desk, person.account_id, Box.INBOX, "a.pdf", PDF * (number + 1))
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    content = content_of(desk, person.account_id, Box.INBOX, "a.pdf")
    assert (troubles, len(content) % len(PDF), lying(desk)) == ([], 0, 1)


def test_many_at_once_put_no_more_than_the_quota(desk: Desk, world: World) -> None:
    person, codes = world.person(), list[ErrorCode]()

    def put(number: int) -> None:
        try:
            put_file(desk, person.account_id, Box.INBOX, f"{number}.pdf", PDF.ljust(600_000))
        except Refused as refusal:
            codes.append(refusal.code)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(names(desk, person, Box.INBOX)), set(codes)) == (3, {ErrorCode.INBOX_FULL})
    assert lying(desk) == 3


def test_a_deleted_file_is_gone_from_the_store_too(desk: Desk, world: World) -> None:
    person = world.person()
    file = put_file(desk, person.account_id, Box.INBOX, "a.pdf", PDF)
    desk.do(delete_file, person, DeleteFile(file_id=file.id))
    assert (names(desk, person, Box.INBOX), lying(desk)) == ([], 0)


def test_another_name_never_takes_a_file_away_unasked(desk: Desk, world: World) -> None:
    person = world.person()
    for name in ("a.pdf", "b.pdf"):
        put_file(desk, person.account_id, Box.INBOX, name, PDF)
    with pytest.raises(FileExistsError):
        rename_file(desk, person.account_id, "a.pdf", "b.pdf")
    rename_file(desk, person.account_id, "a.pdf", "b.pdf", replace=True)
    assert (names(desk, person, Box.INBOX), lying(desk)) == (["b.pdf"], 1)


def test_old_files_go_with_their_bytes_and_fresh_ones_stay(desk: Desk, world: World) -> None:
    person = world.person()
    put_file(desk, person.account_id, Box.INBOX, "old.pdf", PDF)
    world.clock.advance(days=desk.settings.inbox_days + 1)
    put_file(desk, person.account_id, Box.OUTBOX, "new.pdf", PDF)
    purge(desk)
    with desk.reading() as work:
        left = [file.name for file in files_of(work, person.account_id, Box.OUTBOX)]
        assert not files_of(work, person.account_id, Box.INBOX)
    assert (left, lying(desk)) == (["new.pdf"], 1)


def test_bytes_whose_row_never_came_are_swept_up_after_days(desk: Desk, world: World) -> None:
    from core.rules.clock import today

    desk.store.blobs.put_passing(PDF, desk.vault, today(desk.clock))
    purge(desk)
    before = lying(desk)
    world.clock.advance(days=4)
    purge(desk)
    assert (before, lying(desk)) == (1, 0)


def test_what_a_use_case_read_is_not_left_in_the_data_folder(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person = passed(world, "张三")
    desk.do(add_evidence, person, AddEvidence(path=in_inbox(desk, person, picture(tmp_path))))
    desk.do(print_certificate, person, PrintCertificate(years=(PAST,)))
    assert list((desk.settings.data_dir / "passing").glob("*")) == []


def test_files_are_listed_newest_first_with_the_room_that_is_left(desk: Desk, world: World) -> None:
    person = world.person()
    for name in ("first.pdf", "second.pdf"):
        put_file(desk, person.account_id, Box.INBOX, name, PDF)
        world.clock.advance(seconds=5)
    view = desk.do(box_list, person, BoxQuery())
    assert [file.name for file in view.files] == ["second.pdf", "first.pdf"]
    assert view.room.left == 2 * 1024 * 1024 - 2 * 64 * 1024


def outcome_of(desk: Desk, office: Actor, people: list[Actor]) -> str:
    """Print them; where the job says that the papers are."""
    ids = tuple(person.person_id or 0 for person in people)
    job = desk.do(print_many, office, PrintMany(year=PAST, people=ids))
    assert run_job(desk, job.id) == "done"
    with desk.reading() as work:
        return str(work.session.get_one(Job, job.id).outcome[PACKS])


def test_content_tells_the_kinds_apart(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.png", b"x")
    contents = {
        "zip": held.getvalue(),
        "pdf": PDF,
        "png": picture(tmp_path).read_bytes(),
        "jpg": b"\xff\xd8\xff\xe0",
        "csv": "姓名,证件号\n张三,1\n".encode("gb18030"),
        "json": b'{"a": [1]}',
        "provider": b"HNJJ-GX/1\tABC\t1\t0\nSIGNATURE\ted25519\tAAAA\n",
        "key": b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6sPcvyqPX9bh6sTz1uJ3Zr8rTt0u9W6T7Zr8rTt0u9 me\n",
    }
    assert {kind: kind_of(content) for kind, content in contents.items()} == {kind: kind for kind in contents}


@pytest.mark.parametrize("entry", ["[Content_Types].xml", "META-INF/MANIFEST.MF", "mimetype"])
def test_documents_and_programs_packed_like_an_archive_are_no_archive(entry: str) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(entry, b"x")
    assert code(lambda: kind_of(held.getvalue())) is ErrorCode.INBOX_KIND


def test_an_archive_of_a_hundred_thousand_entries_is_not_even_read() -> None:
    assert code(lambda: kind_of(b"PK\x03\x04" + b"PK\x01\x02" * 100_000)) is ErrorCode.INBOX_KIND


def test_every_use_case_goes_to_files_by_the_boxes_alone() -> None:
    folder = Path(box_files.__file__).parent
    sources = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    assert {name for name, text in sources.items() if "expanduser" in text} == {"boxes.py", "backup.py"}
    assert {name for name, text in sources.items() if "export_dir" in text} == {"boxes.py", "print_many.py"}


def test_a_private_key_is_never_taken() -> None:
    content = b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"
    assert code(lambda: kind_of(content)) is ErrorCode.INBOX_KIND


def test_without_a_service_files_lie_where_they_always_did(
    open_new_store: Callable[..., Store], tmp_path: Path
) -> None:
    world = build_world(open_new_store("sqlite"))
    desk = cheap_desk(world.store)
    person = world.person()
    kept = desk.do(add_evidence, person, AddEvidence(path=str(picture(tmp_path))))
    with desk.reading() as work:
        assert (kept.file_name, files_of(work, person.account_id, Box.INBOX)) == ("证书.png", ())
