"""JSON API: what remains of tickets whose term is over, as numbers."""

from typing import Annotated

from chalicelib.retention.statistics import ANY, LEAST, Cell
from chalicelib.web.api.fields import Model, Part, says
from chalicelib.web.api.operation import operation
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


class CountedPeople(Part):
    """People who have this in common; null is not told apart. Nobody is in two of them."""

    channel: str | None
    language: Annotated[str | None, says('"" is not known.')]
    took: Annotated[str | None, says("How long it took until the ticket was solved: hour, day, week, month, longer.")]
    tags: Annotated[str | None, says('With commas between; "" is none.')]
    people: Annotated[int, says(f"Never fewer than {LEAST}: what fewer have in common is told in coarser words.")]


class MonthOfStatistics(Part):
    month: Annotated[str, says("In which the tickets were closed, such as 2026-11.")]
    counts: Annotated[list[CountedPeople], says("The most people first.")]


class TicketStatistics(Model):
    items: Annotated[list[MonthOfStatistics], says("The newest month first, of those that have numbers.")]


@operation("listStatistics", {200: "The published months"})
def list_statistics(_request: HttpRequest) -> TicketStatistics:
    """Numbers of customers by month, once the terms of all tickets of it are over. Supervisor only"""
    return TicketStatistics(
        items=[
            MonthOfStatistics(month=one.month, counts=[_counted(cell, n) for cell, n in one.people.items()])
            for one in wiring_web.statistics().published()
        ]
    )


def _counted(cell: Cell, people: int) -> CountedPeople:
    channel, language, took, tags = (None if value == ANY else value for value in cell)
    return CountedPeople(channel=channel, language=language, took=took, tags=tags, people=people)
