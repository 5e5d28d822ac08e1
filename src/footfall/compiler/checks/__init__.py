"""What a scenario may not be, found before or after its journeys are compiled."""
