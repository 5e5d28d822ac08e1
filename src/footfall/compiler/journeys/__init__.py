"""Journeys: what they may not be, and how their steps become the nodes of a program."""
