"""Amplitude's SDK: an event, a person, a group. Arguments: where the receiver is, who."""

import sys

from amplitude import Amplitude, BaseEvent, EventOptions, Identify

base, who = sys.argv[1:]
sdk = Amplitude("key")
sdk.configuration.server_url = f"{base}/2/httpapi"
sdk.configuration.flush_interval_millis = 50
sdk.track(BaseEvent("Order Paid", user_id=who, event_properties={"amount": 1}))
person, group = Identify(), Identify()
person.set("plan", "pro")
group.set("size", 5)
sdk.identify(person, EventOptions(user_id=who))
sdk.group_identify("org", who, group)
sdk.shutdown()
