"""netmiko on threads."""

from common import COMMAND, PASSWORD, USER, arguments, with_threads
from netmiko import ConnectHandler


def visit_over(device_type):
    def visit(host, port):
        with ConnectHandler(
            device_type=device_type,
            host=host,
            port=port,
            username=USER,
            password=PASSWORD,
            fast_cli=True,
            conn_timeout=60,
            auth_timeout=60,
            banner_timeout=60,
            read_timeout_override=120,
        ) as connection:
            return connection.send_command(COMMAND)

    return visit


if __name__ == "__main__":
    hosts, transport, workers = arguments()
    with_threads(hosts, workers, visit_over("cisco_ios_telnet" if transport == "telnet" else "cisco_ios"))
