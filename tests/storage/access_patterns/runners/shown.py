"""What pages and the API ask to show requests."""

from chalicelib.certificates.ledger import Ledger
from chalicelib.certificates.model import ISSUED
from chalicelib.privacy.requests.pages import RequestPages
from chalicelib.privacy.requests.store import OVER_QUEUE
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import living, reader
from tests.support.people import from_amina
from tests.support.retention.desk import RetentionDesk


def pages(desk: RetentionDesk) -> RequestPages:
    """The privacy officer's reading; Daniyar's request is open and another is over."""
    made = living(desk)
    over = made.opened(made.daniyar())
    made.mark(over.id, queue=OVER_QUEUE, activity=desk.now)
    made.opened(made.desk.person(from_amina(sent_at=desk.seconds)))
    return RequestPages(desk.gateway())


@asks("AP280", "AP281")
def _(desk: RetentionDesk) -> Action:
    reading = pages(desk)
    return lambda: reading.page(desk.now, 50)


@asks("AP281")
def _(desk: RetentionDesk) -> Action:
    reading = pages(desk)
    return lambda: reading.page(desk.now, 50, state="complete")


@asks("AP282")
def _(desk: RetentionDesk) -> Action:
    return pages(desk).count_open


@asks("AP160")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.opened(made.daniyar())
    return lambda: RequestPages(desk.gateway()).find(request.id, desk.now)


@asks("AP283")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    return lambda: reader(desk).erasing(ticket["contact_id"])


@asks("AP284")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.opened(made.daniyar())
    return lambda: reader(desk).open_request(request.contact_id)


@asks("AP285")
def _(desk: RetentionDesk) -> Action:
    return lambda: Ledger(desk.gateway()).entry("0" * 20, ISSUED)
