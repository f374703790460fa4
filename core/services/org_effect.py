"""What an approved change of an office (单位变更) brings about: its name, its code, its place, what stands above."""

from __future__ import annotations

from sqlalchemy import select, update

from core.model import Account, AccountRole, Declaration, Org, OrgChange, Person, PersonYear
from core.rules.errors import Refused
from core.rules.offices import IDENTITY_FIELDS
from core.rules.workflow import DeclarationState
from core.services.org_changes import above_errors, code_must_be_free
from core.store.names import spell_words
from core.store.search import index_grams
from core.store.work import UnitOfWork

_KEYS = tuple(spec.key for spec in IDENTITY_FIELDS)
_MOVED = (DeclarationState.DRAFT.value, DeclarationState.PENDING.value)
_QUIET = {"synchronize_session": False}


def take_effect(work: UnitOfWork, row: OrgChange) -> None:
    """The office is called so, and lies there, from now on; what was decided before keeps the old names.

    Raises OFFICE_TAKEN, OFFICE_PENDING where the code was given away meanwhile, NOT_IN_LIST as a field.
    """
    org = work.locked(Org, row.org_id)
    wanted = {key: row.fields[key] for key in _KEYS if key in row.fields}
    wrong = above_errors(work, org, wanted)
    if wrong:
        raise Refused.for_fields(tuple(wrong))
    if "name" in wanted:
        org.name = wanted["name"]
        org.pinyin, org.initials = spell_words(org.name)
    if "code" in wanted:
        _new_code(work, org, wanted["code"], row.id)
    for key, column in (("superior", "superior_id"), ("authority", "authority_id")):
        if key in wanted:
            setattr(org, column, int(wanted[key]) if wanted[key] else None)
    if "region" in wanted:
        _move(work, org, wanted["region"])
    if "name" in wanted or "region" in wanted:
        index_grams(work.session, org)
    work.session.flush()


def _new_code(work: UnitOfWork, org: Org, code: str, change_id: int) -> None:
    """The code, and the login name of the chief's account where that was the old one."""
    code_must_be_free(work, code, change_id)
    chiefs = (
        select(Account)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(
            AccountRole.org_id == org.id,
            AccountRole.chief.is_(True),
            Account.login_digest == work.vault.digest("login", org.code),
        )
    )
    account = work.session.scalar(chiefs)
    org.code = code
    if account is not None:
        account.login_digest = work.vault.digest("login", code)
        account.login_sealed = work.vault.seal(code)
    work.session.flush()


def _move(work: UnitOfWork, org: Org, region_code: str) -> None:
    """The office, its persons, their open years, and what no bureau has seen yet go to the other region.

    Years that were recognised stay where that was done, and so does what waits at a bureau or was returned.
    """
    before, org.region_code = org.region_code, region_code
    work.session.flush()
    here = select(Person.id).where(Person.employer_id == org.id)
    work.session.execute(
        update(Person).where(Person.employer_id == org.id).values(region_code=region_code),
        execution_options=_QUIET,
    )
    mine = (PersonYear.person_id.in_(here)) & (PersonYear.recognised_at.is_(None))
    years = set(work.session.scalars(select(PersonYear.year).where(mine).distinct()))
    work.session.execute(
        update(PersonYear).where(mine).values(region_code=region_code), execution_options=_QUIET
    )
    unseen = (
        Declaration.employer_id == org.id,
        Declaration.status.in_(_MOVED),
        Declaration.returned.is_(False),
        Declaration.step.is_(None) | (Declaration.step != "bureau"),
    )
    work.session.execute(
        update(Declaration).where(*unseen).values(region_code=region_code), execution_options=_QUIET
    )
    for year in years:
        for code in (before, region_code):
            work.cells_are_stale(year, code)
