"""Mixpanel's SDK: events at once, in a batch and of the past, a person, a group.

`alias` and `merge` go to Mixpanel's own host whatever the URLs say, so they are not here.
"""

import sys

from mixpanel import BufferedConsumer, Consumer, Mixpanel

base, who = sys.argv[1:]
urls = {
    "events_url": f"{base}/track",
    "people_url": f"{base}/engage",
    "import_url": f"{base}/import",
    "groups_url": f"{base}/groups",
}
sdk = Mixpanel("token", Consumer(**urls))
sdk.track(who, "Order Paid", {"amount": 1, "note": "a&b=c+é"})
sdk.people_set(who, {"plan": "free", "old": 1, "n": 1})
sdk.people_increment(who, {"n": 2})
sdk.people_set(who, {"plan": "pro"})
sdk.people_unset(who, ["old"])
sdk.group_set("org", who, {"size": 5})
sdk.import_data("key", who, "Paid Before", 1_767_607_200, api_secret="secret")
buffered = BufferedConsumer(**urls)
sdk = Mixpanel("token", buffered)
for number in range(3):
    sdk.track(who, "Seen", {"number": number})
buffered.flush()
