"""Files that the desk sends, as the stand-ins take them: by independent clients, in one piece or in chunks."""

import asyncio
import struct
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest
import telegram

from chalicelib.attachments.model import type_of
from local.phones.files import KINDS, content
from local.providers.pictures import frame_of
from tests.support.phones.phones import SECRETS, Phones, until
from tests.support.pictures import png

CHAT = 500000042
MEGABYTE = 1024 * 1024
PDF = b"%PDF-1.7\n\r\n--boundary\r\n\xff"
BEARER = {"Authorization": f"Bearer {SECRETS.access_token}"}


def bot(phones: Phones) -> telegram.Bot:
    return telegram.Bot(SECRETS.bots[0].token, base_url=f"{phones.url}/bot", base_file_url=f"{phones.url}/file/bot")


def call(phones: Phones, method: str, files: dict[str, Any], **fields: str) -> httpx.Response:
    url = f"/bot{SECRETS.bots[0].token}/{method}"
    return phones.http.post(url, data={"chat_id": str(CHAT)} | fields, files=files)


def upload(phones: Phones, data: bytes, media_type: str, name: str = "file") -> httpx.Response:
    url, fields = f"/v23.0/{SECRETS.phone_number_id}/media", {"messaging_product": "whatsapp", "type": media_type}
    return phones.http.post(url, data=fields, files={"file": (name, data, media_type)}, headers=BEARER)


def described(name: str, media_type: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "type": media_type, "size": len(data), "sha256": sha256(data).hexdigest()}


def test_python_telegram_bot_sends_files_of_every_kind(phones: Phones) -> None:
    async def talk() -> list[telegram.Message]:
        async with bot(phones) as client:
            return [
                await client.send_photo(CHAT, png(40, 30), caption="Чек", filename="чек.png"),
                await client.send_document(CHAT, PDF, filename="Шот.pdf"),
                await client.send_video(CHAT, b"video", filename="a.mp4"),
                await client.send_voice(CHAT, b"OggS", filename="a.ogg"),
                await client.send_voice(CHAT, b"OggS" * MEGABYTE, filename="long.ogg"),
                await client.send_audio(CHAT, b"ID3", filename="a.mp3"),
                await client.send_sticker(CHAT, telegram.InputFile(b"RIFF", "a.webp")),
                await client.send_animation(CHAT, b"GIF89a", filename="a.gif"),
                await client.send_video_note(CHAT, b"video", filename="a.mp4"),
            ]

    photo, document, *others = asyncio.run(talk())

    assert [(size.width, size.height) for size in photo.photo] == [(20, 15), (40, 30)]
    assert (photo.caption, document.document and document.document.file_name) == ("Чек", "Шот.pdf")
    kinds = [message["kind"] for message in phones.messages("Данияр")]
    assert kinds == [
        "photo", "document", "video", "voice", "document", "audio", "sticker", "animation", "video_note",
    ]  # fmt: skip
    assert all(message.effective_attachment for message in others)
    sent = [item["payload"] for item in phones.sent("telegram") if item["method"].startswith("send")]
    assert sent[0]["photo"] == described("чек.png", "image/png", png(40, 30))
    assert sent[1]["document"] == described("Шот.pdf", "application/pdf", PDF)


def test_python_telegram_bot_sends_an_album_and_has_its_files_back(phones: Phones) -> None:
    pictures = [png(10 * number, 30) for number in (1, 2, 3)]

    async def talk() -> tuple[tuple[telegram.Message, ...], bytes]:
        async with bot(phones) as client:
            media = [telegram.InputMediaPhoto(one, filename=f"{n}.png") for n, one in enumerate(pictures, 1)]
            sent = await client.send_media_group(CHAT, media, caption="Үш сурет")
            file = await client.get_file(sent[1].photo[-1].file_id)
            return sent, bytes(await file.download_as_bytearray())

    album, second = asyncio.run(talk())

    assert second == pictures[1]
    assert len({message.media_group_id for message in album}) == 1 and album[0].media_group_id
    assert [message.caption for message in album] == ["Үш сурет", None, None]
    shown = phones.messages("Данияр")
    assert [message["file"]["name"] for message in shown] == ["1.png", "2.png", "3.png"]
    assert {message["album"] for message in shown} == {album[0].media_group_id}


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ('[{"type": "photo", "media": "attach://a"}]', "wrong number of messages"),
        ("[]", "wrong number of messages"),
        ('[{"type": "photo", "media": "attach://a"}, {"type": "document", "media": "attach://b"}]', "can't be mixed"),
        ('[{"type": "photo", "media": "attach://a"}, {"type": "voice", "media": "attach://b"}]', "type must be one"),
        ('[{"type": "photo", "media": "attach://a"}, {"type": "photo", "media": "attach://none"}]', "wrong file ident"),
        ('[{"type": "photo", "media": "attach://a"}, {"type": "photo", "media": "attach://b"}]', "IMAGE_PROCESS_FAIL"),
    ],
)
def test_an_album_is_sent_whole_or_not_at_all(phones: Phones, media: str, words: str) -> None:
    files = {"a": ("a.png", png(), "image/png"), "b": ("b.pdf", PDF, "application/pdf")}
    answer = call(phones, "sendMediaGroup", files, media=media)

    assert answer.status_code == 400 and words in answer.json()["description"]
    assert phones.messages("Данияр") == []


@pytest.mark.parametrize(
    ("method", "data", "status", "words"),
    [
        ("sendPhoto", PDF, 400, "IMAGE_PROCESS_FAILED"),
        ("sendPhoto", png(9000, 1001), 400, "PHOTO_INVALID_DIMENSIONS"),
        ("sendPhoto", png(2100, 100), 400, "PHOTO_INVALID_DIMENSIONS"),
        ("sendPhoto", png(more=10 * MEGABYTE), 400, "too big for a photo"),
        ("sendDocument", b"", 400, "non-empty"),
        ("sendDocument", b"x" * (50 * MEGABYTE + 1), 413, "Too Large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_telegram_does_not_take_is_refused_and_not_shown(
    phones: Phones, method: str, data: bytes, status: int, words: str
) -> None:
    answer = call(phones, method, {method.removeprefix("send").lower(): ("a.png", data, "image/png")})

    assert answer.status_code == status and words in answer.json()["description"]
    assert phones.messages("Данияр") == []


def test_a_caption_is_too_long_before_its_file_is_looked_at(phones: Phones) -> None:
    for method, field in (("sendPhoto", "photo"), ("sendDocument", "document")):
        answer = call(phones, method, {field: ("a.png", png(), "image/png")}, caption="x" * 1025)
        assert "caption is too long" in answer.json()["description"]


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_an_upload_in_chunks_without_a_length_arrives_whole(phones: Phones, channel: str) -> None:
    data = bytes(range(256)) * 4096 * 4
    head = (
        '--b\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
        f'--b\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n{CHAT}\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )

    def body() -> Iterator[bytes]:
        whole = head.replace('name="file"', 'name="document"' if channel == "telegram" else 'name="file"').encode()
        whole += data + b"\r\n--b--\r\n"
        for start in range(0, len(whole), 65_521):
            yield whole[start : start + 65_521]

    path = f"/v23.0/{SECRETS.phone_number_id}/media"
    path = f"/bot{SECRETS.bots[0].token}/sendDocument" if channel == "telegram" else path
    headers = BEARER | {"Content-Type": "multipart/form-data; boundary=b"}
    assert phones.http.post(path, content=body(), headers=headers).is_success

    sent = phones.sent(channel)[-1]["payload"]
    assert sent["document" if channel == "telegram" else "file"] == described("a.pdf", "application/pdf", data)


@pytest.mark.parametrize(
    ("kind", "media_type", "data", "code"),
    [
        ("image", "image/jpeg", b"x" * 9, 0),
        ("video", "video/mp4", b"x" * 9, 0),
        ("audio", "audio/ogg", b"x" * 9, 0),
        ("document", "application/pdf", b"x" * 9, 0),
        ("sticker", "image/webp", b"x" * 102_400, 0),
        ("sticker", "image/webp", b"x" * 150_000, 131053),
        ("sticker", "image/webp", b"RIFF____WEBPVP8X\x0a\0\0\0\x02" + b"x" * 150_000, 0),
        ("image", "application/pdf", b"x" * 9, 131053),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_fits_a_kind_of_message_is_shown_and_anything_else_fails_later(
    phones: Phones, kind: str, media_type: str, data: bytes, code: int
) -> None:
    media_id = upload(phones, data, media_type, "файл").json()["id"]
    assert phones.send(type=kind, **{kind: {"id": media_id}}).is_success

    until(lambda: phones.messages("Амина")[0]["state"] in ("read", "failed"))
    (message,) = phones.messages("Амина")
    assert (message["kind"], message["file"]["name"]) == (kind, "файл")
    assert message["reason"] == (str(code) if code else "")


def test_a_media_id_ends_after_its_time_or_when_it_is_deleted(phones: Phones) -> None:
    first, second = (upload(phones, PDF, "application/pdf").json()["id"] for _ in range(2))

    assert phones.http.delete(f"/v23.0/{first}", headers=BEARER).json() == {"success": True}
    assert phones.http.get(f"/v23.0/{first}", headers=BEARER).json()["error"]["error_subcode"] == 33
    phones.post("/clock", advance_seconds=30 * 86_400 - 60)
    assert phones.http.get(f"/v23.0/{second}", headers=BEARER).is_success
    phones.post("/clock", advance_seconds=120)
    assert phones.http.get(f"/v23.0/{second}", headers=BEARER).json()["error"]["error_subcode"] == 33
    assert phones.send(type="document", document={"id": second}).json()["error"]["code"] == 131009


def test_an_id_of_a_webhook_lives_seven_days_and_may_tell_a_wrong_hash(phones: Phones) -> None:
    file = {"name": "a.pdf", "type": "application/pdf", "data": "JVBERi0=", "sha256": "0" * 64}
    phones.post("/phones/whatsapp/messages", phone="77000000107", file=file)
    media_id = phones.messages("Амина")[0]["file"]["id"]

    assert phones.http.get(f"/v23.0/{media_id}", headers=BEARER).json()["sha256"] == "0" * 64
    phones.post("/clock", advance_seconds=7 * 86_400 + 60)
    assert phones.http.get(f"/v23.0/{media_id}", headers=BEARER).status_code == 400
    wrong = {"phone": "77000000107", "file": file | {"sha256": "short"}}
    assert phones.http.post("/phones/whatsapp/messages", json=wrong).status_code == 400


@pytest.mark.parametrize(
    ("data", "frame"),
    [
        (png(7, 5), (7, 5)),
        (b"GIF89a" + struct.pack("<HH", 3, 4), (3, 4)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 6, 9) + b"\x01", (9, 6)),
        (b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x0f\0\0\x07\0\0", (16, 8)),
        (b"RIFF\0\0\0\0WEBPVP8L" + b"\0" * 4 + b"\x2f" + struct.pack("<I", 15 | 7 << 14), (16, 8)),
        (b"\x89PNG\r\n\x1a\nshort", None),
        (b"%PDF-", None),
    ],
)
def test_the_size_of_a_picture_is_read_from_its_bytes(data: bytes, frame: tuple[int, int] | None) -> None:
    assert frame_of(data) == frame


@pytest.mark.parametrize(("channel", "person"), [("whatsapp", "77000000107"), ("telegram", str(CHAT))])
def test_the_phones_send_files_of_every_kind_of_their_own(phones: Phones, channel: str, person: str) -> None:
    who = {"phone": person} if channel == "whatsapp" else {"user_id": person}
    kinds = {name: kind for name, one in KINDS.items() if (kind := getattr(one, channel)) and name != "album"}
    for name in kinds:
        phones.post(f"/phones/{channel}/messages", **who, kind=name, text="Мынау")

    shown = phones.messages("Амина" if channel == "whatsapp" else "Данияр")
    assert [one["kind"] for one in shown] == list(kinds.values())
    for name, one in zip(kinds, shown, strict=True):
        assert type_of(content(name)) == KINDS[name].type.partition(";")[0], "the content is honest"
        assert one["file"]["size"] == len(content(name)) and one["state"] == "sent"
        had = phones.http.get(f"/phones/files/{one['file']['id']}")
        assert had.content == content(name)
    page = phones.http.get("/").text
    assert page.count("<audio") == 2 and page.count("<video") >= 2 and 'value="voice"' in page
    refused = phones.http.post(f"/phones/{channel}/messages", json={**who, "kind": "smell"})
    assert refused.status_code == 400 and "kind must be one of" in refused.json()["message"]


def test_the_phones_send_an_album_of_three(phones: Phones) -> None:
    sent = phones.post("/phones/telegram/messages", user_id=str(CHAT), kind="album", text="Үш сурет")
    phones.post("/phones/whatsapp/messages", phone="77000000107", kind="album", text="Үш сурет")

    updates = [hook.json["message"] for hook in phones.desk.got if "telegram" in hook.path]
    assert [update["message_id"] for update in updates] == sent["message_ids"]
    assert len({update["media_group_id"] for update in updates}) == 1
    assert [update.get("caption") for update in updates] == ["Үш сурет", None, None]
    for name in ("Данияр", "Амина"):
        assert [one["text"] for one in phones.messages(name)] == ["Үш сурет", "", ""]
    assert phones.http.get("/").text.count(" next") == 2
