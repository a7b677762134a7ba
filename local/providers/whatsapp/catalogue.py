"""The templates of the stand-in's business account, as Meta lists them: what the local desk comes with."""

from dataclasses import dataclass, field
from typing import Any

Component = dict[str, Any]


@dataclass
class Template:
    """One template in one language. `correct_category` is the category that it will get, "" when none is announced."""

    name: str
    language: str
    components: list[Component]
    category: str = "UTILITY"
    status: str = "APPROVED"
    correct_category: str = ""
    quality: str = "GREEN"
    id: str = ""

    def view(self) -> dict[str, Any]:
        """Return it as Meta lists it."""
        named = any("body_text_named_params" in one.get("example", {}) for one in self.components)
        return {
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "parameter_format": "NAMED" if named else "POSITIONAL",
            "components": self.components,
            "quality_score": {"score": self.quality, "date": 1_760_000_000},
            "id": self.id,
        } | ({"correct_category": self.correct_category} if self.correct_category else {})


def _body(text: str, *examples: str, **named: str) -> Component:
    given: dict[str, Any] = {"body_text": [list(examples)]} if examples else {}
    if named:
        given = {"body_text_named_params": [{"param_name": name, "example": one} for name, one in named.items()]}
    return {"type": "BODY", "text": text} | ({"example": given} if given else {})


def _header(text: str, *examples: str) -> Component:
    example = {"example": {"header_text": list(examples)}} if examples else {}
    return {"type": "HEADER", "format": "TEXT", "text": text} | example


def _footer(text: str) -> Component:
    return {"type": "FOOTER", "text": text}


def _buttons(*buttons: Component) -> Component:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def _reply(text: str) -> Component:
    return {"type": "QUICK_REPLY", "text": text}


def _link(text: str, url: str) -> Component:
    return {"type": "URL", "text": text, "url": url}


_ANSWER = {
    "ru": ("Здравствуйте, {{1}}! По обращению {{2}} есть ответ: {{3}}. Напишите нам, чтобы продолжить.", "Продолжить"),
    "kk": ("Сәлеметсіз бе, {{1}}! {{2}} өтінішіңізге жауап бар: {{3}}. Жалғастыру үшін бізге жазыңыз.", "Жалғастыру"),
    "en": ("Hello {{1}}! There is an answer to your ticket {{2}}: {{3}}. Write to us to go on.", "Go on"),
}
_INVOICE = {
    "ru": ("Счёт {{1}}", "{{first_name}}, счёт на {{amount}} готов. Оплатить можно до {{until}}.", "Открыть счёт"),
    "kk": ("{{1}} шоты", "{{first_name}}, {{amount}} шоты дайын. {{until}} дейін төлеуге болады.", "Шотты ашу"),
}
_NOTICE = {
    "ru": "Сообщение службы поддержки по вашему обращению ждёт вас. Напишите нам, и мы его пришлём.",
    "kk": "Қолдау қызметінің өтінішіңіз бойынша хабары сізді күтуде. Бізге жазыңыз, біз оны жібереміз.",
    "en": "A message of our support about your request waits for you. Write to us and we will send it.",
}


def templates() -> list[Template]:
    """Return the templates of a fresh business account."""
    made = [
        *(
            Template(
                "answer_ready", language, [_body(said, "Виктория", "479-340", "18 500 ₸"), _buttons(_reply(button))]
            )
            for language, (said, button) in _ANSWER.items()
        ),
        *(
            Template(
                "invoice_updated",
                language,
                [
                    _header(header, "№ 1024"),
                    _body(said, first_name="Виктория", amount="18 500 ₸", until="30.11"),
                    _footer("Support"),
                    _buttons(_link(button, "https://shop.example/invoice/{{1}}")),
                ],
            )
            for language, (header, said, button) in _INVOICE.items()
        ),
        *(Template("message_waits", language, [_body(said)]) for language, said in _NOTICE.items()),
        Template(
            "visit_reminder",
            "ru",
            [_body("Напоминаем: мастер приедет {{1}}.", "завтра в 10:00"), _buttons(_reply("Перенести"))],
            status="PAUSED",
            quality="RED",
        ),
        Template(
            "autumn_discount",
            "ru",
            [
                _body("Скидка 20 % на все терминалы до конца недели!"),
                _buttons(_link("Выбрать", "https://shop.example")),
            ],
            category="MARKETING",
        ),
        Template(
            "service_news",
            "kk",
            [_body("{{1}}, қызметте жаңалық бар: {{2}}.", "Амина", "жаңа есеп")],
            correct_category="MARKETING",
        ),
        Template("login_code", "en", [_body("{{1}} is your code.", "123456")], category="AUTHENTICATION"),
        Template("receipt_photo", "ru", [{"type": "HEADER", "format": "IMAGE"}, _body("Ваш чек, {{1}}.", "Виктория")]),
    ]
    for number, one in enumerate(made):
        one.id = str(900_000_000_000_001 + number)
    return made


@dataclass
class Catalogue:
    """The templates of one business account."""

    templates: list[Template] = field(default_factory=templates)

    def find(self, name: str, language: str) -> Template | None:
        """Return one by its name and language."""
        return next((one for one in self.templates if (one.name, one.language) == (name, language)), None)
