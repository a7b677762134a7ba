"""What the text index and the vault ask."""

from chalicelib.vault.encryption import new_pair
from chalicelib.vault.rotation import Rotation
from tests.storage.access_patterns.patterns import Action, asks
from tests.support.people import TELEGRAM_ACCOUNT, from_amina
from tests.support.retention.desk import RetentionDesk


@asks("AP97", "AP63", "AP98", "AP100", "AP97", "AP63")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    return lambda: desk.index_contact(ticket["contact_id"])


@asks("AP98", "AP101")
def _(desk: RetentionDesk) -> Action:
    contact_id = desk.open_ticket()["contact_id"]
    desk.index_contact(contact_id)
    return lambda: desk.text_index.replace(contact_id, [])


@asks("AP734", "AP734", "AP45", "AP45", "AP734", "AP734", "AP732", "AP732", "AP731", "AP45", "AP733", "AP732")
def _(desk: RetentionDesk) -> Action:
    desk.index_contact(desk.open_ticket()["contact_id"])

    def find() -> None:
        for typed, after in (("Амина", ""), ("Амина Сәтбаева", ""), ("Амина", "0-0-0"), ("Амина Сәтбаева", "0-0-0")):
            desk.text_search.find_contacts(typed, after)

    return find


@asks("AP734", "AP734", *["AP732"] * 8)
def _(desk: RetentionDesk) -> Action:
    """Two words that nobody has together: each is counted, and the rarer one is read."""
    desk.index_contact(desk.open_ticket()["contact_id"])
    return lambda: desk.text_search.find_contacts("Амина Ким")


@asks("AP102", *["AP103"] * 32, "AP104", "AP105", "AP102", *["AP103"] * 32)
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.store().keep_unparsed("telegram", TELEGRAM_ACCOUNT, "new_kind", b"raw", desk.now)
    return Rotation(desk.gateway(), desk.vault, new_pair().public, desk.now).reseal
