"""Answers and forwarded mails, as the programs of people in Kazakhstan quote them."""

from tests.support.channels.mail.building import AMINA, Case, both, html, mail, many, part

NEW = "Рахмет, лифт қайта тоқтады."
OLD = "Мы приняли ваше обращение 418-945."
_FORM = {"text": NEW}

GMAIL_RU = both(
    f"{NEW}\n\nпн, 30 нояб. 2026 г. в 10:15, sPoint <{{}}>:\n\n> {OLD}\n".format("info@spoint.kz"),
    f'<div dir="ltr">{NEW}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">пн, 30'
    f' нояб. 2026 г. в 10:15, sPoint &lt;<a href="mailto:info@spoint.kz">info@spoint.kz</a>&gt;:<br></div><blockquote'
    f' class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc">{OLD}<br></blockquote></div>',
)
GMAIL_KK = html(
    f'<div dir="ltr">{NEW}</div><div class="gmail_quote"><div class="gmail_attr">2026 ж. 30 қар., дс 10:15 sPoint'
    f' &lt;info@spoint.kz&gt; деген кісі жазды:</div><blockquote class="gmail_quote">{OLD}</blockquote></div>'
)
GMAIL_PLAIN_KK = (
    f"{NEW}\n\n2026 ж. 30 қар., дс 10:15 sPoint <info@spoint.kz> деген кісі былай деп\nжазды:\n\n> {OLD}\n>\n> Desk\n"
)
GMAIL_PLAIN_EN = (
    f"{NEW}\n\nOn Mon, Nov 30, 2026 at 10:15 AM sPoint Help Desk with a long name\n<info@spoint.kz> wrote:\n\n> {OLD}\n"
)
OUTLOOK_RULE = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"


def outlook(labels: tuple[str, str, str, str]) -> bytes:
    """Return an answer of Outlook for Windows, which marks its quotation by labels alone."""
    sender, sent, to, subject = labels
    return html(
        f'<div class="WordSection1"><p class="MsoNormal">{NEW}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><div>'
        f"<div style='{OUTLOOK_RULE}'><p class=MsoNormal><b>{sender}:</b> sPoint &lt;info@spoint.kz&gt; <br><b>{sent}:</b>"
        f" Monday, November 30, 2026 10:15 AM<br><b>{to}:</b> Амина<br><b>{subject}:</b> 418-945<o:p></o:p></p></div></div>"
        f"<p class=MsoNormal>{OLD}</p></div>"
    )


RU, KK, EN = (
    ("От", "Отправлено", "Кому", "Тема"),
    ("Кімнен", "Жіберілді", "Кімге", "Тақырып"),
    ("From", "Sent", "To", "Subject"),
)


def outlook_plain(labels: tuple[str, str, str, str]) -> str:
    """Return the same as plain text."""
    sender, sent, to, subject = labels
    return (
        f"{NEW}\n\n________________________________\n{sender}: sPoint <info@spoint.kz>\n{sent}: 30 ноября 2026 г. 10:15\n"
        f"{to}: Амина\n{subject}: 418-945\n\n{OLD}\n"
    )


OWA = html(
    f'<div class="elementToProof">{NEW}</div><div id="Signature"><p>Амина Сәтбаева, бухгалтер</p></div><div id="appendonsend">'
    f'</div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><b>Жіберген:</b> sPoint'
    f"</div><div>{OLD}</div>"
)
MAIL_RU = html(
    f"<div>{NEW}</div><div data-signature-widget='container'><div data-signature-widget='content'>--<br>Амина Сәтбаева<br>"
    f"Отправлено из Почты Mail.ru</div></div><blockquote style='border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px'>"
    f"Понедельник, 30 ноября 2026, 10:15 +05:00 от sPoint &lt;info@spoint.kz&gt;:<br>&nbsp;<div>{OLD}</div></blockquote>"
)
MAIL_RU_PLAIN = (
    f"{NEW}\n\n--\nАмина Сәтбаева\n\nПонедельник, 30 ноября 2026, 10:15 +05:00 от sPoint <info@spoint.kz>:\n>{OLD}\n"
)
YANDEX = html(
    f'<div>{NEW}</div><div>&nbsp;</div><div>30.11.2026, 10:15, "sPoint" &lt;info@spoint.kz&gt;:</div><blockquote><div>{OLD}'
    f"</div></blockquote><div>&nbsp;</div><div>&nbsp;</div><div>--&nbsp;</div><div>Амина Сәтбаева</div>"
)
YANDEX_PLAIN = f'{NEW}\n\n30.11.2026, 10:15, "sPoint" <info@spoint.kz>:\n> {OLD}\n\n-- \nАмина\n'
IPHONE = both(
    f"{NEW}\n\nОтправлено с iPhone\n\n> 30 нояб. 2026 г., в 10:15, sPoint <info@spoint.kz> написал(а):\n> \n> {OLD}\n",
    f'{NEW}<br><br><div dir="ltr">Отправлено с iPhone</div><div dir="ltr"><br><blockquote type="cite">30 нояб. 2026 г., в 10:15,'
    f' sPoint &lt;info@spoint.kz&gt; написал(а):<br><br></blockquote></div><blockquote type="cite"><div>{OLD}</div></blockquote>',
)
THUNDERBIRD = html(
    f'<p>{NEW}</p><div class="moz-cite-prefix">30.11.2026 10:15, sPoint пишет:<br></div><blockquote type="cite" cite="mid:x@y">'
    f'<p>{OLD}</p></blockquote><div class="moz-signature">-- <br>Амина</div>'
)
THUNDERBIRD_PLAIN = f"30.11.2026 10:15, sPoint пишет:\n> {OLD}\n\n{NEW}\n"
ANDROID_PLAIN = f"{NEW}\n\nпн, 30 нояб. 2026 г., 10:15 sPoint <info@spoint.kz> написал(а):\n\n{OLD}\n"
OUTLOOK_MOBILE = html(
    f'<div dir="auto">{NEW}</div><div id="ms-outlook-mobile-signature"><div>Получить <a href="https://aka.ms/o0ukef">Outlook для'
    f' iOS</a></div></div><hr><div id="divRplyFwdMsg"><b>От:</b> sPoint</div>{OLD}'
)
QUOTING = {
    "gmail ru": GMAIL_RU,
    "gmail kk": GMAIL_KK,
    "gmail kk plain": part(GMAIL_PLAIN_KK),
    "gmail en plain, two lines": part(GMAIL_PLAIN_EN),
    "outlook ru": outlook(RU),
    "outlook kk": outlook(KK),
    "outlook en": outlook(EN),
    "outlook ru plain": part(outlook_plain(RU), how="quoted-printable"),
    "outlook kk plain": part(outlook_plain(KK)),
    "outlook en plain": part(outlook_plain(EN)),
    "owa kk": OWA,
    "outlook mobile": OUTLOOK_MOBILE,
    "mail.ru": MAIL_RU,
    "mail.ru plain": part(MAIL_RU_PLAIN),
    "yandex": YANDEX,
    "yandex plain": part(YANDEX_PLAIN),
    "iphone": IPHONE,
    "thunderbird": THUNDERBIRD,
    "thunderbird plain, answer below": part(THUNDERBIRD_PLAIN),
    "android plain, nothing marked": part(ANDROID_PLAIN),
}
ANSWERS = {
    name: Case(mail(content, subject="Re: 418-945", In_Reply_To="<d1@spoint.kz>", References="<d0@spoint.kz> <d1@spoint.kz>"),
               {**_FORM, "in_reply_to": "d1@spoint.kz", "references": ("d0@spoint.kz", "d1@spoint.kz")}, folds=(OLD,))
    for name, content in QUOTING.items()
}  # fmt: skip
BETWEEN = "> Какой подъезд?\nВторой.\n> Какой этаж?\nПятый.\n"
_GMAIL_FORWARD = "---------- Forwarded message ---------\nОт: Бухгалтерия <b@firm.kz>\nDate: пн, 30 нояб. 2026 г. в 09:00\nSubject: Счёт\nTo: <amina@mail.kz>\n\n"
_OUTER = part("Қараңыз.")
INNER = mail(
    many("mixed", part("Счёт во вложении."), part("%PDF-1.7", "application/pdf; name=\"inv.pdf\"", how="base64")),
    "Бухгалтерия <b@firm.kz>", "Счёт",
)  # fmt: skip
FORWARDS = {
    "forward without own words": Case(
        mail(part(f"{_GMAIL_FORWARD}Оплатите счёт до пятницы."), subject="Fwd: Счёт"),
        {"folded": "", "forwarded": True, "subject": "Fwd: Счёт"}, holds=("Оплатите счёт до пятницы.", "b@firm.kz"),
    ),
    "forward with own words": Case(
        mail(part(f"Бұл не?\n\n{_GMAIL_FORWARD}Оплатите счёт до пятницы."), subject="Fwd: Счёт"),
        {"text": "Бұл не?", "forwarded": True}, folds=("Оплатите счёт до пятницы.",),
    ),
    "forward of mail.ru": Case(
        mail(part("См. ниже\n\n-------- Пересылаемое сообщение --------\nОт: Петр <p@mail.ru>\nКому: Амина\nДата: вчера\n\nТекст")),
        {"text": "См. ниже", "forwarded": True}, folds=("Петр <p@mail.ru>", "Текст"),
    ),
    "forward of an iphone": Case(
        mail(part("Начало переадресованного сообщения:\n\n> От: Петр <p@mail.ru>\n> Дата: 30 ноября 2026 г.\n> \n> Текст")),
        {"folded": "", "forwarded": True}, holds=("Текст",),
    ),
    "a mail as an attachment, nested twice": Case(
        mail(many("mixed", _OUTER, part(mail(many("mixed", part("Ішкі хат."), part(INNER, "message/rfc822", how="7bit"),
             boundary="in")), "message/rfc822", how="7bit"), boundary="out")),
        {"text": "Қараңыз.", "forwarded": True}, folds=("Ішкі хат.", "Счёт во вложении.", "From: Бухгалтерия <b@firm.kz>"),
        files=("message.eml", "inv.pdf"),
    ),
    "a mail as an attachment, without own words": Case(
        mail(many("mixed", part(" \n"), part(INNER, "message/rfc822", how="7bit"), boundary="out")),
        {"folded": "", "forwarded": True}, holds=("Счёт во вложении.", "Subject: Счёт"), files=("message.eml", "inv.pdf"),
    ),
    "a digest": Case(
        mail(many("digest", b"\r\n" + INNER, boundary="out")), {"forwarded": True}, holds=("Счёт во вложении.",),
        files=("message.eml", "inv.pdf"),
    ),
    "answers between quotations": Case(
        mail(part(BETWEEN), subject="Re: Лифт"), {"text": BETWEEN.strip(), "folded": ""},
    ),
    "answers between quotations, html": Case(
        mail(html("<blockquote>Какой подъезд?</blockquote><div>Второй.</div><blockquote>Какой этаж?</blockquote><p>Пятый.</p>")),
        {"folded": ""}, holds=("> Какой подъезд?", "Второй.", "> Какой этаж?", "Пятый."),
    ),
    "only a quotation": Case(mail(part("> Мы приняли обращение.\n")), {"text": "> Мы приняли обращение.", "folded": ""}),
    "only a signature": Case(mail(part("-- \nАмина\n")), {"text": "-- \nАмина".replace("-- ", "--"), "folded": ""}),
    "an indented paragraph is no quotation": Case(
        mail(html('<p>Прошу:</p><blockquote style="margin:0 0 0 40px;border:none;padding:0px">починить лифт</blockquote>')),
        {"folded": ""}, holds=("починить лифт",),
    ),
    "a long text after two dashes is no signature": Case(
        mail(part("Пункты:\n--\n" + "\n".join(f"пункт {n}" for n in range(40)))), {"folded": ""}, holds=("пункт 39",),
    ),
    "a letter that names sender and recipient": Case(
        mail(part("Кому: директору\nОт: Амины\n\nПрошу отпуск.", charset="utf-8"), AMINA), {"folded": ""}, holds=("Прошу отпуск.",),
    ),
}  # fmt: skip
