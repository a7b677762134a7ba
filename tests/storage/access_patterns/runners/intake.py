"""What intake asks: messages, changes of a customer, statuses."""

from chalicelib.channels.parts import ChatEvent, InboundMessage, ReachChanged
from chalicelib.core.addresses import Address, Author
from chalicelib.dynamo.builder import attribute_values
from chalicelib.messages.repeated import RepeatedParts
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import MOVED, closed, job, renumbered, status
from tests.support.channels.mails import DOMAIN
from tests.support.intake.changes import started
from tests.support.intake.fences import close_fence
from tests.support.people import AMINA, TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT, from_amina, from_daniyar, wamid
from tests.support.retention.desk import RetentionDesk


@asks("AP1")
def _(desk: RetentionDesk) -> Action:
    return lambda: desk.store().contacts.find("whatsapp", WHATSAPP_ACCOUNT, AMINA, desk.now)


@asks("AP1", "AP2")
def _(desk: RetentionDesk) -> Action:
    return lambda: desk.receive(from_amina(sent_at=desk.seconds))


@asks("AP409")
def _(desk: RetentionDesk) -> Action:
    return lambda: desk.store().check()


@asks("AP1", "AP3")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds))


@asks("AP1", "AP3", "AP1", "AP8")
def _(desk: RetentionDesk) -> Action:
    closed(desk)
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds))


@asks("AP450", "AP451")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    repeated = RepeatedParts(desk.gateway(), desk.address_key)
    return lambda: repeated.already_stored([from_amina("Тағы", sent_at=desk.seconds)])


@asks("AP452", "AP453")
def _(desk: RetentionDesk) -> Action:
    desk.statuses().apply(told := status(desk, "delivered"), desk.now)
    repeated = RepeatedParts(desk.gateway(), desk.address_key)
    return lambda: repeated.already_stored([told])


@asks("AP1", "AP9")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.receive(from_amina(sent_at=desk.seconds, author=AMINA._replace(name="Амина С.")))


@asks("AP1", "AP6")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.receive(from_amina("", sent_at=desk.seconds, kind="unsupported", raw=b"{}", raw_type="x"))


@asks("AP1", "AP7")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    press = from_daniyar("", sent_at=desk.seconds, message_id=8, kind="callback", undated=True)
    return lambda: desk.receive(press)


@asks("AP1", "AP968")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    chosen = {"callback_id": "1", "data": "pick.a.1"}
    press = from_daniyar("Иә", sent_at=desk.seconds, message_id=8, kind="callback", undated=True, details=chosen)
    return lambda: desk.receive(press)


@asks("AP1", "AP1", "AP10")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    both = Author((Address("user", "KZ.1"), *AMINA.addresses), AMINA.name)
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds, author=both))


@asks("AP1", "AP1", "AP11")
def _(desk: RetentionDesk) -> Action:
    one = Author((Address("user", "KZ.1"), *AMINA.addresses), AMINA.name)
    desk.receive(from_amina(sent_at=desk.seconds, author=one))
    other = Author((Address("user", "KZ.2"), *AMINA.addresses), "Иван")
    return lambda: desk.receive(from_amina("Привет", sent_at=desk.seconds, author=other))


@asks("AP1", "AP3", "AP1", "AP3", "AP1", "AP5")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.receive(from_amina("Кейін", sent_at=desk.seconds + 120))
    return lambda: desk.receive(from_amina("Арада", sent_at=desk.seconds + 60))


@asks("AP1", "AP5", "AP1", "AP4")
def _(desk: RetentionDesk) -> Action:
    closed(desk)
    return lambda: desk.receive(from_amina("👍", sent_at=desk.seconds, kind="reaction", target=wamid()))


@asks("AP1", "AP12")
def _(desk: RetentionDesk) -> Action:
    return lambda: desk.changer()(started(desk))


@asks("AP1", "AP13")
def _(desk: RetentionDesk) -> Action:
    author = Author((Address("mail", "nurlan@example.kz"),))
    forged = InboundMessage("email", DOMAIN, author, "m1", desk.seconds, "text", text="/menu", unproved=True)
    return lambda: desk.receive(forged)


@asks("AP1", "AP401")
def _(desk: RetentionDesk) -> Action:
    desk.receive(message := from_daniyar(sent_at=desk.seconds, message_id=7))
    line = ChatEvent("telegram", TELEGRAM_ACCOUNT, message.author, "1:service:8", "timer_changed", desk.seconds)
    return lambda: desk.changer()(line)


@asks("AP1", "AP402")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    place = {"kind": "edit", "replaces": True, "details": {"new_kind": "location"}}
    return lambda: desk.receive(from_daniyar("43.2, 76.9", sent_at=desk.seconds, message_id=8, **place))


@asks("AP1", "AP3", "AP1", "AP403")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.delete_all(("keys", attribute_values(key)) for key in desk.items("keys"))
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds))


@asks("AP1", "AP14")
def _(desk: RetentionDesk) -> Action:
    desk.receive(message := from_daniyar(sent_at=desk.seconds, message_id=7))
    return lambda: desk.changer()(ReachChanged("telegram", TELEGRAM_ACCOUNT, message.author, True, desk.seconds))


@asks("AP1", "AP1", "AP15")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.changer()(renumbered(desk))


@asks("AP1", "AP1", "AP16")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.receive(from_amina(sent_at=desk.seconds, author=Author((MOVED,), "Иван")))
    return lambda: desk.changer()(renumbered(desk))


@asks("AP1", "AP150")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.receive(from_amina("Деректерімді жойыңыз", sent_at=desk.seconds))


@asks("AP1", "AP151")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    pressed = {"kind": "callback", "undated": True, "details": {"data": f"erase.confirm.{'r' * 20}"}}
    return lambda: desk.receive(from_daniyar("Да, удалить", sent_at=desk.seconds, message_id=8, **pressed))


@asks("AP1", "AP971")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    pressed = {"kind": "callback", "undated": True, "details": {"data": "menu.status"}}
    return lambda: desk.receive(from_daniyar("Мои обращения", sent_at=desk.seconds, message_id=8, **pressed))


@asks("AP1", "AP152")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.receive(from_amina("👍", sent_at=desk.seconds - 60, kind="reaction", target=wamid()))


@asks("AP1", "AP153", "AP154")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    close_fence(desk)
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds))


@asks("AP17")
def _(desk: RetentionDesk) -> Action:
    _, one = job(desk)
    return lambda: desk.statuses().apply(status(desk, "delivered", str(one.entry.ref)), desk.now)


@asks("AP1051", "AP17")
def _(desk: RetentionDesk) -> Action:
    _, one = job(desk)
    told = status(desk, "failed", str(one.entry.ref))._replace(final=True, blocks="came_back", at=desk.seconds + 1)
    return lambda: desk.statuses().apply(told, desk.now)


@asks("AP1051", "AP1053", "AP17")
def _(desk: RetentionDesk) -> Action:
    _, one = job(desk)
    told = status(desk, "delivered", str(one.entry.ref))._replace(blocks="complained", at=desk.seconds + 1)
    return lambda: desk.statuses().apply(told, desk.now)


@asks("AP18", "AP19", "AP18")
def _(desk: RetentionDesk) -> Action:
    return lambda: desk.statuses().apply(status(desk, "delivered"), desk.now)


@asks("AP20")
def _(desk: RetentionDesk) -> Action:
    return lambda: desk.store().keep_unparsed("telegram", TELEGRAM_ACCOUNT, "new_kind", b"raw", desk.now)
