"""scrapli, the generation on the Zig core, on threads."""

from common import COMMAND, PASSWORD, USER, arguments, with_threads
from scrapli import AuthOptions, Cli, SessionOptions, TransportSsh2Options, TransportTelnetOptions


def visit_over(options):
    def visit(host, port):
        with Cli(
            host,
            port=port,
            definition_file_or_name="cisco_iosxe",
            auth_options=AuthOptions(username=USER, password=PASSWORD),
            session_options=SessionOptions(operation_timeout_s=120),
            transport_options=options(),
        ) as connection:
            return connection.send_input(input_=COMMAND).result

    return visit


if __name__ == "__main__":
    hosts, transport, workers = arguments()
    with_threads(hosts, workers, visit_over(TransportTelnetOptions if transport == "telnet" else TransportSsh2Options))
