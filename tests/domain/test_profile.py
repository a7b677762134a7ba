"""The operator profile: facts of the published policy, and refusals that say what to do."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import chalicelib.profile.operators
from chalicelib.profile import build
from chalicelib.profile.build import parse_profile, read_profile, stale
from chalicelib.profile.check import main, warnings
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile, ProfileError

SPOINT = Path(chalicelib.profile.operators.__path__[0], "spoint.toml").read_text(encoding="utf-8")


@pytest.fixture
def profile() -> Profile:
    return load_profile("spoint")


def test_it_is_read_once(profile: Profile) -> None:
    assert load_profile("spoint") is profile


def test_it_knows_who_answers_for_the_data(profile: Profile) -> None:
    assert (profile.operator.company["ru"], profile.operator.service["kk"]) == ("Joint", "sPoint Help Desk")
    assert profile.contact_point == "info@spoint.kz"
    assert profile.languages[:2] == ("kk", "ru")


def test_every_category_of_the_document_is_there(profile: Profile) -> None:
    clauses = {row.clause for row in profile.categories.values() if not row.added}
    assert clauses == {f"A3.{number}" for number in range(1, 12)}


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_marketing_and_news_never_leave_on_a_messenger(profile: Profile, channel: str) -> None:
    assert not profile.allows("marketing", channel)
    assert not profile.allows("news", channel)
    assert profile.allows("support", channel)
    assert profile.allows("status", channel)


def test_nothing_leaves_by_a_channel_that_the_desk_does_not_have_and_an_unknown_purpose_nowhere(
    profile: Profile,
) -> None:
    asleep = load_profile("smartaqkol")
    assert "form" in asleep.purposes["support"].channels and not asleep.allows("support", "form")
    assert profile.allows("support", "form")
    assert profile.allows("marketing", "email") and not profile.allows("marketing", "telegram")
    assert not profile.allows("anything", "whatsapp")


def test_who_carries_the_messages_of_a_channel(profile: Profile) -> None:
    assert [row.name for row in profile.carriers("whatsapp")] == ["Meta Platforms, Inc."]
    assert [row.name for row in profile.carriers("telegram")] == ["Telegram"]


def test_terms_that_the_law_sets(profile: Profile) -> None:
    terms = {name: (row.term, row.unit) for name, row in profile.deadlines.items()}
    assert terms["stop_processing"] == (15, "working")
    assert terms["breach_notice"] == (1, "working")
    assert terms["answer"] == (3, "working")
    assert terms["grace"] == (4, "hours")


def test_every_class_has_an_end_or_a_review(profile: Profile) -> None:
    for row in profile.retention.values():
        assert row.term or (row.until_withdrawal and row.review_days) or row.event == "not_held", row.id


def test_a_row_cannot_be_changed(profile: Profile) -> None:
    with pytest.raises(AttributeError):
        profile.tickets.reopen_days = 30  # type: ignore[misc]


def test_people_are_warned_of_the_three_differing_addresses(profile: Profile) -> None:
    found = "\n".join(warnings(profile))
    for address in ("info@spoint.kz", "info@spot.kz", "info@spot email address.kz"):
        assert address in found
    assert "operator.bin" in found
    assert "officer" in found and "recipients meta" in found


def test_a_profile_with_nothing_left_to_settle_gets_no_warning() -> None:
    text = (
        SPOINT.replace('bin = ""', 'bin = "000000000001"')
        .replace('name = ""', 'name = "Officer"')
        .replace('"info@spot.kz"', '"info@spoint.kz"')
        .replace('"info@spot email address.kz"\naddress = ""', '"info@spoint.kz"\naddress = "info@spoint.kz"')
        .replace('broken = "blanks in an address: nothing can be delivered to it"\n', "")
        .replace('sees = "', 'adequacy = "Convention 108"\nsees = "')
        .replace("until_withdrawal = true\nreview_days = 365", "term = 365")
        .replace('whatsapp_template = ""', 'whatsapp_template = "request_accepted"')
        .replace('whatsapp_rights_template = ""', 'whatsapp_rights_template = "about_your_data"')
    )
    assert warnings(parse_profile(text)) == []


def test_rows_that_are_no_rows_are_refused() -> None:
    with pytest.raises(ProfileError, match="contacts: there is no row"):
        parse_profile(re.sub(r"\[\[contacts\]\]\n(.+\n)+", "", "contacts = []\n" + SPOINT))
    with pytest.raises(ProfileError, match=r"grounds\[1\]: a table is wanted"):
        parse_profile(re.sub(r"\[\[grounds\]\]\n(.+\n)+", "", "grounds = [1]\n" + SPOINT))


def test_the_check_command_prints_warnings_and_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spoint"]) == 0
    assert "differing addresses" in capsys.readouterr().out
    assert main(["nobody"]) == 1
    assert "nobody.toml" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("idle_close_days = 90", "idle_close_days = 0", "tickets.idle_close_days: 0 is too small"),
        ("idle_close_days = 90", 'idle_close_days = "90"', "tickets.idle_close_days: '90' does not fit"),
        ("idle_close_days = 90", "idle_close_days = true", "tickets.idle_close_days"),
        ("reopen_days = 7", "reopen_days = 7\nreopen_day = 8", "tickets.reopen_day: this field is not known"),
        ("reopen_days = 7", "", "tickets.reopen_days: the field is missing"),
        ('bin = ""', 'bin = "123"', "operator.bin: a BIN has twelve digits"),
        ('website = "https', 'website = "http', "operator.website: an address that begins with https://"),
        ('country = "KZ"', 'country = "Kazakhstan"', "operator.country"),
        ('version = "2"', 'version = "../1"', "policy.version"),
        ("published = 2026-11-30", 'published = "2026-11-30"', "policy.published"),
        ('languages = ["kk", "ru", "en"]', 'languages = ["kk", "ru"]', "languages: each of kk, ru and en"),
        ('languages = ["kk", "ru", "en"]', 'languages = ["kk", "ru", "de"]', "languages: 'de' is not known"),
        ('used_for = ["contact"]', 'used_for = ["opt_out"]', "contacts: no way that works is published to ask"),
        ('used_for = ["withdrawal", "update"]', 'used_for = ["update"]', "contacts: no way that works is published to"),
        ('address = "info@spot.kz"', 'address = "info@spot kz"', "contacts[2].address: this is not a mail address"),
        ('broken = "blanks in an address', 'kind_of = "', "contacts[3].kind_of: this field is not known"),
        ('address = "info@spot.kz"', 'address = ""', "contacts: no way that works is published to withdraw consent"),
        ('broken = "blanks', 'broken = ""  # "blanks', "contacts[3]: either it works and has an address, or say"),
        ('channels = ["email"]\nconsent', 'channels = ["telegram"]\nconsent', "purposes[4].channels: news never"),
        ('channels = ["email"]\nconsent', 'channels = ["form"]\nconsent', "purposes[4].channels: news says under each"),
        ('id = "status"\n', 'id = "status"\nconsent = "opt_in"\n', "purposes[2].consent: not built yet for status"),
        ('consent = "opt_in"  # A4.7', 'consent = ""  #', 'purposes[5].consent: marketing wants a consent of its own'),
        ('channels = ["email"]\n', 'channels = ["fax"]\n', "purposes[4].channels: 'fax' is not known"),
        ('["whatsapp", "telegram", "email", "form"]', '["whatsapp"]', "purposes[1].channels: email is on, and support"),
        ('form = { state = "on"', 'form = { state = "off"', "policy.scope: form is in the scope and off under"),
        ('email = { state = "on"', 'email = { state = "off"', "policy.scope: email is in the scope and off under"),
        ('email = { state = "on"', 'email = { state = "maybe"', "channels.email.state: 'maybe' is not known"),
        ('form = { state = "on", clause = "A5.1" }', "", "policy.scope: form is in the scope and off under"),
        ('"email", "form"]\nclause = "A1.2', '"email"]\nclause = "A1.2', "policy.scope: form is on under [channels]"),
        ('form = { state = "on", clause = "A5.1" }', 'fax = { state = "on" }', "channels.fax: this field is not known"),
        ('"telegram", "email", "form"]\n', '"email", "form"]\n', "policy.scope: telegram is on"),
        ('telegram = { state = "on"', 'telegram = { state = "off"', "policy.scope: telegram is in the scope and off"),
        ("published = 2026-11-30", "published = 2099-01-01", "policy.published: more than a year ahead; write the day"),
        ("[[grounds]]", '[[purposes]]\nid = "quality"\nchannels = []\nclause = "A4.14"\n\n[[grounds]]',
            "purposes[7].channels: quality has no channel and no category of data; remove the purpose"),
        ('[[recipients]]\nid = "aws"', '[[recipients]]\nid = "post"\nname = "Post"\ncountry = "KZ"\nrole = "delivery"\n'
            'channels = []\ndata = ["phone"]\nsees = "plain"\nclause = "A6.3"\n\n[[recipients]]\nid = "aws"',
            "recipients[4].channels: who delivers does so on a channel; name it"),
        ('sees = "plain"', 'sees = "blurred"', "recipients[1].sees: 'blurred' is not known; choose from: plain"),
        ('clause = "A6.5"\n', 'clause = "A99.99"\n', "markings[2].clause: the document has no clause A99.99"),
        ('[policy.document]', '[[refusals]]\nid = "whim"\nclause = "94-V art. 8(2)"\n\n[policy.document]',
            "refusals[1].id: 'whim' is not known; choose from: law, not_proved, obligation"),
        ('channels = ["telegram"]\ndata', 'channels = ["whatsapp"]\ndata', "recipients: nobody carries the messages"),
        ('id = "statistics"', 'id = "sports"', "categories[11].purposes: 'statistics' is not known"),
        ('clause = "A4.14"', 'clause = "A4.15"', "purposes[6].clause: the document has no clause A4.15"),
        ('clause = "A4.14"', 'clause = "hearsay"', "purposes[6].clause: 'hearsay' is no source"),
        ('clause = "A3.1"', 'clause = "C3.1"', "categories[1].clause: the document has no clause C3.1"),
        ('kind = "update"', 'kind = "opt_out"', "markings: 'Updating of personal data' stands for two kinds"),
        ('kind = "update"', 'kind = "blocking"', "markings[2].kind: 'blocking' is not known"),
        ('mode = "message"', 'mode = "agreement"', "consent.mode: 'agreement' is given on a page, and"),
        ('mode = "message"', 'mode = "explicit"', "consent.hold_days: in the mode explicit, and in no other"),
        ('mode = "message"', 'mode = "explicit"\nhold_days = 31', "consent.hold_days: nothing is held unread"),
        ('cross_border = "message"', 'cross_border = "explicit"', "residency.cross_border: 'explicit' is not built"),
        ("needs_use = true", "needs_use = false\nafter_days = 7", "policy.accepted_by.needs_use: silence alone proves"),
        ('mode = "message"', 'mode = "message"\nhold_days = 7', "consent.hold_days: in the mode explicit, and in no"),
        ("button = false", "button = false\nafter_days = 7", "policy.accepted_by.button: a version that"),
        ('event = "last_ticket_closed"', 'event = "consent_given"', "retention[2].event: 'consent_given' is not built"),
        ('event = "last_ticket_closed"', 'event = "agreement_ended"',
            "retention[2].event: not built yet but where tickets count from the agreement, too"),
        ('event = "last_ticket_closed"', 'event = "last_ticket_closed"\nat_end = "anonymise"',
            "retention[2].at_end: not built yet but for tickets that are closed"),
        ("term = 90\n", "term = 99999\n", "retention[1].term: longer than five years"),
        ("term = 90\n", 'term = 6\nunit = "years"\n', "retention[1].term: longer than five years"),
        ('sha256 = "b07a', 'sha256 = "b', "policy.document.sha256: a SHA-256 has 64"),
        ("promised = false", "promised = true", "recipients[4].country: A7.1, A7.2, A7.3, A7.4, 94-V art. 12(2), 94-V"),
        ('id = "status"', 'id = "support"', "purposes[2].id: 'support' is used by an earlier row"),
        ('event = "ticket_closed"', 'event = "someday"', "retention[1].event: 'someday' is not known"),
        ("review_days = 365\n", "", "retention[3].review_days: the field is missing"),
        ('[policy.document]', '[deadlines]\nstop_processing = { term = 400, unit = "working", source = "own rule" }\n\n'
            "[policy.document]", "deadlines.stop_processing: the law's term is 15 (working days)"),
        ('[policy.document]', '[deadlines]\ngrace = { term = 1000, unit = "hours", source = "own rule" }\n\n'
            "[policy.document]", "deadlines.grace: the time to think again is at most 72 hours"),
        ('[policy.document]', '[deadlines]\nerasure_alarm = { term = 15, unit = "working", source = "own rule" }\n\n'
            "[policy.document]", "deadlines.erasure_alarm: it must come before stop_processing ends"),
        ('[policy.document]', '[deadlines]\nanswer = { term = 3, unit = "working", source = "Rules 395" }\n\n'
            "[policy.document]", 'deadlines.answer.by: not built yet otherwise; write "company"'),
        ('[policy.document]', '[deadlines]\nanswer = { term = 3, unit = "moons", source = "Rules 395" }\n\n'
            "[policy.document]", "deadlines.answer.unit: 'moons'"),
        ('[policy.document]', '[deadlines]\nanswer = { term = 3 }\n\n[policy.document]', "deadlines.answer.unit: the"),
        ('[policy.document]', '[deadlines]\nmore = { term = 3 }\n\n[policy.document]', "deadlines.more: this field is"),
        ("[residency]", '[residency.notice]\nsent = ""\nnumber = ""\nclause = "A7.1"\n[residency]',
            "recipients[1].country: A7.1 wants a notice to the authorised body"),
        ('retention = "contact"', 'retention = "ever"', "categories[1].retention: 'ever' is not known"),
        ('data = ["site_statistics"]', 'data = ["diary"]', "recipients[5].data: 'diary' is not known"),
        ('cross_border = "message"', 'cross_border = "hint"', "residency.cross_border: 'hint' is not known"),
        ('name = "spoint"', 'name = "spoint', "this is not TOML"),
        ('event = "ticket_closed"\nterm = 90', 'event = "not_held"', "retention: the class 'ticket'"),
        ('clause = "A8.1"', 'clause = ""', "contacts[1].clause: the text is empty"),
        ('languages = ["kk", "ru", "en"]', 'languages = ["kk", "ru", "ru"]', "languages: the list holds"),
        ('data = ["site_statistics"]', "data = []", "recipients[5].data: the list is empty"),
        ("[operator]", "[[operator]]", "operator"),
        ("[residency]", "[residence]", "residency: the field is missing"),
        ("review_days = 365\n", "review_days = 365\nterm = 9\n", "retention[3].term: this field says nothing"),
        ("published = 2026-11-30", "published = 2026-11-30T00:00:00Z", "policy.published"),
        ('id = "support"', "id = 1", "purposes[1].id: 1 does not fit; write a text in quotes"),
        ('25(2)(10)"\nadded = true', '25(2)(10)"\nadded = 1', "officer.added: 1 does not fit; write true or false"),
        ("[[markings]]", "[purse]\n[[markings]]", "purse: this field is not known"),
    ],
)  # fmt: skip
def test_a_profile_with_an_error_is_refused_with_the_field_and_what_to_do(old: str, new: str, field: str) -> None:
    assert old in SPOINT
    with pytest.raises(ProfileError) as refused:
        parse_profile(SPOINT.replace(old, new, 1), source="spoint.toml")
    assert refused.value.message.startswith("spoint.toml: ")
    assert field in refused.value.message


@pytest.mark.parametrize("name", ["nobody", "../spoint", "", "Spoint", "spoint.toml"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(ProfileError, match="OPERATOR"):
        load_profile(name)


def test_a_file_under_another_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(SPOINT, encoding="utf-8")
    with pytest.raises(ProfileError, match="'spoint' is not the file's name"):
        read_profile("other", str(tmp_path))


def test_what_is_compiled_is_what_the_files_say() -> None:
    assert stale() == {}, "run: python -m chalicelib.profile.build"


def test_a_compiled_profile_is_the_profile(profile: Profile) -> None:
    said = read_profile("spoint")
    assert repr(profile) == repr(said)
    assert profile.policy.published == said.policy.published
    assert type(profile.purposes["support"].channels) is tuple
    assert profile.purposes["support"].added is False


def test_a_change_is_compiled_and_what_has_no_profile_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, made = tmp_path / "spoint.toml", tmp_path / "compiled"
    source.write_text(SPOINT, encoding="utf-8")
    made.mkdir()
    (made / "gone.json").write_text("{}", encoding="utf-8")
    assert build.main(str(tmp_path)) == 0
    assert [one.name for one in made.iterdir()] == ["spoint.json"]
    source.write_text(SPOINT.replace("reopen_days = 7", "reopen_days = 6"), encoding="utf-8")
    assert list(stale(str(tmp_path))) == [made / "spoint.json"]
    assert build.main(str(tmp_path)) == 0 and stale(str(tmp_path)) == {}
    monkeypatch.setattr("chalicelib.profile.load.DIRECTORY", str(tmp_path))
    assert load_profile.__wrapped__("spoint").tickets.reopen_days == 6
    capsys.readouterr()
    source.write_text(SPOINT.replace("reopen_days = 7", "reopen_days = 0"), encoding="utf-8")
    assert build.main(str(tmp_path)) == 1
    assert "spoint.toml: tickets.reopen_days: 0 is too small" in capsys.readouterr().err
    assert load_profile.__wrapped__("spoint").tickets.reopen_days == 6


def test_intake_pays_for_nothing_but_the_profile() -> None:
    """Intake reads profile, notice and policy reference in its first request: nothing heavy comes along."""
    code = (
        "import sys; from chalicelib.profile.load import load_profile;"
        "from chalicelib.profile.policy import policy_reference;"
        "from chalicelib.messages.notices import accepted_notice; p = load_profile('spoint');"
        "policy_reference(p); accepted_notice(p, 'kk', 'telegram', '481207', first=True);"
        "heavy = {'babel', 'jinja2', 'boto3', 'chalice', 'msgspec', 'tomllib', 'typing_extensions'};"
        "print(*sorted({m.partition('.')[0] for m in sys.modules} & heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


RETAIN = """[[retain]]
id = "claims"
categories = ["site_statistics"]
term = 3
unit = "years"
persons = 2
clause = "94-V art. 8(2)"

[residency]"""


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("site_statistics", "email", "retain[1].categories: the desk holds email and destroys it"),
        ("persons = 2", 'persons = 2\nby = "desk"', "retain[1].categories: the desk cannot keep site_statistics"),
        ('"site_statistics"]', '"attachments"]\nby = "desk"', "retain[1].categories: the desk cannot keep attachments"),
        ('"site_statistics"]', '"email"]\nby = "whoever"', "retain[1].by: 'whoever' is not known"),
        ("persons = 2", "persons = 3", "retain[1].persons: not built yet otherwise"),
        ("persons = 2", "persons = 1", "retain[1].persons: not built yet otherwise"),
        ("term = 3", "term = 6", "retain[1].term: longer than five years"),
        ('"claims"', '"because"', "retain[1].id: 'because' is not known"),
        ('"claims"', '"claims"', ""),
    ],
)
def test_what_is_kept_elsewhere_has_a_ground_a_term_and_two_who_decide(old: str, new: str, wrong: str) -> None:
    text = SPOINT.replace("[residency]", RETAIN.replace(old, new), 1)
    if not wrong:
        assert parse_profile(text).retain["claims"].categories == ("site_statistics",)
        return
    with pytest.raises(ProfileError) as refused:
        parse_profile(text)
    assert wrong in refused.value.message


def test_what_the_desk_keeps_is_of_its_own_categories() -> None:
    kept = RETAIN.replace('"site_statistics"', '"email", "message_text", "ticket_data"').replace(
        "term = 3", 'by = "desk"\nterm = 3'
    )
    assert parse_profile(SPOINT.replace("[residency]", kept, 1)).retain["claims"].by == "desk"


@pytest.mark.parametrize("role", ["partner", "affiliate"])
def test_a_partner_is_refused_as_long_as_nobody_is_asked_about_partners(role: str) -> None:
    """D2.1, D4.2: a consent of its own, which art. 24(1)(5) lets a person take back by itself."""
    row = f'[[recipients]]\nid = "acme"\nname = "Acme"\ncountry = "KZ"\nrole = "{role}"\nchannels = []\n'
    row += 'data = ["email"]\nsees = "plain"\nclause = "A6.2"\n\n[residency]'
    with pytest.raises(ProfileError) as refused:
        parse_profile(SPOINT.replace("[residency]", row, 1))
    assert (
        "role: a consent to partners that a person gives and takes back by itself is not built" in refused.value.message
    )
    assert "take acme out" in refused.value.message
