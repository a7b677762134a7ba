"""Commands for on-call: `python -m chalicelib.ops <command>`, with the environment of the stage.

The environment is that of a function (see settings.py); credentials are the caller's own.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from chalicelib.core.errors import Conflict, DeskError
from chalicelib.core.settings import Settings, settings
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.schema import Key
from chalicelib.ops.mail_rule import MailRule, receive
from chalicelib.outbox.providers import ChannelProviders
from chalicelib.privacy.menu.buttons import all_commands
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import ProfileError
from chalicelib.staff.model import Role, Staff
from chalicelib.staff.store import StaffStore
from chalicelib.tickets.model import State, queue_of
from chalicelib.vault.encryption import decode_key
from chalicelib.vault.pseudonyms import derive
from chalicelib.vault.rotation import Rotation, first_secret, with_new_key, without_old_keys
from chalicelib.vault.secrets import open_vault
from chalicelib.wiring import base as wiring


def _secret(config: Settings) -> dict[str, Any] | None:
    secrets = client("secretsmanager")
    try:
        value: dict[str, Any] = json.loads(secrets.get_secret_value(SecretId=config.secret_vault)["SecretString"])
    except secrets.exceptions.ResourceNotFoundException:
        return None
    return value if value.get("keys") else None


def _put(config: Settings, secret: dict[str, Any]) -> None:
    client("secretsmanager").put_secret_value(SecretId=config.secret_vault, SecretString=json.dumps(secret))


def _existing(config: Settings) -> dict[str, Any]:
    secret = _secret(config)
    if secret is None:
        raise Conflict("This stage has no vault key yet: run vault-create.")
    return secret


def _tell(secret: dict[str, Any]) -> None:
    (current,) = [key for key in secret["keys"] if key["id"] == secret["current"]]
    print(f"fingerprint {current['id']}\nDeploy with the parameter VaultPublicKey={current['public']}")


def vault_create(config: Settings) -> None:
    """Make the vault key of a new stage. An existing one is never replaced."""
    if _secret(config) is not None:
        raise Conflict("This stage has a vault key. To replace it, run vault-rotate.")
    secret = first_secret(client("kms"), config.vault_key_arn)
    _put(config, secret)
    _tell(secret)


def vault_rotate(config: Settings) -> None:
    """Begin a rotation: add a new current key. Then deploy its public key and run vault-reseal."""
    secret = with_new_key(_existing(config), client("kms"), config.vault_key_arn)
    _put(config, secret)
    _tell(secret)


def _reseal(secret: dict[str, Any]) -> tuple[int, int]:
    (current,) = [key for key in secret["keys"] if key["id"] == secret["current"]]
    vault = open_vault(secret, client("kms"))
    now = wiring.clock()()
    return Rotation(wiring.gateway(), vault, decode_key(current["public"]), now).reseal()


def vault_reseal(config: Settings) -> None:
    """Seal contact keys anew to the current vault key, in two passes."""
    secret = _existing(config)
    for number in (1, 2):
        moved, left = _reseal(secret)
        print(f"pass {number}: {moved} sealed anew, {left} left")


def vault_end(config: Settings) -> None:
    """End a rotation: drop the old key, if nothing is sealed to it any more."""
    secret = _existing(config)
    _, left = _reseal(secret)
    _put(config, without_old_keys(secret, left))
    print(f"the vault holds {secret['current']} alone")


def staff_put(config: Settings, staff: Staff) -> None:
    """Write the row of a staff account with its MAC. They sign the undertaking (anew) at their next sign-in.

    Raises ProfileError for a team that the profile has not.
    """
    if staff.team and staff.team not in load_profile(config.operator).teams:
        raise ProfileError(f"There is no team {staff.team!r} in the profile {config.operator}.")
    wiring.bind_tables()
    secret = wiring.secrets().read(config.secret_text_key)
    StaffStore(derive(decode_key(secret["text_key"]), "staff")).put(staff)
    print(f"{staff.id} may come in as {', '.join(sorted(staff.roles))}")


def tickets_back(_: Settings) -> None:
    """After going back to a release without the queue of assigned tickets: put them into its queue of open ones. Run it
    again until it says 0."""
    tables, start, moved = wiring.gateway(), dict[str, Any](), 0
    taken = queue_of(State.OPEN, "somebody")
    while True:
        page = tables.page(taken, index="queue", limit=100, start=start)
        for row in page.rows:
            values = {"back": queue_of(State.OPEN), "taken": taken}
            key, expression = Key("desk", row["pk"], row["sk"]), "SET #queue = :back REMOVE #opens_in"
            moved += tables.write(tables.update("ticket", key, expression, "#queue = :taken", values))
        start = page.next
        if not start:
            print(f"{moved} tickets moved")
            return


def chat_commands(config: Settings) -> None:
    """Set the lists of commands that the applications of bots show, in each language of the profile."""
    languages = load_profile(config.operator).languages
    providers = ChannelProviders(wiring.secrets(), config.secret_outbound)
    for channel, accounts in wiring.secrets().inbound(config.secret_inbound).accounts.items():
        for account in accounts:
            if providers.set_commands(channel, account, all_commands(languages)):
                print(f"{channel} {account}: {', '.join(languages)}")


COMMANDS = {
    "chat-commands": chat_commands,
    "tickets-back": tickets_back,
    "vault-create": vault_create,
    "vault-rotate": vault_rotate,
    "vault-reseal": vault_reseal,
    "vault-end": vault_end,
}


def main(arguments: Sequence[str]) -> int:
    """Run one command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m chalicelib.ops", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=(command.__doc__ or "").strip().splitlines()[0])
    person = commands.add_parser("staff-put", help="write the row of a staff account with its MAC")
    for name in ("sub", "email", "name"):
        person.add_argument(f"--{name}", required=True)
    person.add_argument("--role", required=True, action="append", choices=sorted(Role))
    person.add_argument("--team", default="", help="id of a team of the profile, where it has teams")
    person.add_argument("--generation", type=int, default=1, help="one more than before ends all sessions")
    receiving = commands.add_parser("mail-rule", help="have SES receive mail for the desk")
    for name in MailRule._fields:
        receiving.add_argument(f"--{name}", required=True)
    given = parser.parse_args(arguments)
    try:
        if given.command == "mail-rule":
            rule = MailRule(*(getattr(given, name) for name in MailRule._fields))
            print(receive(client("ses"), rule))
            return 0
        if given.command == "staff-put":
            roles = frozenset(given.role)
            staff_put(settings(), Staff(given.sub, given.email, given.name, roles, given.generation, team=given.team))
        else:
            COMMANDS[given.command](settings())
    except DeskError as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
