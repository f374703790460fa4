"""A3 and A4 by keys alone: the operator finds who did what, proves the log, makes a backup, and gets all of it back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from core.rules.roles import Role
from tests.journeys.steps import PERSON, PERSON_NAME, Installation


def test_the_log_is_searched_by_person_and_proved(busy_home: Installation) -> None:
    with busy_home.sit_down() as seat:
        seat.sign_in(Role.OPERATOR)
        seat.type(":", "rz", "Enter")
        seat.see("审计日志", "全部记录")
        seat.type("/", PERSON, "F8")
        seat.see(f"证件号 {PERSON}", "学时申报 提交", PERSON_NAME)
        seat.type("Enter")
        seat.see("校验值")
        seat.type("Esc")
        seat.see("第 1 页")
        seat.type("v")
        seat.see("完整：")


def test_a_backup_made_by_a_key_comes_back_with_a_proof(busy_home: Installation, tmp_path: Path) -> None:
    with busy_home.sit_down() as seat:
        seat.sign_in(Role.OPERATOR)
        seat.type(":", "bf", "Enter")
        seat.see("备份与体检", "还没有备份")
        seat.type("b")
        seat.see("已备份", "完整")
    (made,) = (busy_home.folder / "backups").glob("*.tar")
    fresh = tmp_path / "fresh"
    (fresh / "keys").mkdir(parents=True, mode=0o700)
    key = fresh / "keys" / "data.key"
    key.write_bytes((busy_home.folder / "keys" / "data.key").read_bytes())
    key.chmod(0o600)
    environment = os.environ | {"JIJIAO_DATA_DIR": str(fresh)}
    done = subprocess.run(
        [sys.executable, "-m", "tui.cli", "restore", str(made)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, "链完整" in done.stdout, "已恢复" in done.stdout) == (0, True, True), done.stderr
    with Installation(fresh).sit_down() as seat:
        seat.sign_in(Role.PERSON)
        seat.type(":", "cx", "Enter")
        seat.see("待审核")
