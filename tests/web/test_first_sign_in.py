"""The first password, the authenticator application that a pool demands, and the one that a colleague wants."""

import base64
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from botocore.exceptions import ClientError

from chalicelib.core.errors import Unavailable
from chalicelib.staff.authenticator_model import LEAST_PASSWORD, grouped, meets_rules, otpauth
from chalicelib.staff.cognito import CognitoAccounts
from chalicelib.staff.login_throttle import CODE_LASTS, PER_PAIR
from chalicelib.staff.sign_in import CHALLENGE_LASTS, SETUP_LASTS
from chalicelib.staff.store import StaffStore
from chalicelib.wiring import web as wiring_web
from tests.support.web.described import check
from tests.support.web.desk import START, Web, path_of
from tests.support.web.first_sign_in import OWN, TEMPORARY, Colleague, DemandingPool, create_account, totp
from tests.support.web.first_sign_in import demanding as demanding
from tests.support.web.visiting import Answer, Browser

SECURITY = Path(__file__).parents[2] / "infra" / "security.json"


def wrong(secret: str) -> str:
    """Six digits that are no code of these minutes."""
    near = {totp(secret, steps) for steps in range(-3, 4)}
    return next(code for code in ("000000", "111111", "222222", *map(str, range(333333, 333343))) if code not in near)


def test_the_codes_of_these_tests_are_those_of_the_rfc() -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    # RFC 6238, appendix B: at 59 s the eight digits are 94287082.
    assert totp(secret, at=59) == "287082"


@pytest.fixture
def newcomer(web: Web) -> Colleague:
    """Saule, with a temporary password."""
    return create_account(web, TEMPORARY, permanent=False)


@pytest.fixture
def saule(web: Web) -> Colleague:
    """Saule, with a password of her own."""
    return create_account(web, OWN, permanent=True)


def login(web: Web, body: dict[str, str]) -> Answer:
    answer = web.call("POST", "/api/v1/login", body, by="")
    if answer.status < 500:
        check("POST", "/api/v1/login", answer.status, answer.json)
    return answer


def first_step(web: Web, who: Colleague, password: str) -> dict[str, str]:
    answer = login(web, {"email": who.email, "password": password})
    assert answer.status == 200, answer.text
    found: dict[str, str] = answer.json
    return found


def form(browser: Browser, answer: Answer, **typed: str) -> Answer:
    """Send the form of a sign-in page with its hidden fields."""
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    return browser.post("/dashboard/sign-in", {**{name: unescape(value) for name, value in hidden}, **typed})


def key_of(answer: Answer) -> str:
    """The key that a page shows for typing."""
    found = re.search(r'class="mono key">([A-Z2-7 ]+)<', answer.text)
    assert found, answer.text
    return found[1].replace(" ", "")


# -- the first password


def test_a_temporary_password_opens_nothing_but_the_choice_of_a_new_one(web: Web, newcomer: Colleague) -> None:
    step = first_step(web, newcomer, TEMPORARY)
    assert set(step) == {"challenge", "kind"} and step["kind"] == "new_password"
    answer = login(web, {"challenge": step["challenge"], "new_password": OWN})
    assert set(answer.json) == {"token", "expires_at"}
    assert web.call("GET", "/api/v1/me", token=answer.json["token"]).json["email"] == newcomer.email
    assert login(web, {"email": newcomer.email, "password": TEMPORARY}).status == 401
    assert set(first_step(web, newcomer, OWN)) == {"token", "expires_at"}


def test_the_first_sign_in_on_the_page(web: Web, newcomer: Colleague) -> None:
    browser = web.browser()
    asked = form(browser, browser.get("/dashboard/sign-in"), email=newcomer.email, password=TEMPORARY)
    assert asked.status == 200 and "Choose your password" in asked.text and TEMPORARY not in asked.text
    assert 'autocomplete="new-password"' in asked.text and not re.search(r"\sstyle=|\son[a-z]+=", asked.text)
    differ = form(browser, asked, new_password=OWN, repeat=f"{OWN}x")
    assert differ.status == 400 and "not the same" in differ.text and OWN not in differ.text
    came = form(browser, differ, new_password=OWN, repeat=OWN)
    assert (came.status, path_of(came.location)) == (303, "/dashboard")
    assert browser.get("/dashboard").status == 200


@pytest.mark.parametrize(
    "weak", ["Short-word-1", "no-capitals-11", "NO-SMALL-ONES-1", "No-digits-here", "NoSigns1234567", " Edge-space-11"]
)
def test_a_weak_password_is_refused_by_its_rules_and_changes_nothing(web: Web, newcomer: Colleague, weak: str) -> None:
    weak = weak if weak != "Short-word-1" else weak[:-1]
    step = first_step(web, newcomer, TEMPORARY)
    answer = login(web, {"challenge": step["challenge"], "new_password": weak})
    assert (answer.status, answer.json["code"]) == (400, "password_policy")
    assert login(web, {"email": newcomer.email, "password": weak}).status == 401
    # The same step may be answered once more.
    assert "token" in login(web, {"challenge": step["challenge"], "new_password": OWN}).json


@pytest.mark.parametrize(("language", "said"), [("kk", "қабылданбады"), ("ru", "не принят"), ("en", "was not taken")])
def test_the_page_says_the_rules_in_the_readers_language(
    web: Web, newcomer: Colleague, language: str, said: str
) -> None:
    browser = web.browser()
    asked = form(browser, browser.get(f"/dashboard/sign-in?lang={language}"), email=newcomer.email, password=TEMPORARY)
    refused = form(browser, asked, new_password="weak", repeat="weak")
    assert refused.status == 400 and said in refused.text and str(LEAST_PASSWORD) in refused.text


def test_what_cognito_itself_refuses_is_told_the_same_way(
    web: Web, newcomer: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Strict:
        """A pool whose policy knows the password; the embedded one takes any."""

        def __getattr__(self, name: str) -> Any:
            return getattr(web.cognito, name)

        def admin_respond_to_auth_challenge(self, **_: Any) -> Any:
            error = {"Error": {"Code": "PasswordHistoryPolicyViolationException", "Message": "used before"}}
            raise ClientError(error, "AdminRespondToAuthChallenge")

    known = CognitoAccounts(Strict(), os.environ["USER_POOL_ID"], os.environ["USER_POOL_CLIENT_ID"])
    monkeypatch.setattr(wiring_web, "_cognito_accounts", lambda: known)
    step = first_step(web, newcomer, TEMPORARY)
    answer = login(web, {"challenge": step["challenge"], "new_password": OWN})
    assert (answer.status, answer.json["code"]) == (400, "password_policy")


def test_choosing_a_password_ends_every_other_session(web: Web, saule: Colleague) -> None:
    browser = web.browser()
    form(browser, browser.get("/dashboard/sign-in"), email=saule.email, password=OWN)
    token = first_step(web, saule, OWN)["token"]
    assert browser.get("/dashboard").status == web.call("GET", "/api/v1/me", token=token).status == 200
    web.cognito.admin_set_user_password(
        UserPoolId=os.environ["USER_POOL_ID"], Username=saule.email, Password=TEMPORARY, Permanent=False
    )
    step = first_step(web, saule, TEMPORARY)
    assert web.call("GET", "/api/v1/me", token=token).status == 200, "nothing is changed yet"
    new = login(web, {"challenge": step["challenge"], "new_password": "Another-word-3"}).json["token"]
    assert browser.get("/dashboard").status == 303
    assert web.call("GET", "/api/v1/me", token=token).status == 401
    assert web.call("GET", "/api/v1/me", token=new).status == 200
    colleague = wiring_web.staff().get(saule.sub)
    assert colleague and colleague.undertaking_at == START and colleague.generation == 2


def test_sessions_end_before_a_password_is_changed(web: Web, saule: Colleague, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a storage that does not answer just then, the old sessions go on under the old password, never under the
    new one."""
    token = first_step(web, saule, OWN)["token"]
    web.cognito.admin_set_user_password(
        UserPoolId=os.environ["USER_POOL_ID"], Username=saule.email, Password=TEMPORARY, Permanent=False
    )
    step = first_step(web, saule, TEMPORARY)

    def down(*_: object) -> None:
        raise Unavailable("The storage did not answer; try again.")

    with monkeypatch.context() as broken:
        broken.setattr(StaffStore, "end_sessions", down)
        assert login(web, {"challenge": step["challenge"], "new_password": "Another-word-3"}).status == 503
    assert login(web, {"email": saule.email, "password": "Another-word-3"}).status == 401
    assert login(web, {"challenge": step["challenge"], "new_password": "Another-word-3"}).status == 200
    assert web.call("GET", "/api/v1/me", token=token).status == 401


def test_an_account_without_a_row_comes_in_by_no_step(web: Web) -> None:
    stranger = create_account(web, TEMPORARY, permanent=False, row=False)
    step = first_step(web, stranger, TEMPORARY)
    assert login(web, {"challenge": step["challenge"], "new_password": OWN}).status == 401
    other = create_account(web, TEMPORARY, permanent=False, row=False)
    browser = web.browser()
    asked = form(browser, browser.get("/dashboard/sign-in"), email=other.email, password=TEMPORARY)
    refused = form(browser, asked, new_password=OWN, repeat=OWN)
    assert refused.status == 401 and 'name="password"' in refused.text and 'name="challenge"' not in refused.text


def test_a_step_is_over_after_ten_minutes_and_by_another_hand(web: Web, newcomer: Colleague) -> None:
    step = first_step(web, newcomer, TEMPORARY)
    for forged in (step["challenge"][:-4] + "0000", "x", "%%%", "A" * 400):
        answer = login(web, {"challenge": forged, "new_password": OWN})
        assert (answer.status, answer.json["code"]) == (400, "challenge_over"), forged
    web.advance(SETUP_LASTS // 1000 + 1)
    late = login(web, {"challenge": step["challenge"], "new_password": OWN})
    assert (late.status, late.json["code"]) == (400, "challenge_over")
    assert login(web, {"email": newcomer.email, "password": OWN}).status == 401


def test_the_page_begins_again_when_a_step_is_over(web: Web, newcomer: Colleague) -> None:
    browser = web.browser()
    asked = form(browser, browser.get("/dashboard/sign-in"), email=newcomer.email, password=TEMPORARY)
    web.advance(SETUP_LASTS // 1000 + 1)
    late = form(browser, asked, new_password=OWN, repeat=OWN)
    assert late.status == 400 and "Begin again with your password" in late.text and 'name="password"' in late.text


def test_a_step_takes_only_its_own_answer(web: Web, newcomer: Colleague) -> None:
    step = first_step(web, newcomer, TEMPORARY)
    answer = login(web, {"challenge": step["challenge"], "code": "123456"})
    assert (answer.status, answer.json["code"]) == (400, "wrong_step")
    both = {"challenge": step["challenge"], "code": "123456", "new_password": OWN}
    assert login(web, both).json["code"] == "bad_input"


def test_every_step_is_counted_by_the_brake(web: Web, newcomer: Colleague) -> None:
    step = first_step(web, newcomer, TEMPORARY)
    for _ in range(PER_PAIR - 1):
        assert login(web, {"challenge": step["challenge"], "new_password": "weak"}).status == 400
    assert login(web, {"challenge": step["challenge"], "new_password": OWN}).status == 429
    assert login(web, {"email": newcomer.email, "password": TEMPORARY}).status == 429


def test_a_foreign_form_answers_no_step(web: Web, newcomer: Colleague) -> None:
    browser = web.browser()
    asked = form(browser, browser.get("/dashboard/sign-in"), email=newcomer.email, password=TEMPORARY)
    challenge = re.search(r'name="challenge" value="([^"]+)"', asked.text)
    assert challenge
    fields = {"challenge": challenge[1], "new_password": OWN, "repeat": OWN}
    refused = browser.post("/dashboard/sign-in", fields, csrf="0" * 64)
    assert refused.status == 403 and challenge[1] not in refused.text
    assert login(web, {"email": newcomer.email, "password": OWN}).status == 401


# -- the application that the pool demands


def test_a_demanded_application_is_set_up_after_the_first_password(
    web: Web, newcomer: Colleague, demanding: DemandingPool
) -> None:
    step = first_step(web, newcomer, TEMPORARY)
    step = login(web, {"challenge": step["challenge"], "new_password": OWN}).json
    assert set(step) == {"challenge", "kind", "secret", "uri"} and step["kind"] == "authenticator"
    assert parse_qs(urlsplit(step["uri"]).query)["secret"] == [step["secret"]]
    refused = login(web, {"challenge": step["challenge"], "code": wrong(step["secret"])})
    assert (refused.status, refused.json["code"]) == (401, "wrong_code")
    assert not demanding.enrolled
    came = login(web, {"challenge": step["challenge"], "code": totp(step["secret"])})
    assert came.status == 200 and web.call("GET", "/api/v1/me", token=came.json["token"]).status == 200
    assert demanding.enrolled


def test_a_demanded_application_is_set_up_on_the_page(web: Web, saule: Colleague, demanding: DemandingPool) -> None:
    browser = web.browser()
    asked = form(browser, browser.get("/dashboard/sign-in"), email=saule.email, password=OWN)
    assert asked.status == 200 and asked.headers["cache-control"] == "no-store"
    secret = key_of(asked)
    uri = re.search(r'href="(otpauth:[^"]+)"', asked.text)
    assert uri and unescape(uri[1]) == otpauth("sPoint Help Desk", saule.email, secret)
    assert "<svg" in asked.text.partition('class="qr"')[2] and grouped(secret) in asked.text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<img", asked.text)
    again = form(browser, asked, code=wrong(secret))
    assert again.status == 401 and "too old" in again.text and key_of(again) == secret, "the same key is shown again"
    old = form(browser, again, code=totp(secret, -40))
    assert old.status == 401 and not demanding.enrolled
    spaced = totp(secret)
    came = form(browser, old, code=f"{spaced[:3]} {spaced[3:]}")
    assert came.status == 303 and browser.get("/dashboard").status == 200


def test_a_session_that_cognito_forgot_begins_again(web: Web, saule: Colleague, demanding: DemandingPool) -> None:
    step = first_step(web, saule, OWN)
    demanding._verified = type("Forgetful", (set,), {"add": lambda *_: None})()
    answer = login(web, {"challenge": step["challenge"], "code": totp(step["secret"])})
    assert (answer.status, answer.json["code"]) == (400, "challenge_over")


# -- the application that a colleague wants

ON, OFF = "/api/v1/me/authenticator", "/api/v1/me/authenticator/off"


def mine(web: Web, token: str, method: str, path: str, body: dict[str, str] | None = None) -> Answer:
    answer = web.call(method, path, body, token=token)
    check(method, path, answer.status, answer.json)
    return answer


def test_an_application_by_the_api_from_on_to_off(web: Web, saule: Colleague) -> None:
    token = first_step(web, saule, OWN)["token"]
    assert mine(web, token, "GET", ON).json == {"on": False}
    refused = mine(web, token, "POST", ON, {"password": "wrong"})
    assert (refused.status, refused.json["code"]) == (403, "wrong_password")
    step = mine(web, token, "POST", ON, {"password": OWN}).json
    assert set(step) == {"challenge", "kind", "secret", "uri"}
    bad = mine(web, token, "POST", ON, {"challenge": step["challenge"], "code": wrong(step["secret"])})
    assert (bad.status, bad.json["code"]) == (403, "wrong_code")
    assert mine(web, token, "GET", ON).json == {"on": False} and "token" in first_step(web, saule, OWN)
    right = totp(step["secret"])
    on = mine(web, token, "POST", ON, {"challenge": step["challenge"], "code": right})
    assert on.json == {"on": True} and mine(web, token, "GET", ON).json == {"on": True}

    asked = first_step(web, saule, OWN)
    assert set(asked) == {"challenge", "kind"} and asked["kind"] == "code"
    assert login(web, {"challenge": asked["challenge"], "code": wrong(step["secret"])}).json["code"] == "wrong_code"
    used = login(web, {"challenge": asked["challenge"], "code": right})
    assert (used.status, used.json["code"]) == (401, "wrong_code"), "the code that switched it on signs nobody in"
    web.advance(CODE_LASTS + 1)
    asked = first_step(web, saule, OWN)
    assert "token" in login(web, {"challenge": asked["challenge"], "code": totp(step["secret"])}).json

    assert mine(web, token, "POST", ON, {"password": OWN}).json["code"] == "authenticator_on"
    right = totp(step["secret"])
    refused = mine(web, token, "POST", OFF, {"password": "wrong", "code": right})
    assert (refused.status, refused.json["code"]) == (403, "wrong_password")
    assert mine(web, token, "POST", OFF, {"password": OWN}).status == 400, "the password alone switches nothing off"
    refused = mine(web, token, "POST", OFF, {"password": OWN, "code": wrong(step["secret"])})
    assert (refused.status, refused.json["code"]) == (403, "wrong_code")
    assert mine(web, token, "GET", ON).json == {"on": True} and first_step(web, saule, OWN)["kind"] == "code"
    web.advance(CODE_LASTS + 1)
    assert mine(web, token, "POST", OFF, {"password": OWN, "code": right}).json == {"on": False}
    assert "token" in first_step(web, saule, OWN)
    assert mine(web, token, "POST", OFF, {"password": OWN, "code": "000000"}).json == {"on": False}, "it is off already"


def test_an_application_on_the_page_from_on_to_off(web: Web, saule: Colleague) -> None:
    browser = web.browser()
    form(browser, browser.get("/dashboard/sign-in"), email=saule.email, password=OWN)
    assert "/dashboard/account" in browser.get("/dashboard").text
    shown = browser.get("/dashboard/account")
    assert shown.status == 200 and "Off." in shown.text and saule.email in shown.text
    refused = browser.post("/dashboard/account/authenticator", {"password": "wrong"})
    assert refused.status == 403 and "The password is wrong." in refused.text and "Attempts left: 4" in refused.text
    asked = browser.post("/dashboard/account/authenticator", {"password": OWN})
    secret, challenge = key_of(asked), re.search(r'name="challenge" value="([^"]+)"', asked.text)
    assert challenge and asked.headers["cache-control"] == "no-store" and OWN not in asked.text
    bad = browser.post("/dashboard/account/authenticator", {"challenge": challenge[1], "code": wrong(secret)})
    assert bad.status == 403 and key_of(bad) == secret
    used = totp(secret)
    done = browser.post("/dashboard/account/authenticator", {"challenge": challenge[1], "code": used})
    assert (done.status, path_of(done.location)) == (303, "/dashboard/account")
    assert "On: signing in asks for a code." in browser.get("/dashboard/account").text
    other = web.browser()
    code = form(other, other.get("/dashboard/sign-in"), email=saule.email, password=OWN)
    assert form(other, code, code=used).status == 401
    web.advance(CODE_LASTS + 1)
    code = form(other, other.get("/dashboard/sign-in"), email=saule.email, password=OWN)
    assert form(other, code, code=totp(secret)).status == 303
    web.advance(CODE_LASTS + 1)

    off = "/dashboard/account/authenticator/off"
    assert 'name="code"' in browser.get("/dashboard/account").text
    for given, status, says in (
        ({"password": "wrong", "code": totp(secret)}, 403, "The password is wrong."),
        ({"password": OWN, "code": wrong(secret)}, 403, "The code is wrong, too old or used already."),
        ({"password": OWN}, 400, "Fill in everything"),
    ):
        kept = browser.post(off, given)
        assert kept.status == status and says in kept.text and "On: signing in asks for a code." in kept.text
    assert browser.post(off, {"password": OWN, "code": totp(secret)}).status == 303
    assert "Off." in browser.get("/dashboard/account").text


def test_a_code_that_signed_somebody_in_switches_nothing_off(web: Web, saule: Colleague) -> None:
    token = first_step(web, saule, OWN)["token"]
    step = mine(web, token, "POST", ON, {"password": OWN}).json
    mine(web, token, "POST", ON, {"challenge": step["challenge"], "code": totp(step["secret"])})
    web.advance(CODE_LASTS + 1)
    asked = first_step(web, saule, OWN)
    used = totp(step["secret"])
    login(web, {"challenge": asked["challenge"], "code": used})
    refused = mine(web, token, "POST", OFF, {"password": OWN, "code": used})
    assert (refused.status, refused.json["code"]) == (403, "wrong_code") and mine(web, token, "GET", ON).json["on"]


def test_of_twenty_who_send_the_same_code_at_once_one_comes_in(web: Web, saule: Colleague) -> None:
    brake = wiring_web._login_throttle()
    with ThreadPoolExecutor(10) as pool:
        taken = list(pool.map(lambda _: brake.take_code(saule.email, "123456", web.now), range(20)))
    assert taken.count(True) == 1
    assert brake.take_code("other@desk.local", "123456", web.now), "a code is one account's"
    assert brake.take_code(saule.email, "654321", web.now)


def test_a_key_is_bound_to_its_colleague_and_to_ten_minutes(web: Web, saule: Colleague) -> None:
    token = first_step(web, saule, OWN)["token"]
    step = mine(web, token, "POST", ON, {"password": OWN}).json
    answer = {"challenge": step["challenge"], "code": totp(step["secret"])}
    assert web.call("POST", ON, answer, by="bolat").json["code"] == "challenge_over"
    assert login(web, answer).json["code"] == "challenge_over", "it is no step of a sign-in"
    web.advance(SETUP_LASTS // 1000 + 1)
    assert mine(web, token, "POST", ON, answer).json["code"] == "challenge_over"
    assert mine(web, token, "GET", ON).json == {"on": False}


def test_guessing_at_the_account_page_meets_the_brake_of_the_sign_in(web: Web, saule: Colleague) -> None:
    token = first_step(web, saule, OWN)["token"]
    for _ in range(PER_PAIR):
        assert mine(web, token, "POST", OFF, {"password": "wrong", "code": "000000"}).status == 403
    assert mine(web, token, "POST", OFF, {"password": OWN, "code": "000000"}).status == 429
    assert login(web, {"email": saule.email, "password": OWN}).status == 429


def test_guessing_codes_with_a_right_password_meets_the_same_brake(web: Web, saule: Colleague) -> None:
    """Given a stolen password and an open session, then the second factor is not guessed away."""
    token = first_step(web, saule, OWN)["token"]
    step = mine(web, token, "POST", ON, {"password": OWN}).json
    mine(web, token, "POST", ON, {"challenge": step["challenge"], "code": totp(step["secret"])})
    for _ in range(PER_PAIR):
        refused = mine(web, token, "POST", OFF, {"password": OWN, "code": wrong(step["secret"])})
        assert (refused.status, refused.json["code"]) == (403, "wrong_code")
    assert mine(web, token, "POST", OFF, {"password": OWN, "code": totp(step["secret"])}).status == 429
    assert mine(web, token, "GET", ON).json == {"on": True}


def test_a_code_takes_three_minutes_at_most(web: Web, saule: Colleague) -> None:
    token = first_step(web, saule, OWN)["token"]
    step = mine(web, token, "POST", ON, {"password": OWN}).json
    mine(web, token, "POST", ON, {"challenge": step["challenge"], "code": totp(step["secret"])})
    asked = first_step(web, saule, OWN)
    web.advance(CHALLENGE_LASTS // 1000 + 1)
    late = login(web, {"challenge": asked["challenge"], "code": totp(step["secret"])})
    assert (late.status, late.json["code"]) == (400, "challenge_over")


# -- what must not get out


def test_nothing_secret_is_logged_or_stored_or_readable_in_a_challenge(
    web: Web, newcomer: Colleague, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    step = first_step(web, newcomer, TEMPORARY)
    token = login(web, {"challenge": step["challenge"], "new_password": OWN}).json["token"]
    setup = mine(web, token, "POST", ON, {"password": OWN}).json
    code = totp(setup["secret"])
    mine(web, token, "POST", ON, {"challenge": setup["challenge"], "code": wrong(setup["secret"])})
    mine(web, token, "POST", ON, {"challenge": setup["challenge"], "code": code})
    said = "".join(capfd.readouterr()) + str([vars(one) for one in caplog.records])
    rows = str([web.dynamodb.scan(TableName=web.tables[name])["Items"] for name in ("desk", "index")])
    assert "password_changed" in said and "authenticator_on" in said
    for hidden in (TEMPORARY, OWN, setup["secret"], step["challenge"], setup["challenge"], token):
        assert hidden not in said and hidden not in rows
    assert f"'{code}'" not in said and newcomer.email not in said
    for challenge in (step["challenge"], setup["challenge"]):
        inside = base64.urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4))
        assert newcomer.email.encode() not in inside and b"eyJ" not in inside


# -- rules


def test_the_rules_are_those_of_the_user_pool() -> None:
    resources = json.loads(SECURITY.read_text(encoding="utf-8"))["Resources"]
    policy = resources["UserPool"]["Properties"]["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] == LEAST_PASSWORD
    assert all(policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))
    minutes = resources["UserPoolClient"]["Properties"]["AuthSessionValidity"]
    assert minutes * 60_000 == SETUP_LASTS >= CHALLENGE_LASTS


def test_letters_that_cognito_does_not_count_count_for_nothing_here() -> None:
    assert meets_rules("Құпия-сөз-Ab1")
    assert not meets_rules("Құпия-сөз-ab1") and not meets_rules("ҚҰПИЯ-СӨЗ-AB1") and not meets_rules("Құпиясөзім1Ab№")


def test_an_otpauth_address_is_read_back_as_it_was_meant() -> None:
    uri = urlsplit(otpauth("sPoint Help Desk", "saule+a@desk.local", "ABCD2345"))
    assert (uri.scheme, uri.netloc, unquote(uri.path)) == ("otpauth", "totp", "/sPoint Help Desk:saule+a@desk.local")
    assert parse_qs(uri.query) == {"secret": ["ABCD2345"], "issuer": ["sPoint Help Desk"]}
    assert grouped("ABCD2345EF") == "ABCD 2345 EF"
