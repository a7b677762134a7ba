"""Wires the tasks of the erasure workflow, in its order. Intake does not import it."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.core.settings import settings
from chalicelib.dynamo.clients import client
from chalicelib.wiring import base as wiring
from chalicelib.wiring import delivery as wiring_delivery
from chalicelib.wiring import privacy_stores as stores
from chalicelib.wiring import requests

if TYPE_CHECKING:
    from chalicelib.erasure.task import TaskWaits
    from chalicelib.erasure.tasks.block_writes import BlockWrites
    from chalicelib.erasure.tasks.build_inventory import BuildInventory
    from chalicelib.erasure.tasks.close_without_erasure import CloseWithoutErasure
    from chalicelib.erasure.tasks.completion_certificate import CompletionCertificate
    from chalicelib.erasure.tasks.cooling_off import CoolingOff
    from chalicelib.erasure.tasks.decide import Decide
    from chalicelib.erasure.tasks.destroy_key import DestroyKey
    from chalicelib.erasure.tasks.destroy_mailbox import DestroyMailbox
    from chalicelib.erasure.tasks.erase_stores import EraseStores
    from chalicelib.erasure.tasks.escalate import Escalate
    from chalicelib.erasure.tasks.issue_certificate import IssueCertificate
    from chalicelib.erasure.tasks.keep_part import KeepPart
    from chalicelib.erasure.tasks.notify import Notify
    from chalicelib.erasure.tasks.pause_outreach import PauseOutreach
    from chalicelib.erasure.tasks.tell import Tell
    from chalicelib.erasure.tasks.verify_absence import VerifyAbsence


@cache
def waiting() -> "TaskWaits":
    """Parks a task's execution until it is resumed or due."""
    from chalicelib.erasure.task import TaskWaits
    from chalicelib.privacy.resume_workflow import AnswerWaitingRun

    answer = AnswerWaitingRun(stores.requests(), stores.executions(), requests.prove_telling(), wiring.clock())
    return TaskWaits(stores.requests(), answer, wiring.clock(), sleep_with_jitter)


@cache
def pause_outreach() -> "PauseOutreach":
    """Pauses outreach, makes the reply mailbox and asks the person to confirm."""
    from chalicelib.erasure.tasks.pause_outreach import PauseOutreach
    from chalicelib.outbox.reading import OutboxReading
    from chalicelib.vault.encryption import decode_key

    wiring.bind_tables()
    return PauseOutreach(
        store=stores.requests(),
        contact_rows=stores.opening(),
        mailbox=stores.mailbox(),
        reading=OutboxReading(),
        decryptor=wiring_delivery.single_decryptor,
        vault_public=decode_key(settings().vault_public_key),
        profile=stores.profile(),
        clock=wiring.clock(),
    )


@cache
def decide() -> "Decide":
    """Waits for a staff decision."""
    from chalicelib.erasure.tasks.decide import Decide

    return Decide(
        stores.opening().resume_outreach, stores.opening().pause_outreach, stores.answers().defaulted, wiring.clock()
    )


@cache
def tell() -> "Tell":
    """Tells the person of the erasure before anything irreversible."""
    from chalicelib.erasure.tasks.tell import Tell

    return Tell(requests.announce(), stores.opening().pause_outreach, wiring.clock())


@cache
def cooling_off() -> "CoolingOff":
    """Waits while the person may still cancel."""
    from chalicelib.erasure.tasks.cooling_off import CoolingOff

    return CoolingOff(stores.profile().deadlines, tell())


@cache
def block_writes() -> "BlockWrites":
    """Puts the person behind the write barrier."""
    from chalicelib.erasure.tasks.block_writes import BlockWrites
    from chalicelib.erasure.write_barrier import WriteBarrier

    store = WriteBarrier(wiring.gateway(), stores.requests())
    return BlockWrites(stores.requests(), store, wiring.clock())


@cache
def build_inventory() -> "BuildInventory":
    """Lists and counts what is stored about the person."""
    from chalicelib.erasure.tasks.build_inventory import BuildInventory

    return BuildInventory(stores.requests(), stores.inventories(), stores.mailbox(), wiring.vault, wiring.clock())


@cache
def keep_part() -> "KeepPart":
    """Seals anew what the desk keeps of the person."""
    from chalicelib.erasure.kept_part import KeptParts
    from chalicelib.erasure.tasks.keep_part import KeepPart
    from chalicelib.vault.encryption import decode_key

    public = decode_key(settings().vault_public_key)
    parts = KeptParts(wiring.gateway())
    return KeepPart(stores.requests(), stores.inventories(), parts, wiring.vault, public, wiring.clock())


@cache
def destroy_key() -> "DestroyKey":
    """Destroys the person's key."""
    from chalicelib.erasure.key_destruction import KeyDestruction
    from chalicelib.erasure.tasks.destroy_key import DestroyKey

    store = KeyDestruction(wiring.gateway(), stores.requests())
    return DestroyKey(stores.inventories(), store, wiring.clock())


@cache
def erase_stores() -> "EraseStores":
    """Deletes the person's rows."""
    from chalicelib.erasure.eraser import Eraser
    from chalicelib.erasure.kept_part import KeptParts
    from chalicelib.erasure.tasks.erase_stores import EraseStores
    from chalicelib.wiring.files import bucket

    store, parts = Eraser(wiring.gateway(), bucket()), KeptParts(wiring.gateway())
    return EraseStores(stores.requests(), stores.inventories(), store, parts, wiring.clock())


def verify_absence() -> "VerifyAbsence":
    """Proves that nothing is left of the person. Raises Unavailable."""
    from chalicelib.erasure.tasks.verify_absence import VerifyAbsence
    from chalicelib.erasure.verifier import Verifier

    store = Verifier(
        wiring.gateway(),
        wiring.address_key(),
        wiring_delivery.text_key(),
        lambda: client("s3"),
        settings().files_bucket,
    )
    return VerifyAbsence(stores.requests(), store, wiring.vault, wiring.clock())


@cache
def issue_certificate() -> "IssueCertificate":
    """Appends the erasure's certificate to the ledger."""
    from chalicelib.erasure.tasks.issue_certificate import IssueCertificate

    return IssueCertificate(stores.requests(), stores.ledger(), stores.signer(), stores.profile(), wiring.clock())


@cache
def notify() -> "Notify":
    """Tells the person that the request is done."""
    from chalicelib.erasure.tasks.notify import Notify
    from chalicelib.privacy.answer_request import AnswerRequest

    kept, address = stores.profile().retention["request"].kept, stores.certificates_address()
    answer = AnswerRequest(
        stores.requests(), stores.opening(), stores.mailbox(), stores.secret(), stores.profile(), address, kept
    )
    return Notify(
        stores.requests(), stores.mailbox(), stores.secret(), stores.profile(), address, answer, wiring.clock()
    )


@cache
def destroy_mailbox() -> "DestroyMailbox":
    """Destroys the reply mailbox and its key."""
    from chalicelib.erasure.tasks.destroy_mailbox import DestroyMailbox
    from chalicelib.privacy.mailbox.removal import MailboxRemoval

    removal = MailboxRemoval(wiring.gateway())
    kept = stores.profile().retention["request"].kept
    return DestroyMailbox(stores.requests(), stores.opening(), removal, stores.announcements(), kept, wiring.clock())


@cache
def completion_certificate() -> "CompletionCertificate":
    """Appends the entry that the erasure is complete."""
    from chalicelib.dynamo.restore_points import Backups
    from chalicelib.erasure.tasks.completion_certificate import CompletionCertificate

    backups = Backups(client("dynamodb"), wiring.tables())
    kept = stores.profile().retention
    return CompletionCertificate(
        stores.requests(),
        backups,
        stores.ledger(),
        stores.signer(),
        kept=kept["request"].kept,
        consent_kept=kept["consent"].kept,
        clock=wiring.clock(),
    )


@cache
def close_without_erasure() -> "CloseWithoutErasure":
    """Closes requests that were cancelled or refused."""
    from chalicelib.erasure.tasks.close_without_erasure import CloseWithoutErasure

    return CloseWithoutErasure(stores.requests(), stores.opening(), stores.answers().ended, wiring.clock())


@cache
def escalate() -> "Escalate":
    """Marks a failed request for staff."""
    from chalicelib.erasure.tasks.escalate import Escalate

    return Escalate(stores.requests(), wiring.clock())
