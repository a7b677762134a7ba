"""Words against news, all the way: recognised at intake, booked by the worker."""

from tests.support.erasure.living import Living
from tests.support.erasure.person import Person
from tests.support.people import from_daniyar


def test_words_end_news(living: Living, daniyar: Person) -> None:
    living.desk.now += 60_000
    for n, text in enumerate(("Не присылайте мне больше рекламу", "отписаться")):
        living.desk.receive(from_daniyar(text, sent_at=living.desk.seconds, message_id=30 + n))
        living.asks(daniyar.contact_id)
        living.desk.now += 60_000
    (row,) = living.requests()
    assert (row["kind"], row["source"], row["language"]) == ("opt_out", "bot", "ru")
    assert row["received_at"] < row["opened_at"] + 1
    assert not living.desk.of("ask#")
    living.desk.receive(from_daniyar("как удалить мои данные?", sent_at=living.desk.seconds, message_id=40))
    living.asks(daniyar.contact_id)
    living.says(daniyar, "withdraw", kinds=["deletion"], meant_at=living.desk.now)
    assert sorted(one["kind"] for one in living.requests()) == ["deletion", "opt_out"]
