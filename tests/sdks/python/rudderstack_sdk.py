"""RudderStack's SDK, which gzips by itself: a call of each kind."""

import sys

from rudderstack.analytics.client import Client

base, who = sys.argv[1:]
sdk = Client("key", host=base)
sdk.track(who, "Order Paid", {"amount": 1})
sdk.identify(who, {"plan": "pro"})
sdk.page(who, "Shop", "Home")
sdk.group(who, f"{who}-group", {"size": 5})
sdk.alias(f"{who}-before", who)
sdk.flush()
sdk.join()
