"""A file that a colleague has brought for a reply to somebody."""

from typing import TYPE_CHECKING

from chalicelib.attachments.uploads import UPLOAD_LIVES, Upload, UploadPlace
from chalicelib.core.clock import SECOND
from chalicelib.core.ids import new_id
from tests.support.delivery.desk import BOLAT

if TYPE_CHECKING:
    from tests.support.erasure.desk import ErasureDesk
    from tests.support.erasure.person import Person


def put_upload(desk: "ErasureDesk", person: "Person") -> None:
    """Put its row, on the person's newest ticket."""
    head, until = person.head, desk.seconds + UPLOAD_LIVES // SECOND
    brought = Upload(new_id(), "құпия-келісім.pdf", "application/pdf", 7, "document", person.contact_id, until)
    place = UploadPlace(person.conversation_id, person.tickets[-1]["ticket_id"], BOLAT)
    assert desk.brought().store.begin(place, brought, head["public_key"], head["epoch"])
