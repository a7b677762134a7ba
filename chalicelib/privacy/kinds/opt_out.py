"""Opt-out of news, offers and surveys (art. 24(1)(5) of Law 94-V). Nothing is destroyed, and support goes on."""

from collections.abc import Sequence

from chalicelib.core.texts import bot_msg, desk_msg
from chalicelib.privacy.kinds.contract import Certificate, Kind


def _means(words: Sequence[str]) -> bool:
    from chalicelib.privacy.meaning.wishes import declines_news

    return declines_news(words)


OPT_OUT = Kind(
    id="opt_out",
    phrases="""
        no more ads/advertising/advertisements/news/newsletters/offers/marketing/promotions/spam
        stop -/sending -/me ads/advertising/advertisements/newsletters/offers/marketing/promotions
        dont send me -/any ads/advertising/advertisements/news/newsletters/offers/marketing/promotions
        do not send me -/any ads/advertising/advertisements/news/newsletters/offers/marketing/promotions
        send -/me no news/ads/advertising/offers
        unsubscribe
        unsubscribe me
        unsubscribe from news/newsletters/ads/advertising/offers/marketing
        opt out of news/newsletters/ads/advertising/offers/marketing
        отписаться
        отпишите меня
        отписать/отписаться/отпишите/отписываюсь -/меня от рассылки/рассылок/новостей/рекламы
        -/больше не присылайте/присылать/шлите/отправляйте -/мне -/больше рекламу/рекламы
        -/больше не присылайте/присылать/шлите/отправляйте -/мне -/больше рассылку/рассылки/новости/предложения
        не хочу -/больше получать рекламу/рекламы/рассылку/рассылки/новости
        прекратите/прекратить рассылку/рассылки
        прекратите присылать/отправлять/слать -/мне рекламу/рассылку/рассылки/новости
        отказ/отказываюсь/отказаться от рекламы/рассылки/рассылок/новостей
        хватит рекламы/рассылок
        -/маған -/енді жарнама/жарнаманы/жарнамалар/жаңалық/жаңалықтар/ұсыныстар жібермеңіз/жібермеңізші/жібермеңіздер
        -/маған жарнама/жаңалықтар/ұсыныстар керек/қажет емес
        жарнамадан/жаңалықтардан/рассылкадан/ұсыныстардан бас тарту/тартамын
        жарнама/жаңалық/жаңалықтар жібермеу
        жарнама жіберуді тоқтатыңыз/тоқтатыңызшы
        """,
    means=_means,
    button=(bot_msg("Send no news"), bot_msg("Do not send")),
    marking="opt_out",
    basis="94-V art. 24(1)(5)",
    ends_news=True,
    limit="stop_processing",
    alarm="erasure_alarm",
    way="answer",
    confirmed=False,
    undecidable="News and offers have ended already; there is nothing to decide.",
    certificate=Certificate(
        card=desk_msg("Certificate: no news and offers"),
        title=desk_msg("Certificate: no news and offers"),
        says=desk_msg(
            "The company {company} confirms: the person who made the request below gets no news, offers and surveys"
            " from it any more. Answers to what they write go on, and their data stays."
        ),
    ),
    certified_as=desk_msg("Opt-out of news and offers"),
    evidence=("notes",),
    done=bot_msg(
        "Done: you will get no more news, offers and surveys from us. We go on answering what you write to us here."
    ),
    name=desk_msg("Opt-out of news and offers"),
    entry_hint=desk_msg("An opt-out takes effect at once and destroys nothing; nobody has to confirm it."),
    effect=(desk_msg("News and offers ended"), desk_msg("support goes on")),
)
