"""telnetlib3 on asyncio."""

import asyncio

import telnetlib3
from common import COMMAND, PASSWORD, USER, arguments, parse, tell


async def read_until(reader, end):
    text = ""
    while not text.rstrip().endswith(end):
        data = await reader.read(65536)
        if not data:
            raise EOFError(text[-80:])
        text += data
    return text


async def visit(limit, host, port):
    async with limit:
        try:
            reader, writer = await telnetlib3.open_connection(host, port, encoding="utf8", connect_minwait=0.0)
            for end, line in [
                ("Username:", USER),
                ("Password:", PASSWORD),
                ("#", "terminal length 0"),
                ("#", COMMAND),
            ]:
                await read_until(reader, end)
                writer.write(line + "\r\n")
            text = await read_until(reader, "#")
            writer.write("exit\r\n")
            writer.close()
            return parse(text.replace("\r\n", "\n"))
        except Exception as error:  # noqa: BLE001
            return error


async def main(hosts, workers):
    limit = asyncio.Semaphore(workers)
    return await asyncio.gather(*(visit(limit, *host) for host in hosts))


if __name__ == "__main__":
    hosts, _, workers = arguments()
    tell(asyncio.run(main(hosts, workers)))
