"""PostHog's SDK, plain and gzipped: events of somebody and of nobody, a person, an alias, a group."""

import sys

from posthog import Posthog

base, who = sys.argv[1:]
for is_packed in (False, True):
    sdk = Posthog("phc_key", host=base, gzip=is_packed)
    sdk.capture("Order Paid", distinct_id=who, properties={"amount": 1})
    sdk.set(distinct_id=who, properties={"plan": "pro"})
    sdk.capture("Seen")
    sdk.alias(f"{who}-before", who)
    sdk.group_identify("org", who, {"size": 5})
    sdk.shutdown()
