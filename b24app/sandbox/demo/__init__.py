"""The demo company: people, customers, deals, and a stream of requests as customers write them.

`company.fill(portal)` makes the company in a fresh portal (doing it twice is harmless); `stream.Stream(portal).run()`
is a task that sends requests at believable virtual intervals as soon as there is a support pipeline to send them to;
`letters.send(portal, letter)` sends one, as the page «Клиент пишет» does.
"""
