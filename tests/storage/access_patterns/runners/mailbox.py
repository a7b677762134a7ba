"""What the reply mailbox of a request asks."""

from chalicelib.dynamo.builder import attribute_values
from chalicelib.privacy.requests.vocabulary import Step
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import living
from tests.support.erasure.boxes import Boxes
from tests.support.erasure.desk import ErasureDesk
from tests.support.retention.desk import RetentionDesk


def boxes(desk: RetentionDesk) -> Boxes:
    return Boxes(ErasureDesk(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider))


@asks("AP160", "AP59", "AP58", "AP63", "AP161")
def _(desk: RetentionDesk) -> Action:
    made = boxes(desk)
    request_id = made.request(made.person("whatsapp"))
    return lambda: made.suppress()(request_id)


@asks("AP160", "AP162")
def _(desk: RetentionDesk) -> Action:
    made = boxes(desk)
    request_id = made.certified(made.person("whatsapp"))
    return lambda: made.notify()(request_id)


def certified_opt_out(desk: RetentionDesk) -> tuple[Boxes, str, str]:
    made = living(desk)
    person = made.daniyar()
    opened = made.opt_out(person.contact_id, 0, "bot")
    made.mark(opened.request_id, {Step.CERTIFIED: desk.now})
    return Boxes(made.desk), opened.request_id, person.contact_id


@asks("AP160", "AP212", "AP160", "AP63", "AP604")
def _(desk: RetentionDesk) -> Action:
    made, request_id, _ = certified_opt_out(desk)
    return lambda: made.notify()(request_id)


@asks("AP160", "AP212", "AP605")
def _(desk: RetentionDesk) -> Action:
    made, request_id, contact_id = certified_opt_out(desk)
    key = attribute_values({"pk": f"contact#{contact_id}", "sk": "contact"})
    desk.dynamodb.delete_item(TableName=desk.tables["desk"], Key=key)
    return lambda: made.notify()(request_id)


@asks("AP160", "AP160", "AP63", "AP163")
def _(desk: RetentionDesk) -> Action:
    """Whom the release before has not told is given the secret now."""
    made = boxes(desk)
    request_id = made.certified(made.person("whatsapp"))
    made.mark(request_id, identity="second_press")
    store = made.desk.requests
    store.run(store.change(request_id, {"told_by": None, "steps.told": None}))
    return lambda: made.notify()(request_id)


@asks(
    *("AP160", "AP620", "AP220", "AP164", "AP165", "AP166", "AP167", "AP168", "AP169", "AP166", "AP170"),
    *("AP171", "AP172", "AP160", "AP173"),
)
def _(desk: RetentionDesk) -> Action:
    made = boxes(desk)
    request_id = made.certified(made.person("whatsapp"))
    made.desk.now += 1
    made.notify()(request_id)
    inventory = {"pk": f"request#{request_id}", "sk": "inventory#desk.contact#0"}
    desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(inventory))
    return lambda: made.close()(request_id)


@asks("AP160", "AP620", "AP220", "AP164", "AP165", "AP166", "AP167", "AP166", "AP170", "AP171", "AP160", "AP174")
def _(desk: RetentionDesk) -> Action:
    made = boxes(desk)
    request_id = made.certified(made.person("whatsapp"))
    made.mark(request_id, Step.CANCELLED, Step.CLOSED_WITHOUT_ERASURE)
    return lambda: made.close()(request_id)
