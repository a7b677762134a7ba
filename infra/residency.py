"""Says in which country each store of the service would stand, and refuses a deployment that a profile forbids, or
for which the company has not stated what the law wants of it.

python -m infra.residency OPERATOR REGION   prints the stores and their country; exit 1 when the profile forbids it

The template refuses the same operators by its Rules, whatever was asked here before.
"""

import sys
from collections.abc import Iterator

from chalicelib.profile.build import read_profile
from chalicelib.profile.check import before_deployment
from chalicelib.profile.model import Profile, ProfileError
from infra.definitions import Json

LOCAL = "local"
"""The stage of the local run: its data stays on the machine."""
STORES = {
    "AWS::DynamoDB::Table": "content sealed; times, states and random ids in the clear",
    "AWS::S3::Bucket": "files, encrypted by the service's key",
    "AWS::SQS::Queue": "random ids",
    "AWS::Logs::LogGroup": "random ids and times",
    "AWS::SecretsManager::Secret": "keys, of no person",
    "AWS::KMS::Key": "keys, of no person",
    "AWS::Cognito::UserPool": "e-mail addresses of staff",
    "AWS::StepFunctions::StateMachine": "random ids and times",
}
"""Types of resources that keep something, and what of it they keep."""
COUNTRIES = {
    "af-south-1": "ZA", "ap-east-1": "HK", "ap-east-2": "TW", "ap-northeast-1": "JP", "ap-northeast-2": "KR",
    "ap-northeast-3": "JP", "ap-south-1": "IN", "ap-south-2": "IN", "ap-southeast-1": "SG", "ap-southeast-2": "AU",
    "ap-southeast-3": "ID", "ap-southeast-4": "AU", "ap-southeast-5": "MY", "ap-southeast-6": "NZ",
    "ap-southeast-7": "TH", "ca-central-1": "CA", "ca-west-1": "CA", "eu-central-1": "DE", "eu-central-2": "CH",
    "eu-north-1": "SE", "eu-south-1": "IT", "eu-south-2": "ES", "eu-west-1": "IE", "eu-west-2": "GB",
    "eu-west-3": "FR", "il-central-1": "IL", "me-central-1": "AE", "me-south-1": "BH", "mx-central-1": "MX",
    "sa-east-1": "BR", "us-east-1": "US", "us-east-2": "US", "us-west-1": "US", "us-west-2": "US",
}  # fmt: skip
"""The country of each region of AWS. None stands in Kazakhstan.
Source: AWS, "AWS Regions", https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html"""


def stores(template: Json) -> dict[str, str]:
    """Return what each store of a template keeps, by its logical id."""
    resources = template["Resources"].items()
    return {name: STORES[one["Type"]] for name, one in resources if one["Type"] in STORES}


def why_not(profile: Profile, country: str) -> Iterator[str]:
    """Yield why the stores of this operator may not stand in a country; nothing when they may."""
    residency = profile.residency
    if country == residency.required:
        return
    if residency.promised:
        yield f"{residency.clause}: the company's own policy promises that data is stored in {residency.required}."
        return
    if residency.notice and profile.awaits_notice:
        yield (
            f"{residency.notice.clause}: the authorised body must be told before any transfer abroad; send the notice"
            " and fill in residency.notice."
        )
    if not residency.decision:
        yield (
            f"{residency.clause}: the law wants the data in {residency.required}. A company that departs from it says"
            " by whom, when and why: fill in residency.decision. docs/residency.md names the other ways."
        )
    if not any(row.role == "hosting" and row.country == country for row in profile.recipients.values()):
        yield f"recipients: nobody is named who stores data in {country}; add the host, so that the policy says so."


def refused_anywhere(profile: Profile) -> list[str]:
    """Return why the operator can be deployed to no region of AWS: nothing when one can take its data, and the company
    has stated what it must."""
    if unsettled := [*before_deployment(profile)]:
        return [*_of_residency(profile), *unsettled]
    return _of_residency(profile)


def _of_residency(profile: Profile) -> list[str]:
    hosts = {row.country for row in profile.recipients.values() if row.role == "hosting"} & {*COUNTRIES.values()}
    if any(not [*why_not(profile, country)] for country in hosts):
        return []
    return [*why_not(profile, min(hosts, default="US"))]


def rules(profiles: list[Profile]) -> Json:
    """Return the Rules of the template: one for each operator that may be deployed to no region of AWS."""
    return {
        f"Residency{profile.name.title()}": {
            "RuleCondition": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, LOCAL]}]},
            "Assertions": [
                {
                    "Assert": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Operator"}, profile.name]}]},
                    "AssertDescription": f"{profile.name} may not be deployed to AWS. {reasons[0]}",
                }
            ],
        }
        for profile in profiles
        if (reasons := refused_anywhere(profile))
    }


def main(arguments: list[str]) -> int:
    """Print stores and refusals; return 1 when the deployment is refused, 2 for wrong arguments."""
    from infra.package import build_template

    if len(arguments) != 2 or arguments[1] not in COUNTRIES:
        print("Usage: python -m infra.residency OPERATOR REGION (a region of AWS, such as eu-central-1)")
        return 2
    name, region = arguments
    try:
        profile = read_profile(name)
    except ProfileError as error:
        print(error.message)
        return 1
    country = COUNTRIES[region]
    reasons = [*why_not(profile, country), *before_deployment(profile)]
    for store, keeps in stores(build_template()).items():
        print(f"{store}: {country} ({region}); {keeps}")
    for reason in reasons:
        print(f"Refused: {name} in {region} ({country}). {reason}")
    if not reasons:
        print(f"{name} may be deployed to {region}.")
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
