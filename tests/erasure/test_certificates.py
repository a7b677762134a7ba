"""Certificates: signed, chained, without anything of a person, and checkable by whoever holds number and secret."""

import base64
import itertools
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from chalice.test import Client

from chalicelib.certificates.check import CheckCertificate
from chalicelib.certificates.model import FINAL, ISSUED, entry_hash
from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.ids import new_id
from chalicelib.dynamo.restore_points import Backups
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from tests.support.erasure.certificates import SECRET, Office, post
from tests.support.erasure.certificates import front as front
from tests.support.erasure.certificates import office as office


def test_a_certificate_says_what_was_destroyed_and_is_entered_once(office: Office) -> None:
    request = office.request()
    office.issue(request)
    office.issue(request)
    entry = office.ledger.entry(request.certificate_id, ISSUED)
    assert entry is not None and office.signer.verifies(entry)
    said = entry.body
    assert (said["number"], said["previous_hash"]) == (1, "")
    assert said["stores"] == {"conversation": {"found": 12, "destroyed": 12, "retained": 0}}
    assert said["times"]["received"] == "2025-11-21T08:26:40Z" and said["basis"] == "94-V art. 8(7)"
    stored = office.requests.get(request.id)
    assert stored is not None and stored.done(Step.CERTIFIED)


def test_it_names_nobody(office: Office) -> None:
    request = office.request()
    office.issue(request)
    entry = office.ledger.entry(request.certificate_id, ISSUED)
    assert entry is not None
    for name in (request.contact_id, request.conversation_id, request.account, SECRET):
        assert name not in entry.text


def test_what_is_not_proved_gets_none(office: Office) -> None:
    request = office.request()
    removal = office.requests.change(request.id, {f"steps.{Step.ABSENT}": None})
    assert office.requests.run(removal) is None
    with pytest.raises(TaskFailed, match="not_proved"):
        office.issue(request)
    assert office.ledger.entry(request.certificate_id, ISSUED) is None


def test_many_at_once_make_one_unbroken_chain(office: Office) -> None:
    requests = [office.request() for _ in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(office.issue, [*requests, *requests]))
    entries = [office.ledger.entry(one.certificate_id, ISSUED) for one in requests]
    chain = sorted((one for one in entries if one), key=lambda one: one.number)
    assert [one.number for one in chain] == list(range(1, 13))
    for before, after in itertools.pairwise(chain):
        assert after.body["previous_hash"] == before.hash == entry_hash(before.text, before.signature)


def test_a_changed_entry_is_noticed(office: Office) -> None:
    request = office.request()
    office.issue(request)
    key = {"pk": {"S": f"certificate#{request.certificate_id}"}, "sk": {"S": ISSUED}}
    table = office.tables["ledger"]
    item = office.dynamodb.get_item(TableName=table, Key=key)["Item"]
    forged = item["body"]["S"].replace('"destroyed":12', '"destroyed":11')
    assert forged != item["body"]["S"]
    office.dynamodb.put_item(TableName=table, Item=item | {"body": {"S": forged}})
    found = CheckCertificate(office.ledger, office.signer)(request.certificate_id, SECRET)
    assert not found.signed
    # With the hash made to fit, too: the signature is still another text's.
    signature = item["signature"]["B"]
    rehashed = {"body": {"S": forged}, "hash": {"S": entry_hash(forged, bytes(signature))}}
    office.dynamodb.put_item(TableName=table, Item=item | rehashed)
    assert not CheckCertificate(office.ledger, office.signer)(request.certificate_id, SECRET).signed


def test_it_is_final_only_when_nothing_reaches_back(office: Office) -> None:
    office.recover()
    early = office.request(Step.MAILBOX_DESTROYED, Step.CERTIFIED)
    with pytest.raises(TaskFailed, match="not_certified"):
        office.finish(early)
    # Recovery was switched on just now, in real time; the destruction of NOW lies a good while before.
    request = office.request(Step.MAILBOX_DESTROYED)
    office.issue(request)
    assert office.finish(request) == {"outcome": "final"} == office.finish(request)
    stored = office.requests.get(request.id)
    assert stored is not None and stored.state == RequestState.COMPLETE and not stored.due_at
    last, first = (office.ledger.entry(request.certificate_id, kind) for kind in (FINAL, ISSUED))
    assert last is not None and first is not None
    assert last.body["issued_hash"] == first.hash and last.body["previous_hash"] == first.hash


def test_while_a_table_can_be_restored_to_before_it_waits(office: Office) -> None:
    office.recover()
    office.now = 4_000_000_000_000  # later than any moment to which these tables can be restored
    request = office.request(Step.MAILBOX_DESTROYED, Step.BACKUPS_GONE)
    office.issue(request)
    assert office.finish(request) == {"outcome": "wait"}
    stored = office.requests.get(request.id)
    assert stored is not None and stored.state == "destroying"
    assert stored.at(Step.BACKUPS_CHECKED) == office.now and not stored.done(Step.BACKUPS_GONE)


@pytest.mark.parametrize("late", ["absent", "box_closed"])
def test_it_is_not_final_while_what_went_late_can_be_restored(office: Office, late: str) -> None:
    """Given rows, or the box, that were there for days after the key had gone, because stores did not answer: then a
    table that can be restored to one of those days holds it up."""
    office.recover()
    request = office.request(Step.MAILBOX_DESTROYED)
    office.issue(request)
    now = 4_000_000_000_000  # later than any moment to which these tables can be restored
    office.requests.run(office.requests.change(request.id, {f"steps.{late}": now}))
    assert office.finish(request) == {"outcome": "wait"}
    office.requests.run(office.requests.change(request.id, {f"steps.{late}": office.now}))
    assert office.finish(request) == {"outcome": "final"}


@pytest.mark.parametrize("table", ["desk", "keys", "ledger"])
def test_it_is_final_only_when_no_table_reaches_back_to_the_box(
    office: Office, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """Given a box that was closed 23 hours after the proof, then its rows can be restored for as long after that."""
    request = office.request(Step.MAILBOX_DESTROYED)
    office.issue(request)
    absent = request.at(Step.ABSENT)
    closed = absent + 23 * HOUR
    office.requests.run(office.requests.change(request.id, {f"steps.{Step.MAILBOX_DESTROYED}": closed}))
    earliest = dict.fromkeys(("desk", "keys", "ledger"), closed + 1)
    monkeypatch.setattr(Backups, "earliest", lambda self: earliest)
    monkeypatch.setattr(Backups, "any_before", lambda self, at: at > closed)
    for at in (absent + 1, closed):
        earliest[table] = at
        assert office.finish(request) == {"outcome": "wait"}
    earliest[table] = closed + 1
    assert office.finish(request) == {"outcome": "final"}


def test_a_backup_made_by_hand_before_the_destruction_holds_it_up(office: Office) -> None:
    office.recover()
    made = office.dynamodb.create_backup(TableName=office.tables["desk"], BackupName="by-hand")["BackupDetails"]
    later = int(made["BackupCreationDateTime"].timestamp() * 1000) + 5000
    backups = Backups(office.dynamodb, office.tables)
    assert backups.any_before(later) and not backups.any_before(later - DAY)
    office.dynamodb.delete_backup(BackupArn=made["BackupArn"])
    assert not backups.any_before(later)


# -- the public page


@pytest.mark.parametrize(("language", "word"), [("kk", "Түпнұсқа"), ("ru", "Подлинное"), ("en", "Genuine")])
def test_whoever_holds_number_and_secret_can_check(office: Office, front: Client, language: str, word: str) -> None:
    request = office.request()
    office.issue(request)
    spoken = "-".join(SECRET[start : start + 5].upper() for start in range(0, 20, 5))
    answer = post(front, f"id={request.certificate_id}&secret={spoken}", f"?lang={language}")
    page = answer.body.decode()
    assert answer.status_code == 200 and word in page and f'<html lang="{language}">' in page
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("secret", ["", "wrong-secret", SECRET[:-1], "'; DROP", "ж" * 50])
def test_a_wrong_secret_and_a_wrong_number_are_answered_alike(office: Office, front: Client, secret: str) -> None:
    request = office.request()
    office.issue(request)
    wrong = post(front, f"id={request.certificate_id}&secret={secret}")
    nobody = post(front, f"id={new_id()}&secret={SECRET}")
    assert wrong.status_code == nobody.status_code == 404
    without_values = [re.sub(r'value="[^"]*"', "", one.body.decode()) for one in (wrong, nobody)]
    assert without_values[0] == without_values[1]


@pytest.mark.parametrize("body", ["id=a&id=b&name=c", "name=Amina", "x" * 5000, "%ff%fe", "id"])
def test_other_forms_are_refused(front: Client, body: str) -> None:
    assert post(front, body).status_code in (400, 404)


def test_it_can_be_kept_and_checked_without_us(office: Office, front: Client) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    request = office.request()
    office.issue(request)
    answer = post(front, f"id={request.certificate_id}&secret={SECRET}&as=json")
    kept = json.loads(answer.body)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    public = load_der_public_key(office.signer._kms.get_public_key(KeyId=office.signer.key_arn)["PublicKey"])
    assert isinstance(public, EllipticCurvePublicKey)
    signature, text = base64.b64decode(kept["issued"]["signature"]), kept["issued"]["text"]
    public.verify(signature, text.encode(), ECDSA(SHA256()))
    assert entry_hash(text, signature) == kept["issued"]["hash"] and kept["final"] is None


def test_the_form_takes_a_number_from_the_address_and_nothing_else(front: Client) -> None:
    number = new_id()
    headers = {"Accept-Language": "ru"}
    page = front.http.get(f"/certificates?id={number}", headers=headers).body.decode()
    assert number[:5] in page and '<html lang="ru">' in page
    page = front.http.get('/certificates?id="><script>', headers=headers).body.decode()
    assert "<script>" not in page


def test_it_names_what_the_company_keeps_elsewhere(office: Office, front: Client) -> None:
    kept = {"ground": "claims", "clause": "94-V art. 8(2)", "categories": ["agreement"], "until": "2029-03-01"}
    request = office.request(retained=[{**kept, "by": ["dana", "erlan"]}])
    office.issue(request)
    page = post(front, f"id={request.certificate_id}&secret={SECRET}").body.decode()
    assert "What the company keeps outside of this service" in page and "1\u00a0Mar\u00a02029" in page
    assert "Claims that are not settled, Law No. 94-V, art. 8(2)" in page and "dana" not in page
    other = office.request()
    office.issue(other)
    assert "keeps outside" not in post(front, f"id={other.certificate_id}&secret={SECRET}").body.decode()
