"""scrapli, the generation in Python, on threads: the driver for IOS-XE over telnet or ssh2."""

from common import COMMAND, PASSWORD, USER, arguments, with_threads
from scrapli.driver.core import IOSXEDriver


def visit_over(transport):
    def visit(host, port):
        with IOSXEDriver(
            host=host,
            port=port,
            auth_username=USER,
            auth_password=PASSWORD,
            auth_strict_key=False,
            transport=transport,
            timeout_socket=60,
            timeout_transport=60,
            timeout_ops=120,
        ) as connection:
            return connection.send_command(COMMAND).result

    return visit


if __name__ == "__main__":
    hosts, transport, workers = arguments()
    with_threads(hosts, workers, visit_over("telnet" if transport == "telnet" else "ssh2"))
