"""What files that customers send ask."""

from chalicelib.attachments.breaker import Breaker
from chalicelib.attachments.hand_out import FetchAgain
from chalicelib.attachments.model import KEPT_FOR
from chalicelib.channels.fetching import FetchError
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.models import DeskRow
from chalicelib.erasure.eraser import Eraser
from chalicelib.retention.model import Expired
from chalicelib.tickets.queries import TicketQueries
from chalicelib.vault.decryptor import BatchDecryptor
from tests.storage.access_patterns.patterns import Action, asks
from tests.support.attachments.desk import FileDesk
from tests.support.attachments.no_files import NO_FILES
from tests.support.erasure.desk import OPERATOR
from tests.support.people import WHATSAPP_ACCOUNT, from_amina, from_daniyar
from tests.support.retention.desk import RetentionDesk


def files(desk: RetentionDesk) -> FileDesk:
    return FileDesk(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider)


def waiting(desk: RetentionDesk) -> tuple[FileDesk, MessageRef]:
    made = files(desk)
    return made, made.arrived()


@asks("AP1", "AP900")
def _(desk: RetentionDesk) -> Action:
    made = files(desk)
    made.receive(from_amina(sent_at=made.seconds))
    return lambda: made.receive(made.picture())


@asks("AP1", "AP901")
def _(desk: RetentionDesk) -> Action:
    made, details = files(desk), {"media_id": "x", "too_big": True}
    made.receive(from_daniyar(sent_at=made.seconds, message_id=1))
    large = from_daniyar("", sent_at=made.seconds, message_id=2, kind="document", details=details)
    return lambda: made.receive(large)


@asks("AP902", "AP903", "AP919", "AP920", "AP904")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    return lambda: made.fetcher()(ref)


@asks("AP902", "AP903", "AP919", "AP905")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    made.given = FetchError("no", code="network")
    return lambda: made.fetcher()(ref)


@asks("AP902", "AP903", "AP919", "AP906", "AP907")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    made.given = FetchError("no", code="gone", gone=True)
    head = made.head()
    DeskRow(head["pk"], "head").update(actions=[DeskRow.epoch.set(7)])
    return lambda: made.fetcher()(ref)


@asks("AP902", "AP903", "AP919", "AP918")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    made.given = FetchError("no", code="too_big", too_big=True)
    return lambda: made.fetcher()(ref)


def broken(made: FileDesk) -> None:
    """Let as many fetches fail as may."""
    breaker = Breaker(made.gateway())
    while not breaker.take("whatsapp", WHATSAPP_ACCOUNT, made.now):
        pass


@asks("AP902", "AP903", "AP919", "AP921")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    broken(made)
    return lambda: made.fetcher()(ref)


@asks("AP902", "AP903", "AP919", "AP922", "AP920", "AP904")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    broken(made)
    made.fetcher()(ref)
    made.later(2 * 3600)
    return lambda: made.fetcher()(ref)


@asks("AP902", "AP903", "AP919", "AP920", "AP923")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    made.scanned = True
    return lambda: made.fetcher()(ref)


@asks("AP902", "AP903", "AP924")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    made.scanned = True
    made.fetcher()(ref)
    made.now += KEPT_FOR
    return lambda: made.fetcher()(ref)


@asks("AP908", "AP909")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    return lambda: made.dropper()(ref, "contact", "")


@asks("AP911")
def _(desk: RetentionDesk) -> Action:
    made, _ = waiting(desk)
    made.later(61)
    return lambda: made.waker()(float("inf"))


@asks("AP912", "AP111")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    made.fetcher()(ref)
    (ticket,), row = made.of_pk("ticket#"), made.message(ref)
    for item in (ticket, row):
        DeskRow(item["pk"], item["sk"]).update(actions=[DeskRow.expires_at.set(1)])
    about = {name: row[name] for name in ("ticket_id", "contact_id", "file_object")}
    item = Expired("desk", row["pk"], row["sk"], 1, **about)
    return lambda: made.expired().remove(item)


@asks("AP914", "AP915")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    eraser = Eraser(made.gateway(), NO_FILES)
    return lambda: eraser.files("contact", ref.conversation_id, lambda *_: None)


def reading(made: FileDesk) -> TicketQueries:
    return TicketQueries(BatchDecryptor(lambda: made.vault), made.now)


@asks("AP917", "AP37", "AP283", "AP36", "AP39", "AP40", "AP910")
def _(desk: RetentionDesk) -> Action:
    made, ref = waiting(desk)
    made.given = FetchError("no", code="gone", gone=True)
    made.fetcher()(ref)
    again = FetchAgain(reading(made), made.gateway(), made.fetcher_keys.public, lambda: made.now)
    return lambda: again(ref, OPERATOR)
