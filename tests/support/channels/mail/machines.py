"""Mails that nobody has written: answers, reports, lists, and what comes from a desk."""

from chalicelib.channels.email.mail import LOOP_HEADER, Bounce, FailedRecipient
from tests.support.channels.mail.building import AMINA, REACTION, Case, file, html, mail, many, part, word

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.kz>"
STATUS = (
    "Reporting-MTA: dns; mx.kz\nArrival-Date: Mon, 30 Nov 2026 10:15:00 +0500\n\nOriginal-Recipient: rfc822;Amina@mail.kz\n"
    "Final-Recipient: rfc822; amina@mail.kz\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.mail.kz\n"
    "Diagnostic-Code: smtp; 550 5.1.1 User\n  unknown\n"
)
_SENT = mail(part("Жауап"), "sPoint <info@spoint.kz>", "Re: Лифт", Message_ID="<d1@spoint.kz>")
_AMINA_FAILED = FailedRecipient("amina@mail.kz", "failed", "5.1.1", "550 5.1.1 User unknown")


def report(status: str, original: bytes, kind: str = "delivery-status") -> bytes:
    """Return a report in three parts (RFC 6522)."""
    return many(
        "report", part("Это письмо создано почтовой системой."), part(status, f"message/{kind}", ""), original,
        boundary="=_report", report_type=kind,
    )  # fmt: skip


BOUNCES = {
    "a report with the whole mail": Case(
        mail(report(STATUS, part(_SENT, "message/rfc822", how="7bit")), DAEMON, "Undelivered Mail", Return_Path="<>"),
        {"kind": "bounce", "bounce": Bounce((_AMINA_FAILED,), "d1@spoint.kz")}, files=("message.eml",),
    ),
    "a report with headers alone": Case(
        mail(report(STATUS, part("Message-ID: <d1@spoint.kz>\nSubject: x\n", "text/rfc822-headers")), DAEMON),
        {"kind": "bounce", "bounce": Bounce((_AMINA_FAILED,), "d1@spoint.kz")},
    ),
    "a report of several recipients": Case(
        mail(report(STATUS + "\nFinal-Recipient: rfc822;d@bk.ru\nAction: delayed\nStatus: 4.4.7 (expired)\n", part("", "text/plain"))),
        {"kind": "bounce", "bounce": Bounce((_AMINA_FAILED, FailedRecipient("d@bk.ru", "delayed", "4.4.7")), "")},
    ),
    "a report of Exchange in Russian": Case(
        mail(report(STATUS, part(_SENT, "message/rfc822")), "postmaster@firm.kz", "Недоставлено: Re: Лифт", Auto_Submitted="auto-replied"),
        {"kind": "bounce", "bounce": Bounce((_AMINA_FAILED,), "d1@spoint.kz")}, files=("message.eml",),
    ),
    "exim, no parts": Case(
        mail(part("A message that you sent could not be delivered.\n\n  Message-ID: <d1@spoint.kz>\n"), DAEMON, "Mail delivery failed",
             X_Failed_Recipients="amina@mail.kz", Auto_Submitted="auto-replied"),
        {"kind": "bounce", "bounce": Bounce((FailedRecipient("amina@mail.kz", "failed"),), "d1@spoint.kz")},
    ),
    "qmail, no parts": Case(
        mail(part("Hi. This is the qmail-send program.\n\n--- Below this line is a copy.\n\nMessage-ID: <d1@spoint.kz>\n"), DAEMON),
        {"kind": "bounce", "bounce": Bounce((), "d1@spoint.kz")},
    ),
    "a report in a mail that says nothing of it": Case(
        mail(many("mixed", part("x"), part(STATUS, "message/delivery-status", ""))),
        {"kind": "bounce", "bounce": Bounce((_AMINA_FAILED,), "")},
    ),
}  # fmt: skip
_AWAY = part("Я в отпуске до 15 декабря.")
AUTOMATIC = {
    "exchange": mail(_AWAY, subject="Автоматический ответ: Лифт", X_Auto_Response_Suppress="All", Auto_Submitted="auto-generated"),
    "outlook, by its subject and what it answers": mail(_AWAY, subject=word("Автоматты түрде жауап: Лифт"), In_Reply_To="<d1@spoint.kz>"),
    "gmail vacation": mail(_AWAY, subject="Re: Лифт", Auto_Submitted="auto-replied", Precedence="bulk", X_Autoreply="yes"),
    "yandex": mail(_AWAY, subject="Автоответ: Лифт", X_Autoreply="YES", Precedence="auto_reply"),
    "mail.ru": mail(_AWAY, Auto_Submitted="auto-replied", X_Mailru_Autoreply="1"),
    "vacation of dovecot": mail(_AWAY, Auto_Submitted="auto-replied (vacation)"),
    "cpanel": mail(_AWAY, X_Autorespond="Лифт", Precedence="junk"),
    "no sender to return to": mail(_AWAY, Return_Path="<>"),
    "a receipt that it was read": mail(report("Final-Recipient: rfc822;amina@mail.kz\nDisposition: manual-action/MDN-sent-manually; displayed\n",
                                              part("", "text/plain"), "disposition-notification")),
}  # fmt: skip
LISTS = {
    "a list": mail(part("Новости"), List_Id="<news.firm.kz>", Precedence="list"),
    "a newsletter": mail(part("Скидки"), List_Unsubscribe="<mailto:u@firm.kz>, <https://firm.kz/u>"),
    "in bulk": mail(part("Скидки"), Precedence="bulk"),
}
PEOPLE = {
    "our own group": mail(part("Лифт"), List_Id="<info.spoint.kz>", Precedence="list", List_Post="<mailto:info@spoint.kz>"),
    "auto-submitted no": mail(part("Лифт"), Auto_Submitted="no"),
    "a person who writes of an automatic reply": mail(part("Лифт"), subject="Автоматический ответ не приходит"),
    "a person who answers an automatic reply": mail(part("Лифт"), subject="Re: Автоматический ответ: x", In_Reply_To="<a@b>"),
    "a person who asks for no automatic reply": mail(part("Лифт"), X_Auto_Response_Suppress="OOF"),
    "our mark in a mail that is passed on": mail(many("mixed", part("Лифт"), part(mail(part("x"), **{LOOP_HEADER: "1"}), "message/rfc822"))),
}  # fmt: skip
_EMOJI = part('{"emoji":"💖","version":1}', REACTION, how="quoted-printable")
_REACTED = "💖\n\nАмина Сәтбаева reacted via Gmail\n\nOn Mon, 30 Nov 2026 at 14:00 sPoint <info@spoint.kz> wrote:\n> Лифт жөнделді\n"
_SHOWN = html('<div><p>💖</p><p>Амина Сәтбаева reacted via <a href="https://www.google.com/gmail/about/">Gmail</a></p></div>'
              '<br><div class="gmail_quote"><div class="gmail_attr">sPoint wrote:<br></div><blockquote class="gmail_quote">Лифт жөнделді</blockquote></div>')  # fmt: skip
_GMAIL = many("alternative", part(_REACTED), _EMOJI, _SHOWN)
_PICTURE = file(b"\x89PNG", "image/png", 'inline; filename="logo.png"', Content_ID="<logo>")
REACTIONS = {
    "gmail": mail(_GMAIL, In_Reply_To="<d1@spoint.kz>"),
    "with pictures of the mail": mail(many("related", _GMAIL, _PICTURE, boundary="=_r"), In_Reply_To="<d1@spoint.kz>"),
    "the emoji alone": mail(_EMOJI, In_Reply_To="<d1@spoint.kz>"),
}  # fmt: skip
NO_REACTIONS = {
    "words of a person beside it": (many("alternative", part("Лифт " * 100), _EMOJI), ()),
    "a file of a person beside it": (many("mixed", part("Лифт"), _EMOJI, file(b"%PDF", "application/pdf")), ("a.bin",)),
    "another version": (many("mixed", part("Лифт"), part('{"emoji":"💖","version":2}', REACTION)), ("file.bin",)),
    "words in the place of the emoji": (many("mixed", part("Лифт"), part('{"emoji":"Лифт","version":1}', REACTION)), ("file.bin",)),
    "no JSON": (many("mixed", part("Лифт"), part("[" * 999, REACTION)), ("file.bin",)),
    "too long": (many("mixed", part("Лифт"), part('{"emoji":"💖","version":1}' + " " * 999, REACTION)), ("file.bin",)),
    "a file": (many("mixed", part("Лифт"), part('{"emoji":"💖","version":1}', REACTION, Content_Disposition="attachment")), ("file.bin",)),
}  # fmt: skip
MACHINES = (
    BOUNCES
    | {f"reaction: {name}": Case(raw, {"kind": "reaction", "reaction": "💖", "in_reply_to": "d1@spoint.kz"}, files=("logo.png",) * ("pictures" in name))
       for name, raw in REACTIONS.items()}
    | {f"no reaction: {name}": Case(mail(raw, In_Reply_To="<d1@spoint.kz>"), {"kind": "person", "reaction": ""}, holds=("Лифт",), files=files)
       for name, (raw, files) in NO_REACTIONS.items()}
    | {"a reaction to nothing": Case(mail(_GMAIL), {"kind": "person", "reaction": ""})}
    | {f"autoreply: {name}": Case(raw, {"kind": "autoreply"}, holds=() if "receipt" in name else ("15 декабря",)) for name, raw in AUTOMATIC.items()}
    | {f"list: {name}": Case(raw, {"kind": "list"}) for name, raw in LISTS.items()}
    | {f"person: {name}": Case(raw, {"kind": "person"}, holds=("Лифт",), files=("message.eml",) * ("passed on" in name)) for name, raw in PEOPLE.items()}
    | {"a desk": Case(mail(_AWAY, AMINA, Auto_Submitted="auto-replied", **{LOOP_HEADER: "1"}), {"kind": "loop"})}
)  # fmt: skip
