"""Alarms of the template: each has a runbook, is fed by the code, and signs of a break-in wake somebody."""

import re

from infra import alarms
from local.aws.template import PROJECT, built_template

RUNBOOKS = PROJECT / "docs" / "runbooks"


def test_every_alarm_names_a_runbook_that_is_there_and_complete() -> None:
    made = [one for one in built_template()["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm"]
    assert made
    for alarm in made:
        said = alarm["Properties"]["AlarmDescription"]
        named = re.search(r"docs/runbooks/([a-z0-9-]+)\.md", said)
        assert named, said
        text = (RUNBOOKS / f"{named.group(1)}.md").read_text(encoding="utf-8")
        for part in ("**Meaning.**", "**Impact.**", "## Check", "## Fix", "## Escalate"):
            assert part in text, (named.group(1), part)


def test_every_runbook_belongs_to_an_alarm() -> None:
    named = {alarm.runbook for alarm in alarms.alarms()}
    assert {path.stem for path in RUNBOOKS.glob("*.md")} >= named
    alone = {path.stem for path in RUNBOOKS.glob("*.md")} - named
    assert not {name for name in alone if "Meaning." in (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")}


def test_alarms_on_our_own_metrics_are_fed_by_the_code() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "chalicelib").rglob("*.py"))
    for alarm in alarms.alarms():
        if alarm.namespace == alarms.NAMESPACE:
            call = re.search(rf'count\(\s*"{alarm.metric}"([^)]*)\)', code)
            assert call, f"nothing emits {alarm.metric}"
            given = set(re.findall(r"(\w+)=", call.group(1))) - {"unit", "value"}
            assert given == alarm.dimensions.keys(), alarm.name


def test_every_sign_of_a_break_in_wakes_somebody_at_the_first_one() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "chalicelib").rglob("*.py"))
    counted = set(re.findall(r'count\("(\w+)"\)', code))
    told = set(re.findall(r"`(\w+)`", (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")))
    signs = counted & told
    assert signs == {"KeyMismatch", "CannotOpen", "StaffNotProved"}
    at_once = {
        alarm.metric for alarm in alarms.alarms() if alarm.page and alarm.above == 0 and alarm.statistic == "Sum"
    }
    assert signs <= at_once
    for alarm in alarms.alarms():
        if alarm.metric in signs:
            event = re.sub("(?<!^)(?=[A-Z])", "_", alarm.metric).lower()
            assert f"`{event}`" in (RUNBOOKS / f"{alarm.runbook}.md").read_text(encoding="utf-8")
            assert f'log("{event}"' in code
