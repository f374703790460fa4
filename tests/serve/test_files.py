"""Files over SFTP: what comes in and is fetched, and every way out of one's own two folders that leads nowhere."""

from __future__ import annotations

import asyncio
import shutil
import stat
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from asyncssh import SFTPClient, SFTPError

from core.rules.boxes import Box
from core.rules.roles import Actor
from core.services.box_files import content_of, listed, put_file
from core.services.desk import Desk
from core.store.store import Store
from tests.serve.files_server import FilesServer
from tests.services.front_door import cheap_desk
from tests.worlds import World, build_world, picture
from tui.serve import file_session
from tui.serve.file_session import MOST_UNREAD

pytestmark = pytest.mark.skipif(
    shutil.which("sftp") is None, reason="needs Debian's openssh-client, which is not here"
)
PDF = b"%PDF-1.7\nfictitious\n%%EOF\n"


@pytest.fixture
def store(open_new_store: Callable[..., Store]) -> Store:
    """Small boxes: a megabyte each, sixteen small files."""
    return open_new_store("sqlite", served=True, inbox_mb=2, inbox_file_mb=1)


@pytest.fixture
def world(store: Store) -> World:
    return build_world(store)


@pytest.fixture
def desk(world: World) -> Desk:
    return cheap_desk(world.store)


@pytest.fixture
def person(world: World) -> Actor:
    return world.person()


@pytest.fixture
def server(desk: Desk, tmp_path: Path) -> Iterator[FilesServer]:
    folder = tmp_path / "client"
    folder.mkdir()
    with FilesServer(desk, folder) as running:
        yield running


def names(desk: Desk, who: Actor, box: Box = Box.INBOX) -> list[str]:
    return sorted(file.name for file in listed(desk, who.account_id, box))


def refused(server: FilesServer, who: Actor, act: Callable[[SFTPClient], Any]) -> str:
    """The sentence with which an operation is refused."""

    async def run(client: SFTPClient, _: Any) -> str:
        with pytest.raises(SFTPError) as caught:
            await act(client)
        return str(caught.value.reason)

    return server.with_client(who.account_id, run)


async def upload(client: SFTPClient, path: str, content: bytes) -> None:
    async with client.open(path, "wb") as file:
        await file.write(content)


def left_behind(store: Store) -> list[Path]:
    """Whatever of an upload lies on the disk."""
    settings = store.settings
    held = [*settings.data_dir.glob("passing/*"), *settings.blob_dir.glob("boxes/*")]
    return [path for path in held if path.is_file()]


def test_openssh_brings_a_picture_in_and_fetches_it_again(
    server: FilesServer, desk: Desk, person: Actor
) -> None:
    path = picture(server.folder)
    server.sftp(person.account_id, f"put {path.name} inbox/", f"get inbox/{path.name} back.png")
    assert names(desk, person) == [path.name]
    assert (server.folder / "back.png").read_bytes() == path.read_bytes()


def test_a_client_sees_two_folders_and_begins_above_them(server: FilesServer, person: Actor) -> None:
    done = server.sftp(person.account_id, "pwd", "ls -1")
    assert done.stdout.split()[-2:] == ["inbox", "outbox"] and "/\n" in done.stdout


def test_what_was_printed_is_fetched_from_the_outbox_and_stays_there(
    server: FilesServer, desk: Desk, person: Actor
) -> None:
    put_file(desk, person.account_id, Box.OUTBOX, "豫JX2026.pdf", PDF)
    server.sftp(person.account_id, "get outbox/豫JX2026.pdf paper.pdf")
    assert (server.folder / "paper.pdf").read_bytes() == PDF
    assert (names(desk, person, Box.OUTBOX), server.counters.files_out) == (["豫JX2026.pdf"], 1)


def test_a_fetched_file_can_be_deleted_by_its_owner(server: FilesServer, desk: Desk, person: Actor) -> None:
    put_file(desk, person.account_id, Box.OUTBOX, "paper.pdf", PDF)
    server.sftp(person.account_id, "rm outbox/paper.pdf")
    assert (names(desk, person, Box.OUTBOX), left_behind(desk.store)) == ([], [])


def test_nothing_is_put_into_the_outbox_and_openssh_says_why(server: FilesServer, person: Actor) -> None:
    picture(server.folder, "a.png")
    done = server.sftp(person.account_id, "put a.png outbox/", check=False)
    assert done.returncode and "outbox 里的文件只能取走或删除" in done.stderr


def test_what_is_put_beside_the_inbox_is_answered_with_the_way_to_it(
    server: FilesServer, person: Actor
) -> None:
    picture(server.folder, "a.png")
    done = server.sftp(person.account_id, "put a.png", check=False)
    assert done.returncode and "文件请放进 inbox" in done.stderr


def test_scp_brings_a_file_in_too(server: FilesServer, desk: Desk, person: Actor) -> None:
    picture(server.folder, "a.png")
    done = server.scp("a.png", f"{person.account_id}@127.0.0.1:/inbox/b.png")
    assert (done.returncode, names(desk, person)) == (0, ["b.png"])


@pytest.mark.parametrize(
    "path",
    [
        "../../../etc/passwd",
        "/etc/passwd",
        "inbox/../../etc/passwd",
        "/inbox/../../../proc/self/environ",
        "outbox/../../jijiao.sqlite3",
        "/home/../inbox/../etc/shadow",
        "inbox/a/b",
    ],
)
def test_no_path_leads_to_a_file_of_the_machine(server: FilesServer, person: Actor, path: str) -> None:
    assert refused(server, person, lambda client: client.open(path, "rb")) in (
        "没有这个文件",
        "这里只有 inbox 和 outbox 两个目录",
    )


@pytest.mark.parametrize("path", ["../x.png", "/x.png", "/tmp/x.png", "inbox/../x.png", "inbox/sub/x.png"])
def test_nothing_is_written_beside_the_inbox(
    server: FilesServer, desk: Desk, person: Actor, path: str
) -> None:
    refused(server, person, lambda client: upload(client, path, PDF))
    assert (names(desk, person), left_behind(desk.store)) == ([], [])


def test_a_fault_inside_is_told_by_its_number_alone(
    server: FilesServer, desk: Desk, person: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("select secret from table")

    monkeypatch.setattr(desk, "reading", fail)
    words = refused(server, person, lambda client: client.stat("inbox/a.pdf"))
    assert words.startswith("程序出错") and "select" not in words


def test_a_name_with_a_nul_is_a_file_that_is_not_there(server: FilesServer, person: Actor) -> None:
    assert refused(server, person, lambda client: client.stat(b"inbox/a\0.pdf")) == "没有这个文件"


def test_dots_end_at_the_root(server: FilesServer, person: Actor) -> None:
    async def ask(client: SFTPClient, _: Any) -> list[object]:
        return [await client.realpath(path) for path in ("../../..", "inbox/../../outbox", "//inbox//.")]

    assert server.with_client(person.account_id, ask) == ["/", "/outbox", "/inbox"]


@pytest.mark.parametrize(
    "act",
    [
        lambda client: client.symlink("/etc/passwd", "inbox/link"),
        lambda client: client.link("/inbox/a.pdf", "inbox/link"),
        lambda client: client.readlink("inbox/a.pdf"),
        lambda client: client.mkdir("inbox/sub"),
        lambda client: client.mkdir("mine"),
        lambda client: client.rmdir("inbox"),
        lambda client: client.rename("inbox", "mine"),
        lambda client: client.rename("inbox/a.pdf", "outbox/a.pdf"),
        lambda client: client.rename("inbox/a.pdf", "inbox/.hidden"),
        lambda client: client.remove("inbox"),
    ],
)
def test_links_and_folders_are_refused_with_a_sentence(
    server: FilesServer, desk: Desk, person: Actor, act: Callable[[SFTPClient], Any]
) -> None:
    put_file(desk, person.account_id, Box.INBOX, "a.pdf", PDF)
    words = refused(server, person, act)
    assert (words.isascii(), names(desk, person)) == (False, ["a.pdf"])


@pytest.mark.parametrize(
    "name", ["a\nb.pdf", ".profile", "x" * 101 + ".pdf", "a\x1b[2J.pdf", "\u202efdp.exe", " "]
)
def test_a_name_that_could_deceive_a_screen_is_refused(
    server: FilesServer, desk: Desk, person: Actor, name: str
) -> None:
    words = refused(server, person, lambda client: upload(client, f"inbox/{name}", PDF))
    assert (words[:6], names(desk, person)) == ("文件名不能用", [])


def test_a_name_is_the_same_however_a_client_composes_it(
    server: FilesServer, desk: Desk, person: Actor
) -> None:
    async def run(client: SFTPClient, _: Any) -> bool:
        await upload(client, "inbox/re\u0301sume\u0301.pdf", PDF)
        return await client.isfile("inbox/re\u0301sume\u0301.pdf")

    assert server.with_client(person.account_id, run)
    assert names(desk, person) == ["r\u00e9sum\u00e9.pdf"]


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\x02\x01\x01",
        b"#!/bin/sh\nrm -rf ~\n",
        b"MZ\x90\x00",
        b"",
        b"BM, not a bitmap\x00",
        b"<html></html>",
    ],
)
def test_a_program_in_the_clothes_of_a_picture_is_not_taken(
    server: FilesServer, desk: Desk, person: Actor, content: bytes
) -> None:
    words = refused(server, person, lambda client: upload(client, "inbox/scan.png", content))
    assert (words[:3], names(desk, person), left_behind(desk.store)) == ("只收图", [], [])


def test_an_upload_is_invisible_until_it_is_whole(server: FilesServer, desk: Desk, person: Actor) -> None:
    async def run(client: SFTPClient, _: Any) -> tuple[list[object], bool]:
        async with client.open("inbox/a.pdf", "wb") as file:
            await file.write(PDF)
            return await client.listdir("inbox"), await client.exists("inbox/a.pdf")

    assert server.with_client(person.account_id, run) == ([".", ".."], False)
    assert names(desk, person) == ["a.pdf"]


@pytest.mark.parametrize("way", ["abort", "close", "eof"])
def test_an_upload_that_breaks_off_leaves_nothing(
    server: FilesServer, desk: Desk, person: Actor, way: str
) -> None:
    async def run(client: SFTPClient, connection: asyncssh.SSHClientConnection) -> None:
        file = await client.open("inbox/a.pdf", "wb")
        await file.write(PDF)
        if way == "abort":
            connection.abort()
        elif way == "close":
            connection.close()
        else:
            client.exit()  # the channel ends in order, the file was never closed
            await client.wait_closed()

    server.with_client(person.account_id, run)
    server.with_client(person.account_id, lambda client, _: client.listdir("inbox"))
    assert (names(desk, person), left_behind(desk.store), server.counters.files_in) == ([], [], 0)


def test_a_broken_off_replacement_leaves_the_old_file(server: FilesServer, desk: Desk, person: Actor) -> None:
    put_file(desk, person.account_id, Box.INBOX, "a.pdf", PDF)

    async def run(client: SFTPClient, connection: asyncssh.SSHClientConnection) -> None:
        file = await client.open("inbox/a.pdf", "wb")
        await file.write(PDF * 2)
        connection.abort()

    server.with_client(person.account_id, run)
    server.with_client(person.account_id, lambda client, _: client.listdir("inbox"))
    assert content_of(desk, person.account_id, Box.INBOX, "a.pdf") == PDF


def test_a_file_that_grows_above_the_limit_is_given_up_on_the_way(
    server: FilesServer, desk: Desk, person: Actor
) -> None:
    async def grow(client: SFTPClient) -> None:
        async with client.open("inbox/a.pdf", "wb") as file:
            for _ in range(200):
                await file.write(PDF.ljust(16 * 1024))

    assert refused(server, person, grow) == "一个文件最多 1 MB"
    assert (names(desk, person), left_behind(desk.store)) == ([], [])


def test_a_hole_in_a_file_is_no_way_around_the_limit(server: FilesServer, desk: Desk, person: Actor) -> None:
    async def far(client: SFTPClient) -> None:
        async with client.open("inbox/a.pdf", "wb") as file:
            await file.write(PDF, 2**40)

    assert refused(server, person, far) == "一个文件最多 1 MB"


def test_ten_thousand_small_files_end_at_the_quota(server: FilesServer, desk: Desk, person: Actor) -> None:
    async def many(client: SFTPClient) -> None:
        for number in range(10_000):
            await upload(client, f"inbox/{number}.pdf", PDF)

    assert "已满" in refused(server, person, many)
    assert len(names(desk, person)) == 32


def test_several_uploads_at_once_do_not_add_up_to_more_than_the_quota(
    server: FilesServer, desk: Desk, person: Actor
) -> None:
    async def run(client: SFTPClient, _: Any) -> int:
        large = PDF.ljust(900_000)
        done = await asyncio.gather(
            *(upload(client, f"inbox/{number}.pdf", large) for number in range(4)), return_exceptions=True
        )
        return sum(each is None for each in done)

    assert server.with_client(person.account_id, run) == 2 == len(names(desk, person))


def test_two_uploads_of_one_name_at_once_leave_one_whole_file(
    server: FilesServer, desk: Desk, person: Actor
) -> None:
    wanted = [PDF + bytes([letter]) * 50_000 for letter in b"ab"]

    async def both(client: SFTPClient, connection: asyncssh.SSHClientConnection) -> None:
        other = await connection.start_sftp_client()
        files = [await each.open("inbox/a.pdf", "wb") for each in (client, other)]
        for start in range(0, 51_000, 10_000):
            for file, content in zip(files, wanted, strict=True):
                await file.write(content[start : start + 10_000])
        await asyncio.gather(*(file.close() for file in files))

    server.with_client(person.account_id, both)
    assert content_of(desk, person.account_id, Box.INBOX, "a.pdf") in wanted
    assert len(left_behind(desk.store)) == 1


def test_somebody_elses_files_are_not_to_be_seen(
    server: FilesServer, desk: Desk, world: World, person: Actor
) -> None:
    other = world.person("李四")
    put_file(desk, other.account_id, Box.INBOX, "card.pdf", PDF)
    assert refused(server, person, lambda client: client.open("inbox/card.pdf", "rb")) == "没有这个文件"
    assert refused(server, person, lambda client: client.remove("inbox/card.pdf"))
    assert names(desk, other) == ["card.pdf"]


def test_a_disabled_account_is_refused_in_the_middle_of_its_connection(
    server: FilesServer, desk: Desk, person: Actor
) -> None:
    from core.model import Account

    async def run(client: SFTPClient, _: Any) -> str:
        await upload(client, "inbox/a.pdf", PDF)
        with desk.writing() as work:
            work.session.get_one(Account, person.account_id).active = False
            work.commit()
        with pytest.raises(SFTPError) as caught:
            await upload(client, "inbox/b.pdf", PDF)
        return str(caught.value.reason)

    assert server.with_client(person.account_id, run).startswith("此帐号已停用")


def test_only_so_many_files_are_open_at_once(server: FilesServer, desk: Desk, person: Actor) -> None:
    async def many(client: SFTPClient) -> None:
        for number in range(100):
            await client.open(f"inbox/{number}.pdf", "wb")

    assert refused(server, person, many) == "同时打开的文件最多 8 个"


def test_who_asks_and_never_reads_does_not_fill_the_memory(
    server: FilesServer, desk: Desk, person: Actor
) -> None:
    put_file(desk, person.account_id, Box.INBOX, "a.pdf", PDF.ljust(600_000))

    def packet(kind: int, number: int, *parts: bytes) -> bytes:
        body = struct.pack(">BI", kind, number) + b"".join(parts)
        return struct.pack(">I", len(body)) + body

    async def flood(_: SFTPClient, connection: asyncssh.SSHClientConnection) -> int:
        line = await connection.create_process(subsystem="sftp", encoding=None)
        channel = line.channel
        name = b"inbox/a.pdf"
        line.stdin.write(
            packet(1, 3) + packet(3, 1, struct.pack(">I", len(name)), name, struct.pack(">II", 1, 0))
        )
        await asyncio.sleep(0.5)  # the answers lie there; from here on nothing is read
        channel.pause_reading()
        read = packet(5, 2, struct.pack(">I", 4), bytes(4), struct.pack(">QI", 0, 250_000))
        line.stdin.write(read * 400)
        await asyncio.sleep(2)
        return server.sessions[-1].channel.get_write_buffer_size()

    assert 0 < server.with_client(person.account_id, flood) < 2 * MOST_UNREAD


@pytest.mark.parametrize("limit", ["serve_idle_minutes", "serve_hours"])
def test_a_client_that_stays_too_long_is_sent_away(
    open_new_store: Callable[..., Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(
        file_session, "MINUTE_SECONDS", {"serve_idle_minutes": 0.3, "serve_hours": 0.01}[limit]
    )
    others = {"serve_idle_minutes": 1000, "serve_hours": 168} | {limit: 1}
    desk = cheap_desk(build_world(open_new_store("sqlite", served=True, **others)).store)

    async def stay(client: SFTPClient, _: Any) -> None:
        await asyncio.wait_for(client.wait_closed(), 20)

    with FilesServer(desk, tmp_path) as server:
        server.with_client(1, stay)


def test_an_upload_under_another_name_is_renamed_as_winscp_does(
    server: FilesServer, desk: Desk, person: Actor
) -> None:
    async def run(client: SFTPClient, _: Any) -> None:
        put_file(desk, person.account_id, Box.INBOX, "a.pdf", PDF)
        await upload(client, "inbox/a.pdf.filepart", PDF * 2)
        await client.posix_rename("inbox/a.pdf.filepart", "inbox/a.pdf")

    server.with_client(person.account_id, run)
    assert content_of(desk, person.account_id, Box.INBOX, "a.pdf") == PDF * 2
    assert len(left_behind(desk.store)) == 1


def test_times_and_rights_of_an_upload_are_let_pass(server: FilesServer, desk: Desk, person: Actor) -> None:
    path = picture(server.folder, "a.png")
    path.chmod(0o777)
    server.sftp(person.account_id, "put -p a.png inbox/", "chmod 777 inbox/a.png")

    async def mode(client: SFTPClient, _: Any) -> int:
        return stat.S_IMODE((await client.stat("inbox/a.png")).permissions or 0)

    assert server.with_client(person.account_id, mode) == 0o600


def test_the_quota_shows_as_the_size_of_a_disk(server: FilesServer, desk: Desk, person: Actor) -> None:
    put_file(desk, person.account_id, Box.INBOX, "a.pdf", PDF.ljust(1024 * 1024))

    async def room(client: SFTPClient, _: Any) -> tuple[int, int]:
        found = await client.statvfs("/")
        return found.blocks * found.frsize, found.bavail * found.frsize

    assert server.with_client(person.account_id, room) == (2 * 1024 * 1024, 1024 * 1024)


def test_what_lies_in_the_store_is_sealed(server: FilesServer, desk: Desk, person: Actor) -> None:
    put_file(desk, person.account_id, Box.INBOX, "a.pdf", PDF)
    (path,) = left_behind(desk.store)
    assert b"fictitious" not in path.read_bytes()
