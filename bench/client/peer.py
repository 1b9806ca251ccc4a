"""A peer in one scenario, run by the peers' own Python: `python peer.py LIBRARY SCENARIO ORIGIN DEALS`."""

import asyncio
import json
import sys
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from measure import Meter

SELECT = ["id", "title", "stageId", "categoryId", "assignedById", "companyId", "createdTime", "updatedTime"]


def fast_bitrix24(scenario: str, origin: str, deals: int) -> list[Any]:
    """`get_all` and `call` as its README shows them."""
    from fast_bitrix24 import BitrixAsync

    portal = BitrixAsync(f"{origin}/rest/1/code/", verbose=False)
    if scenario == "export":
        return asyncio.run(portal.get_all("crm.item.list", {"entityTypeId": 2, "select": SELECT}))
    calls = [{"entityTypeId": 2, "id": number, "fields": {"title": str(number)}} for number in range(1, deals + 1)]
    return list(asyncio.run(portal.call("crm.item.update", calls)))


def b24pysdk(scenario: str, origin: str, deals: int) -> list[Any]:
    """The official SDK: `call_list_fast` and `call_batches`. It speaks https only; the model does not."""
    from b24pysdk.api.callers import call_batches, call_list_fast
    from b24pysdk.api.callers.call_method import _MethodCaller

    _MethodCaller._base_url = property(lambda self: f"http://{self._domain}/rest")  # noqa: SLF001
    portal = {"domain": origin.partition("//")[2], "auth_token": "1/code", "is_webhook": True}
    if scenario == "export":
        listed = call_list_fast(**portal, api_method="crm.item.list", params={"entityTypeId": 2, "select": SELECT})
        return list(listed["result"])
    calls = {
        str(number): ("crm.item.update", {"entityTypeId": 2, "id": number, "fields": {"title": str(number)}})
        for number in range(1, deals + 1)
    }
    return list(call_batches(**portal, methods=calls)["result"]["result"].values())


def main(library: str, scenario: str, origin: str, deals: int) -> None:
    """Run it and print what it took, or how it failed."""
    warnings.simplefilter("ignore")
    run = {"fast_bitrix24": fast_bitrix24, "b24pysdk": b24pysdk}[library]
    found: dict[str, Any] = {"rows": 0, "right": False}
    with Meter() as meter:
        try:
            rows = run(scenario, origin, deals)
        except Exception as error:  # noqa: BLE001 - how it fails is what is measured
            found["error"] = f"{type(error).__name__}: {str(error)[:90]}"
        else:
            ids = {row["id"] if "id" in row else row["item"]["id"] for row in rows}
            found = {"rows": len(rows), "right": len(rows) == deals and ids == set(range(1, deals + 1))}
    print(json.dumps(found | meter.figures))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
