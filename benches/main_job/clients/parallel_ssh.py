"""parallel-ssh (libssh2 on gevent), the command on an exec channel."""

from pssh.clients import ParallelSSHClient
from pssh.config import HostConfig
from common import COMMAND, PASSWORD, USER, arguments, parse, tell


def result_of(output):
    if output.exception:
        return output.exception
    try:
        return parse("\n".join(output.stdout))
    except Exception as error:  # noqa: BLE001
        return error


def main():
    hosts, _, workers = arguments()
    config = [HostConfig(port=port, user=USER, password=PASSWORD) for _, port in hosts]
    client = ParallelSSHClient(
        [host for host, _ in hosts],
        host_config=config,
        pool_size=workers,
        allow_agent=False,
        identity_auth=False,
        timeout=120,
        num_retries=1,
    )
    outputs = client.run_command(COMMAND, stop_on_errors=False)
    tell(result_of(output) for output in outputs)


if __name__ == "__main__":
    main()
