"""Rows of colleagues."""

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from chalicelib.domain.staff import Staff
from chalicelib.errors import NotFound
from chalicelib.storage.calls import reaching
from chalicelib.storage.models import DeskRow

_PK = "staff"


class StaffStore:
    """Reads and changes colleagues. All methods raise Unavailable."""

    def get(self, staff_id: str) -> Staff | None:
        """A colleague, strongly consistent, so that a revocation holds at the next request."""
        with reaching():
            try:
                return _staff(DeskRow.get(_PK, staff_id, consistent_read=True))
            except DeskRow.DoesNotExist:
                return None

    def all(self) -> list[Staff]:
        """Every colleague, by name."""
        with reaching():
            return sorted((_staff(row) for row in DeskRow.query(_PK)), key=lambda one: one.name)

    def sign_undertaking(self, staff_id: str, now: int) -> None:
        """Keep when the undertaking was signed first."""
        self._update(staff_id, DeskRow.undertaking_at.set(DeskRow.undertaking_at | now))

    def set_language(self, staff_id: str, language: str) -> None:
        """Keep in which language the colleague reads the desk."""
        self._update(staff_id, DeskRow.language.set(language))

    def revoke(self, staff_id: str) -> None:
        """Shut the colleague out and end every session. Raises NotFound."""
        self._update(
            staff_id,
            DeskRow.disabled.set(True),
            DeskRow.generation.set((DeskRow.generation | 0) + 1),
        )

    def _update(self, staff_id: str, *actions: Action) -> None:
        with reaching():
            try:
                DeskRow(_PK, staff_id).update(actions=list(actions), condition=DeskRow.pk.exists())
            except UpdateError as error:
                if error.cause_response_code != "ConditionalCheckFailedException":
                    raise
                raise NotFound("There is no such colleague.") from None


def _staff(row: DeskRow) -> Staff:
    return Staff(
        id=row.sk,
        email=row.email or "",
        name=row.name or row.email or "",
        roles=frozenset(row.roles or ()),
        generation=int(row.generation or 0),
        undertaking_at=int(row.undertaking_at or 0),
        disabled=bool(row.disabled),
        language=row.language or "",
    )
