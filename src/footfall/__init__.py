"""footfall: simulates the people who use a product and writes the analytics events they leave behind."""
