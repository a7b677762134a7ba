"""What news and offers by mail ask: signing up, confirming, ending, writing a mailing, sending it."""

from dataclasses import replace

from chalicelib.channels.parts import InboundMessage
from chalicelib.contacts.change_contact import ContactChanges
from chalicelib.contacts.consent_records import Answered
from chalicelib.core.addresses import Address, Author
from chalicelib.core.ids import new_id
from chalicelib.core.transfer import GIVEN
from chalicelib.core.working_days import day_of
from chalicelib.dynamo.schema import HEAD, MESSAGE
from chalicelib.mailings.mail_told import MailTold
from chalicelib.mailings.sign_up import link_of
from chalicelib.mailings.store import MailingStore
from chalicelib.mailings.subscriptions import Subscriptions
from chalicelib.privacy.enter_subscription import EnterSubscription
from tests.storage.access_patterns.patterns import Action, asks
from tests.support.delivery.desk import BOLAT
from tests.support.erasure.living import DANA
from tests.support.retention.desk import RetentionDesk
from tests.support.storage.mailings import (
    DOMAIN,
    KEPT,
    KEY,
    LINK,
    MAIL,
    PAGE,
    PLACE,
    SPOINT,
    TEXTS,
    WANTED,
    ending,
    released,
    sending,
    sign_up,
    subscribe,
    subscribed,
    writing,
)


@asks("AP2001", "AP2001", "AP2002")
def signing_up(desk: RetentionDesk) -> Action:
    return lambda: sign_up(desk)(WANTED, PAGE, PLACE)


@asks("AP2003", "AP2004", "AP2005", "AP2006", "AP2007")
def confirming(desk: RetentionDesk) -> Action:
    sign_up(desk)(WANTED, PAGE, PLACE)
    return lambda: subscribe(desk)(LINK)


@asks("AP2003", "AP2004", "AP2006", "AP2008", "AP2005", "AP2006", "AP2009")
def confirming_again(desk: RetentionDesk) -> Action:
    subscribed(desk)
    sign_up(desk)(WANTED, "2" * 32, PLACE)
    return lambda: subscribe(desk)(link_of(KEY, "2" * 32, WANTED))


@asks("AP2010", "AP2011", "AP2012", "AP2013", "AP2013", "AP2014")
def ended(desk: RetentionDesk) -> Action:
    contact_id = subscribed(desk)
    return lambda: ending(desk)(contact_id, Answered("link"), "news")


@asks("AP2015", "AP2015", "AP2016", "AP2017", "AP2016", "AP2018", "AP2017", "AP2019")
def entered(desk: RetentionDesk) -> Action:
    contact_id, tables = subscribed(desk), desk.gateway()
    ending(desk)(contact_id, Answered("link"), "news")
    desk.later(1)
    enter = EnterSubscription(
        tables, ContactChanges(tables), Subscriptions(tables), ending(desk), SPOINT.allows, KEPT, lambda: desk.now
    )
    return lambda: enter(contact_id, "news", GIVEN, day_of(desk.now), DANA)


@asks("AP2020")
def begun(desk: RetentionDesk) -> Action:
    return lambda: writing(desk).begin(new_id(), "news", TEXTS, BOLAT)


@asks("AP2021", "AP2022")
def changed(desk: RetentionDesk) -> Action:
    writing(desk).begin(mailing_id := new_id(), "news", TEXTS, BOLAT)
    return lambda: writing(desk).change(mailing_id, TEXTS, 1, BOLAT)


@asks("AP2023", "AP2024")
def tried(desk: RetentionDesk) -> Action:
    writing(desk).begin(mailing_id := new_id(), "news", TEXTS, BOLAT)
    return lambda: writing(desk).try_out(mailing_id, "kk", "bolat@desk.local")


@asks("AP2025", "AP2026", "AP2027")
def let_go(desk: RetentionDesk) -> Action:
    subscribed(desk)
    writing(desk).begin(mailing_id := new_id(), "news", TEXTS, BOLAT)
    return lambda: writing(desk).release(mailing_id, 1, DANA)


@asks("AP2028", "AP2029")
def stopped(desk: RetentionDesk) -> Action:
    subscribed(desk)
    mailing_id = released(desk)
    return lambda: writing(desk).stop(mailing_id, DANA)


@asks("AP2030", "AP2031")
def listed(desk: RetentionDesk) -> Action:
    subscribed(desk)
    released(desk)
    return MailingStore(desk.gateway()).newest


@asks("AP2032")
def outcomes(desk: RetentionDesk) -> Action:
    return lambda: MailingStore(desk.gateway()).outcomes("1" * 20)


@asks("AP2033", "AP2034", "AP2035", "AP2036", "AP2037", "AP2038")
def sent(desk: RetentionDesk) -> Action:
    subscribed(desk)
    mailing_id = released(desk)
    return lambda: sending(desk)(mailing_id)


@asks("AP2039")
def advanced(desk: RetentionDesk) -> Action:
    subscribed(desk)
    store = MailingStore(desk.gateway())
    mailing = store.find(released(desk))
    assert mailing is not None
    return lambda: store.advance(mailing, "{}", desk.now)


@asks("AP58", "AP59", "AP2040", "AP62", "AP2041")
def claimed(desk: RetentionDesk) -> Action:
    subscribed(desk)
    sending(desk)(released(desk))
    store = desk.outbox()
    (head,) = desk.of("head")
    (entry,) = store.entries(head["conversation_id"])

    def act() -> None:
        found = replace(store.job(entry, desk.now), rule="")
        store.claim(found, "a", desk.now)

    return act


@asks("AP2042")
def recorded(desk: RetentionDesk) -> Action:
    subscribed(desk)
    sending(desk)(released(desk))
    store = desk.outbox()
    (head,) = desk.of("head")
    (entry,) = store.entries(head["conversation_id"])
    job = store.job(entry, desk.now)
    store.claim(job, "a", desk.now)
    return lambda: store.sent(job, "0102-1@eu-central-1.amazonses.com", desk.now)


@asks("AP1", "AP3", "AP1", "AP3", "AP1", "AP5", "AP1", "AP2052")
def kept_by_mailings(desk: RetentionDesk) -> Action:
    subscribed(desk)
    desk.receive(_letter(desk, 1))
    (head,) = desk.of("head")
    key, tables = HEAD.key(head["conversation_id"]), desk.gateway()
    tables.write(tables.update("row", key, "SET #expires_at = :past", "", {"past": desk.seconds - 1}))
    return lambda: desk.receive(_letter(desk, 2))


def _letter(desk: RetentionDesk, number: int) -> InboundMessage:
    author = Author((Address("mail", WANTED.address),))
    return InboundMessage(MAIL.id, DOMAIN, author, f"m{number}", desk.seconds, "text", text="Сәлем", order=number)


@asks("AP2043", "AP2044", "AP2045", "AP2046", "AP2047", "AP2047", "AP2048")
def back(desk: RetentionDesk) -> Action:
    return _told(desk, "failed")


@asks("AP2043", "AP2051")
def delivered(desk: RetentionDesk) -> Action:
    return _told(desk, "delivered")


def _told(desk: RetentionDesk, status: str) -> Action:
    recorded(desk)()
    (row,) = (one for one in desk.of("message#") if one.get("mailing"))
    tables = desk.gateway()
    key = MESSAGE.key(row["pk"].partition("#")[2], 0, "")._replace(sk=row["sk"])
    values = {"status": status, "failure": {"code": "5.1.1", "reason": "no_mailbox", "text": "", "at": 1}}
    tables.write(tables.update("row", key, "SET #status = :status, #failure = :failure", "", values))
    reference = f"{row['pk'].partition('#')[2]}.{row['sk'].removeprefix('message#').replace('#', '.')}"
    return lambda: MailTold(tables, ending(desk), MAIL.id)(reference)
