"""Applications of the portal: registration, installation, what they may ask about themselves, their subscriptions."""
