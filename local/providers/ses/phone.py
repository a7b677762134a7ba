"""Plays customers who write mails: each goes to the desk as SES would receive it."""

import asyncio
from datetime import UTC, datetime
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr, make_msgid
from typing import Any

from local.phones.bodies import Body
from local.phones.context import PhonesContext
from local.phones.errors import Refused
from local.phones.people import file_of, resolve
from local.phones.store import Bubble, Chat, StoredFile
from local.providers.ses.api import ACCOUNT
from local.providers.ses.receiving import VERDICTS, Receiving

Result = dict[str, Any]


class MailPhone:
    """Each method plays one action and returns the id of the mail."""

    def __init__(self, context: PhonesContext, receiving: Receiving | None, mailboxes: tuple[str, ...]) -> None:
        self.context, self._receiving, self.mailboxes = context, receiving, mailboxes

    async def write(self, body: Body) -> Result:
        """Send a mail: `subject`, `text` and a `file`, to the mailbox `to` (the first published one), or as an answer
        to the newest mail of the desk with `answer`. `verdicts` are what SES's checks find."""
        chat = self._chat(body)
        file = file_of(self.context.store, body)
        text, subject = body.text("text"), body.text("subject")
        if not (text.strip() or subject.strip() or file):
            raise Refused("There is nothing to send: write a text or choose a file.")
        newest = next((one for one in reversed(chat.bubbles) if one.author == "desk" and one.reference), None)
        if body.text("answer") and newest is None:
            raise Refused("There is no mail of the desk to answer.", 404, "not_found")
        answered = newest if body.text("answer") else None
        if answered and not subject:
            subject = answered.title if answered.title.lower().startswith("re:") else f"Re: {answered.title}"
        return await self._send(chat, subject, text, body, file, answered)

    async def press(self, body: Body) -> Result:
        """Follow the link `key` under the desk's mail `message_id`: it writes an answer with a subject and no text."""
        chat = self._chat(body)
        bubble = chat.find(body.text("message_id"))
        key = next((one for one in bubble.keys if one.id == body.text("key")), None) if bubble else None
        if bubble is None or key is None:
            raise Refused("No such link in this mailbox.", 404, "not_found")
        bubble.pressed = key.label
        return await self._send(chat, key.id, "", body, None, bubble)

    async def _send(
        self, chat: Chat, subject: str, text: str, body: Body, file: StoredFile | None, answered: Bubble | None
    ) -> Result:
        if self._receiving is None:
            raise Refused("The phones run alone: nobody receives mail.")
        to = body.text("to") or (answered.answer_to if answered else "") or self.mailboxes[0]
        if not self._receiving.takes(to):
            raise Refused(f"{to} is no mailbox of this desk.")
        mail = MIMEMultipart()
        mail["From"] = formataddr((chat.person.name, chat.person.mail))
        mail["To"] = to
        mail["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
        mail["Date"] = format_datetime(datetime.fromtimestamp(self.context.clock.now(), UTC))
        mail["Message-ID"] = body.text("message_id_header") or make_msgid(domain=chat.person.mail.rpartition("@")[2])
        if answered:
            mail["In-Reply-To"] = mail["References"] = answered.reference
        if verdicts := body.text("verdicts"):
            mail[VERDICTS] = verdicts
        mail.attach(MIMEText(text, "plain", "utf-8"))
        if file:
            main, _, sub = file.type.partition(";")[0].partition("/")
            part = MIMEBase(main, sub or "octet-stream")
            part.set_payload(file.data)
            encode_base64(part)
            part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", file.name))
            mail.attach(part)
        raw = mail.as_bytes(policy=compat32.clone(linesep="\r\n"))
        taken = await asyncio.to_thread(self._receiving.take, raw, chat.person.mail, (to,))
        bubble = Bubble(taken, "person", "text", text, self.context.clock.now(), file=file)
        bubble.title = subject
        chat.bubbles.append(bubble)
        chat.last_inbound = bubble.at
        self.context.store.changed()
        return {"person": chat.person.id, "message_id": taken, "mail": mail["Message-ID"]}

    def _chat(self, body: Body) -> Chat:
        return self.context.store.chat("email", ACCOUNT, resolve(self.context.store, "email", body))
