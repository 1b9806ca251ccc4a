"""The portal's item in our words: what `Observed` carries."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from b24app.kit.ids import PipelineId, StageCode, UserId
from b24app.portal.plaintext import plain_text
from b24app.tickets.model import Facts, Party

CHANNELS: Final = {
    "EMAIL": "E-mail",
    "WEBFORM": "Веб-форма",
    "WEB": "Сайт",
    "CALL": "Звонок",
    "CALLBACK": "Обратный звонок",
    "CHAT": "Чат",
    "OPENLINE": "Открытая линия",
    "PARTNER": "HelpDeskEddy",
}
"""SOURCE_ID of the portal → what people call the channel. Unknown sources show their own id."""


def facts_of(
    item: Mapping[str, Any], *, company: Party | None = None, requester: Party | None = None, letter: str = ""
) -> Facts:
    """Facts of a `crm.item.get` answer (camelCase, universal dialect).

    `letter` is the text of the first incoming activity, used where the item itself says nothing.
    Dates carry the portal's offset and become UTC. Source: methods.md A.1; contracts.md, "First lines".
    """
    source = str(item.get("sourceId") or "")
    created = moment(item.get("createdTime"))
    return Facts(
        pipeline=PipelineId(int(item.get("categoryId") or 0)),
        stage=StageCode(str(item.get("stageId") or "")),
        responsible=UserId(int(item.get("assignedById") or 0)),
        subject=plain_text(item.get("title")) or f"№ {item.get('id')}",
        text=plain_text(item.get("comments")) or plain_text(item.get("sourceDescription")) or plain_text(letter),
        channel=CHANNELS.get(source.rsplit("|", maxsplit=1)[-1], source),
        company=company,
        requester=requester,
        created_at=created,
        updated_at=moment(item.get("updatedTime"), created),
        moved_at=moment(item.get("movedTime"), created),
        semantics=_semantics(item.get("stageSemanticId")),
        moved_by=_user(item.get("movedBy")),
        updated_by=_user(item.get("updatedBy")),
    )


def moment(value: Any, default: datetime | None = None) -> datetime:
    """An ISO date of the portal as aware UTC; the default (or the epoch) where the portal gives none."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError:
        return default or datetime(1970, 1, 1, tzinfo=UTC)
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def needs_letter(item: Mapping[str, Any]) -> bool:
    """The item itself has no text of the request: the first incoming activity has to be read."""
    return not plain_text(item.get("comments")) and not plain_text(item.get("sourceDescription"))


def company_of(item: Mapping[str, Any] | None) -> Party | None:
    """A company by its item."""
    return Party(int(item["id"]), str(item.get("title") or f"№ {item['id']}")) if item and item.get("id") else None


def person_of(item: Mapping[str, Any] | None) -> Party | None:
    """A contact by its item: given name and surname, else the mail address."""
    if not item or not item.get("id"):
        return None
    name = " ".join(str(part) for part in (item.get("name"), item.get("lastName")) if part)
    return Party(int(item["id"]), name or str(item.get("email") or f"№ {item['id']}"))


def _semantics(value: Any) -> Literal["P", "S", "F"]:
    return "S" if value == "S" else "F" if value == "F" else "P"


def _user(value: Any) -> UserId | None:
    return UserId(int(value)) if value else None
