"""The review chain (审核流程) as data: who reviews what, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.rules.roles import Role
from core.rules.workflow import Move


class Step(StrEnum):
    """A level of review (审核环节). The value is also that of the role that acts there."""

    EMPLOYER = "employer"
    AUTHORITY = "authority"
    BUREAU = "bureau"

    @property
    def role(self) -> Role:
        """Who acts at this level."""
        return Role(self.value)

    @property
    def label(self) -> str:
        """The level's name on the review desk."""
        return _STEP_LABELS[self]


_STEP_LABELS = {Step.EMPLOYER: "学时初审", Step.AUTHORITY: "学时审核", Step.BUREAU: "学时审核"}

Chain = tuple[Step, ...]

# The order 初审 -> 审核 -> 认定 is read from the platform's menu; without an authority its level is skipped.
DECLARATION_CHAIN: Chain = (Step.EMPLOYER, Step.AUTHORITY, Step.BUREAU)
# What the unit declares for its persons it does not review itself (domain.md 3.7).
UNIT_CHAIN: Chain = (Step.AUTHORITY, Step.BUREAU)
REGISTRATION_CHAIN: Chain = (Step.EMPLOYER,)
SOURCES: Mapping[str, str] = {
    "person": "个人申报",
    "unit": "单位申报",
    "base": "施教机构申报",
    "provider": "公需课平台",
    "history": "历史数据",
}
"""Where a declaration came from (申报来源, `Declaration.source`), as shown."""
_BY_SOURCE: Mapping[str, Chain] = {"unit": UNIT_CHAIN}


def chain_of(source: str) -> Chain:
    """The levels that review a declaration, by where it came from (`Declaration.source`)."""
    return _BY_SOURCE.get(source, DECLARATION_CHAIN)


def steps(chain: Chain, has_authority: bool) -> Chain:
    """The levels that really review: without an authority its level is left out."""
    return tuple(step for step in chain if has_authority or step is not Step.AUTHORITY)


def next_step(chain: Chain, current: Step | None, has_authority: bool) -> Step | None:
    """The level after `current` (None: the first one); None after the last."""
    real = [step for step in chain if has_authority or step in (Step.EMPLOYER, Step.BUREAU, current)]
    if current is None:
        return real[0]
    after = real.index(current) + 1
    return real[after] if after < len(real) else None


def approving_move(chain: Chain, current: Step, has_authority: bool) -> Move:
    """What 通过 means at a level: handing on to the next one, or the final approval."""
    return Move.APPROVE if next_step(chain, current, has_authority) is None else Move.PASS_ON
