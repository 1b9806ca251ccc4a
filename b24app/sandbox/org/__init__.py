"""People, departments, the application's own methods, event subscriptions, calendar settings."""
