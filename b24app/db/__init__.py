"""Tables, repositories and units of work.

How the other rooms use it (each name lives in the module given):

    database = Database(url)                      # db.engine; `await database.close()` at the end
    await upgrade(database.engine)                # db.migrate; `is_current(engine)` for readiness
    cipher = Cipher(secret_key)                   # db.crypto; `kept_secret(path)` makes one beside SQLite
    engine = EmbeddedEngine(database)             # jobs.engine; it is also the `wake` below
    store = Store(database, cipher=cipher, clock=clock, wake=engine, bind_desk=read_desk)   # db.work

    async with store.work(portal, cause=f"page:{uuid4()}") as work:   # one transaction; no network inside
        ticket = await work.tickets.get(ticket_id)      # held (FOR UPDATE); `find` gives None instead of TicketUnknown
        await work.tickets.save(ticket, desk=desk.revision, at=now)   # Conflict when somebody was faster
        await work.journal.add(ticket.id, decision.journal, at=now)
        await work.timers.apply(ticket.id, decision.timers)           # or .set(subject, kind, due_at, data) / .clear(…)
        await work.outbox.put([Outgoing(stream, kind, effect, idem_class, priority)])   # db.outbox
        await work.outbox.cancel(stream, [kind])
        await work.commit()                             # without it everything is rolled back

    async with store.read(portal) as reading:           # the same repositories, cannot write, waits for nobody
        await reading.desk(); await reading.people.directory(); await reading.desks.published()
        await reading.tickets.some(Wanted(open=True, team=team)); await reading.tickets.load_of_agents()
        await reading.journal.of(ticket); await reading.messages.of(ticket); await reading.marks.get("reconcile")
        await reading.corrections.examples(limit=5_000)   # what the classifier may learn from; `.since(moment)`, `.of(ticket)`
        await reading.models.version(); await reading.models.last()   # the learnt model in use, how the last training went
        await reading.portals.by_member(member_id)      # `portals` knows all portals, whatever the unit's portal is

Events: `Ingest(database, engine).put(Incoming(portal, lane, kind, body, key))` returns when the row is durable and raises
`NotTaken` (answer 503) otherwise; `Ingest.run()` belongs into the task group of the process. A sweep that found something
uses `await work.receive([Incoming(…)])`. `key` is the natural key of a one-shot event and empty for "entity changed".
Lanes: `ticket_lane(portal, ticket)`, `portal_lane(portal)`.

Portals: `install(Installation)`, `save_grant`, `save_application_token`, `set_status` (an active portal's lanes are freed),
`save_settings`, `add_keys`/`keys_for`. While tokens are refreshed hold the row: `portals.get(id, lock=True)`.

Operations: `db.queue` (unfinished, retry, drop), `db.gauges.look`, `db.purge.purge`, `db.erasure.erase`, `db.bucket.SharedBucket`.
"""
