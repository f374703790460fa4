"""`jijiao demo`: the whole life of a declaration, printed without a terminal and played on one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.terminal import Terminal

COMMAND = [sys.executable, "-m", "tui.cli"]


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)}


def test_without_a_terminal_the_demonstration_prints_every_screen_and_leaves_a_valid_certificate(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "demo"
    done = subprocess.run(
        [*COMMAND, "demo", "--folder", str(folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        env=_environment(tmp_path),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "注册信息已经提交审核" in done.stdout
    assert "内容被改动" in done.stdout
    papers = sorted((folder / "exports").glob("豫JX*.pdf"))
    assert len(papers) == 1
    verified = subprocess.run(
        [*COMMAND, "verify", "--trust", str(folder / "seal" / "trust.pem"), str(papers[0])],
        capture_output=True,
        text=True,
        timeout=60,
        env={**_environment(tmp_path), "JIJIAO_DATA_DIR": str(folder)},
        check=False,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "李晓燕" in verified.stdout


def test_on_a_terminal_the_demonstration_plays_itself_to_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    argv = [*COMMAND, "demo", "--play", "--speed", "50", "--folder", str(folder)]
    with Terminal(argv, env={"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}) as terminal:
        terminal.wait("继续教育服务窗口", timeout=120)
        terminal.wait("演示完成", timeout=240)
        assert terminal.wait_exit() == 0
    assert len(list((folder / "exports").glob("豫JX*.pdf"))) == 1
