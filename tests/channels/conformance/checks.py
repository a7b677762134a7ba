"""The checks: each yields a sentence for everything that a channel promises and does not keep."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Any

import botocore.session
from botocore.config import Config

from chalicelib.channels.base import (
    ChoicePart,
    DeletionPart,
    EditPart,
    FileBody,
    FilePart,
    OutboundMessage,
    OutboundPart,
    ReactionPart,
    Sender,
    SendError,
    Signal,
    SignalKind,
    TemplatePart,
    TextPart,
)
from chalicelib.channels.contract import Channel, PartKind, Webhook
from chalicelib.channels.letters import CHECKS as CHECKS_OF_MAIL
from chalicelib.channels.letters import PASS, Envelope
from chalicelib.channels.pages import Filled, SentFromPage
from chalicelib.channels.parts import (
    Button,
    DeliveryStatus,
    InboundMessage,
    Part,
    ReachChanged,
    StatusUpdate,
    UnparsedPart,
)
from chalicelib.channels.render import Lacking, render
from chalicelib.core.addresses import Address
from chalicelib.core.delivery_failures import OWN_CODES
from chalicelib.core.errors import BadInput
from chalicelib.web.labels import FAILURES, failure_text
from tests.channels.conformance.kit import NOW, TEXT, Kit
from tests.support.channels.provider import Provider

REFERENCE = "c0nversat10n00000000.1764000000000.0123456789abcdef0123456789abcdef"
STATUSES: tuple[DeliveryStatus, ...] = ("sent", "delayed", "delivered", "read", "failed")
EXAMPLES: dict[PartKind, tuple[OutboundPart, ...]] = {
    "text": (TextPart(TEXT),),
    "choice": (TextPart(TEXT), ChoicePart((Button("yes.1", "Иә"),))),
    "file": (FilePart("receipt.pdf", "application/pdf", 1000),),
    "template": (TemplatePart("accepted", "kk", (("body.1", "418-945"),)),),
    "reaction": (ReactionPart("7", "👍"),),
    "edit": (EditPart("7", TEXT),),
    "revoke": (DeletionPart(("7", "8")),),
}


def zeros(size: int) -> FileBody:
    """A file of so many bytes."""
    return FileBody(BytesIO(bytes(size)).read, size)


def of_aws(service: str, address: str) -> Any:
    """A client of a service of AWS that calls this address, once."""
    once = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=2)
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    session = botocore.session.get_session()
    return session.create_client(service, region_name="eu-central-1", endpoint_url=address, config=once, **keys)


@dataclass
class Case:
    """A channel, its provider's kit, and that provider on 127.0.0.1."""

    channel: Channel
    kit: Kit
    provider: Provider
    _senders: list[Sender] = field(default_factory=list)

    @property
    def webhook(self) -> Webhook:
        assert self.channel.webhook is not None
        return self.channel.webhook

    @property
    def secrets(self) -> dict[str, dict[str, str]]:
        return {self.kit.account: dict(self.kit.inbound)}

    @property
    def sender(self) -> Sender:
        if not self._senders:
            assert self.channel.sender is not None
            given: dict[str, Any] = {one.name: one.default for one in self.channel.settings}
            given |= {one: of_aws(one, self.provider.address) for one in self.channel.aws}
            self._senders.append(self.channel.sender(given | self.kit.given(self.provider.address)))
        return self._senders[0]

    def parse(self, body: bytes) -> list[Part]:
        if self.channel.mail_in and body.startswith(b'{"eventType"'):  # what the carrier tells of a mail of ours
            told = self.channel.mail_in.status(self.channel.mail_in.brief(json.loads(body)), self.kit.account, NOW)
            return [told] if told else []
        if self.channel.mail_in:
            envelope = Envelope("bucket/files/mail", dict.fromkeys(CHECKS_OF_MAIL, PASS))
            return self.channel.mail_in.read(body, envelope, self.secrets, (), NOW).parts
        if self.channel.page:
            given = json.loads(body)
            files = [SentFromPage(name, kind, b64decode(data)) for name, kind, data in given.pop("files", ())]
            return self.channel.page.read(Filled(**given, files=files), "bucket/files/page", NOW).parts
        return self.webhook.parse(body, (self.kit.account,), NOW)

    def send(self, parts: tuple[OutboundPart, ...], quote: str = "") -> list[tuple[str, tuple[str, ...]]]:
        """Send it as the desk does; return what the provider was told."""
        self.provider.default = self.kit.accept
        before = len(self.provider.calls)
        shown: list[tuple[str, tuple[str, ...]]] = []
        for one in render(self.channel, parts):
            address = Address(*self.kit.address)
            file = next((part for part in one if isinstance(part, FilePart)), None)
            opens = partial(zeros, file.size) if file else None
            message = OutboundMessage(self.kit.account, address, one, REFERENCE, quote, open_file=opens)
            self.sender.send(message, self.kit.token)
            shown.append((file.name if file else message.text, tuple(each.id for each in message.choice.buttons)))
        if self.channel.page:  # nobody is called: the person's page shows what is sent
            return shown
        return [self.kit.said(call) for call in self.provider.calls[before:]]

    def refused(self, how: str) -> SendError | None:
        """The error after the provider refused a text in this way."""
        status, answer, headers = self.kit.refusals[how]
        self.provider.fail(status, answer, headers)
        try:
            self.send(EXAMPLES["text"])
        except SendError as error:
            return error
        return None


def authentic_bodies(case: Case) -> Iterator[str]:
    name, body, secrets = case.channel.name, case.kit.text(), {case.kit.account: dict(case.kit.inbound)}
    if set(case.kit.inbound) != set(case.channel.fields("inbound")):
        yield f"{name} declares the inbound fields {case.channel.fields('inbound')} and needs {set(case.kit.inbound)}."
    if sum(one is not None for one in (case.channel.webhook, case.channel.mail_in, case.channel.page)) != 1:
        yield f"{name} has no way in, or two of them."
    if case.channel.webhook is None:  # its carrier, or the token of our page, says what is authentic
        return
    if case.kit.account not in case.webhook.verify(secrets, body, case.kit.sign(body)):
        yield f"{name} does not take a body that its provider signed."
    empty = {case.kit.account: dict.fromkeys(case.kit.inbound, "")}
    for what, accounts, headers in (
        ("without its signature", secrets, {}),
        ("signed with another secret", secrets, {key: value[:-1] + "0" for key, value in case.kit.sign(body).items()}),
        ("for which no secret is known", {}, case.kit.sign(body)),
        ("with an empty secret", empty, dict.fromkeys(case.kit.sign(body), "")),
    ):
        if case.webhook.verify(accounts, body, headers):
            yield f"{name} takes a body {what}."


def challenge(case: Case) -> Iterator[str]:
    if case.channel.webhook is None or case.webhook.challenge is None:
        return
    query, answer = case.kit.challenge()
    secrets = {case.kit.account: case.kit.inbound}
    if case.webhook.challenge(secrets, query) != answer:
        yield f"{case.channel.name} promises a challenge and does not answer it."
    if case.webhook.challenge({}, query) is not None or not case.webhook.unverified:
        yield f"{case.channel.name} answers a challenge that is not for it, or does not say why it refuses."


def incoming(case: Case) -> Iterator[str]:
    name, kinds = case.channel.name, {one.id for one in case.channel.address_kinds}
    (said,) = case.parse(case.kit.text())
    if not isinstance(said, InboundMessage) or (said.kind, said.text) != ("text", TEXT):
        yield f"{name} does not read a text."
        return
    if said.channel != case.channel.id or said.account != case.kit.account:
        yield f"{name} stores a text under {said.channel} and {said.account}."
    if found := {one.kind for one in said.author.addresses} - kinds:
        yield f"{name} reads addresses of the kinds {found}, which it does not declare."
    if case.parse(case.kit.text()) != [said] or case.parse(case.kit.text(2)) == [said]:
        yield f"{name} does not give a body that is sent again the same parts, or gives another one the same."
    *_, file = case.parse(case.kit.file())
    if not isinstance(file, InboundMessage) or file.details.get("filename") != "receipt.pdf":
        yield f"{name} does not read the name of a file."
    for body in () if case.channel.page else (b"", b"[]", b"{", b"\xff", b'{"a": NaN}'):
        if case.channel.mail_in:  # there is no provider that could be told
            if not isinstance(case.parse(body)[0], UnparsedPart):
                yield f"{name} takes for a mail what is none."
            continue
        try:
            case.parse(body)
            yield f"{name} takes a body that is no JSON object."
        except BadInput:
            pass


def addresses(case: Case) -> Iterator[str]:
    kind, _ = case.kit.address
    if kind not in {one.id for one in case.channel.address_kinds}:
        yield f"{case.channel.name} does not declare the kind of address {kind}."
    if not all(one.name for one in case.channel.address_kinds):
        yield f"{case.channel.name} has a kind of address without a label."


def statuses(case: Case) -> Iterator[str]:
    if case.channel.page:  # who looks at the page tells them: tests/web/test_private_link.py
        return
    for status in STATUSES:
        parts = [one for one in case.parse(case.kit.status(status, REFERENCE)) if isinstance(one, StatusUpdate)]
        told = {one.status for one in parts}
        if (status in told) != (status in case.channel.statuses):
            says, does = ("promises", "is not read") if status in case.channel.statuses else ("hides", "is read")
            yield f"{case.channel.name} {says} the status {status!r}, which {does}."
        if parts and case.channel.echoes != (parts[0].reference == REFERENCE):
            yield f"{case.channel.name} is wrong about whether a status returns our reference (echoes)."
    if case.channel.echoes and not case.channel.statuses:
        yield f"{case.channel.name} promises our reference with statuses (echoes), and no status."


def blocking(case: Case) -> Iterator[str]:
    for blocked in (True, False):
        told = [one.blocked for one in case.parse(case.kit.blocking(blocked=blocked)) if isinstance(one, ReachChanged)]
        if told != ([blocked] if case.channel.tells_blocking else []):
            yield f"{case.channel.name} is wrong about whether it tells of blocking (tells_blocking): {told}."


def presses(case: Case) -> Iterator[str]:
    if "choice" not in case.channel.sends:
        return
    (press,) = case.parse(case.kit.press())
    details = press.details if isinstance(press, InboundMessage) else {}
    if "yes.1" not in (details.get("payload"), details.get("data")):
        yield f"{case.channel.name} sends buttons and does not read which one was pressed."
    case.provider.default, before = case.kit.accept, len(case.provider.calls)
    case.sender.confirm_press(case.kit.account, "4382", case.kit.token)
    if (len(case.provider.calls) > before) != case.channel.confirms_presses:
        yield f"{case.channel.name} is wrong about whether a press is confirmed (confirms_presses)."
    if ("callback_id" in details) != case.channel.confirms_presses:
        yield f"{case.channel.name} does not keep the id by which a press is confirmed (confirms_presses)."


def parts_sent(case: Case) -> Iterator[str]:
    name = case.channel.name
    for kind, parts in EXAMPLES.items():
        if kind not in case.channel.sends:
            yield from _must_lack(case, kind, parts)
            continue
        try:
            told = case.send(parts)
        except (SendError, KeyError, ValueError) as error:
            yield f"{name} promises to send a {kind}, and its sender fails: {type(error).__name__}."
            continue
        if not told:
            yield f"{name} promises to send a {kind}, and its provider was not called."
        elif kind in ("file", "template") and not any(
            one in said for said, _ in told for one in ("receipt.pdf", "accepted")
        ):
            yield f"{name} promises to send a {kind}, and its provider was told of none."
        elif kind in ("text", "choice") and told[0][0] != TEXT:
            yield f"{name} promises {case.channel.formatting} text, and its provider was told something else."
        elif kind == "choice" and told[-1][1] != ("yes.1",):
            yield f"{name} promises buttons, and its provider was told of none."


def quotes(case: Case) -> Iterator[str]:
    if "text" not in case.channel.sends or case.channel.page:
        return
    before = len(case.provider.calls)
    case.send(EXAMPLES["text"])
    case.send(EXAMPLES["text"], quote="7")
    plain, quoting = (one.payload for one in case.provider.calls[before:])
    if (plain != quoting) != case.channel.quotes:
        yield f"{case.channel.name} is wrong about whether a message can quote another one (quotes)."


def changes(case: Case) -> Iterator[str]:
    channel, now = case.channel, NOW * 1000
    if bool(channel.reactions.offered) != ("reaction" in channel.sends):
        yield f"{channel.name} offers reactions without sending them, or the other way round."
    if channel.reactions.taken and not channel.reactions.taken.issuperset(channel.reactions.offered):
        yield f"{channel.name} offers a reaction that its provider does not take."
    kinds: tuple[PartKind, ...] = ("reaction", "edit", "revoke")
    for kind in kinds:
        if channel.can(kind, now, now) != (kind in channel.sends):
            yield f"{channel.name} is wrong about whether it can do this: {kind}."
    for emoji in channel.reactions.offered:
        case.send((ReactionPart("7", emoji),))


def signals(case: Case) -> Iterator[str]:
    kinds: tuple[tuple[SignalKind, bool], ...] = (
        ("read", case.channel.reads),
        ("typing", bool(case.channel.typing_every)),
    )
    for kind, has in kinds:
        if not has:
            continue
        case.provider.default, before = lambda call: {"ok": True, "result": True}, len(case.provider.calls)
        case.sender.signal(Signal(kind, case.kit.account, Address(*case.kit.address), "7"), case.kit.token)
        if len(case.provider.calls) != before + 1:
            yield f"{case.channel.name} promises a sign of {kind}, and its provider was not told."


def _must_lack(case: Case, capability: str, parts: tuple[OutboundPart, ...]) -> Iterator[str]:
    try:
        render(case.channel, parts)
        yield f"{case.channel.name} does not refuse what it lacks: {capability}."
    except Lacking as error:
        if error.capability != capability or f"(capability: {capability})" not in error.message:
            yield f"{case.channel.name} refuses a part and does not name the capability {capability}."


def long_texts(case: Case) -> Iterator[str]:
    if "text" not in case.channel.sends:
        return
    limit, text = case.channel.text_limit, "сөз <b> 👍 " * 2000
    try:
        told = [said for said, _ in case.send((TextPart(text),))]
    except SendError:
        yield f"{case.channel.name} promises texts of {limit} units (text_limit), and its provider refuses them."
        return
    if "".join(told) != text or len(told) < 2:
        yield f"{case.channel.name} does not send a long text whole and in order."
    if any(len(one.encode("utf-16-le")) // 2 > limit for one in told):
        yield f"{case.channel.name} promises messages of {limit} units (text_limit) and sends longer ones."


def buttons(case: Case) -> Iterator[str]:
    limits, name = case.channel.buttons, case.channel.name
    if (limits is not None) != ("choice" in case.channel.sends):
        yield f"{name} has buttons without sending a choice, or the other way round."
    if limits is None:
        return
    most = tuple(Button(f"b{number}".ljust(min(limits.id, 8), "."), f"{number}") for number in range(limits.most))
    longest = Button("i" * limits.id, "т" * min(limits.title, 200))
    text = ("сөз " * limits.text)[: limits.text - 1] + "."
    for what, given in (("as many buttons as it takes", most), ("the longest button", (longest,))):
        try:
            told = case.send((TextPart(text), ChoicePart(given)))
        except SendError:
            yield f"{name} promises {what}, and its provider refuses it."
            continue
        if told[-1][1] != tuple(one.id for one in given) or len(told[-1][0]) > limits.text:
            yield f"{name} does not send {what} under the end of a long text."
    widest = case.channel.lists or limits
    rows = tuple(Button(f"b{number}", f"{number}") for number in range(widest.most))
    if rows[limits.most :] and case.send((TextPart(TEXT), ChoicePart(rows, "Таңдау")))[-1][1] != tuple(
        one.id for one in rows
    ):
        yield f"{name} promises a list of {widest.most} and does not send it."
    for what in ((*rows, Button("more", "more")), (longest._replace(id="i" * 300),), (Button("a", ""),)):
        yield from _must_lack(case, "buttons", (TextPart(TEXT), ChoicePart(what)))


def files(case: Case) -> Iterator[str]:
    for limit in case.channel.files:
        if limit.size <= 0 or not limit.types:
            yield f"{case.channel.name} declares files of the kind {limit.kind} without types or bytes."
        elif "file" in case.channel.sends:
            too_big = FilePart("a", limit.types[0].replace("*", "x"), limit.size + 1, limit.kind)
            yield from _must_lack(case, "files", (too_big,))


def errors(case: Case) -> Iterator[str]:
    name = case.channel.name
    if case.channel.page:  # there is nobody who could refuse
        return
    if case.channel.errors is None:
        yield f"{name} sends and has no list of errors."
        return
    found = {how: case.refused(how) for how in ("permanent", "stopped", "too_fast")}
    for how, error in found.items():
        if error is None:
            yield f"{name} does not notice a refusal ({how})."
            continue
        if (error.permanent, error.stops_channel) != (how == "permanent", how == "stopped"):
            yield f"{name} takes the refusal {error.code} for another kind than {how}."
        meant = OWN_CODES.get(error.code) or case.channel.errors().meaning(error.code)
        if meant is None or failure_text(case.channel.id, meant.reason) == FAILURES["unlisted"]:
            yield f"{name} has no sentence for the refusal {error.code}."
        told = f"{error} {error.message} {error.said}"
        if any(one in told for one in (case.kit.token, case.kit.address[1], TEXT)):
            yield f"{name} names the person, the text or the token in an error."
    too_fast, slowest = found["too_fast"], [one.seconds / one.messages for one in case.channel.rates]
    if not slowest:
        yield f"{name} does not declare how much it takes (rates)."
    elif too_fast and too_fast.retry_after is not None and too_fast.retry_after < max(slowest):
        yield f"{name} waits {too_fast.retry_after} s after a refusal, less than its rates say."
    if doubled := case.channel.errors().words.keys() & FAILURES.keys():
        yield f"{name} has sentences of its own for reasons that all channels give: {doubled}."


def window(case: Case) -> Iterator[str]:
    channel, now = case.channel, NOW * 1000
    if not channel.window:
        if not channel.window_open(0, now):
            yield f"{channel.name} has no reply window and closes it."
    elif not channel.window_open(now - channel.window + 1, now) or channel.window_open(now - channel.window, now):
        yield f"{channel.name} does not close its reply window after {channel.window} ms."


CHECKS: dict[str, Callable[[Case], Iterator[str]]] = {
    check.__name__: check
    for check in (authentic_bodies, challenge, incoming, addresses, statuses, blocking, presses, parts_sent,
                  quotes, changes, signals, long_texts, buttons, files, errors, window)
}  # fmt: skip
