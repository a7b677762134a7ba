"""Says why a step of signing in or of the account page was refused. None of these refusals has changed anything."""

from collections.abc import Callable, Mapping

from chalicelib.core.errors import DeskError
from chalicelib.core.texts import desk_msg
from chalicelib.staff.authenticator import NotProven
from chalicelib.staff.authenticator_model import LEAST_PASSWORD
from chalicelib.staff.sign_in import TooMany, WrongPassword

_WRONG: Mapping[str, str] = {
    "wrong_password": desk_msg("The e-mail or password is wrong."),
    "wrong_code": desk_msg("The code is wrong, too old or used already. Type the next one from the application."),
}
_OTHERS: Mapping[str, str] = {
    "csrf": desk_msg("This page was open too long. Enter everything once more."),
    "challenge_over": desk_msg("This took too long. Begin again with your password."),
    "password_policy": desk_msg(
        "The new password was not taken, and nothing is changed. It needs {least} characters or more, with small and"
        " capital Latin letters, digits and signs, and must not be one that you had before."
    ),
    "passwords_differ": desk_msg("The two new passwords are not the same. Type both again."),
    "account_not_ready": desk_msg("This account needs another step. Sign out, sign in again or ask an administrator."),
    "authenticator_on": desk_msg("An authenticator application is on already. Switch it off first."),
    "authenticator_demanded": desk_msg("The company demands an authenticator application. It stays on."),
}


def problem_text(say: Callable[[str], str], error: DeskError) -> str:
    """Return what happened and what to do. For a wrong password or code it names the attempts that are left."""
    if isinstance(error, TooMany):
        return say("Too many failed attempts. Wait 15 minutes and try again.")
    if isinstance(error, WrongPassword | NotProven):
        what = say(_WRONG[error.code])
        if isinstance(error, NotProven) and error.code == "wrong_password":
            what = say("The password is wrong.")
        left = say("Attempts left: {left}, then wait 15 minutes.").format(left=error.left)
        if not error.left:
            left = say("Wait 15 minutes before the next attempt.")
        return f"{what} {left}"
    if error.code in _OTHERS:
        return say(_OTHERS[error.code]).format(least=LEAST_PASSWORD)
    return say("Fill in everything and begin again.")
