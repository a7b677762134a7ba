"""What the form and private links ask."""

import contextlib

from chalicelib.attachments.bucket import Bucket
from chalicelib.channels import registry
from chalicelib.channels.parts import InboundMessage
from chalicelib.core.addresses import Author
from chalicelib.core.errors import NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.messages.page_limit import PageLimit
from chalicelib.messages.statuses import Statuses
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
    return lambda: _follow(desk, rows, statuses)(LINK, seen=True)


@asks("AP1142", "AP1143", "AP1144", "AP1145", "AP153", "AP1052")
def _(desk: RetentionDesk) -> Action:
    desk.receive(filled(desk))
    (notice,) = desk.messages("out")
    ref = MessageRef.of_tail(notice["pk"].removeprefix("conversation#"), notice["sk"].removeprefix("message#"))
    follow = _follow(desk, FollowedRows(desk.gateway()), desk.statuses())

    def look() -> None:
        with contextlib.suppress(NotFound):
            follow.file(LINK, ref.of_piece(1))

    return look


def _follow(desk: RetentionDesk, rows: FollowedRows, statuses: Statuses) -> FollowLink:
    opener, bucket = lambda: BatchDecryptor(lambda: desk.vault), Bucket(lambda: None, "files")
    return FollowLink(FORM, desk.address_key, rows, statuses, opener, bucket, lambda: desk.now)
