"""The alarms. Each names its runbook, docs/runbooks/<runbook>.md, and says whether it pages somebody."""

from dataclasses import dataclass, field

from infra import erasure, queues
from infra.definitions import Json
from infra.functions import FUNCTIONS

NAMESPACE = "HelpDesk"
"""Namespace of the metrics of our own code (chalicelib/core/observability.py)."""
API_STAGE = "api"
CHANNELS = ("whatsapp", "telegram")
_CAN_WAIT = frozenset({"dater", "indexer"})
"""Functions whose failure can wait until the morning, because their work stays in their queues."""


@dataclass(frozen=True)
class Alarm:
    """One alarm over `periods` periods of `period` seconds. It rings above the threshold `above`, or below it with
    `below`."""

    logical_id: str
    name: str
    runbook: str
    says: str
    namespace: str
    metric: str
    above: float
    dimensions: dict[str, Json | str] = field(default_factory=dict)
    statistic: str = "Sum"
    period: int = 60
    periods: int = 1
    below: bool = False
    missing: str = "notBreaching"
    page: bool = True


def _function(logical_id: str) -> dict[str, Json | str]:
    return {"FunctionName": {"Ref": logical_id}}


def alarms() -> tuple[Alarm, ...]:
    """Return every alarm of the deployment."""
    dead = tuple(
        Alarm(
            f"{logical_id}Alarm",
            f"dead-letters-{logical_id.removesuffix('DeadQueue').lower()}",
            "dead-letters",
            "Work was given up and lies in a dead-letter queue.",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            above=0,
            dimensions={"QueueName": {"Fn::GetAtt": [logical_id, "QueueName"]}},
            statistic="Maximum",
        )
        for logical_id in queues.dead_letter_ids()
    )
    errors = tuple(
        Alarm(
            f"{function.logical_id}ErrorsAlarm",
            f"function-errors-{function.name.replace('_', '-')}",
            "function-errors",
            f"The function {function.name} failed.",
            "AWS/Lambda",
            "Errors",
            above=2,
            dimensions=_function(function.logical_id),
            period=300,
            page=function.name not in _CAN_WAIT,
        )
        for function in FUNCTIONS
        if function.name != "intake" and function not in erasure.TASKS
    )
    rejected = tuple(
        Alarm(
            f"{channel.capitalize()}SignatureAlarm",
            f"signature-rejections-{channel}",
            "signature-rejections",
            "Many webhooks with a wrong signature: a changed secret, or somebody knocking.",
            NAMESPACE,
            "SignatureRejected",
            above=20,
            dimensions={"channel": channel},
            period=300,
        )
        for channel in CHANNELS
    )
    broken_in = tuple(
        Alarm(f"{metric}Alarm", runbook, runbook, says, NAMESPACE, metric, above=0, period=300)
        for metric, runbook, says in _SIGNS
    )
    return dead + errors + rejected + broken_in + _INTAKE + _DELIVERY + _ERASURE


_SIGNS = (
    ("KeyMismatch", "key-mismatch", "A conversation names a key that is not its customer's: nothing is sealed to it."),
    ("CannotOpen", "cannot-open", "Something sealed is there and does not open."),
    ("StaffNotProved", "staff-not-proved", "A colleague's row was not written by the dashboard and grants nothing."),
)
"""Signs of a break-in (docs/security.md), of which one is enough for an alarm."""
_INTAKE = (
    Alarm(
        "IntakeErrorsAlarm",
        "intake-errors",
        "intake-errors",
        "Webhooks are answered with an error; providers retry, messages are late.",
        "AWS/Lambda",
        "Errors",
        above=0,
        dimensions=_function("Intake"),
    ),
    Alarm(
        "IntakeSlowAlarm",
        "intake-slow",
        "intake-slow",
        "One webhook in a hundred takes longer than a second.",
        "AWS/Lambda",
        "Duration",
        above=1000,
        dimensions=_function("Intake"),
        statistic="p99",
        period=300,
        periods=2,
    ),
    Alarm(
        "IntakeThrottledAlarm",
        "intake-throttled",
        "throttles",
        "AWS refuses to start intake: its concurrency is used up.",
        "AWS/Lambda",
        "Throttles",
        above=0,
        dimensions=_function("Intake"),
    ),
    Alarm(
        "ApiErrorsAlarm",
        "api-5xx",
        "api-5xx",
        "The API answers with 5xx.",
        "AWS/ApiGateway",
        "5XXError",
        above=2,
        dimensions={"ApiName": {"Fn::Sub": "${AWS::StackName}"}, "Stage": API_STAGE},
        period=300,
    ),
)
_DELIVERY = (
    Alarm(
        "StreamBehindAlarm",
        "stream-behind",
        "stream-behind",
        "The relay reads the table's stream late: replies, dates and the text index wait.",
        "AWS/Lambda",
        "IteratorAge",
        above=60_000,
        dimensions=_function("Relay"),
        statistic="Maximum",
        periods=2,
    ),
    Alarm(
        "OldestOutboundAlarm",
        "oldest-outbound",
        "oldest-outbound",
        "A reply has waited longer than a minute to be sent.",
        NAMESPACE,
        "OldestOutboundSeconds",
        above=60,
        statistic="Maximum",
        periods=2,
    ),
    Alarm(
        "ChannelStoppedAlarm",
        "channel-stopped",
        "channel-stopped",
        "A provider refuses our account; nothing goes out on that channel until a person acts.",
        NAMESPACE,
        "ChannelStopped",
        above=0,
    ),
    Alarm(
        "SweeperNotRunAlarm",
        "sweeper-not-run",
        "sweeper-not-run",
        "The sweeper has not run for five minutes: nothing rings again, closes or expires.",
        "AWS/Lambda",
        "Invocations",
        above=1,
        below=True,
        dimensions=_function("Sweeper"),
        period=300,
        missing="breaching",
    ),
)
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
_ERASURE = (
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


def resources() -> Json:
    """Return the alarms as resources."""
    return {alarm.logical_id: _resource(alarm) for alarm in alarms()}


def _resource(alarm: Alarm) -> Json:
    topic = "PageTopic" if alarm.page else "TicketTopic"
    actions = {"Fn::If": [f"Has{topic}", [{"Ref": f"{topic}Arn"}], {"Ref": "AWS::NoValue"}]}
    properties: Json = {
        "AlarmName": {"Fn::Sub": f"${{AWS::StackName}}-{alarm.name}"},
        "AlarmDescription": f"{alarm.says} Runbook: docs/runbooks/{alarm.runbook}.md",
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric,
        "Period": alarm.period,
        "EvaluationPeriods": alarm.periods,
        "Threshold": alarm.above,
        "ComparisonOperator": "LessThanThreshold" if alarm.below else "GreaterThanThreshold",
        "TreatMissingData": alarm.missing,
        "AlarmActions": actions,
        "OKActions": actions,
    }
    properties["ExtendedStatistic" if alarm.statistic.startswith("p") else "Statistic"] = alarm.statistic
    if alarm.dimensions:
        properties["Dimensions"] = [{"Name": name, "Value": value} for name, value in alarm.dimensions.items()]
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}
