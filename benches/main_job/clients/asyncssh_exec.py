"""asyncssh, the command on an exec channel: no prompt to wait for, and no paging to switch off."""

import asyncio

import asyncssh
from common import COMMAND, PASSWORD, USER, arguments, parse, tell


async def visit(limit, host, port):
    async with limit:
        try:
            async with asyncssh.connect(
                host,
                port,
                username=USER,
                password=PASSWORD,
                known_hosts=None,
                config=None,
                client_keys=None,
                agent_path=None,
                login_timeout=120,
                connect_timeout=60,
            ) as connection:
                return parse((await connection.run(COMMAND)).stdout.replace("\r\n", "\n"))
        except Exception as error:  # noqa: BLE001
            return error


async def main(hosts, workers):
    limit = asyncio.Semaphore(workers)
    return await asyncio.gather(*(visit(limit, *host) for host in hosts))


if __name__ == "__main__":
    hosts, _, workers = arguments()
    tell(asyncio.run(main(hosts, workers)))
