"""The desk of a test behind a real HTTP port, and customers with lifelike things to say."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from chalicelib.channels.parts import InboundMessage
from chalicelib.core.addresses import Address, Author
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import MESSAGE, TICKET
from tests.support.people import TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT, wamid
from tests.support.web.desk import Web
from tests.support.web.live import Relay

ACCOUNTS = {"whatsapp": WHATSAPP_ACCOUNT, "telegram": TELEGRAM_ACCOUNT}


@contextmanager
def serve(web: Web) -> Iterator[str]:
    """Answer on a free port of 127.0.0.1; yields the address. What has changed is told before an open page asks."""
    turn, relay = threading.Lock(), Relay(web)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with turn:
                if "If-None-Match" in self.headers:
                    relay()
                answer = web.http(self.command, self.path, headers=dict(self.headers.items()), body=body)
            raw = answer.text.encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name != "content-length":
                    self.send_header(name, value)
            for cookie in answer.set_cookies:
                self.send_header("Set-Cookie", cookie)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_TRACE = do_QUERY = _answer

        def do_OPTIONS(self) -> None:
            """No route has this method; API Gateway says so, and chalice's own gateway does not."""
            self.send_response(403)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"message": "Missing Authentication Token"}')

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def customer(name: str, channel: str, value: str, **more: str) -> Author:
    """A customer of a channel."""
    return Author((Address("phone" if channel == "whatsapp" else "chat", value),), name=name, **more)


def say(web: Web, who: Author, text: str, *, minutes_ago: int = 0, **more: object) -> InboundMessage:
    """Let a customer write; returns the message."""
    channel = "whatsapp" if who.addresses[0].kind == "phone" else "telegram"
    order = next(web.numbers)
    number = who.addresses[0].value
    message = InboundMessage(
        channel=channel,  # type: ignore[arg-type]
        account=ACCOUNTS[channel],
        author=who,
        provider_id=wamid(number) if channel == "whatsapp" else f"{number}:{order}",
        sent_at=web.seconds - 60 * minutes_ago,
        order=order,
        text=text,
        **{"kind": "text", **more},  # type: ignore[arg-type]
    )
    web.receive(message)
    return message


AMINA = customer("Амина Нұрланқызы Сәтбаева", "whatsapp", "77000000107")
DANIYAR = customer("Данияр Оспанов", "telegram", "500000042", username="daniyar_osp", language_code="ru")
LONG_NAME = customer("Бекмұхамбетова Гүлнұр-Айсұлу Әбдірахманқызы, Жетісу-Логистик Экспресс", "whatsapp", "77000000142")
OTHERS = (
    (
        customer("عبد الرحمن الهاشمي", "whatsapp", "971500000001"),
        "Hello, is it possible to receive the invoice in English? 🙏",
    ),
    (
        customer("Oliver Featherstonehaugh-Mackenzie", "telegram", "500000077", language_code="en"),
        "Webhook returns 403 since we rotated the secret last night; three shops are affected",
    ),
    (
        customer("", "telegram", "500000078", username="aigerim.flowers", language_code="kk"),
        "Сәлеметсіз бе! Гүл дүкеніне қосымша касса қосу керек еді, құны қанша болады?",
    ),
    (
        customer("Сергей Константинопольский", "whatsapp", "77000000155"),
        "Не приходит код для входа, проверила спам",
    ),
    (customer("Нұрсұлтан Қ.", "telegram", "500000079", language_code="kk"), "Рахмет, күтемін 👍"),
    (customer("Виктория Ли", "whatsapp", "77000000156"), "Можно ли перенести приезд мастера на субботу?"),
)


def fill(web: Web) -> dict[str, str]:
    """A morning at the desk. Returns ticket ids by the customer's first name."""
    say(web, AMINA, "Сәлеметсіз бе! Жаңартудан кейін терминал желіге қосылмай тұр.", minutes_ago=55)
    first = say(web, AMINA, "Қате коды 0x80", minutes_ago=54)
    say(web, AMINA, "", kind="voice", details={"duration": 42, "voice": True, "media_id": "1"}, minutes_ago=50)
    say(
        web,
        AMINA,
        "Чек",
        kind="document",
        minutes_ago=49,
        details={
            "filename": "chek-2026-11-22-ekinshi-terminal-zhetisu-ortalyk.pdf",
            "size": 1_284_500,
            "media_id": "2",
        },
    )
    say(
        web,
        AMINA,
        "«Нұр» дүкені\nАлматы, Төле би көшесі, 59\n43.25, 76.94",
        kind="location",
        minutes_ago=48,
        details={"latitude": 43.25, "longitude": 76.94, "name": "«Нұр» дүкені"},
    )
    advertisement = {"source_url": "https://fb.me/" + "x" * 40, "headline": "Терминалға жеңілдік", "source_type": "ad"}
    say(web, AMINA, "Жеңілдік бар ма?", minutes_ago=47, details={"referral": advertisement, "product": "T-200"})
    say(web, DANIYAR, "Здравствуйте! Второй терминал не печатает чек.", minutes_ago=40)
    say(
        web,
        LONG_NAME,
        "Акт сверки за III квартал: расхождение 1 284 500 ₸, просим ответить до конца дня. " * 30,
        minutes_ago=30,
    )
    for author, text in OTHERS:
        say(web, author, text, minutes_ago=20)
    say(
        web,
        AMINA,
        "Қате коды 0x81, 0x80 емес",
        kind="edit",
        target=first.provider_id,
        minutes_ago=3,
        details={"new_kind": "text"},
    )
    say(web, AMINA, "👍", kind="reaction", target=first.provider_id, minutes_ago=2)
    say(
        web, AMINA, "https://example.kz/" + "o" * 120 + " осы сілтеме ашылмайды", quote=first.provider_id, minutes_ago=1
    )
    say(web, AMINA, "", kind="unsupported", raw=b"{}", raw_type="ephemeral")
    found = {(one["contact"]["name"] or "@").split()[0]: one["id"] for one in web.tickets()}
    amina = found["Амина"]
    wish = {"priority": "urgent", "tags": ["терминал", "түбіртек"], "assignee": "me"}
    assert web.call("PATCH", f"/api/v1/tickets/{amina}", wish).status == 200
    assert web.call("PATCH", f"/api/v1/tickets/{found['Данияр']}", {"priority": "high"}).status == 200
    tags = ["қолжетімділік", "жаңа қызметкер", "касса"]
    assert web.call("PATCH", f"/api/v1/tickets/{found['Бекмұхамбетова']}", {"tags": tags}, by="saule").status == 200
    note = {"text": "Болат, бұл дүкенде роутер ауыстырылған. Алдымен желіні тексер."}
    assert web.call("POST", f"/api/v1/tickets/{amina}/comments", note, by="saule").status == 201
    for number, text in enumerate(("Сәлеметсіз бе, Амина! Терминалды өшіріп, қайта қосып көріңізші.", "Қай дүкен?")):
        reply = {"text": text, "client_id": f"demo-{number}"}
        assert web.call("POST", f"/api/v1/tickets/{amina}/replies", reply).status == 201
    fail(web, amina, "131026")
    failed = {"text": "Виктория, готово: новый счёт на 18 500 ₸", "client_id": "demo-v"}
    assert web.call("POST", f"/api/v1/tickets/{found['Виктория']}/replies", failed).status == 201
    fail(web, found["Виктория"], "131047")
    DeskRow(*TICKET.key(found["Виктория"])[1:]).update(actions=[DeskRow.undelivered.set("x")])
    say(web, DANIYAR, "И ещё вопрос: как выгрузить отчёт?")
    return found


def fail(web: Web, ticket_id: str, code: str) -> None:
    """Let the newest reply of a ticket fail as the provider would say, and deliver the one before."""
    conversation = str(DeskRow.get(*TICKET.key(ticket_id)[1:]).conversation_id)
    replies = [
        row
        for row in DeskRow.query(MESSAGE.partition(conversation), DeskRow.sk.startswith(MESSAGE.prefix))
        if row.purpose == "support"
    ]
    for row in replies[:-1]:
        row.update(actions=[DeskRow.status.set("delivered")])
    replies[-1].update(actions=[DeskRow.status.set("failed"), DeskRow.failure.set({"code": code})])
