"""Door of the installation and of the application's main page."""
