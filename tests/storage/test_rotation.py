"""The vault key changes while customers write; everything stays readable, and what was destroyed stays so."""

import json
from collections.abc import Iterator

import pytest

from chalicelib.dynamo.clients import client
from chalicelib.ops import __main__ as ops
from chalicelib.vault.encryption import decode_key
from chalicelib.vault.model import ContactKey
from chalicelib.vault.secrets import open_vault
from chalicelib.wiring import base as wiring
from tests.support.aws import Aws
from tests.support.forgetting import forget_wiring
from tests.support.intake.desk import Desk
from tests.support.intake.desk import desk as desk
from tests.support.people import from_amina, from_daniyar


@pytest.fixture
def stage(desk: Desk, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stage with an empty vault secret and a KMS key."""
    secret = f"vault-{desk.tables['desk']}"
    aws.client("secretsmanager").create_secret(Name=secret, SecretString="{}")
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    environment = {f"TABLE_{table.upper()}": real for table, real in desk.tables.items()}
    for name, value in (environment | {"SECRET_VAULT": secret, "VAULT_KEY_ARN": key}).items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
    forget_wiring()
    yield secret
    forget_wiring()


def read(aws: Aws, secret: str) -> dict:
    return json.loads(aws.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])


def use_current(desk: Desk, secret: dict) -> None:
    """Deploy: intake seals to the current key."""
    (current,) = [key for key in secret["keys"] if key["id"] == secret["current"]]
    desk.vault_keys = type(desk.vault_keys)(b"", decode_key(current["public"]))


def privates(desk: Desk, aws: Aws, stage: str) -> dict[str, bytes]:
    vault = open_vault(read(aws, stage), aws.client("kms"))
    return {
        one["pk"]: vault.open_contact_key(
            ContactKey(one["pk"], one["public_key"], one["sealed_private"], one["vault_id"])
        )
        for one in desk.items("keys")
    }


def test_a_rotation_in_two_passes_keeps_every_contact_readable(
    desk: Desk,
    aws: Aws,
    stage: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ops.main(["vault-create"]) == 0
    first = read(aws, stage)
    use_current(desk, first)
    desk.now = wiring.clock()()
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.store().keep_unparsed("telegram", "100000001", "new_kind", b"raw", desk.now)
    before = privates(desk, aws, stage)

    assert ops.main(["vault-rotate"]) == 0
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))  # intake still knows the old key
    use_current(desk, read(aws, stage))
    assert ops.main(["vault-reseal"]) == 0
    assert "pass 1: 3 sealed anew, 0 left" in capsys.readouterr().out
    assert ops.main(["vault-end"]) == 0

    after = read(aws, stage)
    assert [key["id"] for key in after["keys"]] == [after["current"]] != [first["current"]]
    assert before.items() <= privates(desk, aws, stage).items()
    assert {item["vault_id"] for item in [*desk.items("keys"), *desk.of_pk("unclear#")]} == {after["current"]}


def test_a_stage_keeps_the_vault_key_it_has(aws: Aws, stage: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ops.main(["vault-reseal"]) == 1
    assert ops.main(["vault-create"]) == 0
    secret = read(aws, stage)
    assert ops.main(["vault-create"]) == 1
    assert read(aws, stage) == secret
    assert "run vault-rotate" in capsys.readouterr().err


def test_a_rotation_cannot_end_or_begin_again_too_early(
    desk: Desk,
    aws: Aws,
    stage: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ops.main(["vault-create"])
    use_current(desk, read(aws, stage))
    desk.receive(from_amina(sent_at=desk.seconds))
    ops.main(["vault-rotate"])
    assert ops.main(["vault-rotate"]) == 1
    assert "under way" in capsys.readouterr().err
