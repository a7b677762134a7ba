"""The alarms of requests about data and of the erasure workflow."""

from infra.alarm_type import NAMESPACE, Alarm
from infra.definitions import Json

_MACHINE: dict[str, Json | str] = {"StateMachineArn": {"Ref": "ErasureMachine"}}
CONFIRMED = {3600: ("hour", 5), 86_400: ("day", 20)}
"""Usual numbers of confirmed requests within so many seconds, for each of the two ways to confirm. Of 50,000 customers
of whom one in a hundred asks each year, ten a week confirm; six in one hour come by chance once in millions of years.
An hour is a quarter of the cooling-off period, so there is time to look; the day finds forgers who stay below the
hour's number. A desk of millions, or one that has just written to all its customers, must raise these numbers."""
ASK_LATE = 3600
"""Seconds. An ask is handled within seconds, and enqueued again after five minutes for half an hour."""
# The machine repeats a failed task, and one that fails for good ends the execution. So the tasks have no alarms, and
# the machine has three.
ERASURE = (
    Alarm(
        "OldestAskAlarm",
        "oldest-ask",
        "oldest-ask",
        "What a person asked about their data has waited for an hour; the law's terms run from the moment they asked.",
        NAMESPACE,
        "OldestAskSeconds",
        above=ASK_LATE,
        statistic="Maximum",
        period=300,
    ),
    Alarm(
        "ErasureEscalatedAlarm",
        "erasure-escalated",
        "erasure-escalated",
        "A person's data is not being destroyed: a task failed for good, or nobody decided in time.",
        NAMESPACE,
        "ErasureEscalated",
        above=0,
    ),
    Alarm(
        "ErasurePastTargetAlarm",
        "erasure-past-target",
        "erasure-past-target",
        "A person's data should have been destroyed by now: one working day after identity was made sure of.",
        NAMESPACE,
        "ErasurePastTarget",
        above=0,
        statistic="Maximum",
        period=300,
    ),
    Alarm(
        "ErasureNearDeadlineAlarm",
        "erasure-near-deadline",
        "erasure-past-target",
        "A request gets near the law's limit of 15 working days (art. 8(7)) and the data is still there.",
        NAMESPACE,
        "ErasureNearDeadline",
        above=0,
        statistic="Maximum",
        period=300,
    ),
    Alarm(
        "ErasureUntoldAlarm",
        "erasure-untold",
        "erasure-untold",
        "For 48 hours nothing has shown that a person was told of the destruction. It waits; colleagues tell them.",
        NAMESPACE,
        "ErasureUntold",
        above=0,
        statistic="Maximum",
        period=300,
    ),
    Alarm(
        "ErasureBreachAlarm",
        "erasure-breach",
        "erasure-untold",
        "The law's limit (art. 8(7)) has passed and the processing was not stopped, or the person had no answer.",
        NAMESPACE,
        "ErasureBreach",
        above=0,
        statistic="Maximum",
        period=300,
    ),
    *(
        Alarm(
            f"ErasureConfirmed{by}{word.capitalize()}Alarm",
            f"many-confirmed-{by.lower()}-{word}",
            "many-confirmed",
            f"More destructions than usual were confirmed {how} within this {word}: somebody may be forging them.",
            NAMESPACE,
            "ErasureConfirmed",
            above=usual,
            dimensions={"identity": identity},
            period=seconds,
        )
        for by, identity, how in (
            ("Chat", "second_press", "in chats"),
            ("Staff", "staff", "by colleagues"),
        )
        for seconds, (word, usual) in CONFIRMED.items()
    ),
    *(
        Alarm(
            f"ErasureMachine{word}Alarm",
            f"erasure-machine-{word.lower()}",
            "erasure-machine-failed",
            f"A run of the workflow ended as {word.lower()}.",
            "AWS/States",
            f"Executions{word}",
            above=0,
            dimensions=_MACHINE,
        )
        for word in ("Failed", "TimedOut", "Aborted")
    ),
)
