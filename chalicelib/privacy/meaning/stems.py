"""Stems and words of requests about data, in Kazakh, Russian and English, for wishes.py. Data only.

All are in the form in which recognition/guesses.py reads a text: small letters, ё as е, Kazakh letters as typed without
their marks. A name with `_STEMS` holds beginnings of words, the others whole words. Russian and Kazakh typed in Latin
letters stand with their language.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _stems(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# -- what is done

DELETE = _words("""
    удалить удалите удали удаляйте удалять удаление удаления удалению удалением стереть сотрите сотри стирайте
    уничтожить уничтожьте уничтожайте уничтожение уничтожения убрать уберите убери исключить исключите вычеркните
    вычеркнуть очистить очистите почистите снесите снести деактивировать деактивируйте деактивация закрыть закройте
    ликвидируйте обезличьте обезличить изъять изымите
    udalit udalite udali udalenie sotrite steret unichtozhte unichtozhit uberite
    rid delete deleting deletion erase erasing erasure remove removing removal destroy destroying destruction wipe purge
    scrub deactivate close clear
    жой жою жоюды жоюга жоюын жоюынызды оширу ошируди ошируге ошируинизди ошир кетиру жабыныз
    zhoyu joyu oshiru oshir joi zhoi""")
DELETE_STEMS = _stems("""
    жойын жойып жойгым жойылсын жойылуын жойса жойсын жойындар жойдыр оширин оширип оширгим оширилсин оширилуин оширсе
    оширсин оширтки тазалан тазалап кетирин
    zhoiyn joiyn joyin zhoyin zhojyn jojyn oshirin oshirip joiyp zhoiyp""")
TAKE_AWAY = _words("алып жауып")
TAKE_AWAY_STEMS = _stems("таста берин кетин")
"""Second words of Kazakh acts of two words: «алып тастаңыз»."""
DONE_ENDINGS = tuple("дым дим тым тим ды ди ты ти".split())
"""Ends of a Kazakh verb that tells what was done: «өшіріп қойдым»."""
DELETED = _words("""
    удалили удалил удалила удалены удалена удален уничтожили уничтожены уничтожен стерли стерты убрали исключили
    deleted erased removed destroyed wiped purged closed deactivated""")
"""Forms that say that something was deleted; with WANTED before them and without HAPPENED they ask for it."""
WANTED = _words("""
    чтобы чтоб должны должно должен want wants like need needs have be get please request requesting ask asking demand
    should must""")
HAPPENED = _words("was were has been is are why who did you by")
FORGET = _words("забудьте забыть забудь forget умытыныз умытыныздар умытсаныз умытыныздаршы умытынызшы")
RIGHT_TO_GO = _stems("забвени forgotten gdpr")
TO_GO = (("быть", "забыт"), ("to", "erasure"))
TO = frozenset(first for first, _ in TO_GO)
WITHDRAW_STEMS = _stems("""
    отозв отзыва отзов аннулир отмен забира забер забра снима снять прекращ прекрат расторг отказ otozv otzyv otmen
    withdr revok revoc cancel rescind retract кайтар токтат жою жойын жойып тарт бас алып qaitar qaytar kaitar kaytar
    toqtat""")
WITHDRAW = _words("отзыв отзыве отзыву back бузу")
STOP_STEMS = _stems("""
    прекра останов перестан приостанов запрещ запрет возраж отказыва prekra perestan stop cease ceasing quit halt
    discontinu object prohibit forbid restrict блокир заблок block бугатта токтат тыйым карсы toqtat tokta""")
STOP = _words("отказ хватит против хватить hvatit доволно довольно")
NOT = _words("""
    не нельзя ни ne dont not never no cannot cant wont didnt doesnt without shouldnt""")
BETWEEN_NOT = _words("""
    надо нужно хочу прошу могу стоит вздумайте смейте больше мне меня нам нас to want you please ever need more longer
    be going""")
"""Words that may stand between a "not" and the act that it denies."""
PROCESS_STEMS = _stems("""
    обработ обрабат использ хран собира сбор переда распростран продава obrabot process us stor keep kept collect shar
    sell transfer disclos handl онде пайдалан сакта жина тарат obrab""")
PROCESS_NOT_STEMS = _stems("ондемен пайдаланбан сактаман жинаман бермен таратпан ондеме пайдаланба сактама таратпа")
"""Kazakh says "do not process" in one word."""
SEND = _words("""
    присылайте присылать шлите слать отправляйте отправлять пишите писать звоните звонить беспокойте беспокоить
    получать рассылайте спамьте высылайте высылать надо нужна нужно нужны нужен хочу интересует интересуют интересно
    prisylaite prisylajte prisylayte shlite
    send sending text texting email emailing write call calling contact want need wish spam bother""")
SEND_NOT_STEMS = _stems("жиберме жазбан кондырау жолдама алгым jiberme zhiberme мазалама")
TALK = _words("""
    пишите писать звоните звонить беспокойте беспокоить тревожьте тревожить
    write writing message messaging text texting call calling contact contacting bother bothering disturb disturbing""")
TALK_NOT_STEMS = _stems("жазба хабарласпа кондырау мазалама")
FOR_GOOD = _words("больше никогда again anymore more ever never енди ешкашан")
TO_ME = _words("мне меня нам нас me us маган мени бизге бизди")
"""Words that say that the person means messages to themselves."""
ENOUGH = [["stop"], ["стоп"], ["отписка"]]
"""Whole messages that ask for no more messages."""
REFUSED = (("бас", "тарт"),)
NO_NEED = (("керек", "емес"), ("кажет", "емес"), ("kerek", "emes"), ("бас", "тарт"), ("no", "more"), ("opt", "out"),
           ("me", "out"), ("send", "no"), ("me", "no"))  # fmt: skip
"""Acts of two words: the first whole, the second a stem."""
UNSUBSCRIBE_STEMS = _stems("отпис отпиш отключ отказ надоел достал отстан шыгар unsubscrib optout otpis otpish")
CLEAR_OUT = _words("удалите удалить уберите убрать исключите remove delete оширин оширинiз")

# -- what it is done to

OWN = _words("""
    мои моих моими мой моего моей мою мое моя моим свои своих свой своего свою своей свое наши наших нашу наш нашего
    персональные персональных персональную персональной личные личных личную личной личный перс персданные персданных
    my our personal private
    moi moih moikh svoi svoih personalnye personalnie personalnyh lichnye lichnie
    менин оз озимнин бизднин жеке дербес барлык menin jeke zheke derbes""")
DATA = _words("""
    данные данных данными сведения сведений информацию информации номер номера телефон телефона профиль профиля историю
    истории контакты контактов сообщения сообщений анкету анкеты переписку переписки
    dannye dannie danniye danie dannyh dannyx dannykh
    data info information details profile number phone history records record conversation conversations chat chats
    messages contacts profile
    деректерди деректер деректи малиметтерди малимет малиметти акпаратты акпарат номирди номерди номир телефонды
    аккаунтты профильди тарихты данныйларды данныйды хаттарды""")
"""Words for data that is the person's own only with OWN before it, or "about me" after it."""
OWN_DATA = _words("""
    персданные персданных аккаунт аккаунта учетку переписку account accounts akkaunt""")
OWN_DATA_STEMS = _stems("""
    деректерим деректерым малиметтерим малиметтерым малиметим
    маглуматтарым акпаратым аккаунтым профилим номирим номерим телефоным тарихым
    жазбаларым жазысуым хаттарым тиркелгим данныйлар данныйым данныйлары derekterim malimetterim""")
ACCOUNT = (("учетную", "запис"), ("учетной", "запис"), ("личный", "кабинет"), ("личного", "кабинет"))
ABOUT_ME = (("обо", "мне"), ("о", "мне"), ("о", "себе"), ("про", "меня"), ("about", "me"), ("on", "me"),
            ("на", "меня"), ("мен", "тура"), ("мен", "жайл"), ("мен", "жайын"), ("озим", "тура"))  # fmt: skip
ME = _words("меня me мени нас us menya")
OUT_OF = _words("из с со от from off базадан базаныздан жуйеден жуйенизден тизимнен тизиминизден базанызда")
OUT_OF_STEMS = _stems("баз систем спис реестр crm database system record list register жуйе тизим файл")
CONSENT = _words("""
    согласие согласия согласию согласием соглашаюсь soglasie soglasiye soglasiya consent consents permission
    authorization authorisation разрешение разрешения келисим""")
CONSENT_STEMS = _stems("келисимим келисимди келисимнен келисими рухсатым kelisim")
ALLOW_STEMS = _stems("разреша позволя allow permit authori")
AGREE = _words(
    "даю давал давала дам даем согласен согласна согласны соглашаюсь consent agree give gave allow authorize"
)
NOT_GIVEN_STEMS, DISAGREE_STEMS = _stems("бермейм берме"), _stems("келиспейм")
"""Kazakh denies in one word: I do not give (consent), I do not agree."""
OF_DATA_STEMS = _stems("обработ обрабат данн personal data process information дерек малимет онде")
NEWS_STEMS = _stems("""
    рассыл реклам новост спам промо reklam rassyl novost newsletter advert promo marketing spam жарнама жаналык zharnama
    jarnama janalyk zhanalyk mailing""")
NEWS = _words("ads ad news commercials")
NOT_NEWS_STEMS = _stems("рекламац новострой")
OFFER_STEMS = _stems("""
    предложен сообщен уведомл смс sms messag text email offer notification хабарлама хабар усыныс акци скидк письм""")
"""Words that mean news only together with an act that ends sending."""

# -- what stands between and around

FILLERS = (
    _words("""
    пожалуйста все всех всю весь всей всё мне нам вас у вы полностью навсегда срочно из вашей ваших вашего базы баз
    системы что которые есть имеющиеся имеющуюся хранящиеся и а также любые эти обо мне о себе прошу моё мое хочу
    немедленно сразу обработку хранение на the of any all please completely permanently from your you have hold keep
    and every everything whole entire full that is are to be want i would like asap now immediately database systems
    system it with in pozhaluista pojaluista pojalyista vse
    барлыгын барин толыгымен толык отинемин отиниш базадан базаныздан жуйеден жуйенизден бирден тез дереу сурайтын
    озинин оз сизден сиз сиздеги сиздердеги базаныздагы""")
    | OWN
)
NOT_OURS_STEMS = _stems("""
    заказ товар корзин прилож фото видео файл документ письм отзыв комментар объявл пост чек платеж карт доставк подписк
    черн black позици строк парол тариф сим накладн счет заяв обращ груп дубл пункт order cart item app photo video file
    document review comment post subscr product payment card deliver plan passw invoice ticket draft group duplicate
    тапсырыс тауар себет косымша сурет пикир толем жеткиз жазылым оти купия баяла
    """)
"""Things of daily support: to want these deleted is no request about data."""
