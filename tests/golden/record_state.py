"""Records what a release stores: `python -m tests.golden.record_state FOLDER` plays people on the running desk and
packs everything that it keeps into FOLDER/state.tar.xz, with what must be shown of it in FOLDER/state.json.

test_old_state.py lets the present code serve what was packed. Run this from a checkout of the release to be kept.
"""

import io
import json
import re
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from tests.support.e2e.erasing import DAY, HOUR, Customer, Office, advance
from tests.support.e2e.playing import Play, eventually
from tests.support.running import RunningDesk, start_desk

SERVICES = (
    *("apigateway", "apigateway_v1", "cloudformation", "cloudwatch", "cloudwatch_logs", "cognito", "dynamodb"),
    *("eventbridge", "iam", "kms", "lambda", "s3", "secretsmanager", "sqs", "stepfunctions"),
)
_CODE = re.compile(r"\b[0-9a-f]{64}\.zip")
WAYS_TO_ASK = {"deletion": "Прошу удалить мои персональные данные", "withdrawal": "Withdraw my consent"}


def played(desk: RunningDesk) -> dict[str, Any]:
    """Play the people and return what must be shown of them."""
    play = Play(desk)
    office, bolat = Office(play), play.sign_in()
    amina = Customer(play, "whatsapp", "Амина Сейтқали", "kk", key="77009990001")
    daniyar = Customer(play, "telegram", "Данияр Ахметов", "ru", key="5900000001")
    anna = Customer(play, "telegram", "Anna Bell", "en", key="5900000002")
    gone = Customer(play, "telegram", "Данияр Гүлнәзік", "kk", key="5900000003")
    cooling = Customer(play, "telegram", "Иван Сидоров", "ru", key="5900000004")
    asked = Customer(play, "whatsapp", "Irene Adler", "en", key="77009990005")
    quiet = Customer(play, "whatsapp", "Мария Иванова", "ru", key="77009990006")
    people = [amina, daniyar, anna, gone, cooling, asked, quiet]
    for one in people:
        one.write(f"Hello, Сәлеметсіз бе, здравствуйте: {one.name}")
    for one in people:
        one.known(bolat)
        eventually(one.heard)

    ticket = amina.ticket(bolat)["id"]
    assert bolat.reply(ticket, "Тапсырысыңыз жолда").ok
    amina.hears("Тапсырысыңыз жолда")
    assert bolat.call("POST", f"tickets/{ticket}/comments", {"text": "Курьерге қоңырау шалу керек"}).ok
    assert bolat.call("PATCH", f"tickets/{ticket}", {"tags": ["delivery"], "priority": "high"}).ok
    amina.write("Рақмет, күтемін")
    solved = daniyar.ticket(bolat)["id"]
    assert bolat.reply(solved, "Всё готово").ok
    daniyar.hears("Всё готово")
    assert bolat.call("PATCH", f"tickets/{solved}", {"state": "solved"}).ok
    quiet.ask("Не присылайте рекламу")
    office.reach("answered", quiet)

    gone.ask("Деректерімді жойыңыз")
    office.reach("verifying", gone, waits="identity")
    gone.press("confirm")
    office.reach("grace", gone, waits="grace")
    advance(play, 5 * HOUR)
    number, secret = gone.certificate()
    advance(play, DAY + HOUR)
    office.reach("waiting_for_backups", gone)

    for one, kind in ((cooling, "deletion"), (asked, "withdrawal")):
        one.ask(WAYS_TO_ASK[kind])
    office.reach("verifying", cooling, asked, waits="identity")
    cooling.press("confirm")
    office.reach("grace", cooling, waits="grace")
    found = dict(zip(("gone", "cooling", "asked", "quiet"), office.of(gone, cooling, asked, quiet), strict=True))
    bolat = play.sign_in()
    return {
        "now": play.now(),
        "people": {one.key: {"channel": one.channel, "name": one.name, "contact_id": one.contact_id} for one in people},
        "tickets": {"amina": bolat.get(f"tickets/{ticket}"), "daniyar": bolat.get(f"tickets/{solved}")},
        "requests": found,
        "certificate": {"number": number, "secret": secret},
    }


def pack(state: Path, into: Path) -> None:
    """Pack what the services that the desk uses have kept, without the code of the functions: whoever serves the state
    deploys their own."""
    with tarfile.open(into, "w:xz") as packed:
        for service in SERVICES:
            text = _CODE.sub(f"{'0' * 64}.zip", (state / f"{service}.json").read_text(encoding="utf-8"))
            member = tarfile.TarInfo(f"state/{service}.json")
            member.size = len(text.encode())
            packed.addfile(member, io.BytesIO(text.encode()))


def main(folder: Path) -> None:
    """Play and pack."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = Path(tempfile.mkdtemp(prefix="spoint-golden-"))
    try:
        with start_desk(kept / "run.log", PERSIST=f"{kept}/kept") as desk:
            shown = played(desk)
        (folder / "state.json").write_text(json.dumps(shown, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pack(kept / "kept" / "state", folder / "state.tar.xz")
    finally:
        shutil.rmtree(kept)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
