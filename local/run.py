"""`make run`: runs the whole desk on this machine, in the foreground, until Ctrl-C."""

import signal
import sys
import threading
import time
from types import FrameType

from chalicelib.profile import build
from chalicelib.profile.load import load_profile
from infra.residency import refused_anywhere
from local import seed
from local.aws.ministack import CannotStart
from local.aws.stack import CannotDeploy
from local.desk import Desk, project_path
from local.ports import RunSettings, settings


def main() -> int:
    """Run until stopped; returns the exit status."""
    asked_to_stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        asked_to_stop.set()

    started = time.monotonic()
    desk: Desk | None = None
    signal.signal(signal.SIGTERM, ask)
    if build.main():  # a profile that was changed is compiled, so that what runs is what the file says
        return 1
    try:
        chosen = settings()
        desk = Desk(chosen, lambda line: print(f"  {line}", flush=True))
        kept = f"kept in {project_path(chosen.kept)}" if chosen.kept else "in memory only; PERSIST=1 keeps it"
        print(f"sPoint Help Desk, profile {chosen.operator}. Data: {kept}.", flush=True)
        desk.start()
        signal.signal(signal.SIGINT, ask)
        print(_ready(chosen, desk, time.monotonic() - started), flush=True)
        while not asked_to_stop.wait(1):
            desk.check()
        print("\nStopping", flush=True)
        return 0
    except KeyboardInterrupt:
        print("\nStopping", flush=True)
        return 130
    except (CannotStart, CannotDeploy) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        # A second Ctrl-C must not interrupt the stopping, which would leave processes behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if desk is not None:
            desk.stop()


def _ready(chosen: RunSettings, desk: Desk, seconds: float) -> str:
    return f"""
Ready in {seconds:.1f} s.

  desk      {chosen.url}/dashboard/
  phones    {chosen.phones_url}/
  mail in   127.0.0.1:{chosen.smtp_port} (SMTP)
  AWS       http://127.0.0.1:{chosen.aws_port}   (keys test/test, region eu-central-1)
  sign in   {", ".join(account.email for account in seed.ACCOUNTS[:2])} …   password {seed.PASSWORD}
  log       {project_path(desk.log)}

{_residency(chosen.operator)}
Ctrl-C stops everything."""


def _residency(operator: str) -> str:
    """Say where the data of this run lies, and whether it could lie on AWS."""
    profile = load_profile(operator)
    refused = refused_anywhere(profile)
    on_aws = f"a deployment to AWS is refused: {refused[0]}" if refused else "a deployment to AWS is allowed."
    notice = profile.residency.notice
    said = f"Residency: the data of this run stays on this machine; {on_aws}\n"
    if notice and profile.waiting:
        waits = f"\nNot taken yet: {', '.join(profile.waiting)}. {notice.clause} wants a notice to the authorised body"
        said += f"{waits} first; fill in residency.notice of the profile.\n"
    return said


if __name__ == "__main__":
    sys.exit(main())
