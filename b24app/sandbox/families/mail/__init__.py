"""Mail boxes of employees and their letters (REST 3.0), and the catalogue of mail services.

Source: `api-reference/mail/**`, `api-reference/mailservice/*.md`; methods.md G.7. Nothing of it reaches a card by itself:
only a letter to a mailbox that is connected to CRM stands there too.
"""
