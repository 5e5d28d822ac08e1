"""Channels: no two campaigns bring their people by the same one."""

from footfall.compiler.addresses import channel
from footfall.errors import Problems
from footfall.scenario.records import Campaign, Scenario


def check_channels(scenario: Scenario, problems: Problems) -> None:
    """Note campaigns whose names have the same hash: who comes by them would be the same people."""
    taken: dict[int, Campaign] = {}
    for campaign in scenario.calendar.campaigns:
        other = taken.setdefault(channel(campaign.named), campaign)
        if other is not campaign:
            problems.add(
                campaign.at,
                f'campaign "{campaign.named}" would bring the same people as "{other.named}" '
                f"(line {other.at.line}): their names have the same hash",
                "names of campaigns that differ in their hashes, as almost all do",
                f'another name, such as "{campaign.named} 2"',
            )
