"""公需课平台 (R7): the register of providers with the keys that their files are verified with, and their files."""

from __future__ import annotations

import base64
import hashlib

from sqlalchemy import func, select

from core.model import Job, Provider, ProviderFile
from core.rules.clock import today
from core.rules.entry import EntryError, fold
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import mask_personal
from core.rules.imports import KEPT_DAYS, PART
from core.rules.permissions import Action
from core.rules.provider_files import CODE_PATTERN, LONGEST_NAME, parse_public_key, read_rows, take_apart
from core.rules.reference import PROVINCE
from core.rules.roles import Actor, Role
from core.schema.base import Nothing, Number, Page
from core.schema.imports import ImportProblemRow
from core.schema.providers import (
    ProviderFileView,
    ProviderProblemQuery,
    ProviderRow,
    SaveProvider,
    TakeProviderFile,
)
from core.services.boxes import taken_in
from core.services.desk import Desk, desk_use_case, use_case
from core.services.import_jobs import files_of, read_problems
from core.services.jobs import JobRunner, job_view_of, start_job
from core.services.provider_intake import FILE_JOB, KNOWN, LEFT, TAKEN, rows_of
from core.services.scope import must_be_chief, not_yours
from core.store.import_files import ImportFiles
from core.store.sheets import read_file
from core.store.work import UnitOfWork

KIND = "provider"


@use_case(Action.PROVIDER_PAGE, writes=False)
def provider_page(work: UnitOfWork, actor: Actor, command: Nothing) -> Page[ProviderRow]:
    """The providers in the order of their codes. Raises NOT_YOURS for a bureau that is not the province's."""
    _of_province(actor)
    counted = {
        key: (count, last)
        for key, count, last in work.session.execute(
            select(ProviderFile.provider_id, func.count(), func.max(ProviderFile.at)).group_by(
                ProviderFile.provider_id
            )
        )
    }
    rows = work.session.scalars(select(Provider).order_by(Provider.code))
    return Page(tuple(_row(work, each, *counted.get(each.id, (0, None))) for each in rows))


@use_case(Action.SAVE_PROVIDER, writes=True)
def save_provider(work: UnitOfWork, actor: Actor, command: SaveProvider) -> ProviderRow:
    """Add a provider with its key, or switch a known one on or off: its files are then taken, or refused.

    A key is never changed: a provider with a new one gets a new code. Raises Refused for fields (`code`, `name`,
    `public_key`), NOT_FOUND, STALE, NOT_YOURS, NOT_CHIEF: whoever adds a key decides whose hours count.
    """
    _of_province(actor)
    if actor.org_id is not None:
        must_be_chief(work, actor)
    if command.provider_id is not None:
        row = work.locked(Provider, command.provider_id, command.version)
        row.active = command.active
        work.session.flush()
        words = "启用" if row.active else "停用"
        work.audit(actor, Action.SAVE_PROVIDER, KIND, row.id, f"{words} {row.code} {row.name}")
        return _row(work, row, 0, None)
    code, name, key = _checked(work, command)
    row = Provider(
        code=code,
        name=name,
        public_key=base64.b64encode(key).decode(),
        added_at=work.clock.now(),
        added_by_name=f"{actor.org_name} {actor.name}".strip(),
    )
    work.session.add(row)
    work.session.flush()
    work.audit(actor, Action.SAVE_PROVIDER, KIND, row.id, f"登记 {code} {name} {fingerprint(row)}")
    return _row(work, row, 0, None)


@desk_use_case(Action.TAKE_PROVIDER_FILE)
def take_provider_file(desk: Desk, actor: Actor, command: TakeProviderFile) -> ProviderFileView:
    """收文件: verify a signed file, then count its rows in the background, each course of a person and year once.

    Rows of numbers that nobody has yet are listed; the same file may be given again when those have registered.
    Raises NOT_YOURS, FILE_UNREADABLE, PROVIDER_FILE_BROKEN, PROVIDER_UNKNOWN, SIGNATURE_WRONG, FILE_TAKEN_ALREADY.
    """
    _of_province(actor)
    with taken_in(desk, actor, command.path) as path:
        content = read_file(path)
    parts = take_apart(content)
    sha256 = hashlib.sha256(content).hexdigest()
    with desk.reading() as work:
        provider = work.session.scalar(select(Provider).where(Provider.code == parts.header.code))
        if provider is None or not provider.active:
            raise Refused(ErrorCode.PROVIDER_UNKNOWN, provider=parts.header.code)
        if not verified(provider, parts.signed, parts.signature):
            raise Refused(ErrorCode.SIGNATURE_WRONG)
        known = work.session.get(ProviderFile, sha256)
        if known is not None and known.taken == known.rows:
            raise Refused(ErrorCode.FILE_TAKEN_ALREADY, at=f"{known.at:%Y-%m-%d}")
        rows = read_rows(parts, today(work.clock))
    files = ImportFiles(desk.store.blobs, desk.vault)
    files.sweep(KEPT_DAYS)
    token = files.new_token()
    try:
        pieces = range(0, len(rows), PART)
        for number, begin in enumerate(pieces):
            files.write(token, f"rows-{number}", rows_of(rows[begin : begin + PART]))
        asked: dict[str, object] = {
            "token": token,
            "parts": len(pieces),
            "provider": provider.id,
            "code": provider.code,
            "name": provider.name,
            "sha256": sha256,
            "serial": parts.header.serial,
            "file": mask_personal(path.name),
        }
        with desk.writing() as work:
            title = f"收公需课文件 {provider.name} {parts.header.serial}"
            job = start_job(work, actor, FILE_JOB, title, asked, total=len(rows))
            work.audit(actor, Action.TAKE_PROVIDER_FILE, "job", job.id, f"{title} {len(rows)} 行，开始")
            work.commit()
            view = _file_view(work, job)
    except BaseException:
        files.drop(token)
        raise
    JobRunner.of(desk).hand_over(job.id)
    return view


@use_case(Action.PROVIDER_PAGE, writes=False)
def provider_file_view(work: UnitOfWork, actor: Actor, command: Number) -> ProviderFileView:
    """A file by its job. Raises NOT_FOUND, NOT_YOURS."""
    return _file_view(work, _job(work, actor, command.value))


@use_case(Action.PROVIDER_PAGE, writes=False)
def provider_file_page(work: UnitOfWork, actor: Actor, command: Nothing) -> Page[ProviderFileView]:
    """The newest files that were given, by whoever."""
    _of_province(actor)
    query = select(Job).where(Job.kind == FILE_JOB).order_by(Job.id.desc()).limit(8)
    return Page(tuple(_file_view(work, job) for job in work.session.scalars(query)))


@use_case(Action.PROVIDER_PAGE, writes=False)
def provider_problems(
    work: UnitOfWork, actor: Actor, command: ProviderProblemQuery
) -> Page[ImportProblemRow]:
    """The rows that were not counted, and why. Raises NOT_FOUND, NOT_YOURS, FILE_UNREADABLE once cleared away."""
    job = _job(work, actor, command.job_id)
    start = int(command.after[0]) if command.after else 0
    counts = job.outcome.get("_counts")
    listed = [int(each) for each in counts] if isinstance(counts, list) else []
    files = files_of(work)
    found = read_problems(files, str(job.asked["token"]), listed, start, command.limit + 1)
    after = (start + command.limit,) if len(found) > command.limit else None
    rows = (
        ImportProblemRow(start + at + 1, each.line, each.column, each.content, each.reason, each.error)
        for at, each in enumerate(found[: command.limit])
    )
    return Page(tuple(rows), after)


def verified(provider: Provider, signed: bytes, signature: bytes) -> bool:
    """Whether the provider's key has signed these bytes (Ed25519, RFC 8032)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(provider.public_key)).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(row: Provider) -> str:
    """The SHA-256 of the key, its first 16 bytes in groups of four digits: read out over the telephone."""
    digits = hashlib.sha256(base64.b64decode(row.public_key)).hexdigest()[:32].upper()
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def _of_province(actor: Actor) -> None:
    if actor.role is Role.BUREAU and actor.region_code != PROVINCE:
        raise not_yours(KIND, "")


def _job(work: UnitOfWork, actor: Actor, job_id: int) -> Job:
    _of_province(actor)
    job = work.session.get(Job, job_id)
    if job is None or job.kind != FILE_JOB:
        raise Refused(ErrorCode.NOT_FOUND)
    return job


def _checked(work: UnitOfWork, command: SaveProvider) -> tuple[str, str, bytes]:
    errors: list[FieldError] = []
    code, name, key = command.code.strip().upper(), "", b""
    if CODE_PATTERN.fullmatch(code) is None:
        errors.append(FieldError("code", ErrorCode.BAD_PROVIDER_CODE))
    elif work.session.scalar(select(Provider.id).where(Provider.code == code)) is not None:
        errors.append(FieldError("code", ErrorCode.PROVIDER_TWICE, {"code": code}))
    try:
        name = fold(command.name)
        if not name:
            raise EntryError(ErrorCode.REQUIRED)
        if len(name) > LONGEST_NAME:
            raise EntryError(ErrorCode.TOO_LONG, limit=LONGEST_NAME, length=len(name))
    except EntryError as error:
        errors.append(error.at("name"))
    try:
        key = parse_public_key(command.public_key)
    except EntryError as error:
        errors.append(error.at("public_key"))
    if errors:
        raise Refused.for_fields(tuple(errors))
    return code, name, key


def _row(work: UnitOfWork, row: Provider, files: int, last: object) -> ProviderRow:
    newest = select(ProviderFile).where(ProviderFile.provider_id == row.id).order_by(ProviderFile.at.desc())
    file = work.session.scalars(newest.limit(1)).first() if files else None
    return ProviderRow(
        id=row.id,
        version=row.version,
        code=row.code,
        name=row.name,
        fingerprint=fingerprint(row),
        active=row.active,
        added_at=row.added_at,
        added_by=row.added_by_name,
        files=files,
        last_file=file.file_name if file is not None else "",
        last_at=file.at if file is not None else None,
    )


def _file_view(work: UnitOfWork, job: Job) -> ProviderFileView:
    counts = {key: value for key, value in job.outcome.items() if isinstance(value, int)}
    return ProviderFileView(
        job=job_view_of(job, work.clock),
        provider=str(job.asked["name"]),
        file_name=str(job.asked["file"]),
        serial=str(job.asked["serial"]),
        rows=job.total,
        taken=counts.get(TAKEN, 0),
        known=counts.get(KNOWN, 0),
        left=counts.get(LEFT, 0),
    )
