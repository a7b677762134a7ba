"""Staff brings files for replies: what is taken, what is looked at when a reply is stored, what goes out."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.attachments.uploads import MOST_FILES, REMOVED_LIVES, UPLOAD_LIVES, FileRefused
from chalicelib.core.clock import DAY
from chalicelib.core.errors import BadInput, Conflict, Unavailable
from chalicelib.core.ids import MessageRef
from chalicelib.erasure.eraser import Eraser
from chalicelib.outbox.content import ReplyContent, SentFile
from chalicelib.outbox.deliver import UPLOAD_LEASE
from chalicelib.tickets.pieces import shown
from tests.support.attachments.desk import NAME, PNG, FileDesk, post
from tests.support.delivery.desk import BOLAT
from tests.support.delivery.provider import BREAK
from tests.support.forms import File
from tests.support.people import from_daniyar
from tests.support.retention.desk import KEPT_DAYS

PDF = b"%PDF-1.7\n" + b"kelisim " * 100
OGG = b"OggS\x00\x02" + b"\x00" * 20 + b"\x01\x13OpusHead\x01\x01"
HTML = b"<html><script>alert(1)</script></html>"
SAULE = "5f0c1c1e-0000-4000-8000-000000000002"


def whatsapp(desk: FileDesk) -> dict[str, Any]:
    return desk.open_ticket()


def telegram(desk: FileDesk) -> dict[str, Any]:
    return desk.open_telegram_ticket()


def files_of(desk: FileDesk) -> list[File]:
    return [one.file for one in desk.provider.sent if one.file]


def deliver(desk: FileDesk, ticket: dict[str, Any]) -> int:
    """Run the sender, which wakes the uploader, and that."""
    woken: list[str] = []
    desk.sender(hand_over=woken.append)(ticket["conversation_id"])
    return sum(desk.uploader()(one) for one in woken)


# -- beginning


@pytest.mark.parametrize(
    ("open_ticket", "told", "size", "code"),
    [
        (whatsapp, "application/zip", 10, "file_type"),
        (whatsapp, "image/heic", 10, "file_type"),
        (whatsapp, "image/jpeg", 6 * 2**20, "file_too_big"),
        (whatsapp, "application/pdf", 101 * 2**20, "file_too_big"),
        (telegram, "application/zip", 51 * 2**20, "file_too_big"),
    ],
)
def test_what_the_channel_does_not_carry_is_refused_before_a_byte_moves(
    desk: FileDesk, open_ticket: Any, told: str, size: int, code: str
) -> None:
    ticket = open_ticket(desk)
    before = desk.items()
    with pytest.raises(BadInput) as caught:
        desk.bringer()(ticket["ticket_id"], NAME, told, size, BOLAT)
    assert caught.value.code == code and NAME not in caught.value.message
    assert desk.items() == before and desk.objects() == {}


def test_nothing_is_begun_where_no_reply_could_go(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    desk.now += DAY + 1000
    with pytest.raises(Conflict) as caught:
        desk.bringer()(ticket["ticket_id"], NAME, "image/png", 10, BOLAT)
    assert caught.value.code == "window_closed" and desk.uploads() == []


def test_a_form_takes_one_file_of_its_size_and_type_under_its_name(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    begun = desk.bringer()(ticket["ticket_id"], NAME, "image/png", len(PNG), BOLAT)
    assert post(begun.form, PNG + b"x").status_code == 400
    assert post(begun.form, PNG, **{"Content-Type": "text/html"}).status_code == 403
    assert post(begun.form, PNG, key="elsewhere/x").status_code == 403
    assert desk.objects() == {}
    assert post(begun.form, PNG).status_code == 204
    assert desk.objects() == {f"{ticket['contact_id']}/{begun.upload.id}": PNG}
    assert NAME.encode() not in str(desk.items()).encode()


def test_a_reply_has_so_many_files_at_most(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    bring = desk.bringer()
    for _ in range(MOST_FILES):
        bring(ticket["ticket_id"], NAME, "image/png", 10, BOLAT)
    with pytest.raises(BadInput, match="10 files at most"):
        bring(ticket["ticket_id"], NAME, "image/png", 10, BOLAT)
    bring.remove(ticket["ticket_id"], bring.waiting(ticket["ticket_id"], BOLAT)[0].id, BOLAT)
    assert bring(ticket["ticket_id"], NAME, "image/png", 10, BOLAT)
    assert bring(ticket["ticket_id"], NAME, "image/png", 10, SAULE)


# -- ending without being sent


def test_what_nobody_sends_goes_after_a_day_with_its_file(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    desk.bring(ticket)
    assert desk.bringer().waiting(ticket["ticket_id"], BOLAT)
    desk.now += UPLOAD_LIVES + 1000
    assert desk.bringer().waiting(ticket["ticket_id"], BOLAT) == []
    desk.sweep()
    assert desk.uploads() == [] and desk.objects() == {}


def test_what_is_removed_is_hidden_at_once_and_what_arrives_late_goes_with_it(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    begun = desk.bringer()(ticket["ticket_id"], NAME, "image/png", len(PNG), BOLAT)
    assert desk.bringer().remove(ticket["ticket_id"], begun.upload.id, BOLAT)
    assert not desk.bringer().remove(ticket["ticket_id"], begun.upload.id, BOLAT)
    assert desk.bringer().waiting(ticket["ticket_id"], BOLAT) == []
    with pytest.raises(FileRefused):
        desk.reply(ticket, ReplyContent(files=(SentFile(begun.upload.id),)))
    desk.sweep()
    assert post(begun.form, PNG).status_code == 204 and desk.objects()
    desk.now += REMOVED_LIVES + 1000
    desk.sweep()
    assert desk.uploads() == [] and desk.objects() == {}


def test_another_colleague_has_no_hand_in_it(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    file = desk.bring(ticket, by=SAULE)
    assert not desk.bringer().remove(ticket["ticket_id"], file.object, BOLAT)
    with pytest.raises(FileRefused):
        desk.reply(ticket, ReplyContent(files=(file,)))


# -- what is looked at


@pytest.mark.parametrize(
    ("open_ticket", "told", "data", "kind"),
    [
        (whatsapp, "image/png", PNG, "image"),
        (whatsapp, "image/jpg", b"\xff\xd8\xff" + PNG, "image"),
        (whatsapp, "application/pdf", PDF, "document"),
        (whatsapp, "audio/ogg; codecs=opus", OGG, "audio"),
        (telegram, "audio/ogg", OGG, "voice"),
        (telegram, "audio/mpeg", b"ID3" + PNG, "audio"),
        (telegram, "video/mp4", b"\0\0\0\x18ftypmp42" + PNG, "video"),
        (telegram, "image/png", PNG, "image"),
        (telegram, "application/zip", b"PK\x03\x04" + PNG, "document"),
        (telegram, "image/png", HTML, "document"),
        (telegram, "application/pdf", PNG, "document"),
    ],
)
def test_a_file_goes_out_as_what_its_bytes_are(
    desk: FileDesk, open_ticket: Any, told: str, data: bytes, kind: str
) -> None:
    ticket = open_ticket(desk)
    desk.reply(ticket, ReplyContent(files=(desk.bring(ticket, "келісім.bin", data, told),)))
    assert deliver(desk, ticket) == 1
    (file,) = files_of(desk)
    assert (file.kind, file.data) == ({"image": "photo"}.get(kind, kind) if open_ticket is telegram else kind, data)


@pytest.mark.parametrize(("told", "data"), [("image/png", HTML), ("application/pdf", PNG)])
def test_what_is_not_what_it_is_called_is_refused_where_not_every_document_is_taken(
    desk: FileDesk, told: str, data: bytes
) -> None:
    ticket = whatsapp(desk)
    file = desk.bring(ticket, data=data, told=told)
    with pytest.raises(FileRefused) as caught:
        desk.reply(ticket, ReplyContent("Мынау", files=(file,)))
    assert (caught.value.code, caught.value.upload_id) == ("file_disguised", file.object)
    assert desk.of("outbox#") == [] and len(desk.uploads()) == 1


def test_what_has_not_arrived_or_is_of_another_size_is_refused(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    begun = desk.bringer()(ticket["ticket_id"], NAME, "image/png", len(PNG) + 1, BOLAT)
    for code in ("file_missing", "file_size"):
        with pytest.raises(FileRefused) as caught:
            desk.reply(ticket, ReplyContent(files=(SentFile(begun.upload.id),)))
        assert caught.value.code == code
        assert post(begun.form, PNG).status_code == 204


def test_a_file_that_cannot_be_looked_at_yet_is_being_scanned_where_files_are(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    begun = desk.bringer()(ticket["ticket_id"], NAME, "image/png", len(PNG), BOLAT)
    scanning = desk.replier(files=replace(desk.brought(), scanned=True))
    for sent, code in (
        (SentFile(begun.upload.id), "file_checking"),
        (SentFile("0" * 20), "file_missing"),
        (SentFile("0" * 20, NAME, "image/png", 1, "image", "e"), "file_scanned"),
    ):
        with pytest.raises(FileRefused) as caught:
            scanning(ticket["ticket_id"], ReplyContent(files=(sent,)), f"page-{code}", BOLAT)
        assert caught.value.code == code
    assert desk.of("outbox#") == []


# -- sending


@pytest.mark.parametrize("open_ticket", [whatsapp, telegram])
def test_text_and_files_are_one_reply_and_go_out_in_order(desk: FileDesk, open_ticket: Any) -> None:
    ticket = open_ticket(desk)
    files = (desk.bring(ticket), desk.bring(ticket, "келісім.pdf", PDF, "application/pdf"))
    ref = desk.reply(ticket, ReplyContent("Мынау", files=files))
    assert desk.sender(hand_over=lambda _: None)(ticket["conversation_id"]) == 0 == len(desk.provider.sent)
    assert deliver(desk, ticket) == 1 and desk.of("outbox#") == []
    assert desk.provider.texts == ["Мынау", ""]
    assert [(one.data, one.type) for one in files_of(desk)] == [(PNG, "image/png"), (PDF, "application/pdf")]
    assert files_of(desk)[1].name == "келісім.pdf"
    row = desk.message(ref)
    assert row["file_objects"] == [one.object for one in files] and shown(row)[0] == "sent"
    assert row["piece_count"] == 2
    desk.now += UPLOAD_LIVES + DAY
    desk.sweep()
    assert desk.uploads() == [] and len(desk.objects()) == 2


def test_a_text_too_long_for_a_caption_goes_first(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    long = "сөз " * 300
    desk.reply(ticket, ReplyContent(long.strip(), files=(desk.bring(ticket),)))
    assert deliver(desk, ticket) == 1
    assert [(one.text, bool(one.file)) for one in desk.provider.sent] == [(long.strip(), False), ("", True)]


def test_what_follows_waits_for_the_uploader_and_other_conversations_do_not(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    desk.reply(ticket, "Бірінші")
    desk.reply(ticket, ReplyContent(files=(desk.bring(ticket),)))
    desk.reply(ticket, "Үшінші")
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    (other,) = (one for one in desk.of_pk("ticket#") if one["ticket_id"] != ticket["ticket_id"])
    desk.sender()(other["conversation_id"])
    desk.provider.sent.clear()
    woken: list[str] = []
    sender = desk.sender(hand_over=woken.append)
    sender(ticket["conversation_id"])
    assert desk.provider.texts == ["Бірінші"] and woken == [ticket["conversation_id"]]
    desk.reply(other, "Басқа")
    sender(other["conversation_id"])
    assert desk.provider.texts == ["Бірінші", "Басқа"]
    assert desk.uploader()(ticket["conversation_id"]) == 2
    assert desk.provider.texts == ["Бірінші", "Басқа", "", "Үшінші"]


def test_while_the_uploader_is_at_work_nobody_wakes_another(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    desk.reply(ticket, ReplyContent(files=(desk.bring(ticket),)))
    woken: list[str] = []
    sender = desk.sender(hand_over=woken.append)
    desk.provider.accepted = lambda _: (sender(ticket["conversation_id"]), None)[1]
    desk.uploader()(ticket["conversation_id"])
    assert len(files_of(desk)) == 1 and woken == []


def test_the_same_reply_twice_is_stored_once(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    content = ReplyContent("Мынау", files=(desk.bring(ticket),))
    first = desk.reply(ticket, content, "one")
    assert desk.reply(ticket, content, "one") == first
    for other in (ReplyContent("Мынау"), ReplyContent("Мынау", files=(desk.bring(ticket),))):
        with pytest.raises(Conflict) as caught:
            desk.reply(ticket, other, "one")
        assert caught.value.code == "client_id_used"
    with pytest.raises(FileRefused) as refused:
        desk.reply(ticket, content, "two")
    assert refused.value.code == "file_missing"
    deliver(desk, ticket)
    assert len(files_of(desk)) == 1


@pytest.mark.parametrize("late", ["named", "looked_at", "store"])
def test_the_same_reply_at_the_same_moment_is_the_stored_one(desk: FileDesk, late: str) -> None:
    """Another request with the same id stores the reply between two steps of this one."""
    ticket = whatsapp(desk)
    content = ReplyContent("Мынау", files=(desk.bring(ticket),))
    replier = desk.replier()
    stored: list[MessageRef] = []
    of = {"named": replier.files.store, "looked_at": replier.files, "store": replier.store}[late]
    step = getattr(of, late)

    def overtaken(*given: Any) -> Any:
        if not stored:
            stored.append(desk.reply(ticket, content, "one"))
        return step(*given)

    object.__setattr__(of, late, overtaken)
    assert replier(ticket["ticket_id"], content, "one", BOLAT).id == str(stored[0])
    assert len(desk.of("outbox#")) == 1


def test_what_is_replaced_after_it_was_looked_at_is_not_sent(desk: FileDesk) -> None:
    """A form works until it expires, so its holder could put another file in the place of the one that was checked."""
    ticket = whatsapp(desk)
    begun = desk.bringer()(ticket["ticket_id"], NAME, "image/png", len(PNG), BOLAT)
    post(begun.form, PNG)
    ref = desk.reply(ticket, ReplyContent(files=(SentFile(begun.upload.id),)))
    post(begun.form, PNG[:-5] + b"other")
    deliver(desk, ticket)
    row = desk.message(ref)
    assert shown(row) == ("failed", row["failure"]) and row["failure"]["code"] == "file_gone"
    assert files_of(desk) == []
    with pytest.raises(FileRefused, match="Bring it again"):
        desk.replier().retry_failed(str(ref), "retry-1", BOLAT)


def test_a_bucket_that_does_not_answer_delays_a_file_and_nothing_is_doubtful(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    ref = desk.reply(ticket, ReplyContent(files=(desk.bring(ticket),)))
    opens = desk.uploader().open_file
    assert opens is not None

    def silent(contact_id: str, file: Any) -> Any:
        body = opens(contact_id, file)

        def read(most: int) -> bytes:
            raise Unavailable("The bucket is silent.")

        body._read = lambda most: b""  # it ends too early
        return body

    desk.sender(open_file=silent)(ticket["conversation_id"])
    (entry,) = desk.of("outbox#")
    assert (entry["attempts"], entry.get("doubtful")) == (1, False)
    desk.now = entry["due_at"]
    assert deliver(desk, ticket) == 1
    assert len(files_of(desk)) == 1 and "uncertain" not in desk.message(ref)


@pytest.mark.parametrize("open_ticket", [whatsapp, telegram])
def test_a_send_without_an_answer_is_doubtful_and_an_upload_without_one_is_not(
    desk: FileDesk, open_ticket: Any
) -> None:
    ticket = open_ticket(desk)
    ref = desk.reply(ticket, ReplyContent(files=(desk.bring(ticket),)))
    desk.provider.faults = [BREAK]  # Meta's upload, Telegram's sending
    deliver(desk, ticket)
    (entry,) = desk.of("outbox#")
    assert entry["doubtful"] == (open_ticket is telegram)
    desk.now = entry["due_at"] + UPLOAD_LEASE
    deliver(desk, ticket)
    assert files_of(desk)[-1].data == PNG
    assert desk.message(ref).get("uncertain", False) == (open_ticket is telegram)


def test_sent_files_go_with_their_message(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    desk.reply(ticket, ReplyContent(files=(desk.bring(ticket), desk.bring(ticket))))
    deliver(desk, ticket)
    assert len(desk.objects()) == 2
    desk.closed(desk.ticket(ticket))
    desk.now += (KEPT_DAYS + 1) * DAY
    for _ in range(4):
        desk.sweep()
    assert desk.objects() == {} and desk.messages() == []


def test_a_form_that_is_used_after_the_destruction_began_leaves_nothing(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    begun = desk.bringer()(ticket["ticket_id"], NAME, "image/png", len(PNG), BOLAT)
    eraser, noted = Eraser(desk.gateway(), desk.bucket), list[str]()
    about = ticket["contact_id"], ticket["conversation_id"]
    assert eraser.files(*about, lambda store, rows: noted.extend(rows)) == 0
    assert post(begun.form, PNG).status_code == 204
    assert eraser.files(*about, lambda store, rows: noted.extend(rows)) == 1
    assert desk.objects() == {} and noted == [begun.upload.id]


# -- sending again


def test_only_what_did_not_arrive_is_sent_again_with_files_of_its_own(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    files = (desk.bring(ticket), desk.bring(ticket, "келісім.pdf", PDF, "application/pdf"))
    ref = desk.reply(ticket, ReplyContent("Мынау", files=files))
    # Text and picture go out, the document's sending is refused.
    desk.provider.faults = [None, None, None, desk.provider.meta_error(131053)]
    deliver(desk, ticket)
    assert [one.text for one in desk.provider.sent] == ["Мынау"]
    assert shown(desk.message(ref))[0] == "failed"
    desk.provider.sent.clear()
    again = desk.replier().retry_failed(str(ref), "retry-1", BOLAT)
    assert desk.replier().retry_failed(str(ref), "retry-1", BOLAT).id == again.id
    assert (again.text, [one.name for one in again.files]) == ("", ["келісім.pdf"])
    assert deliver(desk, ticket) == 1
    assert [(one.text, one.file and one.file.data) for one in desk.provider.sent] == [("", PDF)]
    new = MessageRef.parse(again.id)
    assert new is not None and desk.message(new)["file_objects"] != [files[1].object]
    assert len(desk.objects()) == 3


def test_copies_that_nobody_sends_go_after_a_day(desk: FileDesk) -> None:
    ticket = whatsapp(desk)
    ref = desk.reply(ticket, ReplyContent(files=(desk.bring(ticket),)))
    desk.provider.faults = [desk.provider.meta_error(131053)]
    deliver(desk, ticket)

    class Dead(Exception):
        pass

    def die(_: int) -> None:
        raise Dead

    replier = desk.replier(wait=die)
    replier.store.store = lambda reply: False  # type: ignore[method-assign]
    with pytest.raises(Dead):
        replier.retry_failed(str(ref), "retry-1", BOLAT)
    assert len(desk.objects()) == 2
    desk.now += UPLOAD_LIVES + 1000
    desk.sweep()
    assert len(desk.objects()) == 1 and desk.uploads() == []
