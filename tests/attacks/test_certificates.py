"""A certificate in whose entry any bit was changed is never called genuine."""

import json
from typing import Any

from chalice.test import Client

from chalicelib.certificates.model import entry_hash
from tests.support.erasure.certificates import SECRET, Office, post


def test_with_any_bit_flipped_it_is_not_genuine(office: Office, certificates: Client) -> None:
    request = office.request()
    office.issue(request)
    key = {"pk": {"S": f"certificate#{request.certificate_id}"}, "sk": {"S": "issued"}}
    table = office.tables["ledger"]
    entry: dict[str, Any] = office.dynamodb.get_item(TableName=table, Key=key)["Item"]
    form = f"id={request.certificate_id}&secret={SECRET}"

    def genuine() -> bool:
        answer = post(certificates, form)
        return answer.status_code == 200 and "Genuine" in answer.body.decode()

    assert genuine()
    text, signature, digest = entry["body"]["S"], bytes(entry["signature"]["B"]), entry["hash"]["S"]
    forms: dict[str, dict[str, Any]] = {}
    for place in range(0, len(signature), 9):
        flipped = bytearray(signature)
        flipped[place] ^= 1 << place % 8
        forms[f"signature {place}"] = {"signature": {"B": bytes(flipped)}}
        # With its hash made to fit: the signature alone is in the way.
        forms[f"signature and hash {place}"] = {
            "signature": {"B": bytes(flipped)},
            "hash": {"S": entry_hash(text, bytes(flipped))},
        }
    said = json.loads(text)
    for name, value in said.items():
        if name == "secret_hash":
            continue
        changed = json.dumps({**said, name: value + 1 if isinstance(value, int) else f"{value}0"}, ensure_ascii=False)
        forms[f"body {name}"] = {"body": {"S": changed}, "hash": {"S": entry_hash(changed, signature)}}
    forms["one more blank"] = {"body": {"S": text + " "}, "hash": {"S": entry_hash(text + " ", signature)}}
    forms["hash"] = {"hash": {"S": digest[:-1] + ("0" if digest[-1] != "0" else "1")}}
    forms["no signature"] = {"signature": {"B": b"\0"}}
    forms["another key"] = {"key_arn": {"S": entry["key_arn"]["S"][:-1] + "x"}}
    wrong = []
    for name, changes in forms.items():
        office.dynamodb.put_item(TableName=table, Item={**entry, **changes})
        if genuine():
            wrong.append(name)
    assert wrong == []
    office.dynamodb.put_item(TableName=table, Item=entry)
    assert genuine()
