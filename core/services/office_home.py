"""What an office is shown first (单位首页): how much waits in each of its queues, and how much of it is overdue."""

from __future__ import annotations

from core.model import Org
from core.rules.permissions import Action, allowed
from core.rules.reference import PROVINCE
from core.rules.roles import Actor
from core.schema.annual import OfficeHome
from core.schema.base import Nothing
from core.schema.review import Bucket, QueueQuery, Subject
from core.services.desk import use_case
from core.services.drafts import drafts_of
from core.services.employers import region_name
from core.services.inbox import unread_count
from core.services.queue_table import QUEUES
from core.store.work import UnitOfWork


@use_case(Action.OFFICE_HOME, writes=False)
def office_home(work: UnitOfWork, actor: Actor, command: Nothing) -> OfficeHome:
    """首页 of an office or of the operator, who has no queue."""
    unread, drafts = unread_count(work.session, actor), drafts_of(work, actor)
    if actor.org_id is None:
        return OfficeHome("", "", {}, unread, unfinished=drafts)
    org = work.session.get_one(Org, actor.org_id)
    queues: dict[Subject, tuple[int, int]] = {}
    for subject, queue in QUEUES.items():
        if allowed(queue.seen, actor.role):
            page = queue.page(work, actor, org.id, QueueQuery(subject=subject, limit=1))
            queues[subject] = page.counts[Bucket.ALL], page.counts[Bucket.OVERDUE]
    of_province = org.region_code == PROVINCE
    region = region_name(work, org.region_code)
    return OfficeHome(org.name, region, queues, unread, of_province, drafts)
