"""scrapli, the generation in Python, on asyncio: the driver for IOS-XE over telnet."""

import asyncio

from common import COMMAND, PASSWORD, USER, arguments, parse, tell
from scrapli.driver.core import AsyncIOSXEDriver


async def visit(limit, host, port):
    async with limit:
        try:
            async with AsyncIOSXEDriver(
                host=host,
                port=port,
                auth_username=USER,
                auth_password=PASSWORD,
                auth_strict_key=False,
                transport="asynctelnet",
                timeout_socket=60,
                timeout_transport=60,
                timeout_ops=120,
            ) as connection:
                return parse((await connection.send_command(COMMAND)).result)
        except Exception as error:  # noqa: BLE001
            return error


async def main(hosts, workers):
    limit = asyncio.Semaphore(workers)
    return await asyncio.gather(*(visit(limit, *host) for host in hosts))


if __name__ == "__main__":
    hosts, _, workers = arguments()
    tell(asyncio.run(main(hosts, workers)))
