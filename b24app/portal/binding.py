"""The per-portal map: where our pipeline, stages, fields and bot live on one installation."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

from b24app.desk.document import BoundPipeline
from b24app.kit.ids import PipelineId, StageCode, UserId


@dataclass(frozen=True, slots=True)
class Binding:
    """What provisioning made or found on the portal. Stored as JSON with the portal."""

    pipelines: dict[str, BoundPipeline] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    """Our key of a field → its name on the portal."""
    choices: dict[str, dict[str, int]] = field(default_factory=dict)
    """Our key of a list field → label → id of its element on the portal."""
    bot: int = 0
    bot_api: str = "v2"
    installer: UserId | None = None
    timezone: str = ""
    """Zone of the installing administrator, else of the portal's server."""

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """The binding as it was stored; unknown keys of a newer version are left alone."""
        places = {
            key: BoundPipeline(PipelineId(place["id"]), {k: StageCode(code) for k, code in place["codes"].items()})
            for key, place in data.get("pipelines", {}).items()
        }
        return cls(
            pipelines=places,
            fields=dict(data.get("fields", {})),
            choices={key: dict(found) for key, found in data.get("choices", {}).items()},
            bot=int(data.get("bot", 0)),
            bot_api=str(data.get("bot_api", "v2")),
            installer=UserId(data["installer"]) if data.get("installer") else None,
            timezone=str(data.get("timezone", "")),
        )

    def to_data(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "pipelines": {key: {"id": place.id, "codes": dict(place.codes)} for key, place in self.pipelines.items()},
            "fields": self.fields,
            "choices": self.choices,
            "bot": self.bot,
            "bot_api": self.bot_api,
            "installer": self.installer,
            "timezone": self.timezone,
        }

    def with_pipeline(self, key: str, place: BoundPipeline) -> Self:
        """The same with this pipeline bound."""
        return replace(self, pipelines={**self.pipelines, key: place})
