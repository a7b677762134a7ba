"""Mails with words and files: character sets, names, transfer encodings, containers."""

import base64

from chalicelib.channels.email.mail import Mailbox
from tests.support.channels.mail.building import (
    DANIYAR,
    DATE,
    NOW,
    OURS,
    SENT,
    Case,
    both,
    file,
    html,
    mail,
    many,
    part,
    word,
)  # fmt: skip
from tests.support.channels.mail.containers import enclosed, packed, winmail

RU = "Здравствуйте! В подъезде не работает лифт, прошу прислать мастера."
KK = "Сәлеметсіз бе! Лифт жұмыс істемейді, шебер жіберіңізші."
RTF = (
    r"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fswiss Arial;}}{\*\generator Outlook;}\pard\f0 Лифт \'f1\'f2\'ee\'e8\'f2.\par "
    r"\u1178?\'e0йта \u1179?осы\u1187?ыз}"
)
LONG = "Жалоба. " * 20_000
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
ICS = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Осмотр лифта\nEND:VEVENT\nEND:VCALENDAR\n"
TWENTY_MB = PNG + bytes(20_000_000)


def _cut_words() -> str:
    """Return a subject in two encoded words that part a letter, as programs that count bytes write it."""
    data = "Заявка на замену лифта".encode()
    return "\r\n ".join(f"=?UTF-8?B?{base64.b64encode(one).decode()}?=" for one in (data[:13], data[13:]))


CHARSETS = {
    f"{charset}, {how}": Case(
        mail(part(text, charset=charset, how=how), f"{word('Данияр Оспанов', charset)} <daniyar@bk.ru>", word("Лифт", charset, "Q")),
        {"text": text, "subject": "Лифт", "sender": Mailbox("daniyar@bk.ru", "Данияр Оспанов"), "notes": ()},
    )
    for charset, text, how in (
        ("koi8-r", RU, "8bit"), ("windows-1251", RU, "quoted-printable"), ("utf-8", KK, "base64"), ("iso-8859-5", RU, "8bit"),
        ("cp866", RU, "base64"), ("kz-1048", KK, "8bit"), ("utf-16", KK, "base64"),
    )
}  # fmt: skip
UNDECLARED = {
    "koi8-r, not declared": Case(mail(part(RU.encode("koi8-r"), charset="")), {"text": RU, "notes": ("charset:koi8_r",)}),
    "windows-1251, declared as latin": Case(mail(part(RU.encode("cp1251"), charset="iso-8859-1")), {"text": RU}),
    "windows-1251, a set that nobody knows": Case(mail(part(RU.encode("cp1251"), charset="x-unknown")), {"text": RU}),
    "utf-8, declared as koi8-r": Case(mail(part(KK.encode(), charset="koi8-r")), {"text": KK, "notes": ()}),
    "windows-1251, spelled otherwise": Case(mail(part(RU.encode("cp1251"), charset="cp-1251")), {"text": RU, "notes": ()}),
    "french, declared as latin": Case(mail(part("Où est l'été ?".encode("latin-1"), charset="iso-8859-1")), {"text": "Où est l'été ?"}),
    "raw headers": Case(
        mail(part(RU)).replace("Амина Сәтбаева".encode(), "Иван Петров".encode("koi8-r")).replace("Лифт жұмыс істемейді".encode(), "Лифт стоит".encode("cp1251")),
        {"sender": Mailbox("amina@mail.kz", "Иван Петров"), "subject": "Лифт стоит"},
    ),
    "an encoded subject, cut in a letter": Case(mail(part(RU), subject=_cut_words()), {"subject": "Заявка на замену лифта"}),
    "an encoded subject with blanks in it": Case(mail(part(RU), subject="=?utf-8?Q?Re: Lift broken?="), {"subject": "Re: Lift broken"}),
    "an encoded subject that is damaged": Case(mail(part(RU), subject="=?utf-8?B?0JvQuNGE0YI=?= =?x?y?z?="), {"subject": "Лифт =?x?y?z?="}),
}  # fmt: skip
SHAPES = {
    "no subject, no date, no id": Case(
        mail(part(RU), subject="", Date="", Message_ID=""), {"subject": "", "date": NOW, "undated": True, "text": RU}
    ),
    "empty": Case(mail(b"\r\n"), {"text": "", "folded": "", "date": SENT, "undated": False}),
    "a date in the future": Case(
        mail(part(RU), Date="Tue, 30 Nov 2032 10:00:00 +0500", Received=f"from mx by inbound; {DATE}"), {"date": SENT, "undated": False}
    ),
    "a date of a telephone without a clock": Case(
        mail(part(RU), Date="Thu, 01 Jan 2015 00:00:00 +0000", Received=f"from mx by inbound; {DATE}"), {"date": SENT}
    ),
    "paragraphs that flow": Case(
        mail(part("Лифт стоит \nс утра.\n\nПриезжайте.\n> было \n> раньше\n", "text/plain; charset=utf-8; format=flowed")),
        {"text": "Лифт стоит с утра.\n\nПриезжайте."}, folds=("> было раньше",),
    ),
    "html alone: list, table, link, picture": Case(
        mail(html('<p>Прошу:</p><ol><li>лифт<li>свет</ol><table><tr><td>этаж<td>5</tr><tr><td>кв<td>12</table><a href="https://'
                  'a.kz/1">фото</a> <a href="javascript:x">x</a><img src="https://spy.kz/p.gif" alt="печать"><script>alert(1)</script>')),
        {"text": "Прошу:\n\n1. лифт\n2. свет\n\nэтаж | 5\nкв | 12\n\nфото (https://a.kz/1) x[печать]"},
    ),
    "text between pictures": Case(
        mail(many("mixed", part("До"), file(PNG, "image/png", "inline; filename=1.png", Content_ID="<p1>"), part("После"))),
        {"text": "До\nПосле"}, files=("1.png",),
    ),
    "pictures of html": Case(
        mail(many("related", html('<img src="cid:p1">Фото<img src="data:image/png;base64,iVBORw0KGgo=">'),
                  file(PNG, "image/png", "inline", Content_ID="<p1>"))), {"text": "Фото"}, files=("file.png", "file.png"),
    ),
    "two forms that say different things": Case(
        mail(both("Сумма 500", "<p>Сумма 900</p>")), {"text": "Сумма 900"}, folds=("Сумма 500",)
    ),
    "two forms that say the same": Case(
        mail(both("*Сумма* 500 <https://a.kz/1>\n[image: печать]", '<p><b>Сумма</b> 500 <a href="https://a.kz/1"></a></p>')),
        {"folded": ""}, holds=("Сумма 500",),
    ),
    "a text that is too long for a message": Case(
        mail(part(LONG)), {"text": LONG.encode()[:20_000].decode("utf-8", "ignore"), "notes": ("long",)}, files=("message.txt",)
    ),
    "an invitation": Case(
        mail(many("mixed", many("alternative", part("Осмотр завтра"), part(ICS, "text/calendar; method=REQUEST; charset=utf-8"), boundary="a"),
                  file(ICS.encode(), "application/ics", 'attachment; filename="invite.ics"'), boundary="b")),
        {"text": "Осмотр завтра"}, files=("file.ics", "invite.ics"),
    ),
    "signed with s/mime": Case(
        mail(many("signed", part(RU), file(b"0\x82", "application/pkcs7-signature", 'attachment; filename="smime.p7s"'), protocol="application/pkcs7-signature")),
        {"text": RU, "notes": ()}, files=("smime.p7s",),
    ),
    "encrypted with s/mime": Case(
        mail(file(b"0\x82\x01", "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "attachment; filename=smime.p7m")),
        {"text": "", "notes": ("sealed",)}, files=("smime.p7m",),
    ),
    "enclosed by its signature": Case(
        mail(file(enclosed(many("mixed", part(RU), file(b"%PDF", "application/pdf", "attachment; filename=a.pdf"))), "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", "attachment; filename=smime.p7m")),
        {"text": RU, "notes": ()}, files=("smime.p7m", "a.pdf"),
    ),
    "enclosed by its signature, in parts": Case(
        mail(file(enclosed(part(RU), parts=3), "application/x-pkcs7-mime", "attachment; filename=smime.p7m")), {"text": RU, "notes": ()}, files=("smime.p7m",),
    ),
    "enclosed twice": Case(
        mail(file(enclosed(file(enclosed(part(RU)), "application/pkcs7-mime", "attachment; filename=in.p7m")), "application/pkcs7-mime", "attachment; filename=out.p7m")),
        {"text": "", "notes": ("sealed",)}, files=("out.p7m", "in.p7m"),
    ),
    "encrypted with pgp": Case(
        mail(many("encrypted", part("Version: 1\n", "application/pgp-encrypted", ""), part("-----BEGIN PGP MESSAGE-----\n", "application/octet-stream; name=m.asc", ""))),
        {"text": ""}, files=("file.bin", "m.asc"),
    ),
    "outlook's container": Case(
        mail(many("mixed", part(RU), file(winmail({"Договор №1.docx": b"PK\x03\x04", "b.txt": b"text"}), "application/ms-tnef", "attachment; filename=winmail.dat"))),
        {"text": RU, "notes": ()}, files=("Договор №1.docx", "b.txt"),
    ),
    "outlook's container with text and a message": Case(
        mail(file(winmail({"a.txt": b"a"}, html="<p>Лифт стоит</p>", message=True), "application/ms-tnef", "attachment; filename=winmail.dat")),
        {"text": "Лифт стоит", "notes": ("container",)}, files=("a.txt", "winmail.dat"),
    ),
    "outlook's container with words in rtf": Case(
        mail(file(winmail({"a.txt": b"a"}, rtf=packed(RTF.encode("cp1251"))), "application/ms-tnef", "attachment; filename=winmail.dat")),
        {"text": "Лифт стоит.\nҚайта қосыңыз", "notes": ()}, files=("a.txt",),
    ),
    "outlook's container with rtf that is no rtf": Case(
        mail(file(winmail({"a.txt": b"a"}, rtf=packed(b"x")), "application/ms-tnef", "attachment; filename=winmail.dat")),
        {"text": "", "notes": ("container",)}, files=("a.txt", "winmail.dat"),
    ),
    "outlook's container, damaged": Case(
        mail(many("mixed", part(RU), file(winmail({"a.txt": b"a"})[:-9], "application/ms-tnef", "attachment"))),
        {"text": RU, "notes": ("container",)}, files=("a.txt", "winmail.dat"),
    ),
    "twenty megabytes": Case(mail(many("mixed", part(RU), file(TWENTY_MB, "image/png", "attachment; filename=big.png"))), {"text": RU}, files=("big.png",)),
    "base64 with words after it": Case(
        mail(part(RU, how="base64") + b"\r\n-- \r\n_______________\r\nfooter of a list!\r\n"), {"notes": ("encoding",)}, holds=(RU,), files=("file.txt",)
    ),
    "an encoding that nobody knows": Case(mail(part(RU, how="x-zip")), {"text": RU, "notes": ("encoding",)}, files=("file.txt",)),
    "bcc, forwarded by a mailbox": Case(mail(part(RU), To="undisclosed-recipients:;", X_Forwarded_To="desk@in.kz", Delivered_To="INFO@spoint.kz"),
                                        {"delivered_to": OURS, "to": ()}),
    "an address with a tag": Case(mail(part(RU), To=f"Desk <{OURS.replace('@', '+news@')}>"), {"delivered_to": OURS}),
    "to others, copied to us": Case(mail(part(RU), To=DANIYAR, Cc='"Desk, sPoint" <privacy@SPOINT.kz>'), {"delivered_to": "privacy@spoint.kz"}),
    "to nobody of us": Case(mail(part(RU), To=DANIYAR), {"delivered_to": ""}),
}  # fmt: skip
NAMES = {
    "rfc 2231, in pieces that part a letter": ("attachment; filename*0*=utf-8''%D0%A1%D1%87%D1; filename*1*=%91%D1%82.pdf", "Счёт.pdf"),
    "rfc 2231 in koi8-r": ("attachment; filename*=koi8-r''%F3%DE%A3%D4.pdf", "Счёт.pdf"),
    "an encoded word": (f'attachment; filename="{word("Счёт.pdf", "koi8-r")}"', "Счёт.pdf"),
    "two encoded words": (f'attachment; filename="{word("Договор ")}\r\n {word("аренды.pdf")}"', "Договор аренды.pdf"),
    "raw": ('attachment; filename="Счёт.pdf"', "Счёт.pdf"),
    "a path": ('attachment; filename="../../etc/passwd"', "passwd"),
    "a windows path": ('attachment; filename="C:\\\\Users\\\\a\\\\x.pdf"', "x.pdf"),
    "turned around": ("attachment; filename*=utf-8''%E2%80%AEfdp.exe", "fdp.exe"),
    "line ends": ("attachment; filename*=utf-8''a%0D%0ABcc:%20x.pdf", "a Bcc_ x.pdf"),
    "none": ("attachment", "file.pdf"),
    "dots": ('attachment; filename=".."', "file.pdf"),
    "very long": (f'attachment; filename="{"ж" * 300}.pdf"', f"{'ж' * 115}….pdf"),
}  # fmt: skip
LETTERS = CHARSETS | UNDECLARED | SHAPES | {
    f"a file's name: {name}": Case(mail(many("mixed", part(RU), file(b"%PDF-", "application/pdf", given))), {"text": RU}, files=(read,))
    for name, (given, read) in NAMES.items()
}  # fmt: skip
