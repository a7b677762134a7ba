"""What the proof of absence and the certificate ask."""

from chalicelib.certificates.ledger import Ledger
from chalicelib.certificates.model import ISSUED
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.privacy.requests.vocabulary import Step
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import living
from tests.support.erasure.absence import verify
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroying import run_until
from tests.support.people import from_amina
from tests.support.retention.desk import RetentionDesk


@asks("AP260", "AP261", "AP263", "AP264", "AP916", "AP265", "AP266")
def _(desk: RetentionDesk) -> Action:
    made = ErasureDesk(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider)
    request = made.request_for(made.person(from_amina(sent_at=made.seconds)))
    run_until(made, request, "sweep")
    return lambda: verify(made, request)


@asks("AP260", "AP261", "AP263", "AP264", "AP916", "AP265", "AP312", "AP266")
def _(desk: RetentionDesk) -> Action:
    made = ErasureDesk(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider)
    person = made.person(from_amina(sent_at=made.seconds))
    older = made.request_for(person, steps={str(Step.MAILBOX_DESTROYED): made.now})
    request = made.request_for(person, after=older.id)
    run_until(made, request, "sweep")
    return lambda: verify(made, request)


@asks("AP286")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.opened(made.daniyar())
    return lambda: Ledger(desk.gateway()).request_and_head(request.id)


@asks("AP268", "AP269")
def _(desk: RetentionDesk) -> Action:
    class Pen:
        key_arn = "arn"

        def sign(self, text: str) -> bytes:
            return b"s" * 71

    made = living(desk)
    request = made.opened(made.daniyar())
    step = RequestStore(desk.gateway()).finish(request, Step.CERTIFIED, 1)
    body = {"certificate_id": request.certificate_id, "entry": ISSUED}
    return lambda: Ledger(desk.gateway()).add(body, Pen(), step)  # type: ignore[arg-type]
