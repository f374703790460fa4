"""Checking papers on the command line (jijiao verify): with a published trust file alone, or an installation's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.rules.errors import ErrorCode, Refused
from core.schema.certificates import CheckedFile, CheckFile, CheckLine, CheckState, PaperCheck, PaperVerdict
from core.services.certificate_checks import check_folder
from core.services.desk import Desk, open_desk
from core.services.setup import LOCAL
from core.store.settings import Settings


def check_papers(settings: Settings, paths: Sequence[Path], trust: Path | None = None) -> list[CheckedFile]:
    """Check files, and every .pdf of folders.

    With `trust` nothing else is needed, and nobody is asked whether a paper was revoked. Without it the
    installation's own trust is taken, and its register where the database opens. Raises Refused SEAL_MISSING,
    FILE_UNREADABLE (the trust file).
    """
    if trust is not None:
        return _by_trust(trust, paths)
    try:
        desk = open_desk(settings)
    except Refused:
        return _by_trust(settings.seal_dir / "trust.pem", paths, own=True)
    try:
        return [row for path in paths for row in _by_desk(desk, path)]
    finally:
        desk.close()


def _by_desk(desk: Desk, path: Path) -> Sequence[CheckedFile]:
    return check_folder(desk, LOCAL, CheckFile(path=str(path))).rows


def _by_trust(trust_path: Path, paths: Sequence[Path], *, own: bool = False) -> list[CheckedFile]:
    from core.store.seal import Trust
    from core.store.verify import check_pdf

    try:
        trust = Trust.from_pem(trust_path.read_bytes())
    except OSError as error:
        if own:
            raise Refused(ErrorCode.SEAL_MISSING, path=str(trust_path.parent)) from error
        raise Refused(ErrorCode.FILE_UNREADABLE, path=str(trust_path), reason="打不开") from error
    except ValueError as error:
        raise Refused(ErrorCode.FILE_UNREADABLE, path=str(trust_path), reason="不是信任证书") from error
    checked = []
    for path in _files(paths):
        try:
            check = check_pdf(path.read_bytes(), trust)
        except OSError:
            line = CheckLine("格式", CheckState.FAILED, "文件打不开，请核对路径")
            check = PaperCheck(PaperVerdict.UNREADABLE, (line,))
        checked.append(CheckedFile(path.name, check))
    return checked


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(each for each in path.iterdir() if each.suffix.lower() == ".pdf")
        else:
            found.append(path)
    return found
