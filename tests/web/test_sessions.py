"""Sessions: new at each sign-in, ended at once, never in the clear; the login throttle; the second factor."""

import hashlib
import hmac
import os
from dataclasses import replace

import pytest

from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.staff.login_throttle import LoginThrottle
from chalicelib.staff.sign_in import CHALLENGE_LASTS
from chalicelib.wiring import web as wiring_web
from tests.support.web.desk import Web, path_of
from tests.support.web.visiting import PASSWORD, Browser, email


def session_pk(token: str) -> str:
    """The session's name, written out once more: an HMAC under a key that is derived from the text key."""
    key = hmac.new(b"t" * 32, b"derived|session", hashlib.sha256).digest()
    return "session#" + hmac.new(key, f"session|{token}".encode(), hashlib.sha256).hexdigest()


def _login(web: Web, name: str, password: str = PASSWORD) -> int:
    return web.call("POST", "/api/v1/login", {"email": email(name), "password": password}, by="").status


def test_a_session_is_stored_by_its_hash_alone(web: Web) -> None:
    token = web.login("bolat")
    rows = web.dynamodb.scan(TableName=web.tables["index"])["Items"]
    assert token not in str(rows) and email("bolat") not in str(rows)
    names = {row["pk"]["S"] for row in rows}
    assert session_pk(token) in names
    assert f"session#{hashlib.sha256(token.encode()).hexdigest()}" not in names


def test_signing_in_always_opens_a_new_session_and_ends_the_old_one(web: Web) -> None:
    browser = web.browser("bolat")
    old = browser.cookies["desk"]
    browser.sign_in("bolat")
    assert browser.cookies["desk"] != old
    assert Browser(web.http, {"desk": old}).get("/dashboard").status == 303


def test_a_token_that_somebody_planted_is_never_taken_over(web: Web) -> None:
    planted = "planted-token-of-an-attacker-00000000000000"
    browser = web.browser()
    browser.cookies["desk"] = planted
    assert browser.sign_in("bolat").status == 303
    assert browser.cookies["desk"] != planted
    assert Browser(web.http, {"desk": planted}).get("/dashboard").status == 303


def test_the_sign_in_form_of_another_site_is_refused(web: Web) -> None:
    victim = web.browser()
    victim.get("/dashboard/sign-in")
    attacker = web.browser()
    attacker.get("/dashboard/sign-in")
    fields = {"email": email("bolat"), "password": PASSWORD}
    assert victim.post("/dashboard/sign-in", fields, csrf=attacker.token).status == 403
    assert Browser(web.http).post("/dashboard/sign-in", fields, csrf="x").status == 403


def test_a_session_ends_twelve_hours_after_sign_in(web: Web) -> None:
    browser, token = web.browser("bolat"), web.login("bolat")
    web.advance(12 * 3600 - 60)
    assert browser.get("/dashboard").status == 200
    assert web.call("GET", "/api/v1/me", token=token).status == 200
    web.advance(61)
    assert browser.get("/dashboard").status == 303
    assert web.call("GET", "/api/v1/me", token=token).status == 401


def test_signing_out_ends_the_session(web: Web) -> None:
    browser, token = web.browser("bolat"), web.login("bolat")
    kept = dict(browser.cookies)
    assert path_of(browser.post("/dashboard/sign-out").location) == "/dashboard/sign-in"
    assert Browser(web.http, kept).get("/dashboard").status == 303
    assert web.call("POST", "/api/v1/logout", token=token).status == 200
    assert web.call("GET", "/api/v1/me", token=token).status == 401


def test_a_cookie_is_no_bearer_token_and_a_bearer_token_no_cookie(web: Web) -> None:
    browser = web.browser("bolat")
    assert web.call("GET", "/api/v1/me", token=browser.cookies["desk"]).status == 401
    assert Browser(web.http, {"desk": web.login("bolat")}).get("/dashboard").status == 303


def test_revoking_ends_every_session_at_once_and_shuts_cognito(web: Web) -> None:
    browser, token = web.browser("saule"), web.login("saule")
    saule = web.staff["saule"]
    assert web.call("POST", f"/api/v1/staff/{saule}/revoke", by="bolat").status == 403
    assert web.call("POST", f"/api/v1/staff/{saule}/revoke", by="aigul").status == 200
    assert browser.get("/dashboard").status == 303
    assert web.call("GET", "/api/v1/me", token=token).status == 401
    assert _login(web, "saule") == 401
    pool = os.environ["USER_POOL_ID"]
    assert web.cognito.admin_get_user(UserPoolId=pool, Username=email("saule"))["Enabled"] is False
    assert web.call("POST", f"/api/v1/staff/{saule}/revoke", by="aigul").status == 200


def test_access_that_was_ended_can_be_given_again_and_no_old_session_comes_back(web: Web) -> None:
    saule, token = web.staff["saule"], web.login("saule")
    path = f"/api/v1/staff/{saule}"
    assert web.call("POST", f"{path}/revoke", by="aigul").status == 200
    body = {"email": email("saule"), "password": PASSWORD}
    assert web.call("POST", "/api/v1/login", body, token="none").status == 401
    assert web.call("POST", f"{path}/restore", by="bolat").status == 403
    for _ in range(2):
        assert web.call("POST", f"{path}/restore", by="aigul").json == {"ok": True}
    assert web.call("GET", "/api/v1/me", token=token).status == 401
    assert web.call("POST", "/api/v1/login", body, token="none").status == 200
    assert web.call("POST", "/api/v1/staff/nobody/restore", by="aigul").status == 404


def test_ending_access_on_the_page_asks_first_and_offers_the_way_back(web: Web) -> None:
    browser, saule = web.signed_in("aigul"), web.staff["saule"]
    page = browser.get("/dashboard/staff").text
    assert "Every session of Сәуле Нұрланова ends at once" in page and "Give access again" not in page
    assert browser.post(f"/dashboard/staff/{saule}/revoke").status == 303
    page = browser.get("/dashboard/staff").text
    assert "Give access again" in page and "Every session of Сәуле" not in page
    assert browser.post(f"/dashboard/staff/{saule}/restore").status == 303
    assert "Give access again" not in browser.get("/dashboard/staff").text


def test_the_undertaking_can_be_read_in_ones_own_language_before_it_is_signed(web: Web) -> None:
    browser = web.signed_in("newcomer")
    page = browser.get("/dashboard/undertaking").text
    assert 'name="language" value="ru"' in page and "Confidentiality undertaking" in page
    answer = browser.post("/dashboard/language", {"language": "ru", "next": "/dashboard/undertaking"})
    assert path_of(answer.location) == "/dashboard/undertaking"
    assert 'lang="ru"' in browser.get("/dashboard/undertaking").text


def test_an_administrator_cannot_revoke_themselves_and_the_absent_are_not_found(web: Web) -> None:
    assert web.call("POST", f"/api/v1/staff/{web.staff['aigul']}/revoke", by="aigul").status == 409
    assert web.call("POST", "/api/v1/staff/nobody/revoke", by="aigul").status == 404
    with pytest.raises(DeskRow.DoesNotExist):
        DeskRow.get("staff", "nobody")


def test_the_account_waits_after_five_wrong_passwords_and_others_do_not(web: Web) -> None:
    assert [_login(web, "bolat", "wrong") for _ in range(5)] == [401] * 5
    assert _login(web, "bolat", "wrong") == 429
    assert _login(web, "bolat") == 429
    assert _login(web, "saule") == 200
    web.advance(15 * 60 + 1)
    assert _login(web, "bolat") == 200


def test_a_right_password_forgives_the_wrong_ones_before_it(web: Web) -> None:
    for _ in range(3):
        assert [_login(web, "bolat", "wrong") for _ in range(4)] == [401] * 4
        assert _login(web, "bolat") == 200


def test_a_source_waits_after_many_wrong_passwords_of_many_accounts(web: Web) -> None:
    statuses = [
        web.call("POST", "/api/v1/login", {"email": f"nobody{number}@desk.local", "password": "wrong"}, by="").status
        for number in range(61)
    ]
    assert statuses == [401] * 60 + [429]


def test_a_source_that_must_wait_takes_no_more_attempts_of_any_account(web: Web) -> None:
    throttle = LoginThrottle(b"k")
    assert [throttle.attempt(f"a{n}@desk.local", "192.0.2.1", web.now) for n in range(60)].count(-1) == 0
    for _ in range(20):
        assert throttle.attempt("bolat@desk.local", "192.0.2.1", web.now) == -1
    assert throttle.attempt("bolat@desk.local", "192.0.2.2", web.now) == 4


def test_a_stranger_cannot_shut_a_colleague_out_from_one_place(web: Web) -> None:
    throttle = LoginThrottle(b"k")
    assert [throttle.attempt("bolat@desk.local", "192.0.2.1", web.now) for _ in range(7)] == [4, 3, 2, 1, 0, -1, -1]
    assert throttle.attempt("bolat@desk.local", "192.0.2.2", web.now) == 4


def test_an_account_has_fifty_attempts_from_everywhere_together(web: Web) -> None:
    throttle = LoginThrottle(b"k")
    left = [throttle.attempt("bolat@desk.local", f"192.0.2.{n // 5}", web.now) for n in range(51)]
    assert left.index(-1) == 50
    throttle.forgive("bolat@desk.local", "192.0.2.0")
    assert throttle.attempt("bolat@desk.local", "192.0.2.0", web.now) == 0


def test_one_account_is_counted_once_however_it_is_written(web: Web) -> None:
    forms = ["bolat@desk.local", " Bolat@Desk.Local ", "BOLAT@DESK.LOCAL", "ｂolat@desk.local", "bolat@desk.local"]
    body = [{"email": one, "password": "wrong"} for one in forms]
    assert [web.call("POST", "/api/v1/login", one, by="").status for one in body] == [401] * 5
    assert _login(web, "bolat") == 429


def test_only_an_e_mail_is_an_account(web: Web) -> None:
    for account in (web.staff["bolat"], "bolat", "@", "a b@desk.local", "a@b@c"):
        body = {"email": account, "password": PASSWORD}
        assert web.call("POST", "/api/v1/login", body, by="").status == 400, account


def test_an_account_whose_row_has_another_e_mail_does_not_come_in(web: Web) -> None:
    bolat = wiring_web.staff().get(web.staff["bolat"])
    assert bolat is not None
    wiring_web.staff().put(replace(bolat, email="other@desk.local"))
    assert _login(web, "bolat") == 401


def test_an_unknown_account_is_answered_as_a_wrong_password_is(web: Web) -> None:
    answers = [
        web.call("POST", "/api/v1/login", {"email": address, "password": "wrong"}, by="")
        for address in ("nobody@desk.local", email("bolat"))
    ]
    assert answers[0].text == answers[1].text and answers[0].status == answers[1].status == 401


def test_the_page_says_how_many_attempts_are_left(web: Web) -> None:
    browser = web.browser()
    answer = browser.sign_in("bolat", "wrong")
    assert answer.status == 401 and "Attempts left: 4" in answer.text
    assert "wrong" not in answer.text.replace("is wrong", "")


def test_the_second_factor_is_asked_for_and_its_challenge_cannot_be_forged(web: Web) -> None:
    pool = os.environ["USER_POOL_ID"]
    totp = {"Enabled": True, "PreferredMfa": True}
    web.cognito.admin_set_user_mfa_preference(UserPoolId=pool, Username=email("dana"), SoftwareTokenMfaSettings=totp)
    try:
        first = web.call("POST", "/api/v1/login", {"email": email("dana"), "password": PASSWORD}, by="").json
        assert set(first) == {"challenge", "kind"} and first["kind"] == "code"
        forged = first["challenge"][:-4] + "0000"
        assert web.call("POST", "/api/v1/login", {"challenge": forged, "code": "123456"}, by="").status == 400
        browser = web.browser()
        asked = browser.sign_in("dana")
        assert asked.status == 200 and "authenticator" in asked.text
        web.advance(CHALLENGE_LASTS // 1000 + 1)
        late = web.call("POST", "/api/v1/login", {"challenge": first["challenge"], "code": "123456"}, by="")
        assert late.status == 400
    finally:
        off = {"Enabled": False, "PreferredMfa": False}
        web.cognito.admin_set_user_mfa_preference(UserPoolId=pool, Username=email("dana"), SoftwareTokenMfaSettings=off)


def test_session_cookies_are_closed_to_scripts_and_other_sites(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.core.settings import settings
    from chalicelib.web.http.cookies import cookie

    local = cookie("desk", "value")
    assert "HttpOnly" in local and "SameSite=Lax" in local and "Path=/" in local and "Secure" not in local
    monkeypatch.setenv("PUBLIC_URL", "https://desk.example")
    settings.cache_clear()
    real = cookie("desk", "value")
    assert real.startswith("__Host-desk=") and "Secure" in real and "Domain" not in real


def test_expired_rows_of_sessions_are_not_shown_before_ttl_deletes_them(web: Web) -> None:
    token = web.login("bolat")
    web.advance(13 * 3600)
    row = IndexRow.get(session_pk(token), "session")
    assert row.expires_at is not None
    assert web.call("GET", "/api/v1/me", token=token).status == 401
