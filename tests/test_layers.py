"""What a layer pulls in when it is imported, seen from a fresh interpreter."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

import core


def loaded_by(*modules: str) -> set[str]:
    """The top-level names in `sys.modules` after these modules were imported, nothing else."""
    script = (
        f"import sys, {', '.join(modules)}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def core_modules() -> list[str]:
    """Every module of the core but the migrations, which run inside alembic only."""
    found = (item.name for item in pkgutil.walk_packages(core.__path__, "core."))
    return [name for name in found if ".migrations" not in name]


def test_no_module_of_the_core_needs_a_screen() -> None:
    assert not loaded_by(*core_modules()) & {"textual", "rich"}


def test_the_rules_need_no_library_at_all() -> None:
    rules = [name for name in core_modules() if name.startswith("core.rules")]
    assert not loaded_by(*rules) & {"sqlalchemy", "pydantic", "pypinyin", "stdnum", "email_validator"}


def test_the_services_leave_heavy_libraries_for_their_first_use() -> None:
    services = [name for name in core_modules() if name.startswith("core.services")]
    heavy = {"pypinyin", "fpdf", "pyhanko", "alembic", "PIL", "python_calamine", "fontTools"}
    assert not loaded_by(*services) & heavy


@pytest.mark.parametrize("module", ["tui.app", "tui.screens.front", "tui.screens.login"])
def test_the_first_paint_needs_no_database_and_no_validation(module: str) -> None:
    assert not loaded_by(module) & {"sqlalchemy", "pydantic", "pydantic_settings", "alembic", "psycopg"}
