"""Plays GuardDuty's scan of the bucket of files: tags each file with what it found, as GuardDuty does."""

import logging
import threading
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.attachments.bucket import SCAN_TAG
from chalicelib.attachments.model import CLEAN
from local.aws.ministack import client

log = logging.getLogger("local.aws")
EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
"""Stands in the file by which every scanner is tried; it harms nobody."""
PAUSE = 1.0
"""Seconds between two looks into the bucket."""


class Scan:
    """Scans a bucket until it is stopped."""

    def __init__(self, endpoint: str, bucket: str) -> None:
        self._s3: Any = client("s3", endpoint)
        self._bucket = bucket
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "Scan":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stopped.wait(PAUSE):
            try:
                self.look()
            except (ClientError, BotoCoreError):
                log.info("the bucket of files could not be scanned", exc_info=True)

    def look(self) -> None:
        """Tag every file that has no tag yet."""
        for one in self._s3.list_objects_v2(Bucket=self._bucket).get("Contents", ()):
            at = {"Bucket": self._bucket, "Key": one["Key"]}
            if not self._s3.get_object_tagging(**at)["TagSet"]:
                found = "THREATS_FOUND" if EICAR in self._s3.get_object(**at)["Body"].read() else CLEAN
                self._s3.put_object_tagging(**at, Tagging={"TagSet": [{"Key": SCAN_TAG, "Value": found}]})
