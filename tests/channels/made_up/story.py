"""What happens to somebody with a pager, in the copy of the project to which pagers were added (tree.py)."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.channels.conformance.kits.pager import KIT, LINE, NUMBER, body

from chalicelib.channels.parts import InboundMessage
from chalicelib.channels.registry import channel
from chalicelib.dynamo.clients import client
from chalicelib.entrypoints import sender
from chalicelib.outbox.deliver import Deliver
from chalicelib.outbox.providers import ChannelProviders
from chalicelib.outbox.reply import ReplyToCustomer
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.profile.load import load_profile
from chalicelib.vault.encryption import encode_key
from chalicelib.vault.secrets import Secrets
from chalicelib.wiring import delivery as wiring_delivery
from local.aws.template import built_template
from tests.support.aws import Aws
from tests.support.channels.provider import Provider
from tests.support.channels.provider import provider as provider
from tests.support.delivery.desk import opened
from tests.support.erasure.absence import verify
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroying import run_until
from tests.support.erasure.person import Person
from tests.support.forgetting import forget_wiring
from tests.support.people import from_amina
from tests.support.web.accounts import accounts as accounts
from tests.support.web.accounts import keys as keys
from tests.support.web.desk import Web
from tests.support.web.desk import web as web

NAME, ASKED, ANSWER = "Гүлнар Пейджерова", "Қай уақытта ашыласыз?", "Тоғызда ашыламыз."
PROFILE = "pagerdesk"


@pytest.fixture
def desk_with_pagers(web: Web, aws: Aws, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Web:
    """The whole desk in one process, with a line of pagers."""
    provider.default = KIT.accept
    values: dict[str, Any] = {
        "inbound": {"address_key": encode_key(b"a" * 32), "pager": [{"account": LINE, **KIT.inbound}]},
        "outbound": {"pager": {LINE: {"pager_token": KIT.token}}},
    }
    for name, value in values.items():
        made = client("secretsmanager").create_secret(
            Name=f"{name}-{secrets.token_hex(4)}", SecretString=json.dumps(value)
        )
        monkeypatch.setenv(f"SECRET_{name.upper()}", made["ARN"])
    queue = aws.client("sqs").create_queue(QueueName=f"retry-{secrets.token_hex(4)}")
    monkeypatch.setenv("QUEUE_RETRY", queue["QueueUrl"])
    monkeypatch.setenv("PAGER_API", provider.address)
    monkeypatch.setenv("OPERATOR", PROFILE)
    forget_wiring()
    return web


def page(web: Web, sent: bytes, secret: str = "a-pager-secret") -> int:
    headers = {"Content-Type": "application/json", "X-Pager-Secret": secret}
    return web.http("POST", "/webhooks/pager", headers=headers, body=sent).status


def test_somebody_pages_is_shown_is_found_and_is_answered(desk_with_pagers: Web, provider: Provider) -> None:
    web = desk_with_pagers
    first = body(1, web.seconds, text=ASKED)
    assert page(web, first, "another secret") == 401
    assert web.tickets() == []
    assert page(web, first) == 200
    assert page(web, first) == 200
    assert page(web, body(2, web.seconds + 1, file={"id": "f1", "name": "receipt.pdf"})) == 200

    # Shown and filtered, in the API and on pages
    (ticket,) = web.tickets("?channel=pager")
    assert web.tickets("?channel=telegram") == []
    browser = web.signed_in("bolat")
    assert NAME in browser.get("/dashboard?channel=pager").text
    assert NAME not in browser.get("/dashboard?channel=whatsapp").text
    shown = browser.get(f"/dashboard/tickets/{ticket['id']}").text
    for words in (ASKED, "receipt.pdf", "Document", f"№ {NUMBER}", "Number of the pager", "Pager", "Send to the pager"):
        assert words in shown
    whole = web.ticket(ticket["id"])
    assert [one["kind"] for one in whole["messages"] if one["direction"] == "in"] == ["text", "document"]
    contact = web.call("GET", f"/api/v1/contacts/{whole['contact']['id']}").json
    assert contact["addresses"] == [{"kind": "capcode", "value": NUMBER}]

    # Searched by number and by name
    wiring_delivery.index_contact()(contact["id"])
    for typed in (NUMBER, "Пейджерова"):
        assert ASKED in browser.search(typed).text or NAME in browser.search(typed).text

    # Answered
    reply = {"text": ANSWER, "client_id": "page-1"}
    assert web.call("POST", f"/api/v1/tickets/{ticket['id']}/replies", reply).status in (200, 201)
    (conversation,) = {
        one["conversation_id"]["S"]
        for one in web.dynamodb.scan(TableName=web.tables["desk"])["Items"]
        if one["sk"]["S"].startswith("outbox#")
    }
    wake_up = {"messageId": "m", "body": json.dumps({"conversation_id": conversation})}
    assert sender.handle({"Records": [wake_up]}) == {"batchItemFailures": []}
    assert KIT.said(provider.calls[-1]) == (ANSWER, ())
    assert provider.calls[-1].payload["to"] == NUMBER
    assert web.ticket(ticket["id"])["messages"][-1]["status"] == "sent"


def test_the_template_has_its_route_role_setting_and_alarm() -> None:
    template = built_template()
    resources = template["Resources"]
    route = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]["/webhooks/pager"]
    assert list(route) == ["post"] and "${Intake.Arn}" in json.dumps(route)
    having = [
        name
        for name, one in resources.items()
        if "PAGER_API" in one.get("Properties", {}).get("Environment", {}).get("Variables", {})
    ]
    assert sorted(having) == ["Fetcher", "Sender", "Templates", "Uploader"]
    assert template["Parameters"]["PagerApi"]["Default"] == "https://pager.example"
    alarm = resources["PagerSignatureAlarm"]["Properties"]
    assert alarm["Dimensions"] == [{"Name": "channel", "Value": "pager"}]
    reads = [one for one in resources["IntakeRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
             if one["Action"] == ["secretsmanager:GetSecretValue"]]  # fmt: skip
    assert reads[0]["Resource"] == [{"Fn::GetAtt": ["InboundSecret", "Id"]}]


@dataclass
class PagerDesk(ErasureDesk):
    """A desk that sends to pagers."""

    def providers(self) -> ChannelProviders:
        outbound = json.dumps({"pager": {LINE: {"pager_token": KIT.token}}})
        made = Secrets(lambda: self)
        self.get_secret_value = lambda SecretId: {"SecretString": outbound}
        return ChannelProviders(made, "outbound", lambda name, default: self.provider.address)

    def deliver_to(self, person: Person) -> None:
        self.later(1)
        self.sender()(person.conversation_id)

    def sender(self, **more: Any) -> Deliver:
        return super().sender(**{"allows": load_profile(PROFILE).allows} | more)

    def replier(self, dynamodb: Any = None, **more: Any) -> ReplyToCustomer:
        return super().replier(dynamodb, **{"allows": load_profile(PROFILE).allows} | more)


@pytest.fixture
def desk(tables: Any, provider: Provider) -> Iterator[PagerDesk]:
    with opened(PagerDesk, tables) as made:
        provider.default = KIT.accept
        made.provider.address = provider.address
        yield made


def test_somebody_with_a_pager_is_listed_and_destroyed_with_every_canary(desk: PagerDesk, provider: Provider) -> None:
    webhook = channel("pager").webhook
    assert webhook is not None

    def receive(**fields: Any) -> InboundMessage:
        desk.later(1)
        (part,) = webhook.parse(body(desk.seconds, desk.seconds, **fields), (LINE,), desk.seconds)
        assert isinstance(part, InboundMessage)
        return part

    amina = desk.person(from_amina("Аминаның сөзі", sent_at=desk.seconds))
    kept = amina.keys()
    person = desk.person(receive(text="менің құпия сұрағым"))
    desk.receive(receive(file={"id": "f1", "name": "құпия-түбіртек.pdf"}))
    desk.receive(receive(odd="құпия-белгісіз"))
    desk.deliver_to(person)
    desk.reply(person.tickets[0], "пейджерге құпия жауап")
    desk.deliver_to(person)
    assert KIT.said(provider.calls[-1]) == ("пейджерге құпия жауап", ())
    desk.index_contact(person.contact_id)
    person.canaries += [NUMBER, NAME, "құпия сұрағым", "құпия-түбіртек", "құпия-белгісіз", "құпия жауап"]
    assert "capcode" in person.row and person.keys()

    request = desk.request_for(person)
    run_until(desk, request, "sweep")
    assert desk.request(request).done(Step.INVENTORIED)
    assert verify(desk, request) == {"outcome": "absent"}
    assert person.keys() == set()
    assert desk.found_of(person) == []
    assert amina.keys() == kept
