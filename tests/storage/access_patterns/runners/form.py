"""What the form and private links ask."""

from chalicelib.channels import registry
from chalicelib.channels.parts import InboundMessage
from chalicelib.core.addresses import Author
from chalicelib.messages.page_limit import PageLimit
from chalicelib.privacy.follow_link import FollowLink
from chalicelib.privacy.followed_rows import FollowedRows
from chalicelib.vault.decryptor import BatchDecryptor
from chalicelib.vault.page_key import PageKey
from tests.storage.access_patterns.patterns import Action, asks
from tests.support.retention.desk import RetentionDesk

FORM = next(one for one in registry.SERVED if one.page)
LINK = "l" * 43


def filled(desk: RetentionDesk) -> InboundMessage:
    assert FORM.page is not None
    author = Author((FORM.page.address(LINK),), name="Гүлнұр", language_code="kk")
    return InboundMessage(
        FORM.id, FORM.page.account, author, "1#0", desk.seconds, "text", "Сәлем", undated=True, agreed="Келісемін"
    )


@asks("AP1140")
def _(desk: RetentionDesk) -> Action:
    limit = PageLimit(desk.gateway(), PageKey(b"a" * 32))
    return lambda: limit.take("203.0.113.7", desk.now)


@asks("AP1", "AP1141")
def _(desk: RetentionDesk) -> Action:
    return lambda: desk.receive(filled(desk))


@asks("AP1142", "AP1143", "AP1144", "AP1145", "AP153", "AP1146", "AP36", "AP1147")
def _(desk: RetentionDesk) -> Action:
    desk.receive(filled(desk))
    rows, statuses = FollowedRows(desk.gateway()), desk.statuses()
    follow = FollowLink(
        FORM, desk.address_key, rows, statuses, lambda: BatchDecryptor(lambda: desk.vault), lambda: desk.now
    )
    return lambda: follow(LINK, seen=True)
