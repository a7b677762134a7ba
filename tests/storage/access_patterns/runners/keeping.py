"""What is asked of a part that the desk keeps after a destruction."""

from chalicelib.core.clock import DAY
from chalicelib.core.working_days import day_of
from chalicelib.erasure.kept_part import KeptParts
from chalicelib.privacy.requests.vocabulary import Step
from tests.storage.access_patterns.patterns import Action, asks
from tests.support.erasure import keeping
from tests.support.erasure.absence import asking
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroying import run_task, run_until
from tests.support.people import from_amina
from tests.support.retention.desk import RetentionDesk


def kept(desk: RetentionDesk, until: str = "") -> tuple[ErasureDesk, str]:
    """A desk with a request of which a part is to be kept; `until` "kept" it is."""
    made = ErasureDesk(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider)
    person = made.person(from_amina(sent_at=made.seconds))
    made.deliver()
    made.reply(person.tickets[0], "бір")
    request = keeping.decided(
        made, made.request_for(person), day_of(made.now + DAY), ("message_text", "phone", "ticket_data")
    )
    run_until(made, request, "freeze_inventory")
    if until == "kept":
        keeping.keep(made, request)
    return made, request.id


@asks("AP242", "AP651", "AP652", "AP653", "AP654", "AP655", "AP656", "AP657", "AP658", "AP659", "AP651", "AP256")
def _(desk: RetentionDesk) -> Action:
    made, request_id = kept(desk)
    request = made.requests.get(request_id)
    assert request
    return lambda: keeping.keep(made, request)


@asks("AP242", "AP660", "AP244")
def _(desk: RetentionDesk) -> Action:
    made, request_id = kept(desk, "kept")
    made.requests.run(made.requests.change(request_id, {f"steps.{Step.REST_GONE}": made.now}))
    request = made.requests.get(request_id)
    made.now += 3 * DAY
    assert request
    return lambda: run_task(made, "destroy_key", request, which="part")


@asks("AP242", "AP654", "AP661", "AP256")
def _(desk: RetentionDesk) -> Action:
    made, request_id = kept(desk, "kept")
    made.requests.run(made.requests.change(request_id, {f"steps.{Step.PART_KEY_DESTROYED}": made.now}))
    request = made.requests.get(request_id)
    assert request
    return lambda: run_task(made, "part", request)


@asks("AP662", "AP663")
def _(desk: RetentionDesk) -> Action:
    made, request_id = kept(desk, "kept")
    request = made.requests.get(request_id)
    assert request
    return lambda: asking(made).part_left(request)


@asks("AP664")
def _(desk: RetentionDesk) -> Action:
    made, request_id = kept(desk, "kept")
    return lambda: list(KeptParts(made.gateway()).content(request_id))
