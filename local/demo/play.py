"""Plays the steps of the demo: customers on the phones, staff through the API."""

import random
from typing import Any

from local.demo.desk import Operator, Phones, eventually
from local.demo.form import Forms
from local.demo.messages import OWN_FILES, content, file_of
from local.demo.stories import Burst, Customer, Step, Story

EMAILS = {"bolat": "operator@desk.local", "saule": "operator2@desk.local", "madina": "supervisor@desk.local"}
UNDELIVERED: dict[str, dict[str, Any]] = {
    "whatsapp": {"channel": "whatsapp", "error": 131026, "accept": True},
    "telegram": {"channel": "telegram", "status": 403},
}
"""Faults with which a message is not delivered: Meta takes it and reports later that the phone cannot receive it;
Telegram answers that the bot is blocked."""
MATCHED = 24
"""How many characters of a text a planned fault compares."""


class Player:
    """Plays one run."""

    def __init__(self, phones: Phones, url: str, rng: random.Random) -> None:
        self._phones = phones
        self._operators = {name: Operator(url, email) for name, email in EMAILS.items()}
        self._rng = rng
        self._persons: dict[Customer, str] = {}
        self._last_ids: dict[Customer, str] = {}
        self._told: dict[Customer, int] = {}
        self._answers: dict[Customer, str] = {}
        self._forms = Forms(url)
        self._links: dict[Customer, str] = {}
        self._sorted: set[Story] = set()
        self.messages = 0
        self.replies = 0

    def unblock(self) -> None:
        """Let customers who blocked the bot in an earlier demo press Start again."""
        for chat in self._phones.get("/phones/conversations")["items"]:
            if chat["blocked"]:
                self._phones.act("telegram/start", {"person": chat["person"]["id"], "bot": chat["account"]})

    def play(self, burst: Burst, back: float = 0) -> None:
        """Play some steps of a story. After the last step the ticket gets the state in which the story leaves it.

        `back`: how many seconds ago the customer began to write, unless the story says it.
        """
        story = burst.story
        at = self._phones.now() - (story.hours_ago * 3600 or back)
        for step in burst.steps:
            if step.by_customer:
                at += self._rng.uniform(15, 90) if back else 1
                self._customer(story.who, step, at)
            else:
                self._operator(story, step)
        if burst.ends:
            self._leave(story)

    # -- customers

    def _customer(self, who: Customer, step: Step, at: float) -> None:
        """Play one step of a customer. `at` is the wanted time; `_write` moves it when messages must stay in order."""
        if step.what in ("quotes", "reacts"):
            self._until_answered(who)
        act = getattr(self, f"_{step.what}", None)
        if act is not None:
            act(who, step)
        else:
            self._write(who, step, at)
        self.messages += 1

    def _write(self, who: Customer, step: Step, at: float) -> None:
        # Providers count in seconds, so two messages of the same second would have no order.
        sent_at = max(int(min(at, self._phones.now())), self._told.get(who, 0) + 1)
        self._told[who] = sent_at
        time = {"timestamp": str(sent_at)} if who.channel == "whatsapp" else {"date": sent_at}
        body: dict[str, Any] = who.body() | {"message": content(who.channel, step, self._last_ids.get(who, "")) | time}
        if step.what in ("says", "quotes"):
            body["text"] = step.text
        if step.what == "quotes":
            body["quote"] = self._answer_id(who)
        if step.what in ("poll", "unsupported"):
            body["sample"] = step.what
        if step.what in OWN_FILES:
            body |= {"kind": OWN_FILES[step.what], "text": "" if step.what == "sticker" else step.text}
        if file := file_of(step):
            body |= {"file": file, "text": step.text.partition("|")[2]}
        done = self._phones.act(f"{who.channel}/messages", body)
        self._persons[who] = done["person"]
        if step.what not in ("edits", "deletes"):
            self._last_ids[who] = str(done["message_id"])

    def _edits(self, who: Customer, step: Step) -> None:
        if who.channel == "whatsapp":
            self._write(who, step, self._phones.now())
        else:
            wish = {"user_id": who.user_id, "message_id": self._last_ids[who], "text": step.text}
            self._phones.act("telegram/edit", wish)

    def _reacts(self, who: Customer, step: Step) -> None:
        wish = {"person": self._persons[who], "message_id": self._answer_id(who), "emoji": step.text}
        self._phones.act(f"{who.channel}/reactions", wish)

    def _mails(self, who: Customer, step: Step) -> None:
        subject, text, name = (*step.text.split("|"), "")[:3]
        body: dict[str, Any] = who.body() | {"subject": subject, "text": text}
        if name:
            body |= {"file": file_of(Step("file", name))}
        self._persons[who] = self._phones.post("/phones/email/messages", body)["person"]

    def _fills(self, who: Customer, step: Step) -> None:
        if link := self._links.get(who):
            self._forms.write_on(link, step.text, who.language_code)
        else:
            fields = {"full_name": who.name, "text": step.text}
            self._links[who] = self._forms.send(fields, who.language_code)

    def _start(self, who: Customer, step: Step) -> None:
        self._persons[who] = self._phones.act("telegram/start", who.body() | {"payload": step.text})["person"]

    def _blocks(self, who: Customer, step: Step) -> None:
        self._phones.act("telegram/block", who.body())

    def _until_answered(self, who: Customer) -> None:
        eventually(lambda: self._answer_id(who) or None, "a reply did not reach the customer")

    def _answer_id(self, who: Customer) -> str:
        """Return the id under which the customer got the desk's last reply; "" while it has not arrived."""
        wanted = self._answers[who]
        for message in reversed(self._phones.messages(who.channel, self._persons[who])):
            if message["from"] == "desk" and message["text"] == wanted:
                return str(message["id"])
        return ""

    # -- operators

    def _operator(self, story: Story, step: Step) -> None:
        operator = self._operators[story.by]
        ticket_id = self._ticket(story)["id"]
        operator.call("GET", f"tickets/{ticket_id}")
        self._sort(story, ticket_id)
        if step.what == "notes":
            operator.call("POST", f"tickets/{ticket_id}/comments", {"text": step.text})
        elif step.what == "template":
            name, language, *values = step.text.split("|")
            operator.send_template(ticket_id, name, language, {f"body.{at}": one for at, one in enumerate(values, 1)})
            self.replies += 1
        else:
            if step.what == "undelivered":
                fault = UNDELIVERED[story.who.channel] | {"match": step.text[:MATCHED]}
                self._phones.post("/faults", fault)
            else:
                self._answers[story.who] = step.text
            operator.reply(ticket_id, step.text)
            self.replies += 1
        self._keep_order(story.who)

    def _leave(self, story: Story) -> None:
        if not story.by or story.hours_ago:
            return
        ticket_id = self._ticket(story)["id"]
        self._sort(story, ticket_id)
        if story.state:
            # Staff read the last message before they close or solve a ticket.
            self._operators[story.by].call("GET", f"tickets/{ticket_id}")
            self._operators[story.by].call("PATCH", f"tickets/{ticket_id}", {"state": story.state})
            self._keep_order(story.who)

    def _sort(self, story: Story, ticket_id: str) -> None:
        """Assign the ticket and set its priority and tags, the first time it is handled."""
        if story in self._sorted:
            return
        self._sorted.add(story)
        wish: dict[str, Any] = {"assignee": "me"}
        wish |= {"priority": story.priority} if story.priority else {}
        wish |= {"tags": list(story.tags)} if story.tags else {}
        self._operators[story.by].call("PATCH", f"tickets/{ticket_id}", wish)

    def _ticket(self, story: Story) -> dict[str, Any]:
        who = story.who
        return self._operators[story.by].find(f"+{who.phone}" if who.phone else who.mail or who.user_id or who.name)

    def _keep_order(self, who: Customer) -> None:
        """Make sure that the customer's next message has a later time than now, in the whole seconds of providers."""
        self._told[who] = max(self._told.get(who, 0), int(self._phones.now()))
