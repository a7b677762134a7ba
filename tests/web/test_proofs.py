"""A colleague's row grants access by its proof alone; whoever can write to the table cannot make or change one."""

import hashlib
from collections.abc import Callable

import pytest

from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.wiring import web as wiring_web
from tests.support.web.desk import START, TEXT, Web


def test_a_forged_colleague_with_a_forged_session_is_nobody(
    web: Web, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    token = "forged-token-of-somebody-who-broke-in-000000"
    DeskRow(
        "staff", "forged", sub="forged", email="x@desk.local", name="X", roles=["administrator"], generation=1,
        disabled=False, undertaking_at=START, mac="0" * 64,
    ).save()  # fmt: skip
    IndexRow(
        f"session#{hashlib.sha256(token.encode()).hexdigest()}", "session", sub="forged", generation=1, kind="api",
        created_at=web.now, expires_at=web.seconds + 3600,
    ).save()  # fmt: skip
    assert web.call("GET", "/api/v1/me", token=token).status == 401
    assert wiring_web.staff().get("forged") is None
    assert "forged" not in {one.id for one in wiring_web.staff().all()}
    lines = [one for one in caplog.records if one.getMessage() == "staff_not_proved"]
    assert [(one.levelname, one.__dict__["staff_id"]) for one in lines] == [("ERROR", "forged")] * 2
    assert capfd.readouterr().out.count('"StaffNotProved": 1') == 2


CHANGES: dict[str, Callable[[DeskRow], object]] = {
    "roles": lambda row: row.update([DeskRow.roles.set(["administrator"])]),
    "undertaking": lambda row: row.update([DeskRow.undertaking_at.set(1)]),
    "enabled": lambda row: row.update([DeskRow.disabled.set(True)]),
    "generation": lambda row: row.update([DeskRow.generation.set(7)]),
    "e-mail": lambda row: row.update([DeskRow.email.set("x@desk.local")]),
    "name": lambda row: row.update([DeskRow.name.set("Somebody Else")]),
    "no proof": lambda row: row.update([DeskRow.mac.remove()]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_from_elsewhere_voids_the_row(web: Web, change: Callable[[DeskRow], object]) -> None:
    token = web.token("newcomer")
    assert web.call("GET", "/api/v1/me", token=token).status == 200
    change(DeskRow("staff", web.staff["newcomer"]))
    assert web.call("GET", "/api/v1/me", token=token).status == 401
    assert wiring_web.staff().get(web.staff["newcomer"]) is None


def test_a_generation_that_is_set_back_brings_no_ended_session_to_life(web: Web) -> None:
    token, newcomer = web.token("newcomer"), web.staff["newcomer"]
    before = DeskRow.get("staff", newcomer).generation
    wiring_web.staff().end_sessions(newcomer)
    DeskRow("staff", newcomer).update([DeskRow.generation.set(before)])
    assert web.call("GET", "/api/v1/me", token=token).status == 401


def test_a_proof_of_one_colleague_is_none_of_another(web: Web) -> None:
    token, key = web.token("bolat"), ("staff", web.staff["aigul"])
    admin = DeskRow.get(*key)
    own = DeskRow("staff", web.staff["bolat"])
    own.update([DeskRow.roles.set(["administrator"]), DeskRow.mac.set(admin.mac)])
    assert web.call("GET", "/api/v1/me", token=token).status == 401


def test_the_dashboards_own_changes_keep_the_proof(web: Web) -> None:
    store, newcomer = wiring_web.staff(), web.staff["newcomer"]
    store.sign_undertaking(newcomer, TEXT, START)
    store.sign_undertaking(newcomer, TEXT, START + 1)
    store.set_language(newcomer, "kk")
    store.revoke(newcomer, 2_000_000_000)
    found = store.get(newcomer)
    assert found is not None
    assert (found.undertaking_at, found.language, found.disabled, found.generation) == (START, "kk", True, 2)
