"""A bucket in which nothing lies, for desks whose people sent no files."""

from io import BytesIO
from typing import Any

from chalicelib.attachments.bucket import Bucket


class _Empty:
    """S3 as far as a bucket without files goes."""

    def list_objects_v2(self, **_: Any) -> dict[str, Any]:
        return {}

    def list_object_versions(self, **_: Any) -> dict[str, Any]:
        return {}

    def list_multipart_uploads(self, **_: Any) -> dict[str, Any]:
        return {}

    def get_object_tagging(self, **_: Any) -> dict[str, Any]:
        return {"TagSet": []}

    def put_object(self, **_: Any) -> dict[str, Any]:
        return {}

    def delete_object(self, **_: Any) -> dict[str, Any]:
        return {}


EMPTY = _Empty()
NO_FILES = Bucket(lambda: EMPTY, "files")


def holding(data: bytes) -> Bucket:
    """A bucket in which these bytes lie under every name."""

    class Holding(_Empty):
        def get_object(self, **_: Any) -> dict[str, Any]:
            return {"ContentRange": f"bytes 0-511/{len(data)}", "ETag": '"1"', "Body": BytesIO(data)}

    return Bucket(Holding, "files")
