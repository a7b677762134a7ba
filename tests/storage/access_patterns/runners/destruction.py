"""What the destruction of a person asks."""

from typing import Any

import pytest

from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.erasure import eraser as erasing
from chalicelib.privacy.requests.vocabulary import Step
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import living, renumbered
from tests.support.attachments.no_files import NO_FILES
from tests.support.delivery.desk import BOLAT
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroying import run_task, run_until
from tests.support.erasure.person import claim_and_die
from tests.support.people import from_amina
from tests.support.retention.desk import RetentionDesk


def destroyed(
    desk: RetentionDesk, task: str, *, until: str = "", larger: bool = False, moved: bool = False, **more: Any
) -> Action:
    """A destroying task at a person on WhatsApp with a former number, links, a claimed place and one that waits."""
    made = ErasureDesk(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider)
    person = made.person(from_amina(sent_at=made.seconds))
    made.deliver()
    made.later(60)
    made.changer()(renumbered(made))
    for text in ("бір", "екі"):
        made.reply(person.tickets[0], text)
        if text == "бір":
            claim_and_die(made.outbox(), person, made.now)
    made.index_contact(person.contact_id)
    if larger:
        (some,) = person.messages("in")
        for at in range(4):
            row = some | {"sk": f"message#{at:013d}#{at:032d}", "content": b"\1" + b"x" * 300_000}
            desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(row))
    request = made.request_for(person)
    if until:
        run_until(made, request, until)
    if moved and request.box:
        where = attribute_values({"pk": f"contact#{request.box.contact_id}", "sk": "contact"})
        desk.dynamodb.update_item(TableName=desk.tables["desk"], Key=where, UpdateExpression="REMOVE phone")

    def work() -> None:
        with pytest.MonkeyPatch.context() as patch:
            if larger:
                patch.setattr(erasing, "_AT_ONCE", 1)
            run_task(made, task, request, **more)

    return work


@asks("AP160", "AP233", "AP230", "AP231", "AP232", "AP236")
def _(desk: RetentionDesk) -> Action:
    return destroyed(desk, "hard_suppress")


@asks("AP160", "AP233", "AP230", "AP231", "AP232", "AP306")
def _(desk: RetentionDesk) -> Action:
    work = destroyed(desk, "hard_suppress")
    living(desk).holding.set(BOLAT, desk.now)
    return work


@asks("AP160", "AP160", "AP237", "AP460", "AP234", "AP236")
def _(desk: RetentionDesk) -> Action:
    work = destroyed(desk, "hard_suppress", until="hard_suppress")
    (place, _) = desk.of("outbox#")
    DeskRow(place["pk"], place["sk"]).update(actions=[DeskRow.attempt_id.remove()])
    return work


@asks("AP160", "AP238", "AP239", "AP240", "AP913", "AP241")
def _(desk: RetentionDesk) -> Action:
    return destroyed(desk, "freeze_inventory", until="hard_suppress")


@asks("AP160", "AP238", "AP239", "AP240", "AP913", "AP462", "AP241")
def _(desk: RetentionDesk) -> Action:
    work = destroyed(desk, "freeze_inventory", until="hard_suppress")
    (words,) = desk.items("index", lambda item: item["sk"] == "words")
    IndexRow(words["pk"], "words").update(actions=[IndexRow.rule.set(0)])
    return work


@asks("AP242", "AP245", "AP246", "AP914", "AP247", "AP461", "AP250", "AP251", "AP252", "AP461", "AP466")
def _(desk: RetentionDesk) -> Action:
    """A line that came after the inventory, and a word of an indexer of the release before."""
    work = destroyed(desk, "erase", until="destroy_key")
    (words,) = desk.items("index", lambda item: item["sk"] == "words")
    (head,) = [item for item in desk.of("head") if item.get("aliases")]
    DeskRow(head["pk"], f"message#{desk.now}#a", direction="event").save()
    IndexRow(words["pk"], "words").update(actions=[IndexRow.words.set([*words["words"], "late"])])
    return work


@asks("AP160", "AP238", "AP239", "AP240", "AP913", "AP311")
def _(desk: RetentionDesk) -> Action:
    return destroyed(desk, "freeze_inventory", until="hard_suppress", moved=True)


@asks("AP242", "AP243", "AP244")
def _(desk: RetentionDesk) -> Action:
    return destroyed(desk, "destroy_key", until="freeze_inventory")


@asks("AP242", "AP245", "AP246", "AP914", "AP247", "AP250", "AP251", "AP252", "AP255")
def _(desk: RetentionDesk) -> Action:
    return destroyed(desk, "erase", until="destroy_key")


@asks("AP649")
def _(desk: RetentionDesk) -> Action:
    """The second pass, which has found nothing more."""
    made = ErasureDesk(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider)
    request = made.request_for(made.person(from_amina(sent_at=made.seconds)))
    mark = made.request_store().change(request.id, {f"steps.{Step.ERASED_AGAIN}": made.now})
    return lambda: erasing.Eraser(desk.gateway(), NO_FILES).end(request.contact_id, (), (), mark, final=True)


@asks("AP242", "AP245", "AP246", "AP914", "AP247", "AP248", "AP288", "AP247", "AP250", "AP257", "AP252", "AP287")
def _(desk: RetentionDesk) -> Action:
    return destroyed(desk, "erase", until="destroy_key", larger=True)


@asks("AP242", "AP245", "AP246", "AP914", "AP247", "AP248", "AP288", "AP256")
def _(desk: RetentionDesk) -> Action:
    return destroyed(desk, "erase", until="destroy_key", larger=True, budget=-1.0)


@asks("AP247", "AP249", "AP250", "AP251")
def _(desk: RetentionDesk) -> Action:
    made = ErasureDesk(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider)
    person = made.person(from_amina(sent_at=made.seconds))
    made.deliver()
    store = erasing.Eraser(desk.gateway(), NO_FILES)
    return lambda: list(
        store.conversation(
            person.conversation_id, person.channel, made.now, (), final=True, since=0, note=lambda store, names: None
        )
    )
