"""Door of the installation and of the application's main page.

The composition root includes `routes.router` (and `b24app.webhooks.routes.router`) and sets in `app.state`:

- `installing`: `b24app.usecases.installing.Installing(service)`;
- `trust`: its `trust`; `refusals`: `trust.refusals`, a Counter by portal for doctor and metrics;
- `trusted_frame`: `b24app.install.handshake.trusted_frame`;
- `app_pages`: `b24app.usecases.appview.AppPages(store, clients, desks, rules, clock)`;
- `desk_edit`: `b24app.usecases.deskedit.DeskEdit(store, clients, desks, clock)`;
- `round_trips`: `b24app.install.oauth.RoundTrips(secret, oauth)`;
- `keys`: the default application's `b24app.bitrix.oauth.Keys`;
- `sessions`, `clock`: as for the deal tab;
- `templates`: `b24app.ui.Templates(static, {"install": install.TEMPLATES, …})`;
- `ingest`: `b24app.db.ingest.Ingest`, running beside.
"""

from pathlib import Path
from typing import Final

TEMPLATES: Final = Path(__file__).parent / "templates"
