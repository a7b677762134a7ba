"""People who get news by mail on a desk of tables alone, and what staff does with mailings."""

from typing import Any

from chalicelib.channels import registry
from chalicelib.core.ids import new_id
from chalicelib.mailings.end_subscription import EndSubscription
from chalicelib.mailings.model import Words
from chalicelib.mailings.send_mailing import SendMailing
from chalicelib.mailings.sign_up import SignUp, Wanted, link_of
from chalicelib.mailings.store import MailingStore
from chalicelib.mailings.subscribe import Subscribe
from chalicelib.mailings.subscriptions import Subscriptions
from chalicelib.mailings.write_mailing import WriteMailing
from chalicelib.messages.inbound import Intake
from chalicelib.messages.page_limit import PageLimit
from chalicelib.profile.load import load_profile
from chalicelib.vault.page_key import PageKey
from chalicelib.vault.secrets import Inbound
from tests.support.channels.mails import ACCOUNTS, DOMAIN
from tests.support.delivery.desk import BOLAT
from tests.support.erasure.living import DANA
from tests.support.retention.desk import RetentionDesk

MAIL = next(one for one in registry.SERVED if one.mailings)
SPOINT = load_profile("spoint")
KEPT = SPOINT.retention["contact"].kept
KEY = PageKey(b"a" * 32)
PAGE, ADDRESS, PLACE = "1" * 32, "gulnur@example.kz", "203.0.113.7"
WANTED = Wanted(ADDRESS, "kk", {"news": "Келісемін"})
LINK = link_of(KEY, PAGE, WANTED)
TEXTS = {one: Words("Жаңа", "Терминал") for one in SPOINT.languages}


def sign_up(desk: RetentionDesk, dynamodb: Any = None) -> SignUp:
    def intake() -> Intake:
        secrets = Inbound(b"a" * 32, {MAIL.id: ACCOUNTS})
        nothing: tuple[None, ...] = (None, None, None)
        return Intake(secrets, desk.store(dynamodb), *nothing, lambda: desk.now, None, (MAIL.id,))  # type: ignore[arg-type]

    limit = PageLimit(desk.gateway(), KEY)
    return SignUp(SPOINT, MAIL, KEY, limit, intake, desk.vault_keys.public, "https://desk.example")


def subscribe(desk: RetentionDesk) -> Subscribe:
    held = Subscriptions(desk.gateway())
    return Subscribe(desk.store(), held, lambda: desk.vault, KEPT, lambda: desk.now)


def subscribed(desk: RetentionDesk) -> str:
    """Somebody who gets news; the id of the contact."""
    sign_up(desk)(WANTED, PAGE, PLACE)
    assert subscribe(desk)(LINK)
    desk.later(1)
    return str(desk.of("contact")[0]["contact_id"])


def ending(desk: RetentionDesk) -> EndSubscription:
    return EndSubscription(desk.gateway(), Subscriptions(desk.gateway()), lambda: desk.now)


def writing(desk: RetentionDesk) -> WriteMailing:
    store = MailingStore(desk.gateway())
    return WriteMailing(store, SPOINT, MAIL, desk.vault_keys.public, lambda: DOMAIN, lambda: desk.now)


def released(desk: RetentionDesk) -> str:
    write = writing(desk)
    mailing_id = new_id()
    write.begin(mailing_id, "news", TEXTS, BOLAT)
    write.release(mailing_id, 1, DANA)
    return mailing_id


def sending(desk: RetentionDesk) -> SendMailing:
    store = MailingStore(desk.gateway())
    return SendMailing(store, SPOINT, KEY, "https://desk.example", lambda _id, _wait: None, lambda: desk.now)
