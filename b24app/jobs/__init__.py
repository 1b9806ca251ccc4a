"""Loops around use cases, and the engines that drive them.

    inbox = InboxDrain(store, {"crm.changed": on_changed, "bot.command": on_press}, owner=engine.owner)     # jobs.inbox
    outbox = OutboxDrain(store, deliverer, owner=engine.owner)                                              # jobs.outbox
    sweep = TimerSweep(store, {"unassigned": on_timer, "sla": on_timer})                                    # jobs.timers
    ticker = Ticker([Tick("timers", timedelta(seconds=1), sweep.sweep), Tick("reconcile", every, reconcile, at_start=True),
                     Tick("purge", timedelta(hours=1), partial(purge, database), domain=False)], speed=speed)  # jobs.ticker

    async with asyncio.TaskGroup() as tasks:            # in the lifespan; cancelled at the end, which takes under a second
        tasks.create_task(ingest.run())
        tasks.create_task(engine.run([inbox, outbox]))  # EmbeddedEngine(database), jobs.engine
        tasks.create_task(ticker.run())

A handler of events reads first, then changes everything in the one transaction that also completes the events:

    async def on_changed(ctx: Pass, rows: Sequence[InboxRow]) -> None:
        item = await read_item(ctx.portal, rows[-1].body)       # REST reads, no transaction is open
        async with ctx.apply() as work:                         # fenced; do not commit inside; call it once
            await apply(Observed(…), work=work, desk=await work.desk(), now=now)

It gets all events of its kind that wait in a row in the lane (kinds mapped to the same handler come together) and must be
safe to run again. Leaving `apply` out means that nothing changed; `ctx.apply(ignored=True)` that it was none of our business.
Errors decide what follows: `PortalUnreachable`, `PortalBusy`, `Conflict` and defects wait and try again (12 times),
`PortalRefused` and `RuleBroken` make the row dead, `AccessLost` pauses the portal until it is installed again.

A deliverer (`jobs.deliverer.Deliverer`) renders an effect into one call, sends it, looks a doubtful one up, and handles
answer (`on_result`) and refusal (`on_refused`) in the finishing transaction. A timer's handler gets `(work, due)` inside the
sweep's transaction. Times (leases, back-off) are real time; `TimerSweep` goes by `store.clock`.

Tests run a drain until nothing is ready: `await Loop(inbox).until_empty()` (jobs.pool).
"""
