"""The two official guides, walked through line by line: each promise names the tests that prove it.

The promises stand in `promises.py` in our own words, in the order of the guides. A test that is named there must
exist and must not be skipped; renaming one without mending the walk fails here.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.manuals.promises import GUIDE_2019, GUIDE_OLDER, Promise

ROOT = Path(__file__).parents[2] / "tests"
PROMISES = (*GUIDE_2019, *GUIDE_OLDER)
CHAPTERS_2019 = ("1", "1.1", "2", "3", "功能列表", "4", "4.1", "5", "6", "7", "8")
CHAPTERS_OLDER = ("注册", "登录", "功能列表", "个人基本信息维护", "修改密码", "查看", "申报", "学时完成情况")
FOLDERS = ("screens/", "journeys/", "services/", "store/", "rules/")


@cache
def proofs_in(path: str) -> dict[str, bool]:
    """The tests of a file: name -> whether it is skipped."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {
        node.name: any("skip" in ast.unparse(mark) for mark in node.decorator_list)
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: f"{promise.chapter} {promise.words[:30]}")
def test_a_promise_of_the_guide_is_proven(promise: Promise) -> None:
    assert promise.proofs
    for proof in promise.proofs:
        path, _, name = proof.partition("::")
        assert path.startswith(FOLDERS) and (ROOT / path).is_file(), proof
        assert proofs_in(path).get(name) is False, proof


@pytest.mark.parametrize(("guide", "chapters"), [(GUIDE_2019, CHAPTERS_2019), (GUIDE_OLDER, CHAPTERS_OLDER)])
def test_the_walk_leaves_no_chapter_out_and_keeps_their_order(
    guide: tuple[Promise, ...], chapters: tuple[str, ...]
) -> None:
    assert tuple(dict.fromkeys(promise.chapter for promise in guide)) == chapters


def test_no_promise_stands_twice() -> None:
    said = [(promise.chapter, promise.words) for promise in PROMISES]
    assert len(set(said)) == len(said)
