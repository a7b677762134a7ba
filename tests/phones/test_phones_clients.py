"""Clients that others wrote speak with the stand-ins as with the providers: aiogram on Telegram, pywa on WhatsApp.

aiogram takes two seconds to import, and every worker collects this file, so only its test does it.
"""

import asyncio
import io
import pathlib
from hashlib import sha256
from typing import Any

import httpx
from pywa import WhatsApp
from pywa.errors import WhatsAppError

from tests.support.phones.phones import SECRETS, Phones, until
from tests.support.pictures import png

CHAT = 500000042
PDF = b"%PDF-1.7\n\r\n--boundary\r\n\xff"


def test_aiogram_sends_a_text_a_photo_a_document_and_an_album_and_has_a_file_back(phones: Phones) -> None:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import TelegramBadRequest
    from aiogram.types import BufferedInputFile, InputMediaPhoto

    async def talk() -> tuple[list[Any], bytes, str]:
        session = AiohttpSession(api=TelegramAPIServer.from_base(phones.url))
        async with Bot(SECRETS.bots[0].token, session=session) as bot:
            sent = [
                await bot.send_message(CHAT, "Сәлем"),
                await bot.send_photo(CHAT, BufferedInputFile(png(20, 10), "чек.png"), caption="Чек"),
                await bot.send_document(CHAT, BufferedInputFile(PDF, "Шот.pdf")),
                *await bot.send_media_group(
                    CHAT, [InputMediaPhoto(media=BufferedInputFile(png(n, 9), f"{n}.png")) for n in (5, 6, 7)]
                ),
            ]
            assert sent[-1].photo
            had = await bot.download(sent[-1].photo[-1], io.BytesIO())
            try:
                await bot.send_photo(CHAT, BufferedInputFile(PDF, "a.png"))
            except TelegramBadRequest as error:
                refused = str(error)
            return sent, had.read() if had else b"", refused

    sent, had, refused = asyncio.run(talk())

    assert had == png(7, 9) and "IMAGE_PROCESS_FAILED" in refused
    assert (sent[1].caption, sent[2].document and sent[2].document.file_name) == ("Чек", "Шот.pdf")
    assert len({one.media_group_id for one in sent[3:]}) == 1
    shown = phones.messages("Данияр")
    assert [one["kind"] for one in shown] == ["text", "photo", "document", "photo", "photo", "photo"]
    assert shown[1]["file"]["name"] == "чек.png" and shown[2]["file"]["sha256"] == sha256(PDF).hexdigest()


def client(phones: Phones) -> WhatsApp:
    session = httpx.Client(trust_env=False)
    made = WhatsApp(SECRETS.phone_number_id, SECRETS.access_token, session=session)
    session.base_url = f"{phones.url}/v26.0"  # type: ignore[assignment]
    return made


def test_pywa_sends_a_text_and_files_of_every_kind(phones: Phones, tmp_path: pathlib.Path) -> None:
    whatsapp, to = client(phones), "77000000107"
    whatsapp.send_message(to, "Сәлем")
    picture = tmp_path / "a.png"
    picture.write_bytes(png(20, 10))
    whatsapp.send_image(to, str(picture), caption="Чек")
    whatsapp.send_document(to, PDF, filename="Шот.pdf", mime_type="application/pdf")
    whatsapp.send_video(to, b"video", mime_type="video/mp4")
    whatsapp.send_audio(to, b"audio", mime_type="audio/mpeg")
    whatsapp.send_voice(to, b"voice", mime_type="audio/ogg")
    whatsapp.send_sticker(to, b"sticker", mime_type="image/webp")

    until(lambda: [one["state"] for one in phones.messages("Амина")] == ["read"] * 7)
    shown = phones.messages("Амина")
    assert [one["kind"] for one in shown] == ["text", "image", "document", "video", "audio", "audio", "sticker"]
    assert shown[2]["file"]["name"] == "Шот.pdf"
    assert [one["file"]["sha256"] for one in shown[1:3]] == [sha256(data).hexdigest() for data in (png(20, 10), PDF)]


def test_pywa_has_a_file_of_a_customer(phones: Phones) -> None:
    file: dict[str, Any] = {"name": "a.pdf", "type": "application/pdf", "data": "JVBERi0="}
    phones.post("/phones/whatsapp/messages", phone="77000000107", file=file)
    media_id, whatsapp = phones.messages("Амина")[0]["file"]["id"], client(phones)

    url = whatsapp.get_media_url(media_id)
    assert whatsapp.get_media_bytes(url.url) == b"%PDF-"
    assert whatsapp.delete_media(media_id).success
    try:
        whatsapp.get_media_url(media_id)
    except WhatsAppError as error:
        assert error.code == 100
    else:
        raise AssertionError("a deleted file is not there")
