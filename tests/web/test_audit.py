"""Who came in and who read what is written down, whatever LOG_LEVEL says, and without a word of the customer."""

import os
import subprocess
import sys

import pytest

from chalicelib.core import observability
from tests.support.web.delivered import audited
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say
from tests.support.web.visiting import PASSWORD, email


def test_they_are_written_whatever_the_level_is() -> None:
    code = (
        "from chalicelib.core.observability import audit, log\n"
        "log('hidden'); audit('signed_in', staff_id='s', kind='api')"
    )
    for level in ("INFO", "ERROR"):
        environment = {**os.environ, "LOG_LEVEL": level}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert '"message":"signed_in"' in done.stdout
        assert ("hidden" in done.stdout) == (level == "INFO")


def test_signing_in_reading_and_signing_out_are_written(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    say(web, AMINA, "Құпия сөз")
    bolat = web.staff["bolat"]
    web.tokens["bolat"] = web.login("bolat")
    (ticket,) = web.tickets()
    contact = ticket["contact"]["id"]
    web.ticket(ticket["id"])
    web.call("GET", f"/api/v1/contacts/{contact}")
    web.call("GET", "/api/v1/tickets?q=77000000107")
    web.call("POST", "/api/v1/login", {"email": email("bolat"), "password": "wrong"}, by="")
    web.call("POST", "/api/v1/logout")
    assert audited(caplog) == [
        {"message": "signed_in", "staff_id": bolat, "kind": "api"},
        {"message": "list_read", "staff_id": bolat, "count": 1},
        {"message": "ticket_read", "staff_id": bolat, "ticket_id": ticket["id"]},
        {"message": "contact_read", "staff_id": bolat, "contact_id": contact},
        {"message": "search", "staff_id": bolat, "count": 1},
        {"message": "sign_in_failed", "reason": "wrong", "kind": "api"},
        {"message": "signed_out", "staff_id": bolat, "kind": "api"},
    ]
    said = str([vars(one) for one in caplog.records if one.name.startswith("helpdesk")])
    for secret in ("Құпия", "77000000107", AMINA.name, email("bolat"), PASSWORD):
        assert secret not in said


def test_the_pages_write_the_same(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    say(web, AMINA, "Сәлем")
    ticket = web.tickets(by="saule")[0]["id"]
    caplog.clear()
    browser = web.browser("bolat")
    browser.get(f"/dashboard/tickets/{ticket}")
    browser.search(AMINA.name)
    browser.post("/dashboard/sign-out")
    said = [one["message"] for one in audited(caplog)]
    assert said[0] == "signed_in" and said[-1] == "signed_out"
    assert {"list_read", "ticket_read", "contact_read", "search"} <= set(said)


def test_who_revoked_whom_is_written(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    web.token("aigul")
    caplog.clear()
    newcomer = web.staff["newcomer"]
    assert web.call("POST", f"/api/v1/staff/{newcomer}/revoke", by="aigul").status == 200
    (line,) = audited(caplog)
    assert line == {"message": "access_revoked", "staff_id": newcomer, "by": web.staff["aigul"]}


def test_a_field_that_could_name_a_person_is_refused() -> None:
    with pytest.raises(ValueError, match="may not be logged"):
        observability.audit("signed_in", email="bolat@desk.local")
