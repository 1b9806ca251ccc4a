"""The tab «Поддержка» of a deal's card.

The composition root includes `routes.router` and sets in `app.state`:

- `cards`: a `ports.CardReader` and `ports.CardActions` (`b24app.usecases.card.Cards(store, clients, clock)`);
- `trusted_frame`: `async (request) -> ports.Frame`, verifies the POST the portal opens a frame with, raises `Forgery`;
- `sessions`: `b24app.ui.Sessions(secret)`;
- `templates`: `b24app.ui.Templates(static, {"cardtab": cardtab.TEMPLATES, …})`, and the router of that `Static`;
- `clock`: the domain clock.
"""

from pathlib import Path
from typing import Final

TEMPLATES: Final = Path(__file__).parent / "templates"
