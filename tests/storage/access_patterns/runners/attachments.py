"""What files ask."""

from chalicelib.attachments.breaker import Breaker
from chalicelib.attachments.hand_out import FetchAgain
from chalicelib.attachments.model import KEPT_FOR
from chalicelib.attachments.uploads import Upload, UploadPlace, UploadStore
from chalicelib.channels.fetching import FetchError
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.models import DeskRow
from chalicelib.erasure.eraser import Eraser
from chalicelib.outbox.brought_files import BroughtFiles
from chalicelib.outbox.content import ReplyContent, SentFile
from chalicelib.retention.model import Expired
from chalicelib.tickets.queries import TicketQueries
from chalicelib.vault.decryptor import BatchDecryptor
from tests.storage.access_patterns.patterns import Action, asks
from tests.support.attachments.desk import NAME, PNG, FileDesk
from tests.support.attachments.no_files import NO_FILES, holding
from tests.support.delivery.desk import BOLAT
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
    about = {name: row[name] for name in ("ticket_id", "contact_id")}
    item = Expired("desk", row["pk"], row["sk"], 1, **about, file_objects=(row["file_object"],))
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


def put_upload(made: FileDesk) -> tuple[UploadPlace, Upload]:
    """An upload as it is begun, and whose."""
    ticket, head = made.open_ticket(), made.head()
    place = UploadPlace(head["conversation_id"], ticket["ticket_id"], BOLAT)
    upload = Upload("0" * 20, NAME, "image/png", len(PNG), "image", head["contact_id"], made.seconds + 86_400)
    return place, upload


def begun(made: FileDesk) -> tuple[UploadPlace, Upload]:
    place, upload = put_upload(made)
    assert made.brought().store.begin(place, upload, made.head()["public_key"], made.head()["epoch"])
    return place, upload


@asks("AP931")
def _(desk: RetentionDesk) -> Action:
    made = files(desk)
    place, upload = put_upload(made)
    head = made.head()
    return lambda: made.brought().store.begin(place, upload, head["public_key"], head["epoch"])


@asks("AP930", "AP36")
def _(desk: RetentionDesk) -> Action:
    made = files(desk)
    place, _ = begun(made)
    return lambda: made.brought().store.waiting(place, BatchDecryptor(lambda: made.vault), made.now)


@asks("AP933")
def _(desk: RetentionDesk) -> Action:
    made = files(desk)
    place, upload = begun(made)
    return lambda: made.brought().store.remove(place, upload.id, made.now)


@asks("AP53", "AP59", "AP54", "AP58", "AP36", "AP932", "AP36", "AP1010", "AP421", "AP934")
def _(desk: RetentionDesk) -> Action:
    made = files(desk)
    place, upload = begun(made)
    sent = ReplyContent("Жауап", files=(SentFile(upload.id),))
    replier = made.replier(files=BroughtFiles(UploadStore(made.gateway()), holding(PNG)))
    return lambda: replier(place.ticket_id, sent, "page-1", BOLAT)


@asks("AP935", "AP92")
def _(desk: RetentionDesk) -> Action:
    made = files(desk)
    place, upload = begun(made)
    key = place.key(upload.id)
    item = Expired(*key, upload.expires_at, contact_id=upload.contact_id, file_objects=(upload.id,))
    return lambda: made.expired().remove(item)
