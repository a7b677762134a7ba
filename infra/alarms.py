"""The alarms. Each names its runbook, docs/runbooks/<runbook>.md, and says whether it pages somebody."""

from chalicelib.channels import registry
from infra import erasure_grants, queues
from infra.alarm_type import NAMESPACE, Alarm, of_function
from infra.definitions import Json
from infra.erasure_alarms import ERASURE
from infra.functions import FUNCTIONS

API_STAGE = "api"
_CAN_WAIT = frozenset({"dater", "indexer", "fetcher", "templates"})
"""Functions whose failure can wait until the morning, because their work stays in their queues, or is done again."""
_HOURLY = frozenset({"templates"})
"""Functions that run so rarely that one failure is one too many."""


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
            above=0 if function.name in _HOURLY else 2,
            dimensions=of_function(function.logical_id),
            period=300,
            page=function.name not in _CAN_WAIT,
        )
        for function in FUNCTIONS
        if function.name != "intake" and function not in erasure_grants.TASKS
    )
    rejected = tuple(
        Alarm(
            f"{channel.id.capitalize()}SignatureAlarm",
            f"signature-rejections-{channel.id}",
            "signature-rejections",
            "Many webhooks with a wrong signature: a changed secret, or somebody knocking.",
            NAMESPACE,
            "SignatureRejected",
            above=20,
            dimensions={**channel.dimensions},
            period=300,
        )
        for channel in registry.SERVED
        if channel.webhook
    )
    broken_in = tuple(
        Alarm(f"{metric}Alarm", runbook, runbook, says, NAMESPACE, metric, above=0, period=300)
        for metric, runbook, says in _SIGNS
    )
    return dead + errors + rejected + broken_in + _INTAKE + _DELIVERY + ERASURE


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
        dimensions=of_function("Intake"),
    ),
    Alarm(
        "IntakeSlowAlarm",
        "intake-slow",
        "intake-slow",
        "One webhook in a hundred takes longer than a second.",
        "AWS/Lambda",
        "Duration",
        above=1000,
        dimensions=of_function("Intake"),
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
        dimensions=of_function("Intake"),
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
        dimensions=of_function("Relay"),
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
        "OldestFileAlarm",
        "oldest-file",
        "oldest-file",
        "A file that a customer sent has not been fetched for an hour; providers keep it for a week.",
        NAMESPACE,
        "OldestFileSeconds",
        above=3600,
        statistic="Maximum",
        period=300,
        page=False,
    ),
    Alarm(
        "OldestMailAlarm",
        "oldest-mail",
        "oldest-mail",
        "A raw mail lies in the clear for longer than all its tries take: nobody stores it.",
        NAMESPACE,
        "OldestMailSeconds",
        above=queues.MAIL_TAKES,
        statistic="Maximum",
        period=900,
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
        dimensions=of_function("Sweeper"),
        period=300,
        missing="breaching",
    ),
    Alarm(
        "IndexMissedAlarm",
        "index-missed",
        "index-missed",
        "The daily full pass has found rows that the index of what is due did not name; it has repaired them.",
        NAMESPACE,
        "IndexMissed",
        above=0,
        period=300,
        page=False,
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
