"""Other ways a request comes in: mail, HelpDeskEddy."""
