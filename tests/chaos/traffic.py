"""Five hundred customers write ten thousand messages while colleagues answer three thousand times, in bad weather.

A message is named by its number in the conversation, and so is a reply; what is looked at afterwards is what the API
shows, what the providers took, and what lies in the tables.
"""

import base64
import os
import random
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import product
from typing import Any

import requests

from tests.chaos.crowd import THREADS, deliver
from tests.chaos.moving import MINUTE, walk
from tests.chaos.report import REPORT
from tests.support.channels.bodies import wamid
from tests.support.e2e.playing import PHONE_NUMBER_ID, SECONDS, Api, Play, whatsapp_text

PART = "traffic"
SHARE = float(os.environ.get("SHARE") or 1)
"""The share of the whole that is played: a small one while the run itself is worked on."""
PEOPLE = max(10, round(500 * SHARE))
MESSAGES, REPLIES = 20, 6
"""Of each."""
FILE_EVERY = 5
"""Every fifth message has a file; of the replies two in a dozen."""
MOST_TIMES = 4
"""A provider delivers a webhook so often at most."""
WINDOW = 200
"""Webhooks overtake each other by so many places at most."""
PROVIDER_FAULTS = 0.2
"""The share of replies whose call fails at first, and of files that are not handed out at first."""
FILES = 40
"""Different files on each channel."""
COLLEAGUES = ("operator@desk.local", "operator2@desk.local")
BOT_TOKEN = "100000001:local-telegram-bot-token"
ACCESS_TOKEN = "local-whatsapp-access-token"
STORAGE = (
    {"error": "TransactionConflict", "match": "TransactWriteItems"},
    {"error": "InternalServerError"},
    {"error": "ProvisionedThroughputExceededException"},
)
STORAGE_FAULTS = 0.05
"""The share of calls to tables that fail."""
DEATHS = 0.004
"""The share of service calls of a worker before or after which it dies."""
ALWAYS = {"times": 1_000_000}
WORKERS = ("intake", "sender", "uploader", "fetcher", "relay", "indexer")
_ABOVE_THE_BOTS = 100_000


@dataclass(frozen=True)
class File:
    """A file that a provider has, by its id there."""

    id: str
    data: bytes

    @property
    def digest(self) -> str:
        return sha256(self.data).hexdigest()


@dataclass
class Customer:
    """Somebody. `said` are the texts of their messages in order, with the file of each; `answers` those of replies."""

    channel: str
    key: str
    name: str
    began: int
    said: list[tuple[str, File | None]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    ticket_id: str = ""

    def webhook(self, number: int) -> dict[str, Any]:
        """The body of their message of this number, two seconds after the one before."""
        (text, file), at = self.said[number], self.began + 2 * number
        if self.channel == "whatsapp":
            body = whatsapp_text(self.key, text, at, name=self.name, message_id=wamid(self.key, number + 1))
            if file:
                digest = base64.b64encode(bytes.fromhex(file.digest)).decode()
                document = {"id": file.id, "mime_type": "text/plain", "sha256": digest, "filename": "мәтін.txt"}
                message = body["entry"][0]["changes"][0]["value"]["messages"][0]
                del message["text"]
                message |= {"type": "document", "document": document | {"caption": text}}
            return body
        person = {"id": int(self.key), "first_name": self.name}
        message = {
            "message_id": _ABOVE_THE_BOTS + number,
            "from": {**person, "is_bot": False, "language_code": "kk"},
            "chat": {**person, "type": "private"},
            "date": at,
        }
        if file:
            document = {"file_id": file.id, "file_unique_id": file.id[-12:], "file_size": len(file.data)}
            message |= {"caption": text, "document": document | {"mime_type": "text/plain", "file_name": "мәтін.txt"}}
        else:
            message["text"] = text
        return {"update_id": int(self.key) % 10**7 * 1000 + number, "message": message}


@dataclass
class Traffic:
    """Everybody, and what was seen."""

    play: Play
    rng: random.Random
    people: list[Customer] = field(default_factory=list)
    delivered: int = 0
    tried_again: int = 0
    planned: int = 0
    """Faults of single replies."""
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def played(self) -> "Traffic":
        """All of it."""
        with REPORT.timed(PART, "preparing"):
            self._people(self._files())
        with REPORT.timed(PART, "first messages"):
            self._bring((one, 0) for one in self.people)
            walk(self.play, MINUTE)
            self._find_tickets()
        with REPORT.timed(PART, "traffic"), ThreadPoolExecutor(len(COLLEAGUES)) as pool:
            self._bad_weather()
            answers = [pool.submit(self._answer, email, n) for n, email in enumerate(COLLEAGUES)]
            self._bring(self._shuffled())
            for one in answers:
                one.result()
            faults = self._good_weather()
        with REPORT.timed(PART, "until it is quiet"):
            self._settle()
        REPORT.note(
            PART,
            people=PEOPLE,
            messages=PEOPLE * MESSAGES,
            messages_with_files=sum(file is not None for one in self.people for _, file in one.said),
            replies=sum(len(one.answers) for one in self.people),
            webhooks={"delivered": self.delivered, "tried again": self.tried_again},
            faults=faults,
        )
        return self

    # -- who writes what

    def _files(self) -> dict[str, list[File]]:
        """Have the providers hold files, as if customers had sent them."""
        made = [self.rng.randbytes(16).hex().encode() * (8 + number) for number in range(2 * FILES)]
        return {
            "whatsapp": [File(self._at_meta(data), data) for data in made[:FILES]],
            "telegram": [File(self._at_telegram(data), data) for data in made[FILES:]],
        }

    def _at_meta(self, data: bytes) -> str:
        url = f"{self.play.desk.phones_url}/v23.0/{PHONE_NUMBER_ID}/media"
        answer = requests.post(
            url,
            data={"messaging_product": "whatsapp", "type": "text/plain"},
            files={"file": ("a.txt", data, "text/plain")},
            headers={"Authorization": f"Bearer {ACCESS_TOKEN}"},
            timeout=SECONDS,
        )
        return str(answer.json()["id"])

    def _at_telegram(self, data: bytes) -> str:
        url = f"{self.play.desk.phones_url}/bot{BOT_TOKEN}/sendDocument"
        files = {"document": ("a.txt", data, "text/plain")}
        answer = requests.post(url, data={"chat_id": 999_000_001}, files=files, timeout=SECONDS)
        return str(answer.json()["result"]["document"]["file_id"])

    def _people(self, files: dict[str, list[File]]) -> None:
        began = self.play.now() - 2 * MESSAGES
        for number, digits in enumerate(self.rng.sample(range(10**7), PEOPLE)):
            channel = ("whatsapp", "telegram")[number % 2]
            key = f"7702{digits:07d}" if channel == "whatsapp" else str(6_300_000_000 + digits)
            one = Customer(channel, key, f"Жанар {number}", began)
            for serial in range(MESSAGES):
                file = self.rng.choice(files[channel]) if serial % FILE_EVERY == FILE_EVERY - 1 else None
                one.said.append((f"{one.name}, хат {serial}", file))
            self.people.append(one)

    def _shuffled(self) -> list[tuple[Customer, int]]:
        """All webhooks but the first ones, one to four times each, each near its place in time."""
        order = [(one, number) for number in range(MESSAGES) for one in self.people]
        jobs = [job for job in order for _ in range(self.rng.randint(1, MOST_TIMES))]
        arrives = [place + self.rng.uniform(0, WINDOW) for place in range(len(jobs))]
        return [job for _, job in sorted(zip(arrives, jobs, strict=True), key=lambda one: one[0])]

    def _bring(self, jobs: Iterable[tuple[Customer, int]]) -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            for tries in pool.map(lambda job: deliver(self.play, job[0].channel, job[0].webhook(job[1])), jobs):
                self.delivered += 1
                self.tried_again += tries - 1

    def _find_tickets(self) -> None:
        tickets = self.play.sign_in().tickets()
        by_address = {_digits(one["contact"]["address"]): one["id"] for one in tickets}
        for one in self.people:
            one.ticket_id = by_address[one.key]

    # -- colleagues

    def _answer(self, email: str, turn: int) -> None:
        """Answer every other customer, six times each; now and then a request is made twice."""
        rng, api = random.Random(f"{REPORT.seed}{turn}"), _signed_in(self.play, email)
        mine = self.people[turn :: len(COLLEAGUES)]
        for serial in range(REPLIES):
            for number, one in enumerate(mine):
                text = f"{one.name}, жауап {serial}"
                one.answers.append(text)
                if rng.random() < PROVIDER_FAULTS:
                    self._fail_once(rng, one.channel, text)
                body: dict[str, Any] = {"text": text, "client_id": f"{one.ticket_id}-{serial}"}
                if (number + serial) % REPLIES == 0:
                    body["attachments"] = [self._upload(api, one.ticket_id, text)]
                for _ in range(1 + (rng.random() < 0.1)):
                    _again(lambda body=body, one=one: api.call("POST", f"tickets/{one.ticket_id}/replies", body), 201)  # type: ignore[misc]

    def _upload(self, api: Api, ticket_id: str, text: str) -> str:
        data = text.encode()
        told = {"ticket_id": ticket_id, "name": "жауап.txt", "type": "text/plain", "size": len(data)}
        begun = _again(lambda: api.call("POST", "attachments", told), 201).json()
        form = begun["upload"]
        files = {"file": ("жауап.txt", data, "text/plain")}
        _again(lambda: requests.post(form["url"], data=form["fields"], files=files, timeout=SECONDS), 204, 201, 200)
        return str(begun["id"])

    # -- the weather

    def _fail_once(self, rng: random.Random, channel: str, text: str) -> None:
        kinds: list[dict[str, Any]] = [
            {"status": 500}, {"status": 503}, {"retry_after": 1}, {"timeout": 12, "accept": True},
            {"error": 131056} if channel == "whatsapp" else {"status": 502},
        ]  # fmt: skip
        fault = rng.choices(kinds, weights=(5, 5, 5, 1, 5))[0]
        if "retry_after" in fault:
            fault = {**fault, "status": 429}
        self.play.phones("/faults", {"channel": channel, "times": 1, "match": text, **fault})
        with self._counting:
            self.planned += 1

    def _bad_weather(self) -> None:
        """Let tables refuse, processes die and files not be handed out, now and then."""
        for kind in STORAGE:
            fault = {"channel": "dynamodb", "share": STORAGE_FAULTS / len(STORAGE), **ALWAYS}
            self.play.phones("/faults", fault | kind)
        for worker, when in product(WORKERS, ("before", "after")):
            self.play.phones("/faults", {"channel": f"lambda:{worker}", "when": when, "share": DEATHS / 2, **ALWAYS})
        for channel, match in (("whatsapp", "GET"), ("telegram", "getFile")):
            fault = {"channel": channel, "match": match, "status": 503, "share": PROVIDER_FAULTS}
            self.play.phones("/faults", {**fault, **ALWAYS})

    def _good_weather(self) -> dict[str, int]:
        """Forget all faults; return how many calls failed and how many processes died."""
        killed, tables, providers = "processes killed", "calls of tables that failed", "calls of providers that failed"
        found = {killed: 0, tables: 0, providers: self.planned}
        names = {"lambda": killed, "dynamodb": tables}
        for fault in self.play.phones("/faults")["items"]:
            name = names.get(fault["channel"].partition(":")[0], providers)
            found[name] += (ALWAYS["times"] if fault["share"] else 0) - fault["times"]
        self.play.phones("/faults", method="DELETE")
        return found

    def _settle(self) -> None:
        """Let time pass until nothing waits any more."""
        for tried in range(40):
            walk(self.play, MINUTE * (1 if tried < 5 else 20))
            if not any(row["sk"]["S"].startswith(("outbox#", "fetch#")) for row in self.rows()):
                time.sleep(2)  # a phone's marks of delivery and reading come one by one
                walk(self.play, MINUTE)
                return
        raise AssertionError("something still waits")

    # -- what there is

    def rows(self) -> list[dict[str, Any]]:
        """All rows of the table `desk`."""
        dynamodb = self.play.desk.client("dynamodb")
        name = next(one for one in dynamodb.list_tables()["TableNames"] if "desk" in one.lower())
        pages = dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        return [row for page in pages for row in page["Items"]]

    def tickets(self) -> dict[str, list[dict[str, Any]]]:
        """Everybody's tickets with their messages, by address."""
        api = self.play.sign_in()
        ids = [one["id"] for one in api.tickets()]
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda one: Api(api.url, api.token).get(f"tickets/{one}"), ids))
        by_address: dict[str, list[dict[str, Any]]] = {}
        for one in found:
            by_address.setdefault(_digits(one["contact"]["address"]), []).append(one)
        return by_address

    def on_phones(self) -> dict[str, list[dict[str, Any]]]:
        """What the desk's messages look like on each phone, by address."""
        chats = self.play.phones("/phones/conversations")["items"]
        return {
            chat["person"]["phone"] or chat["person"]["user_id"]: [m for m in chat["messages"] if m["from"] == "desk"]
            for chat in chats
        }

    def dead_letters(self) -> dict[str, int]:
        """How many messages lie in each queue of dead letters that is not empty."""
        sqs = self.play.desk.client("sqs")
        urls = [url for url in sqs.list_queues().get("QueueUrls", ()) if "dead" in url.lower() or "dlq" in url.lower()]
        assert urls
        asked = {"AttributeNames": ["ApproximateNumberOfMessages"]}
        found = {url: sqs.get_queue_attributes(QueueUrl=url, **asked)["Attributes"] for url in urls}
        waiting = {url: int(one["ApproximateNumberOfMessages"]) for url, one in found.items()}
        return {url: number for url, number in waiting.items() if number}


def _signed_in(play: Play, email: str) -> Api:
    return Play(play.desk).sign_in(email)


def _digits(address: str) -> str:
    return "".join(one for one in address if one.isdigit())


def _again(call: Callable[[], requests.Response], *wanted: int) -> requests.Response:
    """Call until it succeeds, as a page does whose colleague presses once more."""
    answer = requests.Response()
    for tried in range(40):
        try:
            answer = call()
        except requests.RequestException:
            time.sleep(0.2)
            continue
        if answer.status_code in wanted:
            return answer
        assert answer.status_code >= 500 or answer.status_code in (409, 429), answer.text
        time.sleep(min(0.1 * 2**tried, 3))
    raise AssertionError(f"not taken in 40 tries: {answer.status_code} {answer.text}")
