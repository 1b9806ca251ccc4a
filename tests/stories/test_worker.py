"""`b24app worker` as a supervisor runs it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.support.databases import Databases


async def test_a_worker_ends_in_order_when_a_supervisor_says_so(databases: Databases, tmp_path: Path) -> None:
    async with databases.fresh("postgresql") as url:
        env = {"B24APP_DATABASE_URL": url, "B24APP_SECRET_KEY": "a secret of this story"}
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "b24app", "worker"),
            env=os.environ | env,
            cwd=tmp_path,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            assert worker.stderr is not None
            async with asyncio.timeout(30):
                await worker.stderr.readuntil(b"worker ready")
            worker.send_signal(signal.SIGTERM)
            async with asyncio.timeout(5):
                code = await worker.wait()
            rest = (await worker.stderr.read()).decode()
        finally:
            if worker.returncode is None:
                worker.kill()
    assert code == 0, rest
    assert "Traceback" not in rest
