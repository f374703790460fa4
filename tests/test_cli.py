"""The command `jijiao`: wrong use is one line and exit code 2, a refusal one line and exit code 1."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.rules.facts import CertificateFacts
from core.rules.messages import MessageKind
from core.services.desk import open_desk
from core.services.messages import mail as put_mail
from core.services.settings import read_settings
from tests.services.mailbox import Mailbox
from tests.services.test_registry import COLUMNS, code, unit
from tests.store.papers import sample
from tui.cli import main

PASSWORD = "abc12345"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of an installation that isn't made yet."""
    folder = tmp_path / "home"
    monkeypatch.setenv("JIJIAO_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def installed(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """An installation, with the password of new accounts in the environment."""
    monkeypatch.setenv("JIJIAO_NEW_PASSWORD", PASSWORD)
    assert main(["init"]) == 0
    capsys.readouterr()
    return home


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, list[str]]:
    """Exit code, standard output, lines of standard error."""
    exit_code = main(arguments)
    printed = capsys.readouterr()
    return exit_code, printed.out, printed.err.splitlines()


def units_file(folder: Path, *rows: tuple[object, ...]) -> str:
    path = folder / "units.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in (COLUMNS, *rows)), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--nonsense",), "没有选项 --nonsense"),
        (("nonsense",), "没有命令 nonsense"),
        (("--open", "zzz"), "没有代码为 zzz 的画面"),
        (("--database",), "--database 后面缺少内容"),
        (("import",), "缺少子命令"),
        (("import", "units"), "缺少 FILE"),
        (("import", "units", "/no/such/file"), "没有 /no/such/file"),
        (("verify",), "缺少 FILES"),
        (("demo", "--speed", "fast"), "--speed 不对"),
        (("account", "add", "--role", "king"), "employer, authority"),
        (("account", "add", "--role", "bureau"), "--org"),
        (("account", "add", "--role", "operator"), "--login"),
        (("doctor", "too", "much"), "多出来的参数"),
        (("mail", "--watch", "0"), "--watch 不对"),
        (("remind", "--year", "1"), "--year 不对"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    exit_code, out, err = run(capsys, *arguments)
    assert (exit_code, out, len(err)) == (2, "", 1)
    assert words in err[0]


def test_a_setting_that_makes_no_sense_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIJIAO_IDLE_MINUTES", "soon")
    exit_code, _, err = run(capsys, "doctor")
    assert exit_code == 2 and "JIJIAO_IDLE_MINUTES soon" in err[0]


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://x/y",
        "postgresql+psycopg://u:hush@127.0.0.1:1/none?connect_timeout=1",
        "sqlite:////no/x",
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, url: str
) -> None:
    exit_code, _, err = run(capsys, "--database", url, "import", "units", units_file(tmp_path, unit(1)))
    assert exit_code in (1, 2) and len(err) == 1
    assert "hush" not in err[0]


def test_opening_without_an_installation_says_to_make_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, _, err = run(capsys)
    assert exit_code == 1 and "jijiao init" in err[0]


def test_opening_without_a_terminal_is_refused_in_words(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, _, err = run(capsys)
    assert exit_code == 2 and "终端" in err[0]


def test_the_first_init_shows_a_generated_password_once(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, again = run(capsys, "init"), run(capsys, "init")
    assert "只显示这一次" in first[1] and "只显示这一次" not in again[1]


def test_the_doctor_is_content_with_a_new_installation(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, out, _ = run(capsys, "doctor")
    assert exit_code == 0 and "有误" not in out and "JIJIAO_CAPTCHA" in out


def test_the_doctor_ends_with_1_where_something_is_wrong(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "doctor")[0] == 1


def test_units_are_imported_and_counted(
    installed: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    exit_code, out, _ = run(capsys, "import", "units", units_file(tmp_path, unit(1), unit(2)))
    assert (exit_code, out) == (0, "导入 2 个单位\n")


def test_bad_rows_are_named_by_line_column_and_reason(
    installed: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = units_file(tmp_path, unit(1), unit(2, 单位类型="学校"))
    exit_code, _, err = run(capsys, "import", "units", path)
    assert exit_code == 1
    assert err[0].startswith("第 3 行  单位类型  应为") and "共 1 处" in err[1]


def test_public_hours_of_somebody_unknown_are_refused_by_line_and_column(
    installed: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "public.csv"
    row = "410099198503070030,2026,2026年公需科目,30,2026-10-20"
    path.write_text(f"证件号,年度,课程名称,学时,完成日期\n{row}\n", encoding="utf-8")
    exit_code, _, err = run(capsys, "import", "public", str(path))
    assert exit_code == 1
    assert err[0] == "第 2 行  证件号  没有这个人，请先注册"


def test_an_account_is_made_for_an_imported_office(
    installed: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, "import", "units", units_file(tmp_path, unit(1, 单位类型="人社部门")))
    exit_code, out, _ = run(capsys, "account", "add", "--role", "bureau", "--org", code(1))
    assert exit_code == 0 and out.startswith(f"帐号 {code(1)} 已建立")


def test_a_refusal_is_its_sentence_and_exit_code_1(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, _, err = run(capsys, "account", "add", "--role", "bureau", "--org", "nobody")
    assert exit_code == 1 and len(err) == 1 and "NOBODY" in err[0]


@pytest.fixture
def letter_waits(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """An installation that mails, with one mail in its outbox."""
    box = Mailbox().open()
    for name, value in box.settings().items():
        monkeypatch.setenv(f"JIJIAO_{name.upper()}", str(value))
    desk = open_desk(read_settings({}))
    with desk.writing() as work:
        put_mail(work, "zhangsan@example.cn", MessageKind.YEAR, "2025年度认定通过")
        work.commit()
    desk.close()
    yield box
    box.close()


def test_mail_sends_what_waits_and_says_how_much(
    letter_waits: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, out, _ = run(capsys, "mail")
    assert (exit_code, out, len(letter_waits.letters)) == (0, "发出 1 封，没有发出 0 封，还在等待 0 封\n", 1)


def test_mail_that_watches_ends_in_order_when_it_is_asked_to(letter_waits: Mailbox) -> None:
    command = [sys.executable, "-m", "tui.cli", "mail", "--watch", "3600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert (process.wait(30), said[:4], len(letter_waits.letters)) == (0, "发出 1", 1)


def test_mail_without_a_server_is_one_line_and_exit_code_1(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, out, err = run(capsys, "mail")
    assert (exit_code, out, len(err)) == (1, "", 1) and "JIJIAO_SMTP_HOST" in err[0]


def test_the_password_of_the_mail_server_is_not_shown(
    installed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIJIAO_SMTP_PASSWORD", "post-office-1")
    _, out, _ = run(capsys, "doctor")
    assert "JIJIAO_SMTP_PASSWORD" in out and "post-office-1" not in out


@pytest.mark.parametrize(("options", "words"), [((), "提醒 0 人"), (("--dry-run",), "将提醒 0 人")])
def test_remind_says_how_many(
    installed: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    exit_code, out, _ = run(capsys, "remind", "--year", "2026", *options)
    assert (exit_code, out) == (0, f"2026年度  未完成 0 人，{words}，其中发邮件 0 封\n")


@pytest.fixture
def paper(installed: Path, tmp_path: Path) -> tuple[Path, CertificateFacts]:
    """A certificate signed by this installation, printed outside of its register."""
    from core.store.paper import render_certificate
    from core.store.seal import load_seal

    facts = sample()
    path = tmp_path / "证书.pdf"
    path.write_bytes(render_certificate(load_seal(installed / "seal"), facts))
    return path, facts


def test_a_certificate_is_verified_with_the_published_trust_alone(
    paper: tuple[Path, CertificateFacts], installed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trust = tmp_path / "trust.pem"
    trust.write_bytes((installed / "seal" / "trust.pem").read_bytes())
    installed.rename(tmp_path / "gone")
    exit_code, out, _ = run(capsys, "verify", "--trust", str(trust), str(paper[0]))
    assert exit_code == 0, out


def test_every_fact_of_a_certificate_is_printed_but_the_whole_number(
    paper: tuple[Path, CertificateFacts], capsys: pytest.CaptureFixture[str]
) -> None:
    path, facts = paper
    out = run(capsys, "verify", str(path))[1]
    said = [facts.number, facts.name, facts.employer, facts.issuer, str(facts.years[0].total)]
    said += [line.title for line in facts.learning]
    assert [fact for fact in said if fact not in out] == []
    assert facts.id_number not in out


def test_an_altered_certificate_ends_with_1(
    paper: tuple[Path, CertificateFacts], capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = paper
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    assert run(capsys, "verify", str(path))[0] == 1


def test_a_file_that_is_no_certificate_ends_with_1(
    installed: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")
    exit_code, out, _ = run(capsys, "verify", str(path))
    assert exit_code == 1 and "letter.pdf" in out


def test_the_version_is_printed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version")[1].startswith("jijiao ")


def test_knowing_what_is_wanted_loads_click_and_nothing_else() -> None:
    script = "import sys, tui.cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"sqlalchemy", "pydantic", "textual", "rich", "core", "cryptography", "argon2", "PIL"}
    assert heavy & set(done.stdout.split()) == set()


def test_no_traceback_reaches_the_terminal(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui.cli", "init"],
        env={"JIJIAO_DATA_DIR": "/proc/nowhere", "PATH": "/usr/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr


def test_opening_without_the_client_of_the_object_store_says_what_to_install(
    installed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIJIAO_EVIDENCE_STORE", "s3://jijiao/evidence")
    monkeypatch.setattr("tui.cli_text.find_spec", lambda name: None)
    exit_code, _, err = run(capsys)
    assert (exit_code, err) == (
        1,
        ["jijiao: 对象存储要用的软件包没有安装，请运行 pip install 'jijiao[s3]'"],
    )
