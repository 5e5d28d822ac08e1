"""Checks of a whole scenario, before or after its journeys are compiled."""
