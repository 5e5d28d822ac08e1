"""Segment's SDK, plain and gzipped: a call of each kind."""

import sys

from segment.analytics import Client

base, who = sys.argv[1:]
for is_packed in (False, True):
    sdk = Client("key", host=base, gzip=is_packed)
    sdk.track(who, "Order Paid", {"amount": 1})
    sdk.identify(who, {"plan": "pro"})
    sdk.page(who, "Shop", "Home")
    sdk.screen(anonymous_id=f"{who}-before", name="Main")
    sdk.group(who, f"{who}-group", {"size": 5})
    sdk.alias(f"{who}-before", who)
    sdk.shutdown()
