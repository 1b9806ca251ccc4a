"""The portal's item in our words: what `Observed` carries."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from b24app.bitrix.methods_crm import Activity, StageRow
from b24app.kit.ids import PipelineId, StageCode, UserId
from b24app.portal.binding import Binding
from b24app.portal.fields import OURS, read_labels
from b24app.portal.plaintext import plain_text
from b24app.sla import HistoryItem
from b24app.tickets.model import Facts, Party, Word

CHANNELS: Final = {
    "EMAIL": "E-mail",
    "WEBFORM": "Веб-форма",
    "WEB": "Сайт",
    "CALL": "Звонок",
    "CALLBACK": "Обратный звонок",
    "CHAT": "Чат",
    "OPENLINE": "Открытая линия",
    "TELEGRAM": "Telegram",
    "TELEGRAMBOT": "Telegram",
    "WHATSAPP": "WhatsApp",
    "VIBER": "Viber",
    "VKGROUP": "ВКонтакте",
    "AVITO": "Авито",
    "LIVECHAT": "Онлайн-чат",
    "NETWORK": "Битрикс24.Network",
    "PARTNER": "Существующий клиент",
    "RECOMMENDATION": "Рекомендация",
    "ADVERTISING": "Реклама",
    "TRADE_SHOW": "Выставка",
    "STORE": "Интернет-магазин",
    "BOOKING": "Онлайн-запись",
    "REPEAT_SALE": "Повторная продажа",
    "RC_GENERATOR": "Генератор продаж",
    "SELF": "Свой контакт",
    "OTHER": "Другое",
}
"""SOURCE_ID of the portal, for talks of open lines the part behind `LINE|` → what people call the channel."""

OWN_SOURCE: Final = "UC_"
"""So begin ids of sources a portal added itself: they say nothing to people, and no channel is shown."""


_GIVEN: Final = re.compile(
    r"(?:новая |новое |new )?(?:сделка|заявка|обращение|deal|request)(?: с сайта)?(?: ?[#№]? ?\d{1,12})?"
    r"|заполнение crm[- ]формы.{0,200}|crm form submi.{0,200}"
    r"|(?:(?:новый |пропущенный )?(?:входящий|исходящий|обратный) |пропущенный )?звонок(?: (?:от|с|на) .{0,80}| \+?\d[\d ()-]{4,20})?"
    r"|(?:incoming |outgoing |missed )?call (?:from|to) .{0,80}"
    r"|.{1,80} [-–—] открытая линия(?: ?\d{1,6})?|.{1,80} - open channel(?: ?\d{1,6})?",
    re.IGNORECASE,
)
"""Titles that CRM forms, calls and open lines give to their deals (seen on portals; not in the documentation)."""

CALL: Final = 2
LETTER: Final = 4
TALK: Final = (CALL, LETTER)
"""Types of activities that are words between the client and us (crm.enum.activitytype)."""
OUTGOING: Final = "2"


def facts_of(
    item: Mapping[str, Any],
    *,
    company: Party | None = None,
    requester: Party | None = None,
    letter: str = "",
    words: tuple[Word, ...] = (),
    passed: tuple[HistoryItem, ...] = (),
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
        channel=_channel(source),
        company=company,
        requester=requester,
        created_at=created,
        updated_at=moment(item.get("updatedTime"), created),
        moved_at=moment(item.get("movedTime"), created),
        semantics=_semantics(item.get("stageSemanticId")),
        moved_by=_user(item.get("movedBy")),
        updated_by=_user(item.get("updatedBy")),
        words=words,
        passed=passed,
        active_at=moment(item["lastActivityTime"]) if item.get("lastActivityTime") else None,
        is_named_by_portal=is_given_title(plain_text(item.get("title"))),
        fields=shown_fields(item),
    )


def is_given_title(title: str) -> bool:
    """The portal, not a person, made up this title of a deal."""
    return not title or _GIVEN.fullmatch(title) is not None


def shown_fields(item: Mapping[str, Any]) -> dict[str, str]:
    """Raw values of our list fields by their names; what is not filled is left out."""
    return {name: str(item[name]) for name in OURS if item.get(name) not in (None, "", 0, "0", [])}


def with_labels(facts: Facts, binding: Binding) -> Facts:
    """The facts with what our fields say in our words: their elements have ids of this portal."""
    return replace(facts, labels=read_labels(facts.fields, binding.choices))


def _channel(source: str) -> str:
    known = CHANNELS.get(source.rsplit("|", maxsplit=1)[-1].upper())
    return known if known is not None else "" if source.startswith(OWN_SOURCE) else source


def words_of(deeds: Iterable[Activity]) -> tuple[Word, ...]:
    """Letters both ways, and calls; the oldest first.

    A completed call is a talk, whoever rang: it answers the client. A missed one and a planned one are not completed
    (seen on portals, not in the documentation), neither is the draft of a letter.
    """
    found = (
        Word(deed.id, deed.type_id == CALL or deed.direction == OUTGOING, deed.created)
        for deed in deeds
        if deed.created is not None and _is_said(deed)
    )
    return tuple(sorted(found, key=lambda word: word.id))


def _is_said(deed: Activity) -> bool:
    if deed.type_id == LETTER and deed.direction != OUTGOING:
        return True
    return deed.type_id in TALK and deed.completed


def passed_of(rows: Iterable[StageRow]) -> tuple[HistoryItem, ...]:
    """Stages the portal remembers, the oldest first."""
    found = (
        HistoryItem(row.id, row.type_id, row.stage_id, row.created_time, row.category_id, row.stage_semantic_id)
        for row in rows
        if row.created_time is not None
    )
    return tuple(sorted(found, key=lambda item: (item.entered_at, item.id)))


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
